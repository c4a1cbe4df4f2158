"""Checks of what stands in a GS1 element string: check digits and pairs, dates, times, numbers of pieces.

Each takes the part that its format let through (GS1 General Specifications, section 3 and 7.9).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from catalog.identifiers.gtin import check_digit

_SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_SET_32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)


def check_pair(body: str) -> str:
    """The two characters that complete an alphanumeric key: values times primes from the right, modulo 1021."""
    total = sum(_SET_82.index(one) * prime for one, prime in zip(reversed(body), _PRIMES, strict=False)) % 1021
    return _SET_32[total >> 5] + _SET_32[total & 31]


def _day(text: str, *, whole_month: bool = False) -> bool:
    """``YYMMDD`` or ``YYYYMMDD``; day 00 stands for the end of the month where that is allowed."""
    if whole_month and text.endswith("00"):
        text = f"{text[:-2]}01"
    try:
        date.fromisoformat(text if len(text) == len("YYYYMMDD") else f"20{text}")
    except ValueError:
        return False
    return True


def _time(text: str) -> bool:
    return int(text[:2]) <= 23 and int(text[2:]) <= 59


def _piece(text: str) -> bool:
    """``0203``: the second of three."""
    return 1 <= int(text[:2]) <= int(text[2:])


def _iban(text: str) -> bool:
    """ISO 13616: letters as numbers from 10 on, modulo 97."""
    if re.fullmatch(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{1,30}", text) is None:
        return False
    return int("".join(str(int(one, 36)) for one in text[4:] + text[:4])) % 97 == 1


def _percent(text: str) -> bool:
    return re.fullmatch(r"(?:[^%]|%[0-9A-Fa-f]{2})*", text) is not None


CHECKS: dict[str, Callable[[str], bool]] = {
    "digit": lambda text: check_digit(text[:-1]) == text[-1],
    "pair": lambda text: len(text) > 2 and check_pair(text[:-2]) == text[-2:],
    "date": _day,
    "date0": lambda text: _day(text, whole_month=True),
    "day": _day,
    "clock": _time,
    "clock99": lambda text: text == "9999" or _time(text),
    "hour": lambda text: int(text) <= 23,
    "sixty": lambda text: int(text) <= 59,
    "piece": _piece,
    "place": lambda text: re.fullmatch(r"[1-9]/[1-9]", text) is not None and text[0] <= text[2],
    "flag": lambda text: text in "01",
    "sex": lambda text: text in "0129",
    "winding": lambda text: text in "019",
    "zero": lambda text: text == "0",
    "minus": lambda text: text == "-",
    "more": lambda text: int(text) > 0,
    "natural": lambda text: text == "0" or not text.startswith("0"),
    "latitude": lambda text: int(text) <= 1_800_000_000,
    "longitude": lambda text: int(text) <= 3_600_000_000,
    "country": lambda text: text.isascii() and text.isalpha() and text.isupper(),
    "percent": _percent,
    "iban": _iban,
}
"""Name in the table -> check of one part."""
