"""Filters of a record query by the declared columns: ``column``, ``column.from``, ``column.to``, ``column.begins``.

Values become constants of an expression, never text of a query; a fault names the parameter, never its value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import reduce
from operator import and_
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from agreements.model import RowRule
from hub.api.wire.problems import Refused

CONTROLS: Final = frozenset({"purpose", "case", "statement", "code", "fields", "limit", "after"})
_MOST_VALUES: Final = 100


def _boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError
    return text == "true"


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError
    return found


_READERS: Final[Mapping[type[pl.DataType], Callable[[str], Any]]] = MappingProxyType(
    {
        pl.String: str,
        pl.Int64: int,
        pl.Decimal: Decimal,
        pl.Date: date.fromisoformat,
        pl.Datetime: _moment,
        pl.Boolean: _boolean,
    }
)


def asked(arguments: Mapping[str, list[str]], schema: Mapping[str, pl.DataType]) -> pl.Expr | None:
    """What the query's parameters ask for, or None for all rows. Refused (422) for what no column answers."""
    conditions = []
    for name, values in arguments.items():
        if name in CONTROLS:
            continue
        column, _, how = name.partition(".")
        if column not in schema or how not in {"", "from", "to", "begins"} or len(values) > _MOST_VALUES:
            raise wrong(name)
        conditions.append(_condition(name, schema[column], pl.col(column), how, values))
    return reduce(and_, conditions) if conditions else None


def _condition(name: str, kind: pl.DataType, column: pl.Expr, how: str, values: list[str]) -> pl.Expr:
    if isinstance(kind, pl.List) and not how:
        return column.list.set_intersection(pl.lit(values, dtype=pl.List(pl.String))).list.len() > 0
    reader = _READERS.get(kind.base_type())
    if reader is None or (how == "begins" and kind != pl.String) or (how and len(values) != 1):
        raise wrong(name)
    try:
        constants = [reader(value) for value in values]
    except (ValueError, InvalidOperation, OverflowError):
        raise wrong(name) from None
    if how == "begins":
        return column.str.starts_with(constants[0])
    if how:
        bound = pl.lit(constants[0])
        return column >= bound if how == "from" else column <= bound
    return reduce(lambda one, other: one | other, (column == pl.lit(constant) for constant in constants))


def ruled(rules: Iterable[RowRule], schema: Mapping[str, pl.DataType]) -> pl.Expr | None:
    """What a verdict lets through, or None for all rows; data without a rule's column shows no row at all."""
    conditions = [_rule(rule) if schema.get(rule.field) == pl.String else pl.lit(value=False) for rule in rules]
    return reduce(and_, conditions) if conditions else None


def _rule(rule: RowRule) -> pl.Expr:
    column = pl.col(rule.field)
    if rule.how == "is":
        return column.is_in(list(rule.values)).fill_null(value=False)
    holds = [column.str.starts_with(value) for value in rule.values]
    return reduce(lambda one, other: one | other, holds, pl.lit(value=False)).fill_null(value=False)


def wrong(name: str) -> Refused:
    """The refusal of a parameter."""
    fault = {"in": "query", "field": name[:64]}
    return Refused(
        "unprocessable", "A filter does not fit the dataset's columns; see its dictionary.", {"faults": [fault]}
    )
