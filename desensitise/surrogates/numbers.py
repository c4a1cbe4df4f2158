"""Surrogates of numbers: each number is taken apart into a rank, moved to another rank, and put together again.

Check characters are worked out anew and do not count in the original, so a wrong one does not lose the value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

import numpy as np
import numpy.typing as npt
import polars as pl

from catalog.treatment_options import ALPHABETS
from desensitise.characters import Points, laid, matrix, signs, spelled, strings
from desensitise.ff1 import Words
from desensitise.macs import macs
from desensitise.surrogates.lists import LETTERS, PROVINCES, counties, mobile_prefixes
from desensitise.surrogates.ranks import Derangement

DIGITS, USCC = ALPHABETS["digits"], ALPHABETS["uscc"]
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2025, 12, 31)
"""Days of birth between which resident numbers are moved; others are withheld."""
OLD_LAST_DAY = date(1999, 12, 31)
_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_REMAINDERS = np.array([1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2])
"""The check numeral, 10 for X, by the remainder of GB 11643."""
_USCC_WEIGHTS = np.array([pow(3, at, 31) for at in range(17)])
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_ORGANISATION = np.array([DIGITS.find(sign) if sign in DIGITS else ord(sign) - 55 for sign in USCC])
"""What each character of the 31 is worth in GB 11714: digits themselves, A to Z 10 to 35."""
ISSUERS = r"^(?:62|60|68|9558|4|5[1-5]|2[2-7]|35|3[47]|36)"

Parts = npt.NDArray[np.int64]
Made = Callable[[pl.Series], pl.Series]


def mobile(texts: pl.Series, key: bytes, *, keep: bool) -> pl.Series:
    """A number of the mobile plan; prefix and subscriber number change."""
    del keep
    prefixes = mobile_prefixes()
    plain = texts.str.replace_all(r"[\s\-()（）－—]", "").str.replace(r"^(?:\+|00)?86", "")

    def made(some: pl.Series) -> pl.Series:
        digits = _digits(some, 11)
        index = np.searchsorted(prefixes, _number(digits[:, :3]))
        rank = index * 10**8 + _number(digits[:, 3:])
        index, rest = np.divmod(_moved(rank, key, len(prefixes) * 10**8), 10**8)
        return _written(np.hstack([_spell(np.array(prefixes)[index], 3), _spell(rest, 8)]))

    plan = "|".join(map(str, prefixes))
    return _where(plain, rf"^(?:{plan})[0-9]{{8}}$", made)


def bank_card(texts: pl.Series, key: bytes, *, keep: bool) -> pl.Series:
    """A card number of the same length and issuer's first two digits (four of 9558), with its Luhn digit."""
    del keep
    plain = texts.str.replace_all(r"[\s-]", "")
    shaped = plain.str.contains(ISSUERS)
    done = pl.Series([None] * len(texts), dtype=pl.String)
    for length in range(15, 20):
        for first in (2, 4):
            old = plain.str.starts_with("9558")
            right = shaped & (old if first == 4 else ~old)

            def made(some: pl.Series, length: int = length, first: int = first) -> pl.Series:
                digits = _digits(some, length)
                free = length - first - 1
                moved = _spell(_moved(_number(digits[:, first:-1]), key, 10**free), free)
                body = np.hstack([digits[:, :first], moved])
                return _written(np.hstack([body, luhn_digit(body)[:, None]]))

            found = _where(pl.select(pl.when(right).then(plain)).to_series(), rf"^[0-9]{{{length}}}$", made)
            done = done.fill_null(found)
    return done


