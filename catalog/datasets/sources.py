"""The source and the publisher of a dataset declaration."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from types import MappingProxyType

from catalog import codes
from catalog.model import Field, Publisher, SourceSpec
from catalog.standards.fields import read_field
from catalog.standards.reading import Table

_TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?")
_DERIVATION = re.compile(r"[a-z][a-z0-9_]*")
_USCC = re.compile(r"11[0-9]{6}[0-9A-Z]{10}")


def read_source(table: Table) -> tuple[SourceSpec, tuple[str, ...], tuple[Field, ...]]:
    """Where records come from, the names of the standard's fields to read beside the columns, and fields of its own.

    Only a derived table has fields of its own: what a derivation finds stands in no standard.
    """
    kind = table.one_of("kind", ("sql", "files", "http", "derived"))
    reads = table.texts("reads", default=())
    own = tuple(read_field(one) for one in table.tables("field", needed=False)) if kind == "derived" else ()
    reader = {"sql": _sql, "files": _files, "http": _http, "derived": _derived}[kind]
    return reader(table), reads, own


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
    if not _USCC.fullmatch(publisher.uscc):
        table.refuse("'uscc' is no code of a public authority", "Give 18 characters that start with 11.")
    if publisher.region not in codes.code_list("gbt2260").entries:
        table.refuse("'region' is no code of GB/T 2260", "Give the six-digit code of the bureau's region.")
    if not publisher.url.startswith("https://"):
        table.refuse("'url' is no https address", "Give the bureau's own page.")
    return publisher


def _sql(table: Table) -> SourceSpec:
    name, query = table.optional_text("table"), table.optional_text("query")
    if (name is None) == (query is None):
        table.refuse("a source of kind sql needs either 'table' or 'query'", "Give exactly one of the two.")
    if name is not None and not _TABLE.fullmatch(name):
        table.refuse("'table' is no table name", "Write table or schema.table.")
    return SourceSpec("sql", table=name or "", query=query or "", options=_options(table))


def _files(table: Table) -> SourceSpec:
    pattern, layout = table.text("pattern"), table.text("layout")
    path = PurePosixPath(pattern)
    if path.is_absolute() or ".." in path.parts or "\\" in pattern:
        table.refuse("'pattern' leaves the drop folder", "Give a glob below the drop folder, such as *.xlsx.")
    return SourceSpec("files", pattern=pattern, layout=layout, options=_options(table))


def _http(table: Table) -> SourceSpec:
    return SourceSpec("http", path=table.text("path"), options=_options(table))


def _derived(table: Table) -> SourceSpec:
    name = table.text("derivation")
    if not _DERIVATION.fullmatch(name):
        table.refuse("'derivation' is no name", "Use lower-case letters, digits and _.")
    return SourceSpec("derived", derivation=name, options=_options(table))


def _options(table: Table) -> MappingProxyType[str, str | int]:
    """The source's own settings, from [source.options]."""
    options = table.table("options", needed=False).scalars()
    table.done()
    return MappingProxyType(options)
