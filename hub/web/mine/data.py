"""What a party may take now, taking it, and what it took."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Final

import pyarrow as pa
import pyarrow.csv as pacsv
from flask import Response, g, render_template, request

from agreements.model import Grant, PurposeKind
from agreements.permissions import Permission
from catalog.formats.csv import BOM, cells
from hub.api.data import query, rows
from hub.api.data.datasets import visible
from hub.api.guard import delivery
from hub.api.process.context import here
from hub.api.views.agreements import uses
from hub.api.wire import streams
from hub.api.wire.problems import Refused
from hub.state.exchange import reading_desk
from hub.state.uses import SqlUses
from hub.web.doors import signed_in
from hub.web.mine.area import pages
from hub.web.paging import page_of

FORMS: Final = {"csv": "text/csv; charset=utf-8", "ndjson": streams.NDJSON}
_DAYS: Final = 92


@pages.page("/mine/data")
@signed_in(Permission.RECORD_QUERY, Permission.AGREEMENT_READ)
def data() -> str:
    """Datasets that the party may take, and how much of each is left today."""
    now = here().now()
    with reading_desk(here().parts.engine, now) as desk:
        grants = desk.find(Grant, party=g.standing.uscc)
    taken = {
        one.id: SqlUses(here().parts.engine).taken(g.standing.uscc, now - timedelta(days=1), now, one.id)
        for one in grants
        if one.runs(now)
    }
    return render_template(
        "mine/data.html",
        grants=sorted(grants, key=lambda one: (one.state != "active", one.id)),
        taken=taken,
        titles={one.id: one for one in here().datasets.values()},
        may_take=Permission.RECORD_QUERY in g.standing.permissions,
        now=now,
    )


@pages.page("/mine/data/<name>.<form>", name="data_file")
@signed_in(Permission.RECORD_QUERY)
def take(name: str, form: str) -> Response:
    """A dataset as the party's own marked copy, cut to what its grant gives; the Use is written before it leaves."""
    if form not in FORMS:
        raise Refused("not-found")
    with reading_desk(here().parts.engine, here().now()) as desk:
        grants = [one for one in desk.find(Grant, party=g.standing.uscc) if one.dataset == name]
    purpose = grants[-1].purposes[0] if grants and grants[-1].purposes else PurposeKind.SUPERVISION
    asked = query.decided(visible(name), {"purpose": purpose.value})
    total = rows.count(asked.source, asked.chosen)
    delivery.follow(query.recorded(asked, total, 0))
    found = rows.batches(asked.source, asked.chosen, asked.columns)
    pieces = streams.ndjson(found) if form == "ndjson" else _csv(found, asked.columns)
    headers = {"Content-Disposition": f'attachment; filename="{name}-{asked.source.version}.{form}"'}
    return Response(pieces, content_type=FORMS[form], headers={**headers, "Cache-Control": "no-store"})


@pages.page("/mine/uses", name="data_uses")
@signed_in(Permission.USE_READ)
def used() -> str:
    """What the party took in the last three months."""
    found = uses({"days": _DAYS})
    titles = {one.id: one for one in here().datasets.values()}
    return render_template("mine/uses.html", page=page_of(found), titles=titles, days=_DAYS, query=request.args)


def _csv(found: Iterator[pa.RecordBatch], columns: list[str]) -> Iterator[bytes]:
    """CSV as releases have it: cells that no spreadsheet takes for a formula."""
    yield BOM + ",".join(columns).encode() + b"\r\n"
    for batch in found:
        out = BytesIO()
        options = pacsv.WriteOptions(include_header=False, eol="\r\n", quoting_style="needed")
        pacsv.write_csv(cells(batch), out, options)
        yield out.getvalue()
