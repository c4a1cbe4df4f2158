"""What changes on a day after a sample was made: new, corrected, changed, withdrawn and vanished records."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from catalog.errors import SettingsError
from catalog.standards import load_standard
from exporters.sample import dirt, draw, header
from exporters.sample.invent import TABLES, Table, corrections, finished, province
from exporters.sample.shape import Shape, shape
from exporters.sample.store import Made, Store, changing
from exporters.sample.world import World

# Of the day's records: how many are new and how many correct an older one; the rest are old ones that changed.
_NEW, _CORRECTED = 0.4, 0.1
# Of the old ones that changed: how many were withdrawn and how many cancelled.
_WITHDRAWN, _CANCELLED = 0.15, 0.1


@dataclass(frozen=True, slots=True)
class Changed:
    """What happened to one table."""

    table: str
    new: int
    corrected: int
    updated: int
    withdrawn: int
    vanished: int


@dataclass(frozen=True, slots=True)
class _Day:
    """One day's work on one table: its stream of chance, and the records that it meets, by number."""

    made: Made
    rng: draw.Rng
    new: int
    corrected: int
    old: draw.Ints
    gone: draw.Ints


def change(database: str, share: float, seed: int, *, vanish: bool = False) -> tuple[Changed, ...]:
    """Let a day pass in the sample in ``database``: about ``share`` of each table's records change or are added.

    Everything that changes gets an ``updated_at`` beyond all earlier ones. With ``vanish`` a few records are deleted
    without a trace, as no source should. Equal databases, shares and seeds give equal days. ``SourceError`` where
    there is no sample; either the whole day happens or nothing.
    """
    if not 0 < share <= 1 or seed < 0:
        raise SettingsError("A share of changes lies above 0 and not above 1.", todo="Give another share.")
    with changing(database) as store:
        made = {m.table: m for m in store.made()}
        done, after = [], []
        here: World | None = None
        for table in TABLES:
            to = shape(load_standard(table.standard))
            here = here or province(made[to.name].rows, made[to.name].seed)
            day = _plan(made[to.name], share, seed, vanish=vanish)
            done.append(_pass(store, here, table, to, day))
            m = day.made
            after.append(Made(m.table, m.seed, m.rows, m.next_number + day.new + day.corrected, m.changes + 1))
        store.mark(after)
    return tuple(done)


def _plan(made: Made, share: float, seed: int, *, vanish: bool) -> _Day:
    rng = draw.stream(seed, "day", made.changes, made.table)
    touched = max(5, round(made.next_number * share))
    new, corrected = max(1, round(touched * _NEW)), max(1, round(touched * _CORRECTED))
    gone = max(1, round(touched * 0.1)) if vanish else 0
    chosen = rng.choice(made.next_number, min(touched - new - corrected + gone, made.next_number), replace=False) + 1
    return _Day(made, rng, new, corrected, np.sort(chosen[gone:]), np.sort(chosen[:gone]))


def _pass(store: Store, here: World, table: Table, to: Shape, day: _Day) -> Changed:
    latest = np.datetime64(str(store.value(f'SELECT {_moment(store)} FROM "{to.name}"'))[:26], "us")  # noqa: S608
    kept = store.read(to, _among(table, day.old))
    times = header.following(latest, kept.height + day.new + day.corrected, day.rng)
    changed = _changed(kept, to, _slice(times, 0, kept.height), day.rng)
    withdrawn = changed.filter(pl.col("record_status") != kept["record_status"]).height
    fixed = min(day.corrected, kept.height)
    added = _added(here, table, to, day, _slice(times, kept.height, day.new + day.corrected))
    added = _correcting(added, kept.tail(fixed), to, fixed)
    ids = _among(table, np.concatenate((day.old, day.gone)))
    before = int(store.value(f'SELECT count(*) FROM "{to.name}"'))  # noqa: S608
    store.run(f'DELETE FROM "{to.name}" WHERE {ids}')  # noqa: S608
    left = int(store.value(f'SELECT count(*) FROM "{to.name}"'))  # noqa: S608
    store.append(to, changed)
    store.append(to, added)
    new = added.height - fixed
    return Changed(to.name, new, fixed, kept.height - withdrawn, withdrawn, before - left - kept.height)


def _moment(store: Store) -> str:
    return "max(updated_at)" if store.dialect == "sqlite" else _LOCAL


_LOCAL = "to_char(max(updated_at) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"


def _among(table: Table, numbers: draw.Ints) -> str:
    """Condition that meets the records with these numbers; they are made of digits and a prefix only."""
    ids = ", ".join(f"'{key}'" for key in header.keys(table.prefix, numbers))
    return f"record_id IN ({ids})"


def _slice(times: header.Stamps, first: int, n: int) -> header.Stamps:
    here = slice(first, first + n)
    return header.Stamps(times.event[here], times.collected[here], times.updated[here])


def _changed(kept: pl.DataFrame, to: Shape, times: header.Stamps, rng: draw.Rng) -> pl.DataFrame:
    """The records after their change: some withdrawn or cancelled, in the others one fact is put right in place."""
    n = kept.height
    fate = draw.weighted(rng, (1 - _WITHDRAWN - _CANCELLED, _WITHDRAWN, _CANCELLED), n)
    status = draw.either(fate == 0, kept["record_status"], draw.coded((fate - 1).clip(0), ("3", "4")))
    frame = corrections(kept, np.flatnonzero(fate == 0), to)
    return finished(frame.with_columns(status.alias("record_status"), pl.Series("updated_at", times.updated)), to)


def _added(here: World, table: Table, to: Shape, day: _Day, times: header.Stamps) -> pl.DataFrame:
    first, n = day.made.next_number, len(times.updated)
    body = table.make(here, first, times.event, day.rng)
    numbers = first + np.arange(n, dtype=np.int64) + 1
    frame = header.attach(
        here, to, body.with_columns(header.keys(table.prefix, numbers).alias("record_id")), times, day.rng
    )
    none = np.zeros(0, dtype=np.int64)
    return finished(dirt.soil(header.states(frame, none, day.rng), to.name, day.rng), to)


def _correcting(added: pl.DataFrame, older: pl.DataFrame, to: Shape, count: int) -> pl.DataFrame:
    """The added records, the last ``count`` of them as corrections of the older ones."""
    if not count:
        return added
    own = added.tail(count)
    fixed = older.with_columns(
        own["record_id"], own["event_time"], own["collected_at"], own["updated_at"],
        older["record_id"].alias("supersedes"), pl.lit("2").alias("record_status"),
    )  # fmt: skip
    return pl.concat([added.head(added.height - count), finished(corrections(fixed, np.arange(count), to), to)])
