"""A table of a share for one caller: decided on, its version found, its files cut and linked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from agreements.model import Action, Grant, PartyState, Standing, Verdict
from agreements.permissions import Permission
from agreements.use import Use
from catalog.model import Dataset
from hub.api.data import filters, rows
from hub.api.data.datasets import SHOWN
from hub.api.guard import quota, using
from hub.api.guard.asking import demanded, needs
from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.db.engine import reading
from hub.marking.copies import kept_path
from hub.sharing import changes, cuts
from hub.sharing.cuts import Cut
from hub.sharing.lines import Told
from hub.sharing.shares import Offer, granted, name_of, offers
from hub.state.exchange import reading_desk
from hub.state.releases import Sealed, releases_of


@dataclass(frozen=True, slots=True)
class Table:
    """A table that the caller may read now."""

    offer: Offer
    verdict: Verdict

    @property
    def dataset(self) -> Dataset:
        """The dataset that it is."""
        return self.offer.dataset


def every() -> tuple[Offer, ...]:
    """All tables of the caller. Refused when its party is suspended, with the reason."""
    who: Standing = needs(Permission.SHARE_READ)
    found = offers(who, here().datasets.values(), here().now())
    if not found and who.party and who.party.state is PartyState.SUSPENDED:
        _refuse(who)
    return found


def _refuse(who: Standing) -> None:
    for one in granted(who, here().datasets.values()):
        demanded(who, Action.SHARE, one.what, one.purpose)
    raise Refused("refused", "The party is suspended.", {"suspended_because": who.party.reason if who.party else ""})


def table_of(share: str, name: str) -> Table:
    """The caller's table. 404 for what is not the caller's, 403 with the clause for what it may not read now."""
    who: Standing = needs(Permission.SHARE_READ)
    return decided(who, share, name)


def decided(who: Standing, share: str, name: str) -> Table:
    """The same for a given caller."""
    now, datasets = here().now(), here().datasets
    own = [one for one in granted(who, datasets.values()) if (one.share, one.dataset.id) == (share, name)]
    if not own and who.party and who.party.state is PartyState.SUSPENDED:
        _refuse(who)
    found = own or [one for one in offers(who, datasets.values(), now) if (one.share, one.dataset.id) == (share, name)]
    if not found:
        raise missing(who, share, name)
    offer = found[0]
    return Table(offer, demanded(offer.who, Action.SHARE, offer.what, offer.purpose))


def missing(who: Standing, share: str, table: str = "") -> Refused:
    """The refusal of what the caller has not: with the reason where its agreement is suspended, else 404."""
    with reading_desk(here().parts.engine, here().now()) as found:
        halted = found.find(Grant, party=who.uscc, state="suspended")
    for grant in halted:
        if name_of(grant) == share and table in {"", grant.dataset}:
            return Refused("refused", "The agreement is suspended.", {"suspended_because": grant.reason})
    what = "table in a share" if table else "share"
    return Refused("not-found", f"There is no such {what} of yours.")


def versions(dataset: Dataset) -> dict[int, Sealed]:
    """The dataset's versions that readers have, oldest first."""
    with reading(here().parts.engine) as connection:
        found = releases_of(connection, dataset.id, SHOWN)
    if not found:
        raise Refused("not-found", "The dataset has no release yet.")
    return {one.release.version: one for one in reversed(found)}


def chosen(dataset: Dataset, version: int | None = None, at: datetime | None = None) -> Sealed:
    """The version asked for, the last one of a moment, or the current one."""
    known = versions(dataset)
    if version is not None:
        if version not in known:
            raise Refused("not-found", "Readers have no such version of the table.")
        return known[version]
    if at is not None:
        before = [one for one in known.values() if datetime.fromisoformat(one.sealed_at) <= at]
        if not before:
            raise Refused("not-found", "The table has no version of that time.")
        return before[-1]
    return next((one for one in known.values() if one.state == "current"), list(known.values())[-1])


def told(table: Table, sealed: Sealed, cut: Cut) -> Told:
    """What a client is told of a version."""
    dataset = table.dataset
    stamp = int(datetime.fromisoformat(sealed.sealed_at).timestamp() * 1000)
    return Told(table.offer.share, dataset.id, f"{dataset.zh} {dataset.en}", sealed.release.version, stamp, cut)


