"""GS1 application identifiers: element strings and Digital Links, read and written (DOMAIN 1.3).

Formats and rules stand in ``gs1_table``. Reading is strict: a text that names an unknown identifier, breaks a format or
a rule between identifiers, or carries a wrong check digit is not read at all, so that whoever cuts a code never
publishes a part that was not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from catalog.identifiers.gs1_table import identifier
from catalog.identifiers.gtin import LENGTHS, padded

_QUALIFIERS = (("22", "10", "21"), ("235",))
_WORDS = {"gtin": "01", "cpv": "22", "lot": "10", "ser": "21"}  # spelling of the first Digital Link editions
_PRIMARY = ("01", "gtin")


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
            return "".join(f"({ai}){_escaped(value)}" for ai, value in self.elements)
        path = [ai for ai in ("01", *_QUALIFIERS[0], *_QUALIFIERS[1]) if self.get(ai) is not None]
        link = self.resolver + "".join(f"/{ai}/{quote(self.get(ai) or '', safe='')}" for ai in path)
        rest = [f"{ai}={quote(value, safe='')}" for ai, value in self.elements if ai not in path]
        return link + ("?" + "&".join(rest) if rest else "")


def _escaped(value: str) -> str:
    return value.replace("(", "\\(")


@lru_cache(maxsize=1024)
def read_gs1(text: str) -> Gs1Code | None:
    """A Digital Link, an element string with brackets, or a raw one with group separators; None for anything else.

    Who checks a code soon wants to cut it, so what was read last is remembered.
    """
    if re.match("(?i)https?://", text):
        return read_link(text)
    if text.startswith("("):
        return read_brackets(text)
    return read_raw(text)


def read_brackets(text: str) -> Gs1Code | None:
    """``(01)06921168509256(10)A1``; a bracket inside of a value stands behind a backslash."""
    parts = re.split(r"(?<!\\)\(([0-9]{2,4})\)", text)
    if parts[0] or len(parts) < 3:
        return None
    values = (value.replace("\\(", "(") for value in parts[2::2])
    return _sound(tuple(zip(parts[1::2], values, strict=True)), "")


def read_raw(text: str) -> Gs1Code | None:
    """What a scanner sends: identifiers and values in a row, FNC1 as group separator where the length is open."""
    rest = re.sub(r"\A\](?:d2|Q3|C1|e0|J1)", "", text).removeprefix("\x1d")
    elements: list[tuple[str, str]] = []
    while rest:
        ai = next((rest[:size] for size in (2, 3, 4) if identifier(rest[:size])), None)
        known = identifier(ai or "")
        if ai is None or known is None:
            return None
        rest = rest[len(ai) :]
        if known.length:
            value, rest = rest[: known.length], rest[known.length :].removeprefix("\x1d")
        else:
            value, _, rest = rest.partition("\x1d")
        elements.append((ai, value))
    return _sound(tuple(elements), "") if elements else None


def read_link(text: str) -> Gs1Code | None:
    """``https://<resolver>/01/{digits}[/22/..][/10/..][/21/..]?11=YYMMDD``; the key's words are read as well.

    What a query holds besides identifiers (``linkType=all``) is the resolver's business (GS1 Digital Link, URI syntax,
    extension parameters) and let go. Compressed links are not read (``is_compressed``).
    """
    try:
        parts = urlsplit(text)
        every = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        return None
    query = [(key, value) for key, value in every if key.isdigit()]
    segments = parts.path.split("/")[1:]
    start = next((at for at, segment in enumerate(segments) if segment in _PRIMARY), None)
    if start is None or not parts.netloc or "@" in parts.netloc or parts.fragment:
        return None
    keys = [_WORDS.get(segment, segment) for segment in segments[start::2]]
    values = segments[start + 1 :: 2]
    if len(keys) != len(values) or not _in_order(keys[1:]) or not all(_is_attribute(key) for key, _ in query):
        return None
    path = [(key, unquote(value)) for key, value in zip(keys, values, strict=True)]
    if not _digits(path[0][1]):
        return None
    path[0] = ("01", padded(path[0][1]))
    stem = "".join(f"/{segment}" for segment in segments[:start])
    return _sound((*path, *query), f"{parts.scheme}://{parts.netloc.lower()}{stem}")


def is_compressed(text: str) -> bool:
    """Whether this looks like a compressed Digital Link, which only its resolver can read.

    One that stands at GS1's own resolver without any key, or has something unreadable alone behind the key's value.
    """
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    segments = [one for one in parts.path.split("/") if one]
    if not re.fullmatch(r"(?i)https?", parts.scheme) or not segments or identifier(segments[-1]):
        return False
    squeezed = re.fullmatch(r"[A-Za-z0-9_-]{3,}", segments[-1]) is not None
    whole = re.fullmatch(r"(?i)(?:.+\.)?gs1\.org", parts.hostname or "") and not any(map(identifier, segments))
    behind = len(segments) >= 3 and segments[-3] in _PRIMARY and _digits(segments[-2])
    return squeezed and bool(whole or behind)


def _is_attribute(ai: str) -> bool:
    found = identifier(ai)
    return found is not None and found.attribute


def _digits(text: str) -> bool:
    return len(text) in LENGTHS and text.isascii() and text.isdigit()


def _in_order(keys: list[str]) -> bool:
    """Whether the path's qualifiers are known and stand in their order, each once."""
    return any(keys == [q for q in order if q in keys] for order in _QUALIFIERS)


def _sound(elements: tuple[tuple[str, str], ...], resolver: str) -> Gs1Code | None:
    """The code if every format, check digit and rule between identifiers holds."""
    names = [ai for ai, _ in elements]
    present = set(names)
    if len(present) != len(names):
        return None
    known = [(ai, value, identifier(ai)) for ai, value in elements]
    if all(one and one.holds(value) and one.fits(ai, present) for ai, value, one in known):
        return Gs1Code(elements, resolver)
    return None
