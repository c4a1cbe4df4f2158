"""Slow, obvious twins of the surrogates: one text in, one text out, null where it is not of the kind."""

# ruff: noqa: D103 - each function's words stand at its twin
from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from catalog.identifiers.uscc import ALPHABET, check_character
from desensitise.places import places
from desensitise.reference.ciphers import aes, ff1
from desensitise.surrogates import lists

_LETTER = "A-HJ-NP-Z"


def moved(key: bytes, rank: int, size: int) -> int:
    """The derangement, number by number: permute, go a secret distance, permute back."""
    bits = max(20, (size - 1).bit_length())
    said = f"quality-open-data-hub derangement 1 {size}".encode()
    distance = 1 + int.from_bytes(hmac.digest(key, said, "sha256"), "big") % (size - 1)
    return _walked(key, (_walked(key, rank, size, bits) + distance) % size, size, bits, back=True)


def _walked(key: bytes, rank: int, size: int, bits: int, *, back: bool = False) -> int:
    while True:
        numerals = [int(bit) for bit in f"{rank:0{bits}b}"]
        done = ff1(lambda block: aes(key, block), 2, numerals, decrypt=back)
        rank = int("".join(map(str, done)), 2)
        if rank < size:
            return rank


def mobile(text: str, key: bytes, *, keep: bool) -> str | None:
    del keep
    digits = re.sub(r"[\s\-()（）－—]", "", text)
    digits = re.sub(r"\A(?:\+|00)?86", "", digits)
    prefixes = lists.mobile_prefixes()
    if not re.fullmatch(r"[0-9]{11}", digits) or int(digits[:3]) not in prefixes:
        return None
    rank = prefixes.index(int(digits[:3])) * 10**8 + int(digits[3:])
    prefix, rest = divmod(moved(key, rank, len(prefixes) * 10**8), 10**8)
    return f"{prefixes[prefix]}{rest:08}"


def bank_card(text: str, key: bytes, *, keep: bool) -> str | None:
    del keep
    digits = re.sub(r"[\s-]", "", text)
    issuer = re.match(r"62|60|68|9558|4|5[1-5]|2[2-7]|35|3[47]|36", digits)
    if not re.fullmatch(r"[0-9]{15,19}", digits) or not issuer:
        return None
    first = 4 if digits.startswith("9558") else 2
    free = len(digits) - first - 1
    body = digits[:first] + f"{moved(key, int(digits[first:-1]), 10**free):0{free}}"
    total = 0
    for at, digit in enumerate(reversed(body)):
        double = int(digit) * (1 if at % 2 else 2)
        total += double // 10 + double % 10
    return body + str(-total % 10)