def folder_of(table: Table, version: int, before: int = -1) -> Path:
    """Where the files of a version, or of what changed since the version ``before``, lie for this verdict."""
    source, _, digest = _shape(table, version)
    name = digest if before < 0 else f"{digest}-since-{before}-{_shape(table, before)[0].copy if before else 0}"
    return here().parts.home / "shares" / source.dataset / str(version) / name


def cut_of(table: Table, version: int) -> Cut:
    """The files of a version for this table's verdict, made when they are first asked for."""
    source, columns, _ = _shape(table, version)
    folder = folder_of(table, version)
    found = cuts.known(folder)
    if found is not None:
        return found
    rule = filters.ruled(table.verdict.rows, source.schema)
    return cuts.made(folder, _schema(source, columns), {"": rows.batches(source, rule, columns)})


def changes_of(table: Table, version: int, before: int) -> Cut:
    """The files of what changed between two versions for this table's verdict; ``before`` 0: everything came."""
    source, columns, _ = _shape(table, version)
    old = _shape(table, before)[0] if before else None
    folder = folder_of(table, version, before)
    found = cuts.known(folder)
    if found is not None:
        return found
    rule = filters.ruled(table.verdict.rows, source.schema)
    where = partial(kept_path, table.dataset.id, parts=here().parts)
    went, came = changes.moved(where(before) if before else None, where(version), columns, rule)

    def of(one: rows.Source, numbers: Any, change: str) -> Iterator[pa.RecordBatch]:
        names = list(dict.fromkeys([*columns, *({changes.RECORD_URI} & set(one.schema))]))
        return changes.taken(rows.batches(one, None, names), numbers, columns, change)

    kinds = {"insert": of(source, came, "insert")} | ({"delete": of(old, went, "delete")} if old else {})
    schema = _schema(source, columns).append(pa.field("_change_type", pa.string()))
    return cuts.made(folder, schema, kinds)


def _shape(table: Table, version: int) -> tuple[rows.Source, list[str], str]:
    """The recipient's copy of a version, the columns of it that the verdict shows, and the cut's name."""
    source = rows.source_for(table.dataset, version, table.offer.who, table.verdict)
    fields = table.verdict.fields
    columns = [name for name in source.schema if not fields or name in fields or name == changes.RECORD_URI]
    return source, columns, f"{source.copy}-{cuts.digest_of(columns, table.verdict.rows, source.copy)}"


def _schema(source: rows.Source, columns: list[str]) -> pa.Schema:
    whole = pq.read_schema(source.files[0])
    return pa.schema([whole.field(name) for name in columns])


def steps(dataset: Dataset, asked: Mapping[str, Any]) -> list[tuple[int, Sealed]]:
    """The versions that a change feed asks for, each with the number of the one before (0: none)."""
    known = versions(dataset)
    first = asked.get("start", min(known))
    last = asked.get("end", max(known))
    if "since" in asked:
        first = min(
            (n for n, one in known.items() if datetime.fromisoformat(one.sealed_at) >= asked["since"]),
            default=max(known) + 1,
        )
    if "until" in asked:
        last = max(
            (n for n, one in known.items() if datetime.fromisoformat(one.sealed_at) <= asked["until"]), default=0
        )
    pairs = pairwise([0, *known])
    return [(before, known[number]) for before, number in pairs if first <= number <= last]


def use_of(table: Table, version: int, count: int, mark: str) -> Use:
    """A share read of so many rows."""
    asked = table.offer
    used = using.use_of(asked.who, Action.SHARE, table.dataset.id, version, table.verdict, asked.purpose, rows=count)
    return replace(used, mark=mark)


def record(table: Table, *uses: Use) -> None:
    """The uses of a share read, within the grant's quota: all of them or, when they go beyond it, none."""
    try:
        quota.record(table.offer.who, table.verdict, *uses)
    except Refused as beyond:
        # Clients of this protocol take 429 for a word to try again, ten times.
        raise Refused("refused", beyond.detail, beyond.members) from None
