"""Choose the source that a declaration and an address speak of. Only the chosen one's libraries are loaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self
from urllib.parse import unquote, urlsplit

from catalog.errors import DeclarationError, SourceError
from catalog.model import Dataset, Field, SourceSpec
from exporters import sql_text
from exporters.products import product_of
from exporters.source import Source
from exporters.spreadsheets.layouts import layout

if TYPE_CHECKING:
    from exporters.http_client import Retry

_KINDS = ("sql", "files", "http")


class OpenSource(Source, Protocol):
    """A source that holds something open until it is closed."""

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *raised: object) -> None: ...


def open_source(
    spec: SourceSpec,
    fields: Sequence[Field],
    address: str,
    *,
    token: str | None = None,
    retry: Retry | None = None,
) -> OpenSource:
    """The source of ``spec.kind`` at ``address``, asked for ``fields`` and no others.

    ``sql``: ``postgresql://…``, ``sqlite:///path`` or the path of a database file; ``files``: a folder, as path or
    ``file:///path``; ``http``: a base URL, with ``token`` sent as bearer token. Nothing is read yet. An address that
    does not fit the kind is a ``SourceError``, an impossible declaration a ``DeclarationError``.
    """
    if spec.kind == "sql":
        from exporters.sql import SqlSource
        from exporters.sql_dialect import dialect_of

        dialect = dialect_of(address, int(spec.options.get("timeout_seconds", 1800)))
        if dialect is None:
            raise _misfit(spec, "postgresql://… or sqlite:///…")
        return SqlSource(spec, fields, dialect)
    if spec.kind == "files":
        if "://" in address and not address.startswith("file://"):
            raise _misfit(spec, "the path of a folder")
        from exporters.spreadsheets.source import FolderSource

        return FolderSource(spec, fields, Path(unquote(urlsplit(address).path) if "://" in address else address))
    if spec.kind == "http":
        if urlsplit(address).scheme not in {"http", "https"}:
            raise _misfit(spec, "https://…")
        from exporters.http import HttpSource, Retry

        return HttpSource(spec, fields, address, token=token, retry=retry or Retry())
    raise DeclarationError(
        f"A source is of kind {spec.kind!r}, which is unknown.", todo=f"Use one of {', '.join(_KINDS)}."
    )


def demand_runnable(dataset: Dataset) -> None:
    """What a declaration names outside of the catalogue is there: its product, what that reads, query and layout."""
    product, there = product_of(dataset), {field.name for field in dataset.reads}
    lacking = [n for n in product.inputs if n not in there and dataset.standard.find(n) is None]
    if lacking:
        raise DeclarationError(
            f"{dataset.id}: the product '{product.name}' reads {', '.join(lacking)}, which standard "
            f"{dataset.standard.no} does not have.",
            left="Nothing was run.",
            todo="Choose another product or standard.",
        )
    try:
        if dataset.source.query:
            sql_text.one_select(dataset.source.query)
        if dataset.source.kind == "files":
            layout(dataset.source.layout)
    except DeclarationError as refused:
        raise DeclarationError(
            f"{dataset.id}: {refused.happened}", left="Nothing was run.", todo=refused.todo
        ) from None


def _misfit(spec: SourceSpec, expected: str) -> SourceError:
    """The address itself may hold a password and is not repeated."""
    return SourceError(f"The address does not fit a source of kind {spec.kind}.", todo=f"Give {expected}.")
