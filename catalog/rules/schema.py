"""The verdict on a single row, as a marshmallow schema derived from the declaration.

For the edges, where rows come one by one. Every message is the id of the broken rule and never holds a value. Load
returns native Python values of the declared kinds. ``schema.flags(row)`` tells the flags, which are no errors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema

from catalog.codes import code_list
from catalog.identifiers.checks import CHECKS
from catalog.model import Field, Severity
from catalog.rules.model import Rule, RuleKind, rules_of
from catalog.rules.reading import Cell, NoValue, read


def marshmallow_schema(declared: Sequence[Field]) -> type[RowSchema]:
    """A schema class whose errors are, for every row, exactly the reject rules that the row breaks."""
    rules = rules_of(declared)
    members: dict[str, Any] = {f.name: CellField(f, tuple(r for r in rules if r.field == f.name)) for f in declared}
    members["_by_name"] = {f.name: f for f in declared}
    members["_rules"] = rules
    return type("DeclaredRow", (RowSchema,), members)


class CellField(fields.Field[Any]):
    """One declared field; its rules on the single cell are its validators."""

    def __init__(self, declared: Field, rules: Sequence[Rule]) -> None:
        self.cell = declared
        self.required_rule = next((rule.id for rule in rules if rule.kind is RuleKind.REQUIRED), "")
        asked = [rule for rule in rules if rule.severity is Severity.REJECT and rule.kind in _JUDGES]
        super().__init__(
            required=bool(self.required_rule),
            allow_none=not self.required_rule,
            validate=[_validator(rule) for rule in asked],
            error_messages={"required": self.required_rule, "null": self.required_rule},
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002 - marshmallow's
        cell = read(self.cell, value)
        if cell is NoValue.BROKEN:
            raise ValidationError(f"{self.cell.name}:{RuleKind.TYPE}")
        if cell is NoValue.BLANK:
            if self.required_rule:
                raise ValidationError(self.required_rule)
            return None
        return cell


class RowSchema(Schema):
    """Base of all derived schemas; columns that are not declared are ignored."""

    class Meta:
        """Columns that are not declared are ignored."""

        unknown = EXCLUDE

    # Underscored, because a declared field may be called anything that begins with a letter.
    _by_name: ClassVar[Mapping[str, Field]] = {}
    _rules: ClassVar[tuple[Rule, ...]] = ()

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _across(self, _data: Any, original: Mapping[str, Any], **_kwargs: Any) -> None:
        """Rules that look at another field of the row."""
        errors: dict[str, list[str]] = {}
        for rule in self._rules:
            if rule.kind in _PAIRS:
                cells = [read(self._by_name[name], original.get(name)) for name in (rule.field, rule.params["field"])]
                if _PAIRS[rule.kind](rule, *cells):
                    errors.setdefault(rule.field, []).append(rule.id)
        if errors:
            raise ValidationError(errors)

    def broken(self, row: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
        """(field, rule id) of every reject rule that the row breaks."""
        errors = self.validate(row)
        return frozenset((str(name), str(rule)) for name, told in errors.items() for rule in told)

    def flags(self, row: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
        """(field, flag) of every check that the row fails."""
        checks = [rule for rule in self._rules if rule.severity is Severity.FLAG]
        failed = (r for r in checks if _fails(r, read(self._by_name[r.field], row.get(r.field))))
        return frozenset((rule.field, rule.id) for rule in failed)


def _validator(rule: Rule) -> Any:
    def validate(cell: Cell) -> None:
        if cell is not None and _fails(rule, cell):
            raise ValidationError(rule.id)

    return validate


def _fails(rule: Rule, cell: Cell) -> bool:
    if isinstance(cell, NoValue):
        return False
    judge = _JUDGES[rule.kind]
    return any(judge(rule, part) for part in (cell if isinstance(cell, tuple) else (cell,)))


def _wrong_length(rule: Rule, text: str) -> bool:
    low, high = rule.params["min"], rule.params["max"]
    return len(text) < low or (high is not None and len(text) > high)


def _unlike(rule: Rule, text: str) -> bool:
    return re.fullmatch(rule.params["pattern"], text) is None


def _unlisted(rule: Rule, text: str) -> bool:
    return text not in code_list(rule.params["list"]).entries


def _outside(rule: Rule, number: int | Decimal) -> bool:
    low, high = (None if bound is None else Decimal(str(bound)) for bound in (rule.params["min"], rule.params["max"]))
    return (low is not None and number < low) or (high is not None and number > high)


def _unsound(rule: Rule, text: str) -> bool:
    return not CHECKS[rule.params["name"]].row(text)


def _missing(rule: Rule, cell: Cell, other: Cell) -> bool:
    if cell is not NoValue.BLANK or isinstance(other, NoValue):
        return False
    told = other if isinstance(other, tuple) else (str(other).lower() if isinstance(other, bool) else str(other),)
    return any(text in rule.params["values"] for text in told)


def _too_early(_: Rule, cell: Cell, other: Cell) -> bool:
    return not isinstance(cell, NoValue) and not isinstance(other, NoValue) and bool(cell < other)


_PAIRS = {RuleKind.REQUIRED_WHEN: _missing, RuleKind.ORDER: _too_early}
_JUDGES: dict[RuleKind, Callable[[Rule, Any], bool]] = {
    RuleKind.LENGTH: _wrong_length,
    RuleKind.PATTERN: _unlike,
    RuleKind.CODE: _unlisted,
    RuleKind.RANGE: _outside,
    RuleKind.CHECK: _unsound,
}
