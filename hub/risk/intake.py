"""Risk information comes in: from the sources of eight kinds, by the API, and from Safety Gate files.

Texts are redacted before anything is stored. What a source says again changes nothing; what it corrects begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from hashlib import sha256
from typing import Any, Final

import polars as pl
import pyarrow as pa

from agreements.desk import Happened
from desensitise.detect import redact
from exporters.rules.risk_intake import SIGNAL, Heard, SourceKind, signals
from exporters.rules.risk_intake.model import Risk, RiskState, Step
from exporters.source import Source, Unit
from hub.db.engine import reading
from hub.parts import Parts, open_spec
from hub.settings import Settings
from hub.state.exchange import SqlDesk, desk
from hub.state.known import Known, known_of, remember
from hub.state.risks import RISKS

_UNIT_ROWS: Final = 50_000
_FREE: Final = ("summary", "injury_type")
"""Columns in which somebody may have written a person's name or number."""
_SAID: Final = tuple(field.name for field in fields(Risk) if field.name in SIGNAL)


@dataclass(frozen=True, slots=True)
class Taken:
    """What an intake did: new signals, corrected ones, those known already, and records without number or day."""

    kind: str
    new: int
    corrected: int
    known: int
    refused: int


def take(desk_: SqlDesk, by: str, kind: str, heard: Heard) -> Taken:
    """Store the signals, with one event; a signal that differs from what is known begins anew as collected."""
    rows = [Risk(**row) for row in _redacted(heard.signals).iter_rows(named=True)]
    before = RISKS.among(desk_.connection, [one.id for one in rows])
    new = [one for one in rows if one.id not in before]
    changed = [(before[one.id], one) for one in rows if one.id in before and _said(one) != _said(before[one.id])]
    taken = Taken(kind, len(new), len(changed), len(rows) - len(new) - len(changed), heard.refused)
    if not new and not changed:
        return taken
    RISKS.add(desk_.connection, (replace(one, steps=(Step(desk_.now, by, "collect"),)) for one in new))
    for old, one in changed:
        again = replace(one, state=RiskState.COLLECTED, steps=(*old.steps, Step(desk_.now, by, "correct")))
        RISKS.put(desk_.connection, again)
    counts = {"new": taken.new, "corrected": taken.corrected, "refused": taken.refused}
    desk_.keep(Happened("risk.collected", {"kind": kind, "by": by, **counts}))
    return taken


def collect(kind: SourceKind, parts: Parts, settings: Settings, by: str, source: str | None = None) -> Taken:
    """Read what is new at the kind's source and store it; a kill in between leaves nothing or is gone on with.

    A database is asked for records that changed; sheets and pages that were read before are not read again.
    """
    name = f"intake.{kind.id}"
    taken = Taken(kind.id, 0, 0, 0, 0)
    with open_spec(kind.source, kind.fields, settings, source) as opened:
        with reading(parts.engine) as connection:
            known = known_of(connection, name)
        same = known if known and known.fingerprint == _shape(kind) else None
        since = same.high_water if same else None
        plan = opened.plan(since if opened.incremental else None, _UNIT_ROWS)
        places = {unit.index: _place(unit) for unit in plan.units if unit.place}
        read = set(same.base_runs) if same else set()
        news = [unit for unit in plan.units if places.get(unit.index) not in read]
        for heard, last in _heard(kind, opened, news):
            with desk(parts.engine, parts.clock.now()) as found:
                taken = _sum(taken, take(found, by, kind.id, heard))
                if last:
                    # The mark moves with the last signals: after a kill before it they are read again and found known.
                    mark = plan.high_water or since
                    now = Known(_shape(kind), mark, plan.total, tuple(sorted(places.values())))
                    remember(found.connection, name, now)
    return taken


def brought(kind: SourceKind, records: Sequence[Mapping[str, Any]]) -> Heard:
    """Records that came by the API, as signals."""
    names = [field.name for field in kind.body]
    frame = pl.DataFrame([{n: one.get(n) for n in names} for one in records], schema=dict.fromkeys(names, pl.String))
    return signals(kind, frame)


def exported(found: Iterable[Risk]) -> pl.DataFrame:
    """Risks as signals again."""
    return pl.DataFrame([{name: getattr(one, name) for name in SIGNAL} for one in found], schema=SIGNAL)


def _heard(kind: SourceKind, source: Source, units: Sequence[Unit]) -> Iterable[tuple[Heard, bool]]:
    """The signals unit by unit, and whether they are the last."""
    if not units:
        yield Heard(pl.DataFrame(schema=SIGNAL), 0), True
    for unit in units:
        batches = [raw.batch for raw in source.read(unit)]
        frame = pl.DataFrame(pa.Table.from_batches(batches)) if batches else None
        heard = Heard(pl.DataFrame(schema=SIGNAL), 0) if frame is None else signals(kind, frame)
        yield heard, unit is units[-1]


def _redacted(rows: pl.DataFrame) -> pl.DataFrame:
    """Free texts without persons; trade secrets stay, for the authority may read them."""
    distinct = {name: rows[name].drop_nulls().unique(maintain_order=True).to_list() for name in _FREE}
    clean = {name: redact(texts, secrets=False) for name, texts in distinct.items()}
    return rows.with_columns(
        pl.col(name).replace_strict(texts, clean[name], default=None, return_dtype=pl.String)
        for name, texts in distinct.items()
        if texts
    )


def _said(one: Risk) -> tuple[object, ...]:
    return tuple(getattr(one, name) for name in _SAID)


def _shape(kind: SourceKind) -> str:
    return f"{kind.id}:{','.join(field.name for field in kind.fields)}"[:64]


def _place(unit: Unit) -> str:
    """What a sheet or run of pages held, in short: its place tells the digest of its content."""
    return sha256(unit.place.encode()).hexdigest()[:24]


def _sum(one: Taken, two: Taken) -> Taken:
    return Taken(
        one.kind, one.new + two.new, one.corrected + two.corrected, one.known + two.known, one.refused + two.refused
    )


def today(parts: Parts, settings: Settings) -> date:
    """The day in the hub's time zone."""
    return parts.clock.now().astimezone(settings.timezone).date()
