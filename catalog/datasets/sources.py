"""The source and the publisher of a dataset declaration."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath
from types import MappingProxyType

from catalog import codes
from catalog.identifiers import phrases
from catalog.identifiers.uscc import is_uscc
from catalog.model import Field, Publisher, SourceSpec, Standard
from catalog.standards.fields import read_field
from catalog.standards.reading import Table

_TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FIND = re.compile(r"find_[a-z0-9_]+")
_FILES = frozenset({"max_bytes", "star", "sheets"})
PAGINGS = ("cursor", "page", "offset")
_HTTP_NUMBERS = frozenset({"page_size", "timeout_seconds", "max_bytes", "max_pages"})
_HTTP_TEXTS = frozenset(
    {"paging", "rows", "size_parameter", "position_parameter", "next", "since_parameter", "total", "first_page"}
)
_EMAIL = re.compile(phrases.EMAIL)
_AUTHORITY = "11"


def read_source(table: Table, standard: Standard) -> tuple[SourceSpec, tuple[str, ...], tuple[Field, ...]]:
    """Where records come from, the names of the standard's fields to read beside the columns, and fields of its own.

    Only a derived table has fields of its own: what a derivation finds stands in no standard.
    """
    kind = table.one_of("kind", ("sql", "files", "http", "derived"))
    reads = table.texts("reads", default=())
    own = tuple(read_field(one) for one in table.tables("field", needed=False)) if kind == "derived" else ()
    reader = {"sql": _sql, "files": _files, "http": _http, "derived": _derived}[kind]
    spec = reader(table)
    _demand_fields(spec, standard, table)
    return spec, reads, own


def read_publisher(table: Table) -> Publisher:
    """The bureau that answers for the dataset: a market regulator, so its code starts with 11."""
    publisher = Publisher(
        zh=table.text("zh"),
        en=table.text("en"),
        uscc=table.text("uscc"),
        region=table.text("region"),
        email=table.text("email"),
        phone=table.text("phone"),
        url=table.text("url"),
    )
    table.done()
    if not publisher.uscc.startswith(_AUTHORITY):
        table.refuse("'uscc' is no code of a public authority", "Give 18 characters that start with 11.")
    if not is_uscc(publisher.uscc):
        table.refuse("'uscc' is no sound code of GB 32100", "Look for a slip: its last character checks the others.")
    if publisher.region not in codes.code_list("gbt2260").entries:
        table.refuse("'region' is no code of GB/T 2260", "Give the six-digit code of the bureau's region.")
    if not _EMAIL.fullmatch(publisher.email):
        table.refuse("'email' is no mail address", "Give the bureau's own, such as opendata@example.org.")
    if not publisher.url.startswith("https://"):
        table.refuse("'url' is no https address", "Give the bureau's own page.")
    return publisher


def _sql(table: Table) -> SourceSpec:
    name, query = table.optional_text("table"), table.optional_text("query")
    if (name is None) == (query is None):
        table.refuse("a source of kind sql needs either 'table' or 'query'", "Give exactly one of the two.")
    if name is not None and not _TABLE.fullmatch(name):
        table.refuse("'table' is no table name", "Write table or schema.table.")
    return SourceSpec("sql", table=name or "", query=query or "", options=_options(table, {"timeout_seconds"}))


def _files(table: Table) -> SourceSpec:
    pattern, layout = table.text("pattern"), table.text("layout")
    path = PurePosixPath(pattern)
    if path.is_absolute() or ".." in path.parts or "\\" in pattern:
        table.refuse("'pattern' leaves the drop folder", "Give a glob below the drop folder, such as *.xlsx.")
    told = table.table("headings", needed=False)
    headings = MappingProxyType({name: told.texts(name) for name in told.keys()})  # noqa: SIM118 -- a Table is no dict
    options = _options(table, {"max_bytes"}, rest=_NAME)
    return SourceSpec("files", pattern=pattern, layout=layout, options=options, headings=headings)


def _http(table: Table) -> SourceSpec:
    path = table.text("path")
    inner = table.table("options", needed=False)
    inner.one_of("paging", PAGINGS, default=PAGINGS[0])
    return SourceSpec("http", path=path, options=_options(table, _HTTP_NUMBERS, _HTTP_TEXTS, rest=_FIND))


def _derived(table: Table) -> SourceSpec:
    name = table.text("derivation")
    if not _NAME.fullmatch(name):
        table.refuse("'derivation' is no name", "Use lower-case letters, digits and _.")
    return SourceSpec("derived", derivation=name, options=_options(table))


def _options(
    table: Table,
    numbers: AbstractSet[str] = frozenset(),
    texts: AbstractSet[str] = frozenset(),
    rest: re.Pattern[str] | None = None,
) -> MappingProxyType[str, str | int]:
    """The source's own settings, from [source.options]: numbers of 1 or more, texts, and names that fit ``rest``."""
    inner = table.table("options", needed=False)
    options = inner.scalars()
    table.done()
    for name, value in options.items():
        if name in numbers and (not isinstance(value, int) or value < 1):
            inner.refuse(f"option '{name}' is no whole number of 1 or more", "Correct the option, or leave it out.")
        if name not in numbers and name not in texts and not (rest and rest.fullmatch(name)):
            known = ", ".join(sorted((*numbers, *texts))) or "none"
            inner.refuse(f"unknown option '{name}'", f"Remove or rename it; known here: {known}.")
    return MappingProxyType(options)


def _demand_fields(spec: SourceSpec, standard: Standard, table: Table) -> None:
    """Headings, fixed values and search parameters are told for fields of the standard only."""
    fixed = [name for name in spec.options if name not in _FILES] if spec.kind == "files" else []
    star = [str(spec.options["star"])] if spec.kind == "files" and "star" in spec.options else []
    found = [name.removeprefix("find_") for name in spec.options if _FIND.fullmatch(name)]
    for name in (*spec.headings, *fixed, *star, *found):
        if standard.find(name) is None:
            table.refuse(f"'{name}' is no field of standard {standard.no}", "Correct or remove it.")
