"""The rules that look at one cell, asked of the values of a column."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.codes import code_list
from catalog.identifiers.arrays import Bools
from catalog.identifiers.characters import letters
from catalog.identifiers.checks import CHECKS, matches
from catalog.model import Kind
from catalog.rules.columns import Column
from catalog.rules.model import LISTS, Rule, RuleKind
from catalog.rules.numbers import filled, ints_of, units_of
from catalog.rules.text_columns import to_polars


def broken_by(rule: Rule, column: Column) -> Bools:
    """Which of the column's values break the rule."""
    if rule.kind is RuleKind.REQUIRED:
        return column.blank
    if rule.kind is RuleKind.TYPE:
        return column.broken
    if rule.kind is RuleKind.RANGE:
        return _outside(rule, column)
    judge = _JUDGES[rule.kind]
    if column.field.kind not in LISTS:
        return judge(rule, column.values) & filled(column.values)
    bad = judge(rule, column.values.flatten())
    owner = column.values.value_parent_indices().to_numpy()
    return np.bincount(owner[bad], minlength=len(column.values)).astype(bool)


def _too_short_or_long(rule: Rule, texts: pa.StringArray) -> Bools:
    low, high = rule.params["min"], rule.params["max"]
    bounds = letters(texts)[1]
    size = np.diff(bounds)
    # A character takes one to four bytes: most columns are judged by their bytes alone.
    short_enough = high is None or not len(size) or bool(size.max() <= high)
    if short_enough and (low <= 1 or bool((size[filled(texts)] >= 4 * low).all())):
        return np.zeros(len(texts), bool)
    count = to_polars(texts).str.len_chars().fill_null(low).to_numpy()
    wrong: Bools = (count < low) | (False if high is None else count > high)
    return wrong


def _unlike(rule: Rule, texts: pa.StringArray) -> Bools:
    return ~matches(texts, rule.params["pattern"])


def _unlisted(rule: Rule, texts: pa.StringArray) -> Bools:
    codes = pa.array(code_list(rule.params["list"]).codes, pa.string())
    listed: Bools = pc.is_in(texts, value_set=codes).to_numpy(zero_copy_only=False)
    return ~listed


def _unsound(rule: Rule, texts: pa.StringArray) -> Bools:
    return ~CHECKS[rule.params["name"]].column(texts)


def _outside(rule: Rule, column: Column) -> Bools:
    """Bounds are turned into whole units, so that nothing is compared as a float."""
    decimal = column.field.kind is Kind.DECIMAL
    numbers = units_of(column.values) if decimal else ints_of(column.values)
    scale = column.field.scale if decimal else 0
    wrong = np.zeros(len(numbers), bool)
    if rule.params["min"] is not None:
        wrong |= numbers < bound_units(rule.params["min"], scale, ROUND_CEILING)
    if rule.params["max"] is not None:
        wrong |= numbers > bound_units(rule.params["max"], scale, ROUND_FLOOR)
    return wrong & filled(column.values)


def bound_units(bound: float, scale: int, rounding: str) -> int:
    """A declared bound in the smallest units of a column, within what 64 bits hold."""
    units = int((Decimal(str(bound)).scaleb(scale)).to_integral_value(rounding))
    return max(min(units, 2**63 - 1), -(2**63))


_JUDGES: dict[RuleKind, Callable[[Rule, pa.StringArray], Bools]] = {
    RuleKind.LENGTH: _too_short_or_long,
    RuleKind.PATTERN: _unlike,
    RuleKind.CODE: _unlisted,
    RuleKind.CHECK: _unsound,
}
