"""Delta Sharing: shares, schemas and tables of the caller, versions, queries and change feeds as signed file links.

Answers follow the protocol's PROTOCOL.md; refusals are problems like everywhere else. What is listed is what the
verdict shows; a client's hints and limit only spare files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

from flask import Response, g, request, url_for

from hub.api.data import delta_tables as tables
from hub.api.data.delta_tables import Table
from hub.api.process.context import here
from hub.api.shapes import delta as shapes
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.sharing import hints, lines, links
from hub.sharing.cuts import Cut, Piece
from hub.sharing.links import Link
from hub.sharing.shares import SCHEMA, Offer

routes = Routes("delta", "Delta Sharing: grants as shares 以 Delta Sharing 协议共享", "/api/v1/delta-sharing")
_TABLE: Final = "/shares/<share>/schemas/<schema>/tables/<table>"
_PROBLEMS: Final = (404, 406, 410)
T = TypeVar("T")


@routes.route("/shares", shapes.SharesShape, query=shapes.PageQuery)
def shares(page: dict[str, Any]) -> dict[str, Any]:
    """The caller's shares: one for each grant in force, and one for each clause that gives whole datasets."""
    found = {one.share: {"name": one.share, "id": one.share} for one in tables.every()}
    return _paged(list(found.values()), page)


@routes.route("/shares/<share>", shapes.OneShareShape, problems=(404,))
def one_share(share: str) -> dict[str, Any]:
    """One share."""
    _own(share)
    return {"share": {"name": share, "id": share}}


@routes.route("/shares/<share>/schemas", shapes.SchemasShape, query=shapes.PageQuery, problems=(404,))
def schemas(page: dict[str, Any], share: str) -> dict[str, Any]:
    """A share's schemas: there is one."""
    _own(share)
    return _paged([{"name": SCHEMA, "share": share}], page)


@routes.route("/shares/<share>/schemas/<schema>/tables", shapes.TablesShape, query=shapes.PageQuery, problems=(404,))
def tables_of(page: dict[str, Any], share: str, schema: str) -> dict[str, Any]:
    """The tables of a share's schema."""
    _demand_schema(schema)
    return _paged([_item(one) for one in _own(share)], page)


@routes.route("/shares/<share>/all-tables", shapes.TablesShape, query=shapes.PageQuery, problems=(404,))
def all_tables(page: dict[str, Any], share: str) -> dict[str, Any]:
    """The tables of a share."""
    return _paged([_item(one) for one in _own(share)], page)


@routes.route(f"{_TABLE}/version", query=shapes.VersionQuery, media="text/plain", problems=_PROBLEMS)
def version(asked: dict[str, Any], share: str, schema: str, table: str) -> Response:
    """A table's current version, or the first of a moment and after, in the header ``Delta-Table-Version``."""
    found = _table(share, schema, table)
    if "starting" in asked:
        later = tables.steps(found.dataset, {"since": asked["starting"]})
        if not later:
            raise Refused("not-found", "The table has no version of that time or later.")
        number = later[0][1].release.version
    else:
        number = tables.chosen(found.dataset).release.version
    return Response("", content_type="text/plain", headers={"Delta-Table-Version": str(number)})


@routes.route(f"{_TABLE}/metadata", query=shapes.TableBody, media=lines.MEDIA, problems=_PROBLEMS)
def metadata(asked: dict[str, Any], share: str, schema: str, table: str) -> Response:
    """A table's protocol and columns."""
    found = _table(share, schema, table)
    sealed = tables.chosen(found.dataset, asked.get("version"), asked.get("timestamp"))
    form = _form()
    told = tables.told(found, sealed, tables.cut_of(found, sealed.release.version))
    return _answer([lines.protocol(form), lines.metadata(told, form)], form, told.version)


