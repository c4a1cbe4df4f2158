"""Strict reading of TOML tables: every key is asked for by type, and a key nobody asked for is refused.

A ``Table`` knows its file and its place in it, so that every refusal names both and says what to do.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from catalog.errors import DeclarationError

E = TypeVar("E", bound=StrEnum)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


class Table:
    """A TOML table under strict reading; ``done`` refuses the keys that were not read."""

    def __init__(self, body: dict[str, Any], file: str, place: str = "") -> None:
        self.file = file
        self.place = place
        self._body = body
        self._asked: set[str] = set()

    def refuse(self, what: str, todo: str) -> NoReturn:
        """Raise the ``DeclarationError`` that names file and place."""
        where = f"{self.file}, {self.place}" if self.place else self.file
        raise DeclarationError(f"{where}: {what}.", left="Nothing was loaded.", todo=todo)

    def has(self, key: str) -> bool:
        return key in self._body

    def canonical(self) -> str:
        """All of the table as canonical JSON."""
        return canonical(self._body)

    def keys(self) -> tuple[str, ...]:
        """All keys, in the order they were written."""
        return tuple(self._body)

    def is_table(self, key: str) -> bool:
        return isinstance(self._body.get(key), dict)

    def optional_text(self, key: str) -> str | None:
        """A text that is not empty, or None when the key is absent."""
        value = self._get(key, str, "a text")
        if value is not None and not value.strip():
            self.refuse(f"'{key}' is empty", f"Fill '{key}' or leave it out.")
        if value is not None and _CONTROL.search(value):
            self.refuse(f"'{key}' holds a control character", "Take it out; line breaks and tabs may stay.")
        return None if value is None else str(value)

    def text(self, key: str) -> str:
        """A text that must be there."""
        value = self.optional_text(key)
        return self._needed(key) if value is None else value

    def integer(self, key: str) -> int | None:
        value = self._get(key, int, "a whole number")
        return None if value is None else int(value)

    def number(self, key: str) -> float | None:
        value = self._get(key, (int, float), "a number")
        return None if value is None else float(value)

    def texts(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of texts; without a default it must be there and not be empty."""
        value = self._get(key, list, "a list of texts")
        if value is None:
            return self._needed(key) if default is None else tuple(default)
        if not all(isinstance(item, str) and item for item in value):
            self.refuse(f"'{key}' must be a list of texts", f'Write {key} = ["...", "..."].')
        if default is None and not value:
            self._needed(key)
        return tuple(value)

    def whole_numbers(self, key: str, default: Sequence[int]) -> tuple[int, ...]:
        """A list of whole numbers above nought, as numbers or as texts."""
        value = self._get(key, list, "a list of whole numbers")
        if value is None:
            return tuple(default)
        texts = [str(item) for item in value if not isinstance(item, bool)]
        if len(texts) != len(value) or not all(text.isdecimal() and int(text) for text in texts):
            self.refuse(f"'{key}' must be a list of whole numbers", f"Write {key} = [2, 4, 6].")
        return tuple(int(text) for text in texts)

    def choice(self, key: str, kind: type[E], default: E | None = None) -> E:
        """One of an enumeration's values."""
        value = self.optional_text(key)
        if value is None:
            return self._needed(key) if default is None else default
        known = [member.value for member in kind]
        if value not in known:
            self.refuse(f"'{key}' is unknown", f"Use one of: {', '.join(known)}.")
        return kind(value)

    def one_of(self, key: str, known: Sequence[str], default: str | None = None) -> str:
        """One of some names."""
        value = self.optional_text(key)
        if value is None:
            return self._needed(key) if default is None else default
        if value not in known:
            self.refuse(f"'{key}' is unknown", f"Use one of: {', '.join(known)}.")
        return value

    def table(self, key: str, *, needed: bool = True) -> Table:
        """A table inside this one; an absent optional one reads as empty."""
        value = self._get(key, dict, "a table")
        if value is None and needed:
            self._needed(key)
        return Table(value or {}, self.file, f"{self.place} [{key}]".strip())

    def tables(self, key: str, *, needed: bool = True) -> tuple[Table, ...]:
        """An array of tables, each placed by its ``code``, ``field`` or position."""
        value = self._get(key, list, "an array of tables")
        if not value:
            return self._needed(key) if needed else ()
        if not all(isinstance(item, dict) for item in value):
            self.refuse(f"'{key}' must be an array of tables", f"Write [[{key}]] before each entry.")
        return tuple(
            Table(item, self.file, f"{key} {item.get('code') or item.get('field') or item.get('name') or index}")
            for index, item in enumerate(value, 1)
        )

    def scalars(self) -> dict[str, str | int]:
        """All keys that were not read yet, as options: texts and whole numbers only."""
        rest = {key: value for key, value in self._body.items() if key not in self._asked}
        self._asked |= set(rest)
        for key, value in rest.items():
            if isinstance(value, bool) or not isinstance(value, str | int):
                self.refuse(f"option '{key}' must be a text or a whole number", "Change the option's value.")
        return rest

    def anything(self) -> dict[str, object]:
        """All keys that were not read yet, whatever they hold."""
        rest = {key: value for key, value in self._body.items() if key not in self._asked}
        self._asked |= set(rest)
        return rest

    def done(self) -> None:
        """Refuse keys that nobody read."""
        unknown = sorted(set(self._body) - self._asked)
        if unknown:
            known = ", ".join(sorted(self._asked))
            self.refuse(f"unknown key '{unknown[0]}'", f"Remove or rename it; known here: {known}.")

    def _get(self, key: str, kind: type | tuple[type, ...], called: str) -> Any:
        self._asked.add(key)
        value = self._body.get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            self.refuse(f"'{key}' must be {called}", f"Change the value of '{key}'.")
        return value

    def _needed(self, key: str) -> NoReturn:
        near = get_close_matches(key, sorted(set(self._body) - self._asked), n=1, cutoff=0.9)
        self.refuse(f"'{key}' is missing", f"Add '{key}'." if not near else f"Rename '{near[0]}' to '{key}'.")


def canonical(value: object) -> str:
    """JSON that is the same for equal values, for digests."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def parse(text: str, file: str) -> Table:
    """The strict reader of a TOML text; ``file`` is named in refusals."""
    try:
        return Table(tomllib.loads(text), file)
    except tomllib.TOMLDecodeError as error:
        # The error's own text holds a line and column only, never the content of the file.
        raise DeclarationError(f"{file}: is not valid TOML ({error}).", todo="Correct the file.") from None
    except RecursionError:
        raise DeclarationError(f"{file}: is nested too deeply to be read.", todo="Correct the file.") from None
