"""The rules that a declaration implies: what each is called, what it asks, and what breaking it does to a row."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from catalog.errors import DeclarationError
from catalog.identifiers.checks import CHECKS
from catalog.model import Field, Kind, Required, Severity

TEXTS = frozenset({Kind.STRING, Kind.CODE, Kind.FILE})
LISTS = frozenset({Kind.STRINGS, Kind.CODES})
WORDED = TEXTS | LISTS
"""Kinds whose values are texts or lists of texts: length, pattern, code list and check are asked of each text."""
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL})
TIMES = frozenset({Kind.DATE, Kind.DATETIME})
TELLING = WORDED | {Kind.BOOLEAN, Kind.INTEGER}
"""Kinds whose values a condition (``required_when``) may name by their text."""


class RuleKind(StrEnum):
    """What a rule asks of a cell."""

    REQUIRED = "required"
    REQUIRED_WHEN = "required_when"
    TYPE = "type"
    LENGTH = "length"
    PATTERN = "pattern"
    CODE = "code"
    RANGE = "range"
    ORDER = "order"
    CHECK = "check"


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one field. ``id`` is unique within the field; flags are called like ``USCC_CHECKSUM``.

    ``params`` by kind: required_when ``field``, ``values``; length ``min``, ``max``; pattern ``pattern``; code
    ``list``; range ``min``, ``max``; order ``field``; check ``name``.
    """

    id: str
    field: str
    severity: Severity
    kind: RuleKind
    zh: str
    en: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=lambda: MappingProxyType({}))


def rules_of(fields: Sequence[Field]) -> tuple[Rule, ...]:
    """Every rule of these fields, in their order.

    A rule that looks at another field exists only where that field is among them: what is not read cannot be asked.
    Raises ``DeclarationError`` where a condition does not fit its field's kind.
    """
    return _rules_of(tuple(fields))


@lru_cache(maxsize=64)
def _rules_of(fields: tuple[Field, ...]) -> tuple[Rule, ...]:
    by_name = {f.name: f for f in fields}
    return tuple(rule for f in fields for rule in _rules(f, by_name))


def _rules(f: Field, others: Mapping[str, Field]) -> Iterator[Rule]:
    _demand_fitting(f)
    if f.required is Required.YES:
        yield _reject(f, RuleKind.REQUIRED, "必填", "must be filled")
    if f.required is Required.WHEN and f.required_when and f.required_when.field in others:
        yield _required_when(f, others[f.required_when.field])
    yield _reject(f, RuleKind.TYPE, f"须为{_KINDS[f.kind][0]}", f"must be {_KINDS[f.kind][1]}")
    if f.min_length is not None or f.max_length is not None:
        low, high = f.min_length or 0, f.max_length
        zh, en = f"长度 {low} 至 {_shown(high)} 个字符", f"{low} to {_shown(high)} characters"
        yield _reject(f, RuleKind.LENGTH, zh, en, min=low, max=high)
    if f.pattern is not None:
        yield _reject(f, RuleKind.PATTERN, f"须符合 {f.pattern}", f"must match {f.pattern}", pattern=f.pattern)
    if f.codes is not None:
        yield _reject(f, RuleKind.CODE, f"须为代码表 {f.codes} 中的代码", f"must be a code of {f.codes}", list=f.codes)
    if f.minimum is not None or f.maximum is not None:
        span = f"{_shown(f.minimum)} – {_shown(f.maximum)}"
        yield _reject(f, RuleKind.RANGE, f"取值范围 {span}", f"between {span}", min=f.minimum, max=f.maximum)
    if f.not_before is not None and f.not_before in others:
        yield _order(f, others[f.not_before])
    if f.check is not None:
        check = CHECKS[f.check]
        params = MappingProxyType({"name": check.name})
        yield Rule(check.flag, f.name, Severity.FLAG, RuleKind.CHECK, check.zh, check.en, params)


def _required_when(f: Field, other: Field) -> Rule:
    assert f.required_when is not None  # noqa: S101 - the caller looked; this tells the type checker
    if other.kind not in TELLING:
        raise _misfit(f, "required_when names a field of a kind that has no plain text")
    values = f.required_when.values
    told = "、".join(values)
    zh, en = f"{other.name} 为 {told} 时必填", f"must be filled when {other.name} is {' or '.join(values)}"
    return _reject(f, RuleKind.REQUIRED_WHEN, zh, en, field=other.name, values=values)


def _order(f: Field, other: Field) -> Rule:
    if f.kind is not other.kind:
        raise _misfit(f, "not_before names a field of another kind")
    return _reject(f, RuleKind.ORDER, f"不得早于 {other.name}", f"not before {other.name}", field=other.name)


def _reject(f: Field, kind: RuleKind, zh: str, en: str, **params: Any) -> Rule:
    return Rule(f"{f.name}:{kind}", f.name, Severity.REJECT, kind, zh, en, MappingProxyType(params))


def _demand_fitting(f: Field) -> None:
    """Conditions that no reader of this kind would ask are refused, not passed over in silence."""
    texts = WORDED | {Kind.JSON}
    misfits = (
        ("min_length or max_length", (f.min_length, f.max_length), texts),
        ("pattern", (f.pattern,), WORDED),
        ("codes", (f.codes,), WORDED),
        ("check", (f.check,), WORDED),
        ("minimum or maximum", (f.minimum, f.maximum), NUMBERS),
        ("not_before", (f.not_before,), TIMES),
    )
    for name, values, kinds in misfits:
        if f.kind not in kinds and any(value is not None for value in values):
            raise _misfit(f, f"{name} does not fit kind {f.kind}")
    if f.check is not None and f.check not in CHECKS:
        raise _misfit(f, "check is unknown")


def _misfit(f: Field, why: str) -> DeclarationError:
    return DeclarationError(f"Field {f.name}: {why}.", todo="Correct the declaration of the data standard.")


def _shown(bound: float | None) -> str:
    return "∞" if bound is None else f"{bound:g}"


_KINDS = {
    Kind.STRING: ("文本", "text"),
    Kind.STRINGS: ("文本列表", "a list of texts"),
    Kind.INTEGER: ("整数", "a whole number"),
    Kind.DECIMAL: ("数值", "a number"),
    Kind.DATE: ("日期 YYYY-MM-DD", "a date YYYY-MM-DD"),
    Kind.DATETIME: ("日期时间", "a date and time"),
    Kind.BOOLEAN: ("是或否", "true or false"),
    Kind.CODE: ("代码", "a code"),
    Kind.CODES: ("代码列表", "a list of codes"),
    Kind.JSON: ("结构化文本", "a JSON object or list"),
    Kind.FILE: ("文件引用", "a reference to a file"),
}