def luhn_digit(body: Parts) -> Parts:
    """The check digit (ISO/IEC 7812-1) that follows rows of digits."""
    doubled = body.copy()
    doubled[:, ::-2] *= 2
    total: Parts = (doubled // 10 + doubled % 10).sum(axis=1)
    return -total % 10


def id_card(texts: pl.Series, key: bytes, *, keep: bool) -> pl.Series:
    """A resident number (18 or 15 characters) with a county of GB/T 2260, a day that exists and its check character."""
    plain = texts.str.to_uppercase()
    new = _where(plain, r"^[1-9][0-9]{16}[0-9X]$", lambda some: _ids(some, key, LAST_DAY, keep=keep))
    old = _where(plain, r"^[1-9][0-9]{14}$", lambda some: _ids(some, key, OLD_LAST_DAY, keep=keep))
    return new.fill_null(old)


def _ids(some: pl.Series, key: bytes, last: date, *, keep: bool) -> pl.Series:
    """New numbers for numbers of one form; null where the day of birth does not exist or is too far off."""
    new = last == LAST_DAY
    birth = some.str.slice(6, 8) if new else "19" + some.str.slice(6, 6)
    days = birth.str.to_date("%Y%m%d", strict=False).dt.epoch("d") - (FIRST_DAY - date(1970, 1, 1)).days
    count = (last - FIRST_DAY).days + 1
    sound = (days.is_between(0, count - 1) & birth.str.contains("^[0-9]{8}$")).fill_null(value=False).to_numpy()
    day = days.fill_null(0).to_numpy()
    tail = some.str.slice(14 if new else 12, 3).cast(pl.Int64).to_numpy()
    area, index = _areas(some.str.slice(0, 6), key)
    rank = np.where(sound, day, 0) * 1000 + tail
    if keep:
        moved = _moved(rank, key, count * 1000)
    else:
        index, moved = np.divmod(
            _moved(index * (count * 1000) + rank, key, len(counties()) * count * 1000), count * 1000
        )
        area = np.array(list(counties()), dtype=np.int64)[index]
    births = pl.Series(moved // 1000 + (FIRST_DAY - date(1970, 1, 1)).days).cast(pl.Int32).cast(pl.Date)
    written = births.dt.strftime("%Y%m%d" if new else "%y%m%d")
    body = np.hstack([_spell(area, 6), _digits(written, 8 if new else 6), _spell(moved % 1000, 3)])
    if new:
        body = np.hstack([body, _REMAINDERS[(body @ _ID_WEIGHTS) % 11][:, None]])
    return pl.select(pl.when(pl.Series(sound)).then(_written(body, DIGITS + "X"))).to_series()


def _areas(codes: pl.Series, key: bytes) -> tuple[Parts, Parts]:
    """Codes as numbers and their index among the counties; a code that is none has an index drawn by the key."""
    known = {code: at for at, code in enumerate(counties())}
    distinct = codes.unique().to_list()
    drawn = {
        code: int.from_bytes(mac[:8], "big") % len(known)
        for code, mac in zip(distinct, macs(key, distinct), strict=True)
    }
    index = codes.replace_strict(drawn | known, default=None, return_dtype=pl.Int64)
    return codes.cast(pl.Int64).to_numpy(), index.to_numpy()


def uscc(texts: pl.Series, key: bytes, *, keep: bool) -> pl.Series:
    """A 统一社会信用代码 of the same kind of unit with a county of GB/T 2260 and both of its check characters right."""

    def made(some: pl.Series) -> pl.Series:
        values = spelled(matrix(some, 18), USCC).astype(np.int64)
        area, index = _areas(some.str.slice(2, 6), key)
        each = 31**8
        rank = _number(values[:, 8:16], 31)
        if keep:
            rank = _moved(rank, key, each)
        else:
            index, rank = np.divmod(_moved(index * each + rank, key, len(counties()) * each), each)
            area = np.array(list(counties()), dtype=np.int64)[index]
        body = np.hstack([values[:, :2], _spell(area, 6), _spell(rank, 8, 31)])
        organisation = -(_ORGANISATION[body[:, 8:]] @ _ORGANISATION_WEIGHTS) % 11
        body = np.hstack([body, np.where(organisation == 10, USCC.index("X"), organisation)[:, None]])
        check = -(body @ _USCC_WEIGHTS) % 31
        return _written(np.hstack([body, check[:, None]]), USCC)

    return _where(texts.str.to_uppercase(), rf"^[{USCC}]{{2}}[0-9]{{6}}[{USCC}]{{10}}$", made)


def plate(texts: pl.Series, key: bytes, *, keep: bool) -> pl.Series:
    """A plate of another place: digits stay digits, letters letters, a last 学, 警, 挂, 港, 澳 or 领 stays."""
    del keep
    plain = texts.str.replace_all(r"[\s·.]", "").str.to_uppercase()
    done = pl.Series([None] * len(texts), dtype=pl.String)
    for length in (7, 8):
        ending = rf"(?:[{LETTERS}0-9]|[学警挂港澳领])"
        pattern = rf"^[{PROVINCES}][{LETTERS}][{LETTERS}0-9]{{{length - 3}}}{ending}$"
        done = done.fill_null(_where(plain, pattern, partial(_plates, length=length, key=key)))
    return done


def _plates(some: pl.Series, length: int, key: bytes) -> pl.Series:
    points = matrix(some, length)
    made = points.copy()
    # 0: a digit, 1: a letter, 2: a province, 3: stays as it is
    kinds = np.select([spelled(points, a) < len(a) for a in (DIGITS, LETTERS, PROVINCES)], [0, 1, 2], 3)
    for kind in np.unique(kinds, axis=0):
        at = np.flatnonzero((kinds == kind).all(axis=1))
        alphabets = [(DIGITS, LETTERS, PROVINCES, "")[one] for one in kind]
        made[at] = _moved_plates(points[at], alphabets, key)
    return strings(made)


def _moved_plates(points: Points, alphabets: Sequence[str], key: bytes) -> Points:
    free = [(place, alphabet) for place, alphabet in enumerate(alphabets) if alphabet]
    rank, size = np.zeros(len(points), np.int64), 1
    for place, alphabet in free:
        rank = rank * len(alphabet) + spelled(points[:, place], alphabet)
        size *= len(alphabet)
    moved, made = _moved(rank, key, size), points.copy()
    for place, alphabet in reversed(free):
        moved, one = np.divmod(moved, len(alphabet))
        made[:, place] = signs(alphabet)[one]
    return made


def _where(texts: pl.Series, pattern: str, made: Made) -> pl.Series:
    """``made`` for the texts of a shape, null for the others."""
    at = np.flatnonzero(texts.str.contains(pattern).fill_null(value=False))
    return laid([(at, made(texts.gather(at)))] if len(at) else [], len(texts))


def _moved(ranks: Parts, key: bytes, size: int) -> Parts:
    moved: Words = Derangement(key, size)(ranks.astype(np.uint64))
    return moved.astype(np.int64)


def _digits(texts: pl.Series, length: int) -> Parts:
    return matrix(texts, length).astype(np.int64) - ord("0")


def _number(numerals: npt.NDArray[np.integer], radix: int = 10) -> Parts:
    total = np.zeros(len(numerals), np.int64)
    for at in range(numerals.shape[1]):
        total = total * radix + numerals[:, at]
    return total


def _spell(numbers: Parts, length: int, radix: int = 10) -> Parts:
    powers = radix ** np.arange(length - 1, -1, -1, dtype=np.int64)
    return numbers[:, None] // powers % radix


def _written(numerals: Parts, alphabet: str = DIGITS) -> pl.Series:
    return strings(signs(alphabet)[numerals])
