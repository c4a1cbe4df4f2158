"""The sharing and opening matrix as data: ``matrix.toml``, read strictly once.

``docs/sharing.md`` is written from it (``python -m agreements.docs``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from agreements.model import Action, Form
from catalog.errors import DeclarationError
from catalog.typed import converted

EVERYONE = "public"


class Gives(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may do what, in which forms, when every condition in ``when`` holds."""

    to: tuple[str, ...]
    actions: tuple[Action, ...]
    forms: tuple[Form, ...]
    when: tuple[str, ...] = ()


class Stops(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is refused ``unless`` a condition holds; no actions or forms named means all of them."""

    unless: str
    actions: tuple[Action, ...] = ()
    forms: tuple[Form, ...] = ()


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One clause. No standards named means all; ``basis`` is the text it rests on."""

    id: str
    zh: str
    en: str
    basis: str
    standards: tuple[str, ...] = ()
    gives: tuple[Gives, ...] = ()
    stops: tuple[Stops, ...] = ()

    def speaks_of(self, standard: str) -> bool:
        """Whether the clause covers data of this standard ("" is data of none: lists and permissions)."""
        return not self.standards or standard in self.standards


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a condition says to whoever it refuses."""

    zh: str
    en: str


class Matrix(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All rows, and the words of the conditions they name."""

    row: tuple[Row, ...]
    condition: Mapping[str, Words]

    def named(self, clause: str) -> Row:
        """The row ``clause``; KeyError when there is none."""
        return {row.id: row for row in self.row}[clause]


@cache
def matrix() -> Matrix:
    """The shipped matrix. DeclarationError when it is malformed or names what is not there."""
    raw = tomllib.loads((files("agreements") / "matrix.toml").read_text(encoding="utf-8"))
    try:
        found = converted(raw, Matrix)
    except msgspec.ValidationError as error:
        raise DeclarationError(f"matrix.toml is malformed: {error}.", todo="Restore the file.") from None
    used = {name for row in found.row for gives in row.gives for name in gives.when}
    used |= {stops.unless for row in found.row for stops in row.stops}
    if used != set(found.condition):
        raise DeclarationError("matrix.toml: conditions used and worded differ.", todo="Word each used condition.")
    return found
