"""The grading catalogue as ``rules.toml`` declares it: standards, their items, indicators, limits and weights."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise

import msgspec

from catalog.errors import DeclarationError
from catalog.typed import from_toml

GRADES = ("A", "AA", "AAA", "AAAA", "AAAAA")
"""Grades from the lowest (one point) to the highest (five)."""

_WHOLE = 1000


class Indicator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One indicator (QG06). ``limits`` are those of A to AAAAA; ``better`` says which side of a limit is good."""

    code: str
    name: str
    unit: str
    weight: float
    better: str
    limits: tuple[float, ...]

    @property
    def share(self) -> int:
        """The weight in thousandths."""
        return round(self.weight * _WHOLE)


class GradingStandard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A standard (QG05) by which items of the catalogue (QG02) are graded from a day on."""

    no: str
    title: str
    level: str
    in_force: date
    items: tuple[str, ...]
    indicator: tuple[Indicator, ...]


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The catalogue in one version. ``levels`` of standards go before each other: 国标, 行标, 团标."""

    id: str
    version: str
    zh: str
    en: str
    basis: str
    overall: str
    grades: tuple[str, ...]
    evidence_days: int
    levels: tuple[str, ...]
    standard: tuple[GradingStandard, ...]

    @property
    def bands(self) -> tuple[tuple[int, str], ...]:
        """Least score in tenths and its grade, the highest first."""
        found = [(round(float(least) * 10), grade) for grade, least in (one.split(":") for one in self.grades)]
        return tuple(sorted(found, reverse=True))


def parse_catalogue(text: str, file: str) -> Catalogue:
    """A catalogue from its TOML; DeclarationError names standard and indicator that do not hold."""
    try:
        made = from_toml(text, Catalogue)
        bands = {grade for _, grade in made.bands}
    except (msgspec.DecodeError, ValueError) as error:
        raise DeclarationError(
            f"{file} is no grading catalogue: {type(error).__name__}.", todo="Compare it with the shipped rules.toml."
        ) from None
    if made.overall not in {"score", "lowest"} or bands != set(GRADES):
        raise DeclarationError(f"{file}: 'overall' or 'grades' is not known.", todo="Use score or lowest, and A-AAAAA.")
    for standard in made.standard:
        if why := _trouble(standard, made):
            raise DeclarationError(f"{file}, standard {standard.no}: {why}.", todo="Mend the catalogue.")
    if len({standard.no for standard in made.standard}) != len(made.standard):
        raise DeclarationError(f"{file} names a standard twice.", todo="Give each once.")
    return made


@cache
def shipped_catalogue() -> Catalogue:
    """The catalogue that ships with the derivation."""
    place = files("exporters") / "rules" / "quality_grading" / "rules.toml"
    return parse_catalogue(place.read_text(encoding="utf-8"), "quality_grading/rules.toml")


def _trouble(standard: GradingStandard, book: Catalogue) -> str:
    if standard.level not in book.levels:
        return "its level is none of the levels"
    if sum(one.share for one in standard.indicator) != _WHOLE:
        return "its weights do not sum to 1"
    if len({one.code for one in standard.indicator}) != len(standard.indicator):
        return "an indicator stands twice"
    for one in standard.indicator:
        sign = {"more": 1, "less": -1}.get(one.better, 0)
        if len(one.limits) != len(GRADES) or any((b - a) * sign <= 0 for a, b in pairwise(one.limits)):
            return f"the limits of {one.code} do not get stricter from A to AAAAA"
    return ""
