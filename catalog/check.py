"""Checking: raw rows in, typed good rows out, with what was quarantined and what was counted.

A row that breaks a rule of structure goes to quarantine, which holds the record's id and the rule, never a value. A
row that fails a check (a check digit, a grammar) is kept and carries a flag.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from catalog.flags import with_flags
from catalog.identifiers.arrays import Bools, Told
from catalog.identifiers.checks import CHECKS
from catalog.model import Field, Severity
from catalog.repeats import filtered, whole
from catalog.rows import Raw
from catalog.rules.numbers import ints_of
from catalog.rules.reading import BEIJING
from catalog.rules.verdicts import Verdict, Verdicts, verdicts
from catalog.tally import LAG_DAYS, Count, Tally

__all__ = ["QUARANTINE", "Checked", "Tally", "check"]

KEY = "record_id"
UNIQUE = f"{KEY}:unique"
QUARANTINE = pa.schema(
    [("ordinal", pa.int32()), ("record_id", pa.string()), ("field", pa.string()), ("rule", pa.string())]
)
Wanted = Callable[[pa.RecordBatch], Bools]
_TIMES = ("event_time", "collected_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Checked:
    """``good``: rows in declared types plus ``quality_flags``; ``quarantined``: one line per broken rule of a row.

    ``kept`` tells of every row that came whether it is among the good ones.
    """

    good: Raw
    quarantined: pa.Table
    tally: Tally
    kept: Bools


def check(raw: Raw, fields: Sequence[Field], wanted: Wanted | None = None, *, repeating: bool = False) -> Checked:
    """Ask every rule of every row; of the good ones only those are given that are ``wanted``, if that is said.

    Raises ``SourceError`` for a declared column that the rows lack. A record whose id was met earlier in the same
    batch, among rows that are otherwise good, breaks ``record_id:unique``. Columns that are not declared are left out.
    ``repeating``: the good rows hold texts that repeat once (``catalog.repeats``).
    """
    seen = verdicts(raw.batch, fields)
    rejects = [v for v in seen.verdicts if v.broken and v.rule.severity is Severity.REJECT]
    keep = ~np.logical_or.reduce([v.rows for v in rejects]) if rejects else np.ones(seen.rows, bool)
    later = _later_duplicates(seen, keep)
    keep &= ~later
    typed = seen.typed(repeating=repeating)
    good = with_flags(typed, raw.batch, seen)
    kept = keep if wanted is None else keep & wanted(good)
    shown = Raw(filtered(good, pa.array(kept)), {name: rows[kept] for name, rows in told(seen).items()})
    return Checked(shown, _quarantine(seen, typed, rejects, later), _tally(seen, typed, keep, later), kept)


def told(seen: Verdicts) -> dict[str, Told]:
    """What checks found out about each row's value, by field."""
    found = {}
    for name, column in seen.columns.items():
        tells = CHECKS[column.field.check].told if column.field.check else None
        if tells is not None and pa.types.is_string(column.values.type):
            finding = tells(column.values)
            found[name] = finding if column.index is None else finding.take(column.index)
    return found


def _later_duplicates(seen: Verdicts, keep: Bools) -> Bools:
    """Kept rows whose key a kept row before them has. Keys are hashed first: equal keys have equal hashes."""
    later = np.zeros(seen.rows, bool)
    if KEY not in seen.columns:
        return later
    keys = pl.Series(seen.columns[KEY].typed())
    hashes = np.sort(keys.hash().to_numpy())
    if not (hashes[1:] == hashes[:-1]).any():
        return later
    kept = np.flatnonzero(keep & keys.is_not_null().to_numpy())
    again = ~keys.gather(kept).is_first_distinct().to_numpy()
    later[kept[again]] = True
    return later


