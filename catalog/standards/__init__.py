"""The ten data standards, one TOML file each, and the header that all of them share.

A field's conditions are read like this. Type, length, pattern, code list, range, requirement and order are the
record's structure: a row that breaks them is rejected. ``check`` names a grammar or check digit: a value that fails
is flagged and kept. Lengths, patterns, codes and checks of list fields hold for each item. ``required_when`` compares
the other field's text (booleans read ``true`` and ``false``).

Some structured fields have part fields, which follow their parent with a code like ``SC12.1``. A source table holds
one column per part instead of the parent; list fields are text joined by ``;``, JSON fields are JSON text, file
fields are references.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from catalog.errors import DeclarationError
from catalog.model import Field, Standard
from catalog.standards.fields import demand_consistent, read_field
from catalog.standards.reading import parse

_PLACE = files("catalog") / "standards"


@cache
def all_standards() -> tuple[Standard, ...]:
    """The ten standards in the order of their numbers."""
    shared = _header()
    places = sorted((p for p in _PLACE.iterdir() if p.name[:1].isdigit()), key=lambda p: p.name)
    return tuple(parse_standard(p.read_text(encoding="utf-8"), p.name, shared) for p in places)


def load_standard(no: str) -> Standard:
    """The standard with this number, for example ``2.6``; an unknown number is a ``DeclarationError``."""
    found = {standard.no: standard for standard in all_standards()}
    if no not in found:
        raise DeclarationError("There is no standard with this number.", todo=f"Use one of: {', '.join(found)}.")
    return found[no]


def parse_standard(text: str, file: str, header: tuple[Field, ...]) -> Standard:
    """A standard from its TOML text; ``file`` is named in refusals."""
    root = parse(text, file)
    about = root.table("standard")
    fields = tuple(read_field(table) for table in root.tables("field"))
    standard = Standard(
        no=about.text("no"),
        version=about.text("version"),
        table=about.text("table"),
        zh=about.text("zh"),
        en=about.text("en"),
        header=header,
        fields=fields,
    )
    about.done()
    root.done()
    demand_consistent(fields, header, file)
    return standard


def parse_header(text: str, file: str) -> tuple[Field, ...]:
    """The header fields from their TOML text."""
    root = parse(text, file)
    fields = tuple(read_field(table) for table in root.tables("field"))
    root.done()
    demand_consistent(fields, (), file)
    return fields


def parent_code(field: Field) -> str:
    """Code of the field that a part belongs to (``SC12`` for ``SC12.1``), or "" for a field of its own."""
    parent, dot, _ = field.code.partition(".")
    return parent if dot else ""


def table_fields(standard: Standard) -> tuple[Field, ...]:
    """The columns of a source table of this standard: the header, then each field, parts standing for their parent."""
    split = {parent_code(f) for f in standard.fields}
    return (*standard.header, *(f for f in standard.fields if f.code not in split))


@cache
def _header() -> tuple[Field, ...]:
    return parse_header((_PLACE / "header.toml").read_text(encoding="utf-8"), "header.toml")
