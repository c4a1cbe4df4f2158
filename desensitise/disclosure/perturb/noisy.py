"""A specification's tables by cell key: every count moved by noise that its records decide.

A record's key is drawn from the column that ``[cell_key] record`` names, or from its contributor and finest codes; a
measure's cell key is the sum of key times count. So a cell has the same noise in every table and release in which the
same records stand behind it, and other noise as soon as one record changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl

from catalog.errors import DeclarationError, UnsafeRelease
from desensitise.disclosure.perturb.cellkey import perturbation
from desensitise.disclosure.perturb.keys import SPAN, record_keys
from desensitise.disclosure.perturb.ptable import p_table
from desensitise.disclosure.spec import Measure, MeasureKind, TableSpec
from desensitise.disclosure.sums import Source, batches_of, finest_columns
from desensitise.disclosure.table import Cells, cells_of

EXACT = 2.0**53


def noisy_cells(records: Source, spec: TableSpec, secret: bytes) -> Cells:
    """The cells with noise on every count; DeclarationError for a table of amounts, which are not perturbed."""
    for asked in spec.measures:
        if asked.kind is MeasureKind.VALUE or asked.signed:
            raise DeclarationError(
                f"Table {spec.name}: {asked.name} is an amount; the cell key perturbs counts only.",
                left="Nothing was released.",
                todo='Leave it out, or use method = "suppress" or "round".',
            )
    keys = tuple(replace(one, name=f"_key {one.name}", column=f"_key {one.name}", decimals=0) for one in spec.measures)
    keyed = replace(spec, measures=(*spec.measures, *(replace(one, kind=MeasureKind.COUNT) for one in keys)))
    cells = cells_of(_keyed(records, spec, secret, keys), keyed)
    noise = p_table(spec.cell_key)
    count = len(spec.measures)
    made = []
    for one, key in zip(cells.measures[:count], cells.measures[count:], strict=True):
        if float(key.value.max(initial=0.0)) >= EXACT:
            raise UnsafeRelease(
                f"Table {spec.name}: too many records for exact cell keys of {one.measure.name}.",
                left="Nothing was released.",
                todo="Count records into fewer, coarser cells.",
            )
        moved = perturbation(one.value, np.mod(key.value, SPAN) / SPAN, noise)
        made.append(replace(one, value=one.value + moved.astype(np.float64)))
    return replace(cells, spec=spec, measures=tuple(made))


def _keyed(records: Source, spec: TableSpec, secret: bytes, keys: tuple[Measure, ...]) -> Iterator[pl.DataFrame]:
    """The records with a column a measure that holds key times count."""
    names = [spec.cell_key.record] if spec.cell_key.record else [spec.contributor, *finest_columns(spec)]
    for frame in batches_of(records):
        if missing := [name for name in names if name not in frame.columns]:
            raise DeclarationError(
                f"Table {spec.name}: the input has no column {missing[0]}.", todo="Name the columns as they are."
            )
        text = pl.concat_str((pl.col(name).cast(pl.String).fill_null("") for name in names), separator="\x1f")
        drawn = pl.Series(record_keys(frame.select(text.alias("_")).to_series(), secret))
        yield frame.with_columns(
            (drawn * pl.col(one.column).cast(pl.UInt64).fill_null(0) % SPAN).cast(pl.Float64).alias(key.column)
            for one, key in zip(spec.measures, keys, strict=True)
        )
