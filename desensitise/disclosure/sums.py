"""From records to sums: what each contributor comes to in each finest cell, batch by batch.

Memory follows the number of finest cells and contributors, not of records. Amounts are whole numbers of their last
decimal and exact up to 2**53.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import polars as pl
import pyarrow as pa

from catalog.errors import DeclarationError, UnsafeRelease
from desensitise.disclosure.selection import asked_columns, with_selections
from desensitise.disclosure.spec import Measure, TableSpec

Source: TypeAlias = Any
"""An Arrow table, a record batch, several of them, or a polars frame; pyarrow has no types to say so."""

LARGEST = 2.0**53
"""Up to here every whole number has its own floating point number."""


def sums_of(records: Source, spec: TableSpec) -> pl.DataFrame:
    """What each contributor (``_owner``, ``_waived``) comes to in each finest cell, a column a dimension and measure.

    Amounts are whole numbers of the measure's last decimal.
    """
    return _added(list(_summed(records, spec)), spec)


def finest_columns(spec: TableSpec) -> list[str]:
    """Columns of the finest cells: those of all dimensions, and those kept for other tables of the source."""
    columns = [name for dimension in spec.dimensions for name in dimension.columns]
    return list(dict.fromkeys((*columns, *spec.keep)))


def batches_of(records: Source) -> Iterable[pl.DataFrame]:
    """The records as frames, one at a time."""
    if isinstance(records, pl.DataFrame):
        yield records
    elif isinstance(records, pa.Table | pa.RecordBatch):
        yield pl.DataFrame(records)
    else:
        for batch in records:
            yield pl.DataFrame(batch)


def _summed(records: Source, spec: TableSpec) -> Iterable[pl.DataFrame]:
    """Sums per finest cell and contributor, batch by batch."""
    columns = finest_columns(spec)
    by = spec.owner or spec.contributor
    for frame in batches_of(records):
        wanted = {*asked_columns(spec), by, *(m.column for m in spec.measures), spec.weight, spec.waiver} - {""}
        if missing := sorted(wanted - set(frame.columns)):
            raise DeclarationError(
                f"Table {spec.name}: the input has no column {missing[0]}.",
                left="Nothing was released.",
                todo="Name the columns as the specification does.",
            )
        if not frame.height:
            continue
        owner = pl.col(by).cast(pl.String)
        if spec.owner:
            # A firm without a known owner stands for itself.
            owner = (
                pl.when(owner.is_null() | (owner == "")).then(pl.col(spec.contributor).cast(pl.String)).otherwise(owner)
            )
        rows = with_selections(frame, spec.dimensions).select(
            *(pl.col(name).cast(pl.String) for name in columns),
            owner.fill_null("").alias("_owner"),
            (pl.col(spec.waiver).cast(pl.Boolean).fill_null(value=False) if spec.waiver else pl.lit(False)).alias(
                "_waived"
            ),
            *(_amount(measure, frame, spec) for measure in spec.measures),
            *([pl.col(spec.weight).cast(pl.Float64).alias("_weight")] if spec.weight else []),
        )
        _demand_whole(rows, columns, spec)
        yield _by_owner(rows, columns, spec)


def _amount(measure: Measure, frame: pl.DataFrame, spec: TableSpec) -> pl.Expr:
    """A measure as whole numbers of its last decimal."""
    kind = frame.schema[measure.column]
    if not (kind.is_numeric() or kind == pl.Boolean):
        raise DeclarationError(
            f"Table {spec.name}: column {measure.column} is not numeric.",
            left="Nothing was released.",
            todo="Give numbers; empty cells count as nought.",
        )
    scaled = pl.col(measure.column).cast(pl.Float64) * float(10**measure.decimals)
    # A tenth has no exact binary form; rounding to the last decimal gives the exact number back.
    return scaled.round(0).fill_null(0.0).alias(measure.name)


def _demand_whole(rows: pl.DataFrame, columns: Sequence[str], spec: TableSpec) -> None:
    """No figure without a contributor, without a code, infinite, or below nought where the measure is not signed."""
    names = [measure.name for measure in spec.measures]
    worth = pl.any_horizontal((pl.col(name) != 0) for name in names)
    troubles = [
        (pl.any_horizontal(pl.col(name).is_null() | (pl.col(name) == "") for name in columns), "has no code"),
        (pl.any_horizontal(~pl.col(name).is_finite() for name in names), "has a figure that is no number"),
    ]
    if not spec.unknown_is_one:
        troubles.append(((pl.col("_owner") == "") & worth, "has a value without contributors"))
    troubles += [
        (pl.col(measure.name) < 0, f"has a {measure.name} below nought")
        for measure in spec.measures
        if not measure.signed
    ]
    if spec.weight:
        troubles.append((pl.col("_weight").is_null() | (pl.col("_weight") < 1), "has a weight below one"))
    for broken, what in troubles:
        found = rows.filter(broken).select(columns).head(1)
        if found.height:
            place = ", ".join(f"{name}={code or ''}" for name, code in zip(columns, found.row(0), strict=True))
            raise UnsafeRelease(
                f"Table {spec.name}: the cell at {place} {what}.",
                left="Nothing was released.",
                todo="Correct the input, or the specification ('unknown' for missing contributors, 'signed').",
            )


def _by_owner(rows: pl.DataFrame, columns: Sequence[str], spec: TableSpec) -> pl.DataFrame:
    names = [measure.name for measure in spec.measures]
    # Weighted totals need the weight beside the plain contribution.
    sums = [pl.col(name).sum() for name in names]
    if spec.weight:
        sums += [(pl.col(name) * pl.col("_weight")).sum().alias(f"_w_{name}") for name in names]
        sums.append(pl.col("_weight").max())
    return rows.group_by(*columns, "_owner").agg(pl.col("_waived").all(), *sums)


def _added(parts: list[pl.DataFrame], spec: TableSpec) -> pl.DataFrame:
    if not parts:
        raise DeclarationError(f"Table {spec.name}: the input has no rows.", todo="Give at least one record.")
    columns = finest_columns(spec)
    whole = pl.concat(parts)
    if whole.height == 0:
        raise DeclarationError(f"Table {spec.name}: the input has no rows.", todo="Give at least one record.")
    rest = pl.exclude(*columns, "_owner", "_waived", "_weight")
    weight = [pl.col("_weight").max()] if spec.weight else []
    return _exact(whole.group_by(*columns, "_owner").agg(pl.col("_waived").all(), rest.sum(), *weight), spec)


def _exact(sums: pl.DataFrame, spec: TableSpec) -> pl.DataFrame:
    """The sums, where no total of them outgrows what is added up exactly."""
    for measure in spec.measures:
        names = [name for name in (measure.name, f"_w_{measure.name}") if name in sums.columns]
        if any(float(sums[name].abs().sum()) > LARGEST for name in names):
            raise UnsafeRelease(
                f"Table {spec.name}: {measure.name} adds up to more than can be told to its last digit (2**53).",
                left="Nothing was released.",
                todo="Correct the input, or give amounts in a larger unit or with fewer decimals.",
            )
    return sums