@routes.route(f"{_TABLE}/query", method="POST", body=shapes.TableBody, media=lines.MEDIA, problems=_PROBLEMS)
def query(asked: dict[str, Any], share: str, schema: str, table: str) -> Response:
    """The files of a version that hold what the caller may see, as links; the rows in them are counted as taken."""
    found = _table(share, schema, table)
    sealed = tables.chosen(found.dataset, asked.get("version"), asked.get("timestamp"))
    form = _form()
    told = tables.told(found, sealed, tables.cut_of(found, sealed.release.version))
    pieces = hints.spared(told.cut.pieces, asked.get("hint"), asked.get("limit"))
    tables.record(found, tables.use_of(found, told.version, sum(one.rows for one in pieces), _mark(told.cut)))
    link, until = _linking(found, told.version, -1, told.cut)
    files = lines.files(told, pieces, form, link, until)
    return _answer([lines.protocol(form), lines.metadata(told, form), *files], form, told.version)


@routes.route(f"{_TABLE}/changes", query=shapes.ChangesQuery, media=lines.MEDIA, problems=_PROBLEMS)
def changes(asked: dict[str, Any], share: str, schema: str, table: str) -> Response:
    """The rows that came and went from version to version, as links; they are counted as taken."""
    found = _table(share, schema, table)
    if not asked.keys() & {"start", "since"}:
        raise Refused("unprocessable", "Say startingVersion or startingTimestamp.")
    steps = tables.steps(found.dataset, asked)
    if not steps:
        raise Refused("not-found", "The table has no such versions.")
    form = _form()
    feed = [
        (before, tables.told(found, sealed, tables.changes_of(found, sealed.release.version, before)))
        for before, sealed in steps
    ]
    tables.record(found, *(tables.use_of(found, told.version, told.cut.rows, _mark(told.cut)) for _, told in feed))
    body: list[Any] = []
    for before, told in feed:
        link, until = _linking(found, told.version, before, told.cut)
        if not body or form == lines.DELTA:
            body += [*([] if body else [lines.protocol(form)]), lines.metadata(told, form)]
        body += lines.changes(told, form, link, until)
    return _answer(body, form, steps[-1][1].release.version)


def _table(share: str, schema: str, table: str) -> Table:
    _demand_schema(schema)
    return tables.table_of(share, table)


def _demand_schema(schema: str) -> None:
    if schema != SCHEMA:
        raise Refused("not-found", f"The only schema of a share is '{SCHEMA}'.")


def _own(share: str) -> list[Offer]:
    found = [one for one in tables.every() if one.share == share]
    if not found:
        raise tables.missing(g.standing, share)
    return found


def _item(offer: Offer) -> dict[str, str]:
    name = offer.dataset.id
    return {
        "name": name,
        "schema": SCHEMA,
        "share": offer.share,
        "share_id": offer.share,
        "id": f"{offer.share}/{name}",
    }


def _paged(items: Sequence[T], page: dict[str, Any]) -> dict[str, Any]:
    """A page; its token is the place where the next one begins."""
    token = page.get("page_token", "0") or "0"
    if not token.isdecimal() or len(token) > 9:
        raise Refused("unprocessable", "The page token is not this hub's.")
    begin, most = int(token), page.get("max_results", 500)
    end = begin + most
    following = {"next_page_token": str(end)} if end < len(items) else {}
    return {"items": items[begin:end], **following}


def _form() -> str:
    return lines.form_of(request.headers.get("delta-sharing-capabilities", ""))


def _mark(cut: Cut) -> str:
    """The number of the marked copy that a cut was made from."""
    return cut.folder.name.partition("-")[0]


def _linking(table: Table, number: int, before: int, cut: Cut) -> tuple[Callable[[Piece], str], int]:
    """What makes the link of a file, and until when links hold (milliseconds since 1970)."""
    ends = int(here().now().timestamp()) + links.LIFE
    who, name = table.offer.who, cut.folder.name
    base = here().settings.api_address

    def link(piece: Piece) -> str:
        said = Link(
            table.offer.share, table.dataset.id, number, before, name, piece.name, who.actor, g.client, g.token, ends
        )
        text, signature = links.sealed(said, here().key("share-links"))
        path = url_for("delta-files.file", link=text, name=piece.name)
        return f"{base}{path}?{links.PARAMETER}={signature}"

    return link, ends * 1000


def _answer(body: Iterable[Any], form: str, number: int) -> Response:
    headers = {"Delta-Table-Version": str(number), "delta-sharing-capabilities": f"responseformat={form}"}
    return Response(lines.text(iter(body)), content_type=lines.MEDIA, headers=headers)