def id_card(text: str, key: bytes, *, keep: bool) -> str | None:
    number = text.upper()
    if re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        birth, tail, last = number[6:14], number[14:17], date(2025, 12, 31)
    elif re.fullmatch(r"[1-9][0-9]{14}", number):
        birth, tail, last = "19" + number[6:12], number[12:], date(1999, 12, 31)
    else:
        return None
    try:
        day = (date(int(birth[:4]), int(birth[4:6]), int(birth[6:])) - date(1900, 1, 1)).days
    except ValueError:
        return None
    days = (last - date(1900, 1, 1)).days + 1
    if not 0 <= day < days:
        return None
    area, codes = number[:6], list(lists.counties())
    if keep:
        rank = moved(key, day * 1000 + int(tail), days * 1000)
    else:
        rank = (_index(area, codes, key) * days + day) * 1000 + int(tail)
        index, rank = divmod(moved(key, rank, len(codes) * days * 1000), days * 1000)
        area = codes[index]
    born = (date(1900, 1, 1) + timedelta(days=rank // 1000)).strftime("%Y%m%d")
    if len(number) == 15:
        return f"{area}{born[2:]}{rank % 1000:03}"
    body = f"{area}{born}{rank % 1000:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def _index(area: str, codes: list[str], key: bytes) -> int:
    if area in codes:
        return codes.index(area)
    return int.from_bytes(hmac.digest(key, area.encode(), "sha256")[:8], "big") % len(codes)


def uscc(text: str, key: bytes, *, keep: bool) -> str | None:
    code, codes = text.upper(), list(lists.counties())
    if not re.fullmatch(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}", code):
        return None
    rank = 0
    for sign in code[8:16]:
        rank = rank * 31 + ALPHABET.index(sign)
    area = code[2:8]
    if keep:
        rank = moved(key, rank, 31**8)
    else:
        index, rank = divmod(moved(key, _index(area, codes, key) * 31**8 + rank, len(codes) * 31**8), 31**8)
        area = codes[index]
    signs = ""
    for _ in range(8):
        rank, one = divmod(rank, 31)
        signs = ALPHABET[one] + signs
    worth = [int(sign, 36) for sign in signs]
    check = -sum(w * v for w, v in zip((3, 7, 9, 10, 5, 8, 4, 2), worth, strict=True)) % 11
    body = code[:2] + area + signs + ("X" if check == 10 else str(check))
    return body + check_character(body)


def plate(text: str, key: bytes, *, keep: bool) -> str | None:
    del keep
    sign = re.sub(r"[\s·.]", "", text).upper()
    shape = rf"[{lists.PROVINCES}][{_LETTER}][{_LETTER}0-9]{{4,5}}(?:[{_LETTER}0-9]|[学警挂港澳领])"
    if not re.fullmatch(shape, sign):
        return None
    free = [next((a for a in ("0123456789", lists.LETTERS, lists.PROVINCES) if one in a), "") for one in sign]
    rank, size = 0, 1
    for one, alphabet in zip(sign, free, strict=True):
        if alphabet:
            rank, size = rank * len(alphabet) + alphabet.index(one), size * len(alphabet)
    rank = moved(key, rank, size)
    made = ""
    for one, alphabet in zip(reversed(sign), reversed(free), strict=True):
        if alphabet:
            rank, at = divmod(rank, len(alphabet))
        made = (alphabet[at] if alphabet else one) + made
    return made


def name(text: str, key: bytes, *, keep: bool) -> str | None:
    del keep
    return _drawn(text, key, lambda w: _of(lists.family_names(), w[0]) + _of(lists.given_names(), w[1]))


def organisation(text: str, key: bytes, *, keep: bool) -> str | None:
    del keep
    before, after = lists.firm_words()
    return _drawn(text, key, lambda w: _of(before, w[0]) + _of(after, w[1]))


def address(text: str, key: bytes, *, keep: bool) -> str | None:
    plain = re.sub(r"\A(?:中国|中华人民共和国)", "", re.sub(r"[\s,，]", "", text))
    spellings = places().county
    begins = [spelling for spelling in spellings if len(spelling) > 1 and plain.startswith(spelling)]
    kept = spellings[max(begins, key=len)] if begins else None
    if keep and kept is None:
        return None
    full = tuple(lists.counties().values())

    def made(w: list[int]) -> str:
        street = _of(lists.family_names(), w[1]) + _of(lists.street_words(), w[2])
        place = kept if keep and kept is not None else _of(full, w[0])
        return f"{place}{street}{w[3] % 999 + 1}号"

    return _drawn(text, key, made)


def _of(words: tuple[str, ...], word: int) -> str:
    return words[word % len(words)]


def _drawn(text: str, key: bytes, made: Callable[[list[int]], str]) -> str | None:
    for attempt in range(8):
        said = hmac.digest(key, f"{attempt}\0{text}".encode(), "sha256")
        found = made([int.from_bytes(said[at : at + 8], "big") for at in range(0, 32, 8)])
        if found != text:
            return found
    return None


REFERENCE_SURROGATES: Mapping[str, Callable[..., str | None]] = MappingProxyType(
    {twin.__name__: twin for twin in (address, bank_card, id_card, mobile, name, organisation, plate, uscc)},
)
