"""What a column of a release is by its declaration: which personal kinds may rightly stand in it, and how to look.

Real hotlines may be mobile numbers, and names of firms may hold names of persons: the declared field decides, not the
shape of the value alone (DOMAIN 10).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from catalog.identifiers.trace_codes import Scheme, scheme_of
from catalog.model import Audience, Column, Dataset, Field, Kind, Sensitivity, Sharing
from desensitise.detect import Kind as Found
from desensitise.detect import Mode
from desensitise.treatments import DROP

FREE_TEXT = 500
_HOTLINE = frozenset({Found.PHONE, Found.MOBILE})
# Names of units, products and offices, published as such by the regulator.
_PUBLISHED_NAMES = frozenset({Found.PERSON, Found.ORGANISATION, Found.ADDRESS})
_NUMBERS = frozenset(Found) - {Found.PERSON, Found.ADDRESS, Found.ORGANISATION}
# What invented values look like. Words of invented names and places may look like either.
_INVENTED = {
    "address": frozenset({Found.PERSON, Found.ADDRESS}),
    "name": frozenset({Found.PERSON, Found.ADDRESS}),
    "organisation": frozenset({Found.PERSON, Found.ADDRESS}),
}
_CHANCE = frozenset({Found.QQ, Found.WECHAT, Found.PLATE})
_LINK = re.compile(r"https?://[0-9A-Za-z.-]+/")
_OUTSIDE = (Audience.PUBLIC, Audience.INSTITUTES)


@dataclass(frozen=True, slots=True)
class Role:
    """``context`` goes to the detectors, ``allowed`` are kinds that are no finding, ``mode`` is how keenly to look.

    ``traced`` columns hold trace codes by their field's check.
    """

    context: str
    allowed: frozenset[Found]
    mode: Mode
    may_tell_flow: bool
    carries_codes: bool
    traced: bool = False


def declared_column(name: str, dataset: Dataset) -> Column | None:
    """The column of this name that may stand in the files."""
    return next((c for c in dataset.columns if c.name == name and c.treatment.name != DROP), None)


def undeclared(name: str, dataset: Dataset) -> bool:
    """Whether no declaration lets a column of this name out."""
    return declared_column(name, dataset) is None


def role_of(name: str, dataset: Dataset) -> Role:
    """How to look at a column; nothing is allowed to a column that is not declared."""
    column = declared_column(name, dataset)
    if column is None:
        return Role(name, frozenset({Found.ORGANISATION}), "recall", may_tell_flow=False, carries_codes=True)
    field = column.field
    long = field.max_length is None or field.max_length >= FREE_TEXT
    free = column.treatment.name == "redact" or (
        field.kind is Kind.STRING and long and not (field.check or field.pattern)
    )
    return Role(
        context=f"{name} {field.name} {field.zh}",
        allowed=_allowed(column, dataset),
        mode="recall" if free else "balanced",
        may_tell_flow=dataset.audience not in _OUTSIDE or not _flows(field),
        carries_codes="code" in field.name or free,
        traced=field.check == "trace_code",
    )


def by_chance(text: str, role: Role) -> frozenset[Found]:
    """What the letters of a sound trace code now and then read like without meaning it: an account, a plate.

    Numbers with check digits and telephone numbers are never chance, nor is anything in a code of an unknown form that
    is no address.
    """
    if not role.traced or not text.isascii():
        return frozenset()
    scheme = scheme_of(text)
    told = scheme in {Scheme.GS1, Scheme.ECODE} or (scheme is Scheme.OPAQUE and _LINK.match(text))
    return _CHANCE if told else frozenset()


def _flows(field: Field) -> bool:
    """Whether the standard itself calls the field a trade secret or binds it to its owner's flag."""
    return field.sensitivity is Sensitivity.TRADE_SECRET or field.sharing is Sharing.FLAGGED


def _replaced(column: Column) -> frozenset[Found]:
    """What ciphertexts and invented values look like; they are nobody's."""
    if column.treatment.name == "surrogate":
        return _INVENTED.get(str(column.treatment.options.get("of")), _NUMBERS)
    return _NUMBERS if column.treatment.name == "fpe" else frozenset()


def _allowed(column: Column, dataset: Dataset) -> frozenset[Found]:
    field = column.field
    allowed = frozenset({Found.ORGANISATION}) | _replaced(column)
    if field.name.endswith("hotline"):
        allowed |= _HOTLINE
    if dataset.audience not in _OUTSIDE and (field.check == "uscc" or field.name.endswith("uscc")):
        allowed |= {Found.USCC_SOLE_TRADER}
    if dataset.audience not in _OUTSIDE and column.treatment.options.get("secrets") == "keep":
        allowed |= {Found.TRADE_SECRET}
    told = field.sensitivity is not Sensitivity.PERSONAL and column.treatment.name != "redact"
    if told and field.max_length is not None and field.max_length < FREE_TEXT:
        allowed |= _PUBLISHED_NAMES
    return allowed