def _quarantine(seen: Verdicts, typed: pa.RecordBatch, rejects: Sequence[Verdict], later: Bools) -> pa.Table:
    """One line per row and broken rule, in row order."""
    broken = [(v.rule.field, v.rule.id, np.flatnonzero(v.rows)) for v in rejects]
    broken.append((KEY, UNIQUE, np.flatnonzero(later)))
    rows = np.concatenate([at for _, _, at in broken])
    which = np.repeat(np.arange(len(broken)), [len(at) for _, _, at in broken])
    order = np.lexsort((which, rows))
    rows, which = rows[order], pa.array(which[order])
    columns = [
        pa.array(rows, pa.int32()),
        _labels(seen, typed, rows),
        pa.array([field for field, _, _ in broken], pa.string()).take(which),
        pa.array([rule for _, rule, _ in broken], pa.string()).take(which),
    ]
    return pa.Table.from_arrays(columns, schema=QUARANTINE)


def _labels(seen: Verdicts, typed: pa.RecordBatch, rows: np.ndarray) -> pa.StringArray:
    """The records' ids; ``row <ordinal>`` where the id is missing or breaks a rule and so may be anything."""
    ordinals = pa.array([f"row {at}" for at in rows.tolist()], pa.string())
    keys = whole(typed.column(KEY)) if KEY in seen.columns else ordinals
    if KEY not in seen.columns or not pa.types.is_string(keys.type):
        return ordinals
    unsound = [v.rows[rows] for v in seen.verdicts if v.rule.field == KEY and v.broken]
    bad = np.logical_or.reduce(unsound) if unsound else np.zeros(len(rows), bool)
    known = pc.if_else(pa.array(bad), pa.scalar(None, pa.string()), keys.take(pa.array(rows)))
    return pc.coalesce(known, ordinals)


def _tally(seen: Verdicts, typed: pa.RecordBatch, keep: Bools, later: Bools) -> Tally:
    kept = int(np.count_nonzero(keep))
    duplicates = int(np.count_nonzero(later))
    timed, ordered, lags = _times(typed)
    return Tally(
        rows_read=seen.rows,
        rows_kept=kept,
        cells=seen.rows * len(seen.columns),
        filled=sum(column.rows - column.count(column.blank) for column in seen.columns.values()),
        dirty=sum(_dirty(seen, name) for name in seen.columns),
        duplicates=duplicates,
        keyed=kept + duplicates if KEY in seen.columns else 0,
        timed=timed,
        ordered=ordered,
        lags=lags,
        latest=_latest(typed),
        rules={(v.rule.field, v.rule.id): Count(v.rule.kind.value, v.asked, v.broken) for v in seen.verdicts},
    )


def _dirty(seen: Verdicts, field: str) -> int:
    """Cells of one field that break any rule, each counted once."""
    broken = [v for v in seen.verdicts if v.broken and v.rule.field == field]
    if len(broken) < 2:
        return sum(v.broken for v in broken)
    return int(np.count_nonzero(np.logical_or.reduce([v.rows for v in broken])))


def _times(typed: pa.RecordBatch) -> tuple[int, int, tuple[int, ...]]:
    """Pairs of header times, pairs in order, and rows by days from event to collection."""
    there = {name: typed.column(name) for name in _TIMES if _is_moment(typed, name)}
    timed = ordered = 0
    for earlier, later in zip(list(there)[:-1], list(there)[1:], strict=True):
        pairs = pc.less_equal(there[earlier], there[later])
        timed += len(pairs) - pairs.null_count
        ordered += pc.sum(pairs).as_py() or 0
    lags = (0,) * (len(LAG_DAYS) + 1)
    if "event_time" in there and "collected_at" in there:
        lag = pc.subtract(*(there[name].cast(pa.int64()) for name in ("collected_at", "event_time"))).drop_null()
        places = np.searchsorted(np.array(LAG_DAYS) * 86_400_000, ints_of(lag))
        lags = tuple(np.bincount(places, minlength=len(LAG_DAYS) + 1).tolist())
    return timed, ordered, lags


def _latest(typed: pa.RecordBatch) -> str:
    if not _is_moment(typed, "updated_at"):
        return ""
    newest = pc.max(typed.column("updated_at")).as_py()
    return newest.astimezone(BEIJING).isoformat() if newest else ""


def _is_moment(typed: pa.RecordBatch, name: str) -> bool:
    return name in typed.schema.names and pa.types.is_timestamp(typed.schema.field(name).type)
