"""Raw rows become safe rows: every column selected, renamed, treated and typed as its dataset declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import DeclarationError
from catalog.rows import Raw, Safe
from desensitise.policy import KEY_COLUMN, Policy, Rule
from desensitise.propagate import propagated
from desensitise.treatments import ENTITY, WITHHELD, builder_of

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
    batch = raw.batch
    wanted = dict.fromkeys(name for rule in policy.rules for name in (rule.field, rule.entity) if name)
    missing = [name for name in wanted if name not in batch.schema.names]
    if missing:
        raise DeclarationError(
            f"{policy.dataset}: rows came without the declared fields {', '.join(missing)}.",
            left="Nothing was released.",
            todo="Compare the product and the source query with the declaration.",
        )
    traders = _traders(batch, policy)
    done = {rule.column: _column(batch, rule, policy, traders.get(rule.trader)) for rule in policy.rules}
    withheld = {name: lost for name, (_, lost) in done.items() if lost}
    columns = {name: array for name, (array, _) in done.items()} | dict(_internal(batch, policy))
    made = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
    return Treated(Safe(made, policy.digest), withheld)


def _traders(batch: pa.RecordBatch, policy: Policy) -> dict[str, pl.Series]:
    """For each field that holds a unit's code: which rows are a sole trader's (prefix 92); left out where none is."""
    fields = {rule.trader for rule in policy.rules if rule.trader in batch.schema.names}
    found = {field: pc.starts_with(pc.utf8_trim_whitespace(_text(batch.column(field))), "92") for field in fields}
    return {field: _series(mask).fill_null(value=False) for field, mask in found.items() if mask.true_count}


def _internal(batch: pa.RecordBatch, policy: Policy) -> list[tuple[str, pa.Array]]:
    own = [(name, batch.column(name)) for name in batch.schema.names if name.startswith("_")]
    if policy.key in batch.schema.names and KEY_COLUMN not in batch.schema.names:
        own.append((KEY_COLUMN, batch.column(policy.key).cast(pa.string())))
    return own


def _column(batch: pa.RecordBatch, rule: Rule, policy: Policy, traders: pl.Series | None) -> tuple[pa.Array, int]:
    array = batch.column(rule.field)
    if rule.treatment == "keep" and traders is None:
        kept = array if array.type == rule.type else _typed(_series(array), rule)
    else:
        if rule.treatment == "redact":
            column = propagated(pl.DataFrame(batch), rule.field, policy.personal)
        else:
            column = _series(array)
        treated = (
            _by_entity(column, _series(batch.column(rule.entity)), rule) if rule.entity else _treated(column, rule)
        )
        kept = _typed(_hidden(treated, rule, traders), rule)
    return kept, max(0, kept.null_count - array.null_count)


def _text(array: pa.Array) -> pa.Array:
    return array if pa.types.is_string(array.type) else array.cast(pa.string())


def _series(array: pa.Array) -> pl.Series:
    series = pl.from_arrow(array)
    assert isinstance(series, pl.Series)  # noqa: S101 - an array gives a series; this tells the type checker
    return series


def _treated(column: pl.Series, rule: Rule) -> pl.Series:
    build = builder_of(rule.treatment, rule.key)
    on_days = rule.treatment in _ON_DAYS and isinstance(column.dtype, pl.Date | pl.Datetime)
    if on_days:
        # A year has few days and millions of moments; the day is that of the column's own time zone.
        column = column.dt.date()
    if not on_days and rule.treatment not in _ON_DISTINCT:
        return _evaluated(column.to_frame("value"), build(pl.col("value"), rule.options))
    encoded = column.to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode()
    return _evaluated(_series(encoded.dictionary).to_frame("value"), build(pl.col("value"), rule.options)).gather(
        _series(encoded.indices)
    )


def _by_entity(column: pl.Series, entity: pl.Series, rule: Rule) -> pl.Series:
    build = builder_of(rule.treatment, rule.key)
    return _evaluated(pl.DataFrame({"value": column, ENTITY: entity}), build(pl.col("value"), rule.options))


def _evaluated(frame: pl.DataFrame, treated: pl.Expr) -> pl.Series:
    try:
        return frame.select(treated.alias("value"))["value"]
    except pl.exceptions.PolarsError as error:
        raise DeclarationError(
            f"A treatment failed on a column of type {frame['value'].dtype}: {type(error).__name__}.",
            left="Nothing was released.",
            todo="Declare a treatment that fits the field's kind.",
        ) from None


def _hidden(column: pl.Series, rule: Rule, traders: pl.Series | None) -> pl.Series:
    """The column without the names, addresses and codes of sole traders."""
    if traders is None:
        return column
    word = pl.lit(WITHHELD) if rule.text else pl.lit(None, dtype=column.dtype)
    rows = pl.DataFrame({"value": column, "trader": traders})
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
