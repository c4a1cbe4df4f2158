"""What the options of a treatment may be. A declaration with another one is refused before anything is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from types import MappingProxyType

Value = str | int
MOST_DECIMALS = 6
"""Numbers are treated exactly, in millionths."""

SMALLEST_DOMAIN = 1_000_000
"""The fewest values that texts of one length must have to be encrypted under FF1 (NIST SP 800-38G Rev. 1)."""

ALPHABETS: Mapping[str, str] = MappingProxyType(
    {
        "digits": "0123456789",
        "letters": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "alphanumeric": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "uscc": "0123456789ABCDEFGHJKLMNPQRTUWXY",
    },
)
"""Alphabets by name; ``uscc`` are the 31 characters of GB 32100."""

SURROGATES = ("address", "bank_card", "id_card", "mobile", "name", "organisation", "plate", "uscc")
MEETING = ("address", "name", "organisation")
"""Surrogates of which two may meet in one, so that ``apart`` can keep them apart."""

COUNTY_KEPT = ("address", "id_card", "uscc")
"""Surrogates that can be told to stay in the original's county."""


@dataclass(frozen=True, slots=True)
class Option:
    """``trouble`` says what is wrong with a value, or ""."""

    trouble: Callable[[Value], str]
    required: bool = False


def number(value: Value) -> Decimal | None:
    """The exact number that an option states (``10`` or ``"0.5"``), or None."""
    try:
        stated = Decimal(value) if isinstance(value, int) else Decimal(value.strip())
    except InvalidOperation:
        return None
    plain = stated.is_finite() and abs(stated) < 10**18
    return stated if plain and stated == round(stated, MOST_DECIMALS) else None


def numbers(value: Value) -> list[Decimal] | None:
    """The rising numbers of ``"10;20;50"``, or None."""
    stated = [number(part) for part in str(value).split(";")]
    found = [one for one in stated if one is not None]
    rising = all(low < high for low, high in pairwise(found))
    return found if len(found) == len(stated) and rising else None


def shortest(radix: int) -> int:
    """The fewest characters of an alphabet that make a domain large enough to be encrypted."""
    length = 2
    while radix**length < SMALLEST_DOMAIN:
        length += 1
    return length


def alphabet_of(value: Value) -> str:
    """A named alphabet, or the characters themselves."""
    return ALPHABETS.get(str(value), str(value))


def options_trouble(known: Mapping[str, Option], given: Mapping[str, Value]) -> str:
    """What is wrong with the options of a treatment, or ""."""
    if unknown := sorted(set(given) - set(known)):
        there = ", ".join(sorted(known)) or "none"
        return f"option '{unknown[0]}' is unknown; known here: {there}"
    for name, option in known.items():
        if name not in given:
            if option.required:
                return f"option '{name}' is missing"
        elif why := option.trouble(given[name]):
            return f"option '{name}' {why}"
    return _together(given)


def _together(given: Mapping[str, Value]) -> str:
    """What options that stand well alone do wrong together."""
    if "alphabet" in given and "min_length" in given:
        least = shortest(len(alphabet_of(given["alphabet"])))
        if int(given["min_length"]) < least:
            return f"option 'min_length' leaves fewer than {SMALLEST_DOMAIN:,} values; it must be {least} or more"
    if "apart" in given and given.get("of") not in MEETING:
        return f"option 'apart' is for surrogates of {', '.join(MEETING)}: numbers never meet"
    if "width" in given and "bounds" in given:
        return "options 'width' and 'bounds' exclude each other"
    return ""


def a_text(value: Value) -> str:
    """Any text that is there."""
    return "" if isinstance(value, str) and value.strip() else "must be a text"


def a_number(value: Value) -> str:
    """An exact number."""
    return "" if number(value) is not None else f"must be a number of at most {MOST_DECIMALS} decimals"


def a_step(value: Value) -> str:
    """An exact number above nought."""
    stated = number(value)
    return "" if stated is not None and stated > 0 else f"must be above nought, with at most {MOST_DECIMALS} decimals"


def rising(value: Value) -> str:
    """Rising numbers, separated by semicolons."""
    return "" if numbers(value) else 'must be rising numbers such as "10;20;50"'


def one_of(known: Sequence[str]) -> Option:
    """An option with one of these values."""
    return Option(lambda value: "" if value in known else f"must be one of {', '.join(known)}")


def whole(low: int, high: int) -> Option:
    """An option with a whole number of a range."""

    def trouble(value: Value) -> str:
        return "" if isinstance(value, int) and low <= value <= high else f"must be a whole number, {low} to {high}"

    return Option(trouble)


def a_name(value: Value) -> str:
    """The name of a family of datasets, or of a field."""
    named = isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", value)
    return "" if named else "must be lower-case letters, digits, _ and -, a letter first"


def an_alphabet(value: Value) -> str:
    """A named alphabet or one of its own."""
    characters = alphabet_of(value)
    sound = (
        2 <= len(characters) <= 1024 and len(set(characters)) == len(characters) and not re.search(r"\s", characters)
    )
    return "" if sound else f"must be one of {', '.join(ALPHABETS)}, or 2 to 1024 different characters"


def needed(option: Option) -> Option:
    """The same option, without which the declaration is refused."""
    return Option(option.trouble, required=True)
