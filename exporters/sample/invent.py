"""A sample province: one source table per standard, filled in chunks while the next chunk is being made."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from catalog.errors import DeclarationError, SettingsError
from catalog.standards import load_standard
from exporters.sample import basics, dirt, draw, grading, header, licences, rectification, risk, spot_checks, trace
from exporters.sample.drop import drop
from exporters.sample.shape import Shape, Type, shape
from exporters.sample.store import Made, Store, creating
from exporters.sample.world import World, world

CHUNK = 50_000
"""Rows made and loaded at a time. Contents depend on it: each chunk has its own stream of chance."""

Progress = Callable[[str, int, int], None]
Maker = Callable[[World, int, draw.Times, draw.Rng], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Table:
    """How a table's rows are made, and how many there are for so many trace records (``per``, within bounds)."""

    standard: str
    prefix: str
    make: Maker
    per: int
    least: int
    most: int

    def count(self, rows: int) -> int:
        """Rows of this table in a sample of ``rows`` trace records."""
        return rows if self.per == 1 else min(max(rows // self.per, self.least), self.most)


TABLES: tuple[Table, ...] = (
    Table("1.1", "PB", basics.products, 20, 600, 50_000),
    Table("1.2", "EB", basics.enterprises, 10, 800, 50_000),
    Table("2.1", "PL", licences.licences, 20, 500, 100_000),
    Table("2.2", "CR", rectification.inspections, 10, 300, 200_000),
    Table("2.3", "SC", spot_checks.spot_checks, 5, 800, 200_000),
    Table("2.5", "RM", risk.risks, 20, 500, 100_000),
    Table("2.6", "TR", trace.traces, 1, 1, 0),
    Table("2.7", "QG", grading.gradings, 20, 500, 100_000),
)


@dataclass(frozen=True, slots=True)
class SampleReport:
    """What was made: rows by table, the seed, and the spreadsheets written into the drop folder."""

    tables: tuple[tuple[str, int], ...]
    seed: int
    files: tuple[str, ...] = ()


def invent(
    database: str, rows: int, seed: int, *, drop_folder: Path | None = None, progress: Progress | None = None
) -> SampleReport:
    """Make the sample province in ``database`` (``sqlite:///path`` or ``postgresql://…``).

    Equal ``rows`` and ``seed`` give equal tables on both. An earlier sample is replaced; anything else is refused
    (``SourceError``), as is a number below one (``SettingsError``). The database appears whole or not at all.
    """
    if rows < 1 or seed < 0:
        raise SettingsError("A sample needs at least one row, and a seed of zero or more.", todo="Give other numbers.")
    shapes = {table.standard: shape(load_standard(table.standard)) for table in TABLES}
    with creating(database, tuple(shapes.values())) as store:
        here = province(rows, seed)
        for table in TABLES:
            _fill(store, here, table, shapes[table.standard], progress)
        store.mark([Made(shapes[t.standard].name, seed, rows, t.count(rows), 0) for t in TABLES])
    done = tuple((shapes[t.standard].name, t.count(rows)) for t in TABLES)
    return SampleReport(done, seed, drop(here, drop_folder) if drop_folder else ())


def province(rows: int, seed: int) -> World:
    """The world of a sample of ``rows`` trace records."""
    by_standard = {table.standard: table.count(rows) for table in TABLES}
    return world(seed, rows, by_standard["1.2"], by_standard["1.1"])


def _fill(store: Store, here: World, table: Table, to: Shape, progress: Progress | None) -> None:
    """Make chunk after chunk; while one is loaded (without the interpreter's lock) the next is made."""
    total = table.count(here.rows)
    with ThreadPoolExecutor(1) as loader:
        loading: Future[None] | None = None
        for first in range(0, total, CHUNK):
            frame = chunk(here, table, to, first, min(CHUNK, total - first))
            if loading:
                loading.result()
            loading = loader.submit(store.append, to, frame)
            if progress:
                progress(to.name, first + frame.height, total)
        if loading:
            loading.result()


def chunk(here: World, table: Table, to: Shape, first: int, n: int) -> pl.DataFrame:
    """Rows ``first`` … of a table, complete. The same chunk always comes out the same."""
    rng = draw.stream(here.seed, to.name, first)
    times = header.stamps(first, n, table.count(here.rows), rng)
    numbers = first + np.arange(n, dtype=np.int64) + 1
    fixes = header.corrected(n, rng)
    body = table.make(here, first, times.event, rng)
    source = np.arange(n)
    source[fixes] -= 1
    body = corrections(body[source], fixes, to)
    body = body.with_columns(header.keys(table.prefix, numbers).alias("record_id"))
    frame = header.attach(here, to, body, header.touched(times, fixes, rng), rng)
    frame = header.states(frame, fixes, rng)
    frame = dirt.twice_superseded(dirt.soil(frame, to.name, rng), fixes)
    return finished(frame, to)


def corrections(body: pl.DataFrame, fixes: draw.Ints, to: Shape) -> pl.DataFrame:
    """The body with one fact put right in the rows ``fixes``, which repeat the rows that they correct."""
    column, right = _CORRECTED[to.name]
    here = np.zeros(body.height, dtype=np.bool_)
    here[fixes] = True
    return body.with_columns(
        pl.when(pl.lit(pl.Series(here))).then(pl.lit(right)).otherwise(pl.col(column)).alias(column)
    )


_CORRECTED = {
    "product_basic": ("warranty_period", "P5Y"),
    "enterprise_basic": ("business_scope", "一般项目：产品销售（更正登记）。"),
    "production_licence": ("approval_mode", "1"),
    "special_rectification": ("plan_document_no", "鲁市监质字〔2025〕99号"),
    "spot_check": ("sample_qty", "4件"),
    "risk_monitoring": ("collect_method", "2"),
    "traceability": ("warranty_period", "P5Y"),
    "quality_grading": ("mark_no", "QM-GZ"),
}
"""The fact that a correction puts right, by table."""


def finished(frame: pl.DataFrame, to: Shape) -> pl.DataFrame:
    """The frame with its digest, in the table's columns; ``DeclarationError`` when the standard asks for others."""
    made, asked = {*frame.columns, "record_hash"}, {column.name for column in to.columns}
    if made != asked:
        names = ", ".join(sorted(made ^ asked))
        raise DeclarationError(f"The sample and standard {to.standard.no} differ in: {names}.")
    dates = [pl.col(c.name).cast(pl.Date) for c in to.columns if c.type is Type.DATE]
    return header.digested(frame.with_columns(dates), to).select(c.name for c in to.columns)
