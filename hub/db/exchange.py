"""Tables of the exchange: one a noun of ``agreements``, its searched columns beside the thing itself as JSON."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from hub.db.tables import metadata

__all__ = ["metadata"]

_BIG = BigInteger().with_variant(Integer, "sqlite")


def _noun(name: str, *searched: str) -> Table:
    """A table of things: ``id``, the searched columns as text, the whole thing as canonical JSON in ``body``."""
    return Table(
        f"exchange_{name}",
        metadata,
        Column("id", String(120), primary_key=True),
        *(Column(column, String(120), nullable=False) for column in searched),
        Column("body", Text, nullable=False),
        *(Index(f"ix_exchange_{name}_{column}", column) for column in searched),
    )


party = _noun("party", "state", "house")
party_key = _noun("party_key", "party", "state")
assignment = _noun("assignment", "person", "party", "role", "held")
permission_request = _noun("permission_request", "person", "state")
agreement = _noun("agreement", "recipient", "state")
grant = _noun("grant", "party", "agreement", "dataset", "state")
ticket = _noun("ticket", "party", "owner")
case = _noun("case", "party", "state")
notice = _noun("notice", "state")
feedback = _noun("feedback", "bureau", "raised_by", "kind", "dataset", "state")
peer = _noun("peer", "state")
parcel = _noun("parcel", "peer", "state")
risk = _noun("risk", "state", "kind", "region", "heard_on")
risk_task = _noun("risk_task", "state", "territory")
reminder = _noun("reminder", "about", "bureau")
list_objection = _noun("list_objection", "entry", "party", "state")
follow_up = _noun("follow_up", "bureau", "state")
receipt = _noun("receipt", "peer", "direction", "parcel")
follower = _noun("follower", "party", "state")
delivery = _noun("delivery", "notice", "state")

# The last number of each series (agreements of a year, requests, cases), so that numbers have no gaps.
series = Table(
    "exchange_series",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("last", Integer, nullable=False),
)

# Who took what: one row a use, kept as long as the log must be. ``peer`` is a keyed hash of the network address.
use = Table(
    "exchange_use",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    Column("party", String(18), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("grant_id", String(120), nullable=False),
    Column("action", String(16), nullable=False),
    Column("dataset", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("clause", String(8), nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("missed", Integer, nullable=False),
    Column("mark", String(64), nullable=False),
    Column("peer", String(64), nullable=False),
    Column("leaf", BigInteger, nullable=False),
    Column("purpose", String(32)),
    Column("case_no", String(100)),
    Index("ix_exchange_use_party_at", "party", "at"),
    Index("ix_exchange_use_grant_id_at", "grant_id", "at"),
)
