"""The case file: everything that bears on a case, in one ZIP that proves itself.

Inside: the case, the party, its agreements as signed files, its grants, tickets and uses, and every ledger entry that
names the party or covers its uses, with the ledger's checkpoint. ``SHA256SUMS`` lists all of it. Equal state gives
equal bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, or_, select

from agreements.acting import demand_house, party_of
from agreements.agreement import Agreement
from agreements.case import Case
from agreements.cases import case_of
from agreements.contract import canonical
from agreements.desk import Happened
from agreements.envelope import envelope_json, envelope_of
from agreements.keys import PartyKey
from agreements.model import Grant, Ticket
from agreements.permissions import Permission
from hub.clock import stamp
from hub.db.exchange import use
from hub.db.tables import ledger_leaf
from hub.ledger.note import Signer
from hub.ledger.store import checkpoint
from hub.state.exchange import SqlDesk

BEFORE: Final = timedelta(days=184)
"""How long before a case was opened its evidence begins."""

_MOMENT: Final = (1980, 1, 1, 0, 0, 0)


def case_file(desk: SqlDesk, by: str, number: str, signer: Signer) -> bytes:
    """The ZIP of a case; that it was exported, by whom and with which digest, is itself entered in the ledger."""
    demand_house(desk, by, Permission.CASE_EXPORT)
    case = case_of(desk, number)
    checkpoint_note = checkpoint(desk.connection, signer, desk.now)
    files = {
        "case.json": _json(msgspec.to_builtins(case)),
        "party.json": _json(msgspec.to_builtins(party_of(desk, case.party))),
        "grants.json": _json(msgspec.to_builtins(desk.find(Grant, party=case.party))),
        "tickets.json": _json(msgspec.to_builtins(desk.find(Ticket, party=case.party))),
        **_agreements(desk, case),
        **_used(desk.connection, case),
        "ledger/checkpoint.txt": checkpoint_note.encode(),
        "ledger/key.txt": f"{signer.vkey}\n".encode(),
    }
    sums = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    raw = _zipped({**files, "SHA256SUMS": sums.encode()})
    told: dict[str, str | int] = {"case": number, "party": case.party, "by": by, "sha256": sha256(raw).hexdigest()}
    desk.keep(Happened("case.exported", told))
    return raw


def _agreements(desk: SqlDesk, case: Case) -> dict[str, bytes]:
    keys = {key.id: key for key in desk.find(PartyKey)}
    found = desk.find(Agreement, recipient=case.party)
    files = {f"agreements/{one.id}.steps.json": _json(msgspec.to_builtins(one.steps)) for one in found}
    signed = [one for one in found if one.text]
    return files | {f"agreements/{one.id}.json": envelope_json(envelope_of(one, keys)) for one in signed}


def _used(connection: Connection, case: Case) -> dict[str, bytes]:
    """The party's uses and the ledger entries about it, one JSON a line."""
    since = stamp(case.opened_at - BEFORE)
    of_the_party = use.c.party == case.party, use.c.at >= since
    rows = connection.execute(select(use).where(*of_the_party).order_by(use.c.id))
    uses = [dict(row) for row in rows.mappings()]
    # By a query, not by a list: who is suspected of much has more uses than a statement may have parameters.
    covered = ledger_leaf.c.seq.in_(select(use.c.leaf).where(*of_the_party))
    about = or_(ledger_leaf.c.body.contains(case.party), covered)
    query = select(ledger_leaf).where(ledger_leaf.c.at >= since, about).order_by(ledger_leaf.c.seq)
    entries = [{"seq": row.seq, "leaf": row.body} for row in connection.execute(query)]
    return {"uses.jsonl": _lines(uses), "ledger/entries.jsonl": _lines(entries)}


def _lines(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(canonical(row) + b"\n" for row in rows)


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def _zipped(files: dict[str, bytes]) -> bytes:
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(files):
            made.writestr(zipfile.ZipInfo(name, _MOMENT), files[name], zipfile.ZIP_DEFLATED)
    return room.getvalue()
