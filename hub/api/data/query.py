"""Record queries: filters by the declared columns, keyset pages as JSON, whole answers as NDJSON or Arrow streams."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from flask import Response, g, request

from agreements.model import PUBLIC, Action, Purpose, PurposeKind, Standing, Verdict
from agreements.subject import subject_of
from agreements.use import Use
from catalog.model import Dataset
from hub.api.data import cursors, filters, rows
from hub.api.data.cursors import Cursor
from hub.api.data.datasets import SHOWN, visible
from hub.api.guard import delivery, quota
from hub.api.guard.asking import demanded
from hub.api.guard.doors import openly
from hub.api.guard.using import use_of
from hub.api.process.context import here
from hub.api.shapes.exchange import RecordQuery
from hub.api.wire import streams
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.db.engine import reading
from hub.state.releases import find_release, releases_of

routes = Routes("query", "Records by filters, as pages and streams 记录查询", "/api/v1/datasets")
_JSON: Final = "application/json"
_MOST: Final = 1_000
_USUAL: Final = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A query that was decided on: whose rows, which of them, which columns."""

    who: Standing
    verdict: Verdict
    source: rows.Source
    chosen: pl.Expr | None
    columns: list[str]
    after: int
    question: str
    purpose: Purpose


@routes.route("/<name>/records", query=RecordQuery, problems=(404, 406, 410))
@openly
def records(stated: dict[str, Any], name: str) -> Response:
    """Records of a dataset's current release: a page of JSON, or all of them as NDJSON or Arrow by ``Accept``.

    Beside the parameters named here every column of the dictionary is one: ``column=value`` (several: any of them),
    ``column.from``, ``column.to``, ``column.begins``.
    """
    known = [_JSON, streams.NDJSON, streams.ARROW]
    media = request.accept_mimetypes.best_match(known) if request.accept_mimetypes else _JSON
    if media is None:
        raise Refused("not-acceptable", f"Ask for {_JSON}, {streams.NDJSON} or {streams.ARROW}.")
    asked = decided(visible(name), stated)
    if media == _JSON:
        return _page(asked, min(stated.get("limit", _USUAL), _MOST))
    return _stream(asked, media)


def decided(dataset: Dataset, stated: dict[str, Any]) -> Asked:
    """The present request's query of a dataset, decided on. Refused with the clause when nothing gives it."""
    who: Standing = g.get("standing", PUBLIC)
    codes = tuple(stated.get("code", ()))
    purpose = Purpose(
        PurposeKind(stated.get("purpose", PurposeKind.PUBLIC)), stated.get("case", ""), stated.get("statement", "")
    )
    wanted = tuple(filter(None, stated.get("fields", "").split(","))) or _granted(dataset, who, purpose)
    what = subject_of(dataset, wanted, codes)
    verdict = demanded(who, Action.QUERY, what, purpose)
    question = cursors.question_of(who.actor, dataset.id, _facts())
    cursor = cursors.opened(stated["after"], question) if "after" in stated else None
    source = rows.source_for(dataset, _version(dataset, cursor), who, verdict)
    schema = source.schema
    chosen = [
        filters.ruled(verdict.rows, schema),
        filters.asked(dict(request.args.lists()), _readable(schema, verdict)),
    ]
    if codes and "trace_code" in schema:
        chosen.append(pl.col("trace_code").is_in(list(codes)))
    given = [one for one in chosen if one is not None]
    expression = reduce(and_, given) if given else None
    columns = _columns(schema, wanted, verdict)
    return Asked(who, verdict, source, expression, columns, cursor.row if cursor else -1, question, purpose)


def _granted(dataset: Dataset, who: Standing, purpose: Purpose) -> tuple[str, ...]:
    """The columns that a grant for this purpose names, when the query names none; one in force before any other."""
    now = here().now()
    meant = [one for one in who.grants if one.dataset == dataset.id and purpose.kind in one.purposes]
    return next((one.fields for one in sorted(meant, key=lambda one: not one.runs(now))), ())


def _facts() -> list[tuple[str, list[str]]]:
    """The query without what changes from page to page."""
    return sorted((name, values) for name, values in request.args.lists() if name not in {"after", "limit"})


def _readable(schema: dict[str, pl.DataType], verdict: Verdict) -> dict[str, pl.DataType]:
    """What may be filtered by is what may be seen: otherwise a filter would answer what the columns hide."""
    if not verdict.fields:
        return schema
    return {name: kind for name, kind in schema.items() if name in verdict.fields}


def _columns(schema: dict[str, pl.DataType], wanted: tuple[str, ...], verdict: Verdict) -> list[str]:
    open_to = _readable(schema, verdict)
    if unknown := [name for name in wanted if name not in open_to]:
        raise filters.wrong(f"fields: {unknown[0]}")
    address = ["record_uri"] if "record_uri" in schema else []
    return list(dict.fromkeys([*(wanted or open_to), *address]))


def _version(dataset: Dataset, cursor: Cursor | None) -> int:
    """The version that is read: the cursor's while readers have it, or the current one."""
    asked = cursor.version if cursor else 0
    return here().known.get(("version", dataset.id, asked), lambda: _found(dataset, asked))


def _found(dataset: Dataset, asked: int) -> int:
    with reading(here().parts.engine) as connection:
        if asked:
            found = find_release(connection, dataset.id, asked)
            if found is None or found.state not in SHOWN:
                raise Refused("gone", "The release was withdrawn while you were reading it.")
            return asked
        current = releases_of(connection, dataset.id, ("current",))
    if not current:
        raise Refused("not-found", "The dataset has no release yet.")
    return current[0].release.version


def _page(asked: Asked, limit: int) -> Response:
    lines, last = rows.page(asked.source, asked.chosen, asked.columns, asked.after, limit)
    source = asked.source
    following = cursors.sealed(Cursor(source.version, source.copy, last, asked.question)) if last >= 0 else None
    verdict = asked.verdict
    head = {
        "dataset": source.dataset,
        "version": source.version,
        "clause": verdict.clause,
        "basis": verdict.basis,
        "grant": verdict.grant,
        "copy": source.copy,
        "count": len(lines),
        "next": following,
    }
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1].encode()
    body = text + b',"rows":[' + b",".join(lines) + b"]}"
    recorded(asked, len(lines), len(body))
    return Response(body, content_type=_JSON)


def _stream(asked: Asked, media: str) -> Response:
    total = rows.count(asked.source, asked.chosen)
    delivery.follow(recorded(asked, total, 0))
    found = rows.batches(asked.source, asked.chosen, asked.columns)
    pieces: Iterator[bytes] = streams.ndjson(found)
    if media == streams.ARROW:
        pieces = streams.arrow(found, _schema(asked))
    return Response(pieces, content_type=media, headers={"X-Rows": str(total)})


def _schema(asked: Asked) -> pa.Schema:
    whole = pq.read_schema(asked.source.files[0])
    return pa.schema([whole.field(name) for name in asked.columns])


def recorded(asked: Asked, count: int, size: int) -> Use:
    """The Use, before the first byte leaves, within the grant's quota."""
    source = asked.source
    use = use_of(asked.who, Action.QUERY, source.dataset, source.version, asked.verdict, asked.purpose, rows=count)
    use = replace(use, bytes=size, mark=str(source.copy))
    quota.record(asked.who, asked.verdict, use)
    return use
