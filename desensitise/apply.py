"""Raw rows become safe rows: every column selected, renamed, treated and typed as its dataset declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import DeclarationError
from catalog.identifiers.arrays import Bools
from catalog.repeats import asked, compact, each, places_of, plain, repeating, repeats, whole
from catalog.rows import Raw, Safe
from desensitise.known import Known
from desensitise.policy import KEY_COLUMN, Policy, Rule
from desensitise.propagate import propagated
from desensitise.treatments import ENTITY, WITHHELD, builder_of

_PLACES = frozenset({"county", "city", "province"})
_ON_DISTINCT = frozenset({"mask_name", "mask_address"}) | _PLACES
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


def _traders(batch: pa.RecordBatch, policy: Policy) -> dict[str, Bools]:
    """For each field that holds a unit's code: which rows are a sole trader's (prefix 92); left out where none is."""
    fields = {rule.trader for rule in policy.rules if rule.trader in batch.schema.names}
    found = {field: asked(batch.column(field), _is_traders) for field in fields}
    return {field: mask for field, mask in found.items() if mask.any()}


def _is_traders(codes: pa.Array) -> pa.BooleanArray:
    return pc.starts_with(pc.utf8_trim_whitespace(_text(codes)), "92")


def _internal(batch: pa.RecordBatch, policy: Policy) -> list[tuple[str, pa.Array]]:
    own = [(name, batch.column(name)) for name in batch.schema.names if name.startswith("_")]
    if policy.key in batch.schema.names and KEY_COLUMN not in batch.schema.names:
        own.append((KEY_COLUMN, batch.column(policy.key).cast(pa.string())))
    return own


def _column(batch: pa.RecordBatch, rule: Rule, policy: Policy, traders: Bools | None) -> tuple[pa.Array, int]:
    array = batch.column(rule.field)
    if rule.treatment == "keep":
        treated = array
    elif rule.treatment == "redact":
        treated = _arrow(_treated(propagated(pl.DataFrame(plain(batch)), rule.field, policy.personal), rule))
    elif rule.entity:
        treated = _arrow(_by_entity(_series(array), _series(batch.column(rule.entity)), rule))
    elif rule.treatment in _ON_DISTINCT or (rule.treatment in _ON_DAYS and _is_day(array.type)):
        treated = _on_distinct(array, rule)
    else:
        treated = _arrow(_treated(_series(array), rule))
    kept = _typed(_hidden(treated, rule, traders), rule)
    return kept, max(0, kept.null_count - array.null_count)


def _text(array: pa.Array) -> pa.Array:
    return array if pa.types.is_string(array.type) else array.cast(pa.string())


def _is_day(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _series(array: pa.Array) -> pl.Series:
    series = pl.from_arrow(whole(array))
    assert isinstance(series, pl.Series)  # noqa: S101 - an array gives a series; this tells the type checker
    return series


def _arrow(column: pl.Series) -> pa.Array:
    return column.to_arrow(compat_level=pl.CompatLevel.oldest())


def _treated(column: pl.Series, rule: Rule) -> pl.Series:
    build = builder_of(rule.treatment, rule.key)
    return _evaluated(column.to_frame("value"), build(pl.col("value"), rule.options))


def _on_distinct(array: pa.Array, rule: Rule) -> pa.Array:
    """The column treated once a value; what it comes to repeats far more often still, and is held once too."""
    if rule.treatment in _ON_DAYS:
        # A year has few days and millions of moments; the day is that of the column's own time zone.
        array = each(array, days_of)
    encoded = array if repeats(array) else array.dictionary_encode()

    def treated(values: pa.Array) -> pa.Array:
        return _arrow(_treated(_series(values), rule))

    if rule.treatment in _PLACES and pa.types.is_string(encoded.type.value_type):
        known = _known_places(rule.treatment, str(rule.options.get("withheld", WITHHELD)))
        return compact(each(encoded, lambda values: known.of(values, treated)))
    return compact(each(encoded, treated))


@cache
def _known_places(level: str, withheld: str) -> Known:
    """Addresses of units come again in the next batch."""
    del level, withheld
    return Known()


def days_of(moments: pa.Array) -> pa.Array:
    """The calendar day of each moment in the column's own zone; days stay as they are."""
    if pa.types.is_timestamp(moments.type) and moments.type.tz:
        moments = pc.local_timestamp(moments)
    return moments.cast(pa.date32(), safe=False)


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


def _hidden(column: pa.Array, rule: Rule, traders: Bools | None) -> pa.Array:
    """The column without the names, addresses and codes of sole traders."""
    if traders is None:
        return column
    there = column.is_valid().to_numpy(zero_copy_only=False)
    if not repeats(column):
        return pc.if_else(pa.array(traders & there), pa.scalar(WITHHELD if rule.text else None, column.type), column)
    word = pa.array([WITHHELD if rule.text else None], column.dictionary.type)
    values = pa.concat_arrays([column.dictionary, word, pa.nulls(1, word.type)])
    return repeating(values, np.where(traders & there, np.int32(len(column.dictionary)), places_of(column)))


def _typed(array: pa.Array, rule: Rule) -> pa.Array:
    wanted = rule.type
    if array.type == wanted or (repeats(array) and array.type.value_type == wanted):
        return array
    try:
        if pa.types.is_list(wanted) and not pa.types.is_nested(array.type):
            return _arrow(_series(array).cast(pl.String).str.split(";")).cast(wanted)
        return each(array, lambda values: values.cast(wanted))
    except (pa.ArrowException, pl.exceptions.PolarsError) as error:
        raise DeclarationError(
            f"Column {rule.column} cannot be given as {wanted}: {type(error).__name__}.",
            left="Nothing was released.",
            todo="Compare the field's declared kind with what the source delivers.",
        ) from None
