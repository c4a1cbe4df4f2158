"""What each GS1 application identifier may hold, and which others it needs or excludes (``codelists/gs1_ai.csv``).

Formats are those of the GS1 General Specifications and of the GS1 Barcode Syntax Dictionary: ``N`` digits, ``X``
character set 82, ``Y`` set 39, ``Z`` set 64, ``..`` up to, ``[]`` may be absent, and a check of the content behind a
colon. Countries, currencies and other lists that change with the years are held to their shape alone.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from catalog.identifiers.gs1_checks import CHECKS

_SETS = {"N": "[0-9]", "X": r"[!-\"%-/0-9:-?A-Z_a-z]", "Y": "[#-/0-9A-Z]", "Z": "[A-Za-z0-9_-]"}
_PART = re.compile(r"(?P<open>\[?)(?P<set>[NXYZ])(?P<upto>(?:\.\.)?)(?P<size>[0-9]+)(?::(?P<check>[a-z0-9]+))?\]?")


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier. ``length`` is that of a value which needs no separator behind it, 0 where one must stand.

    ``needs``: of each group one alternative must be there whole; ``excludes``: none of these may stand beside it.
    ``attribute``: whether it may stand in the query of a Digital Link.
    """

    pattern: re.Pattern[str]
    checks: tuple[str, ...]
    length: int
    attribute: bool
    needs: tuple[tuple[tuple[re.Pattern[str], ...], ...], ...]
    excludes: tuple[re.Pattern[str], ...]

    def holds(self, value: str) -> bool:
        """Whether the value has the format and its check digits, dates and codes are right."""
        found = self.pattern.fullmatch(value)
        if found is None:
            return False
        parts = zip(self.checks, found.groups(), strict=True)
        return all(CHECKS[check](part) for check, part in parts if check and part)

    def fits(self, own: str, present: AbstractSet[str]) -> bool:
        """Whether it may stand beside the others that are present."""
        others = present - {own}
        if any(_there(one, others) for one in self.excludes):
            return False
        return all(any(all(_there(one, others) for one in both) for both in group) for group in self.needs)


def _there(pattern: re.Pattern[str], present: AbstractSet[str]) -> bool:
    return any(pattern.fullmatch(one) for one in present)


@cache
def identifier(ai: str) -> Identifier | None:
    """The identifier of these digits; None for one that GS1 has not given out."""
    row = _rows().get(ai)
    return None if row is None else _read(row)


def titles() -> dict[str, str]:
    """Every identifier with its title."""
    return {ai: row["title"] for ai, row in _rows().items()}


@cache
def _rows() -> dict[str, dict[str, str]]:
    text = (files("catalog") / "codelists" / "gs1_ai.csv").read_text(encoding="utf-8")
    return {ai: row for row in csv.DictReader(text.splitlines()) for ai in _range(row["ai"])}


def _range(ais: str) -> Iterator[str]:
    """``3100-3105`` one by one."""
    first, _, last = ais.partition("-")
    return (str(number).zfill(len(first)) for number in range(int(first), int(last or first) + 1))


def _read(row: dict[str, str]) -> Identifier:
    parts = [found for found in map(_PART.fullmatch, row["format"].split()) if found]
    pattern = "".join(
        f"({_SETS[part['set']]}{{{'1,' if part['upto'] else ''}{part['size']}}}){'?' if part['open'] else ''}"
        for part in parts
    )
    length = sum(int(part["size"]) for part in parts) if row["predefined_length"] == "yes" else 0
    needs = tuple(
        tuple(tuple(_like(one) for one in both.split("+")) for both in group.split("|"))
        for group in row["needs"].split(";")
        if group
    )
    excludes = tuple(map(_like, row["excludes"].split()))
    checks = tuple(part["check"] or "" for part in parts)
    return Identifier(re.compile(pattern), checks, length, row["link_attribute"] == "yes", needs, excludes)


@cache
def _like(ai: str) -> re.Pattern[str]:
    """``31nn`` stands for all identifiers that begin with 31."""
    return re.compile(ai.replace("n", "[0-9]"))
