"""How the text of a setting is read: every reader gives a value or raises ValueError. Secrets never show themselves."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_NOT_TEXT: Final = re.compile(r"[\x00-\x1f\x7f]")


class Secret:
    """A text that never shows itself: printed, formatted or in an error it is ``…``."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that needs it."""
        return self._text

    def __repr__(self) -> str:
        return "…"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


class Address(Secret):
    """A URL that may hold a password: printed, it shows scheme, host and path only."""

    __slots__ = ()

    def __repr__(self) -> str:
        try:
            parts = urlsplit(self._text)
            host = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
        except ValueError:
            return "…"
        return f"{parts.scheme}://{'…@' if '@' in parts.netloc else ''}{host}{parts.path}" if self._text else ""


def read_text(raw: str) -> str:
    """Text without control characters."""
    if _NOT_TEXT.search(raw):
        raise ValueError
    return raw


def read_path(raw: str) -> Path:
    """A path, ``~`` expanded."""
    return Path(read_text(raw)).expanduser()


def read_whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number between two limits."""

    def parse(raw: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", raw) or not low <= int(raw) <= high:
            raise ValueError
        return int(raw)

    return parse


def read_url(*schemes: str) -> Callable[[str], str]:
    """A URL with one of these schemes."""

    def parse(raw: str) -> str:
        parts = urlsplit(read_text(raw))
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            raise ValueError
        return raw

    return parse


def read_address(*schemes: str) -> Callable[[str], Address]:
    """A URL that may hold a password."""
    check = read_url(*schemes)
    return lambda raw: Address(check(raw))


def read_name(pattern: str) -> Callable[[str], str]:
    """Text of this pattern."""

    def parse(raw: str) -> str:
        if not re.fullmatch(pattern, raw):
            raise ValueError
        return raw

    return parse


def read_yes(raw: str) -> bool:
    """``yes`` or ``no``."""
    if raw not in {"yes", "no"}:
        raise ValueError
    return raw == "yes"


def read_zone(raw: str) -> ZoneInfo:
    """An IANA time zone."""
    try:
        return ZoneInfo(raw)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError from None
