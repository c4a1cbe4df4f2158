"""One field from its TOML table, and what a set of fields must satisfy together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from catalog import codes
from catalog.errors import DeclarationError
from catalog.model import Field, Kind, Required, Sensitivity, Sharing, When
from catalog.standards.checks import CHECKS
from catalog.standards.patterns import trouble
from catalog.standards.reading import Table

C = TypeVar("C", Sensitivity, Sharing)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_WORDS = (Kind.STRING, Kind.STRINGS, Kind.CODE, Kind.CODES, Kind.FILE)
_LISTS = (Kind.STRINGS, Kind.CODES)
_CODED = (Kind.CODE, Kind.CODES)
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL)
_TIMES = (Kind.DATE, Kind.DATETIME)
_TELLING = (*_WORDS, Kind.BOOLEAN, Kind.INTEGER)


def read_field(table: Table) -> Field:
    """The declared field; anything unknown, unclassified or contradictory is refused."""
    kind = table.choice("kind", Kind)
    field = Field(
        code=table.text("code"),
        name=table.text("name"),
        zh=table.text("zh"),
        en=table.text("en"),
        kind=kind,
        sensitivity=_class(table, "sensitivity", Sensitivity),
        sharing=_class(table, "sharing", Sharing),
        required=table.choice("required", Required, Required.NO),
        required_when=_when(table),
        min_length=table.integer("min_length"),
        max_length=table.integer("max_length"),
        pattern=table.optional_text("pattern"),
        codes=_known(table, "codes", codes.names()),
        check=_known(table, "check", sorted(CHECKS)),
        minimum=table.number("minimum"),
        maximum=table.number("maximum"),
        scale=_scale(table, kind),
        not_before=table.optional_text("not_before"),
        separators=table.optional_text("separators") or ";；",
        note_zh=table.optional_text("note_zh") or "",
        note_en=table.optional_text("note_en") or "",
    )
    _demand_sound(field, table)
    table.done()
    return field


def demand_consistent(fields: Sequence[Field], header: Sequence[Field], file: str) -> None:
    """Refuse duplicate codes and names, and conditions on fields that do not exist or do not fit."""
    everything = (*header, *fields)
    for what, values in (("code", [f.code for f in everything]), ("name", [f.name for f in everything])):
        for value, count in Counter(values).items():
            if count > 1:
                todo = f"Give each field, header fields included, a {what} of its own."
                raise DeclarationError(f"{file}: {what} '{value}' stands {count} times.", todo=todo)
    by_name = {f.name: f for f in everything}
    for field in fields:
        _demand_order(field, by_name, file)
        _demand_condition(field, by_name, file)


def _class(table: Table, key: str, kind: type[C]) -> C:
    if not table.has(key):
        known = ", ".join(kind)
        table.refuse(f"the field is unclassified, '{key}' is missing", f"Decide on its {key}: one of {known}.")
    return table.choice(key, kind)


def _known(table: Table, key: str, known: Sequence[str]) -> str | None:
    return table.one_of(key, known) if table.has(key) else None


def _scale(table: Table, kind: Kind) -> int:
    scale = table.integer("scale")
    if scale is not None and (kind is not Kind.DECIMAL or not 0 <= scale <= 10):
        table.refuse("'scale' does not fit", "Give a scale from 0 to 10 to decimal fields only.")
    return 2 if scale is None else scale


def _when(table: Table) -> When | None:
    if not table.has("required_when"):
        return None
    inner = table.table("required_when")
    when = When(inner.text("field"), inner.texts("values"))
    inner.done()
    return when


def _demand_sound(field: Field, table: Table) -> None:
    if not _NAME.fullmatch(field.name):
        table.refuse("'name' is no column name", "Use lower-case letters, digits and _, at most 63, a letter first.")
    if field.sensitivity in {Sensitivity.PERSONAL, Sensitivity.TRADE_SECRET} and field.sharing is Sharing.OPEN:
        table.refuse("a field of class PI or TS is declared OPEN", "Choose a stricter sharing class.")
    if field.kind in _CODED and not (field.codes or field.check):
        table.refuse("a coded field names neither 'codes' nor 'check'", "Name its code list, or make it a string.")
    if field.required_when is not None and field.required is not Required.WHEN:
        table.refuse("'required_when' stands without required = \"when\"", 'Set required = "when".')
    _demand_fitting(field, table)
    if field.pattern is not None and (why := trouble(field.pattern)):
        table.refuse(f"'pattern' {why}", "Write a pattern that Python and Rust read alike.")


def _demand_fitting(field: Field, table: Table) -> None:
    """Conditions must suit the kind: lengths for texts, ranges for numbers, order for dates."""
    groups = (
        (("min_length", "max_length"), (*_WORDS, Kind.JSON), "texts"),
        (("pattern",), _WORDS, "texts"),
        (("codes",), _CODED, "coded fields"),
        (("check",), _WORDS, "texts"),
        (("minimum", "maximum"), _NUMBERS, "numbers"),
        (("not_before",), _TIMES, "dates and times"),
        (("separators",), _LISTS, "lists"),
    )
    for keys, kinds, called in groups:
        for key in keys:
            if table.has(key) and field.kind not in kinds:
                table.refuse(f"'{key}' does not fit kind '{field.kind}'", f"Use '{key}' with {called} only.")
    for low, high in ((field.minimum, field.maximum), (field.min_length, field.max_length)):
        if low is not None and high is not None and low > high:
            table.refuse("the lower limit is greater than the upper one", "Exchange or correct the two limits.")


def _demand_order(field: Field, by_name: dict[str, Field], file: str) -> None:
    if field.not_before is None:
        return
    other = by_name.get(field.not_before)
    if other is None or other.kind is not field.kind or other is field:
        todo = f"Name another field of kind '{field.kind}' of this standard."
        raise DeclarationError(f"{file}, field {field.code}: 'not_before' names no fitting field.", todo=todo)


def _demand_condition(field: Field, by_name: dict[str, Field], file: str) -> None:
    if field.required_when is None:
        return
    other = by_name.get(field.required_when.field)
    place = f"{file}, field {field.code}: 'required_when'"
    if other is None or other is field:
        raise DeclarationError(f"{place} names an unknown field.", todo="Name another field of this standard.")
    if other.kind not in _TELLING:
        raise DeclarationError(f"{place} names a field without a plain text.", todo="Name a code, text or boolean.")
    known: set[str] | None = {"true", "false"} if other.kind is Kind.BOOLEAN else None
    if other.codes is not None:
        known = set(codes.code_list(other.codes).codes)
    if known is not None and not set(field.required_when.values) <= known:
        raise DeclarationError(f"{place} holds values that '{other.name}' cannot take.", todo="Correct 'values'.")
