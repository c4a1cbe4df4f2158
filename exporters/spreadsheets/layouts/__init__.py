"""Layouts: where a sheet's heading stands, which headings name which field, and what the sheet leaves unsaid."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from catalog.errors import DeclarationError
from catalog.model import Field

_BRACKETS = re.compile(r"\([^()]*\)$")
_PLACE = files("exporters.spreadsheets") / "layouts"


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark that contains these words sets ``field`` to ``value``."""

    contains: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Older:
    """An older edition: it has a column for ``tells`` and none for any field of ``same``, for which others stand."""

    tells: str
    same: Mapping[str, str]

    def stand_ins(self, columns: Mapping[str, int]) -> dict[str, int]:
        """The columns that stand for the fields it lacks; empty where the sheet is of another edition."""
        if self.tells not in columns or self.same.keys() & columns.keys():
            return {}
        return {field: columns[other] for field, other in self.same.items() if other in columns}


@dataclass(frozen=True, slots=True)
class Layout:
    """How sheets of one kind are read. ``headings``: a row that names all fields of one of these sets is the heading.

    ``declared`` layouts take the headings from the declared fields instead of ``columns``; one of them is enough.
    ``defaults`` fill fields that the sheet does not give; ``@updated_at`` and ``@date`` stand for what the file says.
    """

    name: str
    heading_within: int
    headings: tuple[frozenset[str], ...]
    columns: Mapping[str, str]
    remark: frozenset[str]
    empty: tuple[str, ...]
    star_flag: str
    defaults: Mapping[str, str]
    unremarked: Mapping[str, str]
    older: Older | None
    lists: Mapping[str, str]
    remarks: tuple[Remark, ...]
    declared: bool


def heading_text(cell: str | None) -> str:
    """A heading cell as it is compared: no white space, no required-mark, one width of characters."""
    return "".join(unicodedata.normalize("NFKC", cell or "").split()).strip("*").lower()


def explained_field(spellings: Mapping[str, str], cell: str | None) -> str | None:
    """The field of a heading that is known but for what stands in brackets behind it: 受检单位（被抽样单位）."""
    text = heading_text(cell)
    return None if text in spellings else spellings.get(plain_heading(cell))


def plain_heading(cell: str | None) -> str:
    """``heading_text`` without what stands in brackets at its end."""
    return _BRACKETS.sub("", heading_text(cell))


def names() -> tuple[str, ...]:
    """Names of all layouts."""
    return tuple(sorted(p.name.removesuffix(".toml") for p in _PLACE.iterdir() if p.name.endswith(".toml")))


@cache
def layout(name: str) -> Layout:
    """The layout of that name, or ``DeclarationError``."""
    if name not in names():
        raise DeclarationError(f"There is no layout {name!r}.", todo=f"Use one of {', '.join(names())}.")
    body: dict[str, Any] = tomllib.loads((_PLACE / f"{name}.toml").read_text(encoding="utf-8"))
    spellings = {heading_text(h): field for field, hs in body.get("columns", {}).items() for h in hs}
    return Layout(
        name=name,
        heading_within=body["heading_within"],
        headings=tuple(frozenset(row) for row in body.get("headings", ())),
        columns=spellings,
        remark=frozenset(map(heading_text, body.get("remark", ()))),
        empty=tuple(body.get("empty", ())),
        star_flag=body.get("star_flag", ""),
        defaults=body.get("defaults", {}),
        unremarked=body.get("unremarked", {}),
        older=Older(**body["older"]) if "older" in body else None,
        lists=body.get("lists", {}),
        remarks=tuple(Remark(**remark) for remark in body.get("remarks", ())),
        declared=body.get("declared", False),
    )


def spelled(chosen: Layout, fields: Sequence[Field], own: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """Heading -> field name: the layout's, or every name and label of the declared fields; and the dataset's own."""
    known = chosen.columns
    if chosen.declared:
        known = {heading_text(label): f.name for f in reversed(fields) for label in (f.en, f.zh, f.name)}
    return {**known, **{heading_text(label): field for field, labels in own.items() for label in labels}}


def is_heading(chosen: Layout, spellings: Mapping[str, str], cells: Sequence[str | None]) -> bool:
    """Whether a row of cells names all that a heading must."""
    return lacking(chosen, spellings, cells) == frozenset()


def lacking(chosen: Layout, spellings: Mapping[str, str], cells: Sequence[str | None]) -> frozenset[str] | None:
    """The fewest fields that a row would still have to name to be the heading; None where it names no field at all."""
    told = {spellings[text] for cell in cells if (text := heading_text(cell)) in spellings}
    if not told:
        return None
    if chosen.declared:
        return frozenset()
    told |= {field for cell in cells if (field := explained_field(spellings, cell))}
    return min((needed - told for needed in chosen.headings), key=len)
