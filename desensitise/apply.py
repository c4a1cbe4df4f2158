"""Raw rows become safe rows: every column selected, renamed, treated and typed as its dataset declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from catalog.errors import DeclarationError
from catalog.rows import Raw, Safe
from desensitise.policy import KEY_COLUMN, Policy, Rule
from desensitise.propagate import propagated
from desensitise.treatments import TREATMENTS, WITHHELD

_ON_DISTINCT = frozenset({"mask_name", "mask_address", "county", "city", "province"})
_ON_DAYS = frozenset({"month", "quarter", "year"})


@dataclass(frozen=True, slots=True)
class Treated:
    """Safe rows, and how many cells of each column lost their value because no treatment could handle it."""

    safe: Safe
    withheld: Mapping[str, int]


def apply(raw: Raw, policy: Policy) -> Safe:
    """The batch under its policy. Columns that begin with ``_`` stay for the pipeline; packing drops them."""
    return treat(raw, policy).safe


def treat(raw: Raw, policy: Policy) -> Treated:
    """As ``apply``, with the count of withheld cells."""
    frame = pl.DataFrame(raw.batch)
    missing = [rule.field for rule in policy.rules if rule.field not in frame.columns]
    if missing:
        raise DeclarationError(
            f"{policy.dataset}: rows came without the declared fields {', '.join(missing)}.",
            left="Nothing was released.",
            todo="Compare the product and the source query with the declaration.",
        )
    names: list[str] = []
    arrays: list[pa.Array] = []
    withheld: dict[str, int] = {}
    for rule in policy.rules:
        array, lost = _column(frame, raw.batch, rule, policy)
        names.append(rule.column)
        arrays.append(array)
        if lost:
            withheld[rule.column] = lost
    for name, array in _internal(raw.batch, policy):
        names.append(name)
        arrays.append(array)
    return Treated(Safe(pa.RecordBatch.from_arrays(arrays, names=names), policy.digest), withheld)


def _internal(batch: pa.RecordBatch, policy: Policy) -> list[tuple[str, pa.Array]]:
    own = [(name, batch.column(name)) for name in batch.schema.names if name.startswith("_")]
    if policy.key in batch.schema.names and KEY_COLUMN not in batch.schema.names:
        own.append((KEY_COLUMN, batch.column(policy.key).cast(pa.string())))
    return own


def _column(frame: pl.DataFrame, batch: pa.RecordBatch, rule: Rule, policy: Policy) -> tuple[pa.Array, int]:
    raw = frame[rule.field]
    if rule.treatment == "keep" and not rule.trader:
        array = batch.column(rule.field)
        kept = array if array.type == rule.type else _typed(raw, rule)
    else:
        column = propagated(frame, rule.field, policy.personal) if rule.treatment == "redact" else raw
        kept = _typed(_hidden(frame, _treated(column, rule), rule), rule)
    return kept, max(0, kept.null_count - raw.null_count())


def _treated(column: pl.Series, rule: Rule) -> pl.Series:
    build = TREATMENTS[rule.treatment]
    on_days = rule.treatment in _ON_DAYS and isinstance(column.dtype, pl.Date | pl.Datetime)
    if on_days:
        # A year has few days and millions of moments; the day is that of the column's own time zone.
        column = column.dt.date()
    if not on_days and rule.treatment not in _ON_DISTINCT:
        return _evaluated(column, build(pl.col("value"), rule.options))
    distinct = column.drop_nulls().unique()
    done = _evaluated(distinct, build(pl.col("value"), rule.options))
    return column.replace_strict(distinct, done, default=None, return_dtype=done.dtype)


def _evaluated(column: pl.Series, treated: pl.Expr) -> pl.Series:
    try:
        return column.to_frame("value").select(treated.alias("value"))["value"]
    except pl.exceptions.PolarsError as error:
        raise DeclarationError(
            f"A treatment failed on a column of type {column.dtype}: {type(error).__name__}.",
            left="Nothing was released.",
            todo="Declare a treatment that fits the field's kind.",
        ) from None


def _hidden(frame: pl.DataFrame, column: pl.Series, rule: Rule) -> pl.Series:
    """The column without the names, addresses and codes of sole traders."""
    if not rule.trader or rule.trader not in frame.columns:
        return column
    trader = frame[rule.trader].cast(pl.String).str.strip_chars().str.starts_with("92").fill_null(value=False)
    if not trader.any():
        return column
    word = pl.lit(WITHHELD) if rule.text else pl.lit(None, dtype=column.dtype)
    rows = pl.DataFrame({"value": column, "trader": trader})
    hide = pl.col("trader") & pl.col("value").is_not_null()
    return rows.select(pl.when(hide).then(word).otherwise(pl.col("value")).alias("value"))["value"]


def _typed(column: pl.Series, rule: Rule) -> pa.Array:
    array = column.to_arrow(compat_level=pl.CompatLevel.oldest())
    wanted = rule.type
    if array.type == wanted:
        return array
    try:
        if pa.types.is_list(wanted) and not pa.types.is_nested(array.type):
            split = column.cast(pl.String).str.split(";").to_arrow(compat_level=pl.CompatLevel.oldest())
            return split.cast(wanted)
        return array.cast(wanted)
    except (pa.ArrowException, pl.exceptions.PolarsError) as error:
        raise DeclarationError(
            f"Column {rule.column} cannot be given as {wanted}: {type(error).__name__}.",
            left="Nothing was released.",
            todo="Compare the field's declared kind with what the source delivers.",
        ) from None
