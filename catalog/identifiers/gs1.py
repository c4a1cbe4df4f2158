"""GS1 application identifiers: element strings and Digital Links, read and written (DOMAIN 1.3).

Formats and rules are those of the GS1 Barcode Syntax Dictionary. Reading is strict: a text that names an unknown
identifier, breaks a format or a rule between identifiers, or carries a wrong GTIN is not read at all, so that whoever
cuts a code never publishes a part that was not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from catalog.identifiers.gtin import LENGTHS, is_gtin, padded

_CHARACTERS = r"[!-\"%-/0-9:-?A-Z_a-z]"  # character set 82 of the GS1 General Specifications
_DATE = r"[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])"
_UNITS = (*range(310, 317), *range(320, 338), *range(340, 358), *range(360, 370))
_MEASURES = tuple(f"{unit}{point}" for unit in _UNITS for point in range(6))
"""Weights and sizes: the last digit tells where the decimal point stands."""
_PRICES = tuple(f"{kind}{point}" for kind in (392, 393) for point in range(10))
_FORMATS = {
    **dict.fromkeys(_MEASURES, r"[0-9]{6}"),
    **{ai: r"[0-9]{1,15}" if ai.startswith("392") else r"[0-9]{4,18}" for ai in _PRICES},
    **dict.fromkeys(("01", "02", "03"), r"[0-9]{14}"),
    **dict.fromkeys(("11", "13", "15", "16", "17"), _DATE),
    **dict.fromkeys(("10", "21", "22", "243", "254"), rf"{_CHARACTERS}{{1,20}}"),
    **dict.fromkeys(("240", "241", "250", "251", "400"), rf"{_CHARACTERS}{{1,30}}"),
    **dict.fromkeys(("410", "414", "416", "417"), r"[0-9]{13}"),
    **dict.fromkeys(("30", "37"), r"[0-9]{1,8}"),
    "00": r"[0-9]{18}",
    "20": r"[0-9]{2}",
    "235": rf"{_CHARACTERS}{{1,28}}",
    "242": r"[0-9]{1,6}",
    "253": rf"[0-9]{{13}}{_CHARACTERS}{{0,17}}",
    "422": r"[0-9]{3}",
    "8008": r"[0-9]{8}(?:[0-9]{2}){0,2}",
    "8020": rf"{_CHARACTERS}{{1,25}}",
    "8200": rf"{_CHARACTERS}{{1,70}}",
}
_PATTERNS = {ai: re.compile(pattern) for ai, pattern in _FORMATS.items()}
_FIXED = {"00": 18, "01": 14, "02": 14, "03": 14, "20": 2, **dict.fromkeys(("11", "13", "15", "16", "17"), 6)}
_FIXED |= dict.fromkeys(("410", "414", "416", "417"), 13) | dict.fromkeys(_MEASURES, 6)
_NEEDS = {
    **{ai: {"01", "02"} for ai in _MEASURES},
    **{ai: {"01"} for ai in _PRICES},
    **{ai: {"01", "02", "03"} for ai in ("10", "11", "13", "15", "16", "17", "20", "240", "241")},
    "21": {"01", "03"},
    "22": {"01"},
    "235": {"01"},
    "250": {"21"},
    "254": {"414"},
    "02": {"37"},
}
_EXCLUDES = (("01", "02"), ("01", "03"), ("01", "37"), ("21", "235"))
_QUALIFIERS = (("22", "10", "21"), ("235",))
_WORDS = {"gtin": "01", "cpv": "22", "lot": "10", "ser": "21"}  # spelling of the first Digital Link editions


@dataclass(frozen=True, slots=True)
class Gs1Code:
    """Identifiers with their values in the order met; ``resolver`` is the start of a Digital Link, or ""."""

    elements: tuple[tuple[str, str], ...]
    resolver: str = ""

    def get(self, ai: str) -> str | None:
        """The value of one identifier."""
        return next((value for name, value in self.elements if name == ai), None)

    def keeping(self, identifiers: frozenset[str]) -> Gs1Code:
        """The same code with these identifiers only."""
        return Gs1Code(tuple(e for e in self.elements if e[0] in identifiers), self.resolver)

    def text(self) -> str:
        """A Digital Link where a resolver is known, else the form with brackets."""
        if not self.resolver:
            return "".join(f"({ai}){value}" for ai, value in self.elements)
        path = [ai for ai in ("01", *_QUALIFIERS[0], *_QUALIFIERS[1]) if self.get(ai) is not None]
        link = self.resolver + "".join(f"/{ai}/{quote(self.get(ai) or '', safe='')}" for ai in path)
        rest = [f"{ai}={quote(value, safe='')}" for ai, value in self.elements if ai not in path]
        return link + ("?" + "&".join(rest) if rest else "")


def read_gs1(text: str) -> Gs1Code | None:
    """A Digital Link, an element string with brackets, or a raw one with group separators; None for anything else."""
    if text.startswith(("http://", "https://")):
        return read_link(text)
    if text.startswith("("):
        return read_brackets(text)
    return read_raw(text)


def read_brackets(text: str) -> Gs1Code | None:
    """``(01)06921168509256(10)A1``."""
    parts = re.split(r"\(([0-9]{2,4})\)", text)
    if parts[0] or len(parts) < 3:
        return None
    return _sound(tuple(zip(parts[1::2], parts[2::2], strict=True)), "")


def read_raw(text: str) -> Gs1Code | None:
    """What a scanner sends: identifiers and values in a row, FNC1 as group separator where the length is open."""
    rest = re.sub(r"\A\](?:d2|Q3|C1|e0|J1)", "", text).lstrip("\x1d")
    elements: list[tuple[str, str]] = []
    while rest:
        ai = next((rest[:size] for size in (2, 3, 4) if rest[:size] in _PATTERNS), None)
        if ai is None:
            return None
        size = _FIXED.get(ai)
        value, rest = (rest[len(ai) :].partition("\x1d")[::2]) if size is None else (rest[len(ai) :], "")
        if size is not None:
            value, rest = value[:size], value[size:].removeprefix("\x1d")
        elements.append((ai, value))
    return _sound(tuple(elements), "") if elements else None


def read_link(text: str) -> Gs1Code | None:
    """``https://<resolver>/01/{digits}[/22/..][/10/..][/21/..]?11=YYMMDD``; the key's words are read as well.

    What a query holds besides identifiers (``linkType=all``) is the resolver's business (GS1 Digital Link, URI syntax,
    extension parameters) and let go.
    """
    try:
        parts = urlsplit(text)
        every = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        query = [(key, value) for key, value in every if key.isdigit()]
    except ValueError:
        return None
    segments = [_WORDS.get(s, s) for s in parts.path.split("/")[1:]]
    if "01" not in segments or not parts.netloc or "@" in parts.netloc or parts.fragment:
        return None
    start = segments.index("01")
    keys, values = segments[start::2], segments[start + 1 :: 2]
    if len(keys) != len(values) or not _in_order(keys[1:]):
        return None
    path = [(key, unquote(value)) for key, value in zip(keys, values, strict=True)]
    if not _digits(path[0][1]):
        return None
    path[0] = ("01", padded(path[0][1]))
    stem = "".join(f"/{segment}" for segment in segments[:start])
    return _sound((*path, *query), f"{parts.scheme}://{parts.netloc}{stem}")


def _digits(text: str) -> bool:
    return len(text) in LENGTHS and text.isascii() and text.isdigit()


def _in_order(keys: list[str]) -> bool:
    """Whether the path's qualifiers are known and stand in their order, each once."""
    return any(keys == [q for q in order if q in keys] for order in _QUALIFIERS)


def _sound(elements: tuple[tuple[str, str], ...], resolver: str) -> Gs1Code | None:
    """The code if every format, check digit and rule between identifiers holds."""
    names = [ai for ai, _ in elements]
    present = set(names)
    if len(present) != len(names) or any(ai not in _PATTERNS for ai in names):
        return None
    if not all(_PATTERNS[ai].fullmatch(value) for ai, value in elements):
        return None
    if any(a in present and b in present for a, b in _EXCLUDES):
        return None
    if any(ai in _NEEDS and not _NEEDS[ai] & present for ai in names):
        return None
    if not all(is_gtin(value) for ai, value in elements if ai in {"01", "02", "03"}):
        return None
    return Gs1Code(elements, resolver)
