"""The rules that look at one cell, asked of the values of a column."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from catalog.codes import code_list
from catalog.identifiers.arrays import Bools
from catalog.identifiers.characters import letters
from catalog.identifiers.checks import CHECKS, matches
from catalog.model import Kind
from catalog.rules.columns import Column
from catalog.rules.model import LISTS, Rule, RuleKind
from catalog.rules.numbers import filled, ints_of, units_of


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
        bad = judge(rule, column.values)
        return bad & filled(column.values) if column.values.null_count else bad
    bad = judge(rule, column.values.flatten())
    owner = column.values.value_parent_indices().to_numpy()
    return np.bincount(owner[bad], minlength=len(column.values)).astype(bool)


def _too_short_or_long(rule: Rule, texts: pa.StringArray) -> Bools:
    low, high = rule.params["min"], rule.params["max"] or math.inf
    data, bounds = letters(texts)
    sizes = np.diff(bounds)
    # A character takes one to four bytes: most texts are judged by their bytes alone.
    least = 4 * low if low > 1 else 0
    if not len(sizes) or (sizes.min() >= least and sizes.max() <= high):
        return np.zeros(len(texts), bool)
    body = data[bounds[0] : bounds[-1]]
    if least and len(body) and body.max() < 0x80:
        return _beyond(sizes, low, high)
    doubtful = _beyond(sizes, least, high)
    count = pc.utf8_length(texts.filter(pa.array(doubtful))).fill_null(low).to_numpy()
    doubtful[doubtful] = _beyond(count, low, high)
    return doubtful


def _beyond(numbers: NDArray[Any], low: float, high: float) -> Bools:
    beyond: Bools = (numbers < low) | (numbers > high)
    return beyond


def _unlike(rule: Rule, texts: pa.StringArray) -> Bools:
    return ~matches(texts, rule.params["pattern"])


def _unlisted(rule: Rule, texts: pa.StringArray) -> Bools:
    data, bounds = letters(texts)
    if len(texts) and (np.diff(bounds) == 1).all():
        return ~_single_letters(rule.params["list"]).take(data[bounds[0] : bounds[-1]])
    listed: Bools = pc.is_in(texts, value_set=_codes(rule.params["list"])).to_numpy(zero_copy_only=False)
    return ~listed


@cache
def _codes(name: str) -> pa.StringArray:
    return pa.array(code_list(name).codes, pa.string())


@cache
def _single_letters(name: str) -> Bools:
    """Of every byte, whether it is a code of the list."""
    listed = np.zeros(256, bool)
    listed[[ord(code) for code in code_list(name).codes if len(code) == 1 and code.isascii()]] = True
    return listed


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
