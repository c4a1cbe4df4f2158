"""Facts kept up to date: of each table only the records that changed at the source are read and accepted again.

Every record stays typed in the snapshot, withdrawn and superseded ones too, so that what a change brings back to life
is there. A source that holds another number of records than the snapshot is read whole: something vanished.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pyarrow as pa

from catalog.errors import SettingsError
from catalog.files import sha256_of
from catalog.model import SourceSpec
from catalog.standards import load_standard
from exporters.open import open_source
from exporters.rules.accept import present, typed
from exporters.rules.tables import Table, tables
from exporters.source import Key
from hub.rules.facts import read_register, register_file
from hub.rules.keeping import Kept
from hub.settings import Settings

_UNIT_ROWS = 262_144
_BY_FILE = "2.4"
"""This standard comes from the responsibility platform, by file alone."""


@dataclass(slots=True)
class Fresh:
    """Tables as they are now, and what of them changed since ``before``.

    ``frames`` are typed tables, or files of those that did not change; ``changed`` holds, by table, the rows as they
    were and as they are; ``read`` counts the records read; ``marks`` say where the next reading goes on. ``whole`` is
    true where nothing is known to compare with.
    """

    whole: bool
    frames: dict[str, pl.DataFrame | Path] = field(default_factory=dict)
    facts: dict[str, pl.DataFrame] = field(default_factory=dict)
    changed: dict[str, pl.DataFrame] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    marks: dict[str, list[str]] = field(default_factory=dict)

    def keep(self, table: Table, was: pl.DataFrame | None, now: pl.DataFrame, file: Path | None) -> None:
        """Take a table in; ``file`` is that of the snapshot when the table is as it was."""
        alive = present(now) if table.standard else now
        self.facts[table.name] = alive
        self.frames[table.name] = file or now
        if file is None and was is not None:
            self.changed[table.name] = _differing(present(was) if table.standard else was, alive)


def refreshed(
    settings: Settings, names: tuple[str, ...], before: Kept | None, source: str | None, registers: Path | None
) -> Fresh:
    """The tables now. ``before`` is the snapshot to go on from, or None to read everything."""
    address = source or settings.source.reveal()
    if not address:
        raise SettingsError("No address is set for the source database.", todo="Set HUB_SOURCE, or give --source.")
    marks: Mapping[str, list[str]] = before.about["marks"] if before else {}
    folder = registers or settings.registers
    wanted = [tables()[name] for name in names]
    files = {table.name: found for table in wanted if folder and (found := register_file(table, folder))}
    there = {t.name for t in wanted if t.name in files or (t.standard and t.standard != _BY_FILE)}
    # A table that came or went changes which rules are asked: then nothing may be taken from before.
    made = Fresh(whole=before is None or there != set(marks))
    known = None if made.whole else before
    for table in wanted:
        if table.name in files:
            _from_file(made, table, files[table.name], known)
        elif table.name in there:
            _from_source(made, table, address, known)
    return made


def _from_file(made: Fresh, table: Table, path: Path, before: Kept | None) -> None:
    digest = sha256_of(path)
    made.marks[table.name] = [digest]
    same = before is not None and before.about["marks"].get(table.name) == [digest]
    if before is not None and same:
        file = before.folder / f"{table.name}.parquet"
        made.keep(table, None, pl.read_parquet(file), file)
        made.read[table.name] = 0
        return
    now = typed(table, read_register(table, path))
    made.read[table.name] = now.height
    made.keep(table, before.frame(table.name) if before else None, now, None)


def _from_source(made: Fresh, table: Table, address: str, before: Kept | None) -> None:
    was = before.frame(table.name) if before else None
    mark = before.about["marks"][table.name] if before else []
    since = Key(*mark) if len(mark) == len(("updated_at", "record_id")) else None
    standard = load_standard(table.standard)
    fields = [found for column in table.columns if (found := standard.find(column.name))]
    with open_source(SourceSpec("sql", table=standard.table), fields, address) as opened:
        plan = opened.plan(since, _UNIT_ROWS)
        news = _typed(table, [raw.batch for unit in plan.units for raw in opened.read(unit)])
        now = news if was is None else _merged(was, news)
        if now.height != plan.total and since is not None:
            plan = opened.plan(None, _UNIT_ROWS)
            news = now = _typed(table, [raw.batch for unit in plan.units for raw in opened.read(unit)])
    made.read[table.name] = news.height
    after = plan.high_water or since
    made.marks[table.name] = [after.updated_at, after.record_id] if after else []
    same = before is not None and news.is_empty() and was is not None and now.height == was.height
    made.keep(table, was, now, before.folder / f"{table.name}.parquet" if same and before else None)


def _typed(table: Table, batches: list[pa.RecordBatch]) -> pl.DataFrame:
    names = [column.name for column in table.columns]
    if not batches:
        return typed(table, pl.DataFrame(schema=dict.fromkeys(names, pl.String)))
    return typed(table, pl.DataFrame(pa.Table.from_batches(batches).select(names)))


def _merged(was: pl.DataFrame, news: pl.DataFrame) -> pl.DataFrame:
    if news.is_empty():
        return was
    return pl.concat([was.join(news.select("record_id"), on="record_id", how="anti"), news], how="vertical_relaxed")


def _differing(was: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Rows that are in one of the two only."""
    pairs = ((was, now), (now, was))
    return pl.concat([one.join(other, on=one.columns, how="anti", nulls_equal=True) for one, other in pairs])
