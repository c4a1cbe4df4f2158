"""The scan view: one trace code, what everybody may see of it (DOMAIN 6), and no way to go through codes.

A guess that misses costs more than a hit: who misses too often gets no answer at all for a while. The source is asked
by few scans at a time; when it is busy or away, what was released still answers.
"""

from __future__ import annotations

import json
from threading import BoundedSemaphore
from typing import Any, Final

import polars as pl
from flask import g

from agreements.decide import decide
from agreements.model import PUBLIC, Action, Form, Purpose, PurposeKind, Standing, Subject
from catalog.errors import SettingsError, SourceError
from exporters.rules.negative_list import Question
from hub import log
from hub.api.data import rows
from hub.api.guard.asking import demanded
from hub.api.guard.doors import openly
from hub.api.guard.using import use_of
from hub.api.process import limits
from hub.api.process.context import here, peer
from hub.api.process.limits import Rate
from hub.api.shapes.exchange import ScanQuery, ScanShape
from hub.api.views import negative_list
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.db.engine import reading
from hub.scan_view import Scanned, closed_fields, scanned
from hub.state.releases import releases_of

routes = Routes("trace", "The scan view of one trace code 追溯码扫码查询", "/api/v1/trace")
RATE: Final = Rate("scans", 30, 60)
MISSES: Final = Rate("misses", 10, 3_600)
_DATASET: Final = "traceability"
_AT_THE_SOURCE: Final = BoundedSemaphore(4)


@routes.route("", ScanShape, query=ScanQuery, problems=(404,))
@openly
def scan(asked: dict[str, str]) -> dict[str, Any]:
    """One scanned code: ``product`` for everyone, ``flagged`` what its firm opened, ``closed`` what is not shown."""
    context, who, code = here(), g.get("standing", PUBLIC), asked["code"]
    limits.demand(context.limiter, RATE, peer(), context.seconds())
    limits.demand_few(
        context.limiter, MISSES, peer(), context.seconds(), "Too many codes that do not exist were asked for."
    )
    verdict = demanded(who, Action.LOOKUP, Subject(Form.SCAN, "2.6", _DATASET, codes=(code,), made_safe=True))
    version, released = _released(code)
    now = _at_the_source(code)
    found = released or (now.product if now else None)
    here().recorder.record(
        use_of(who, Action.LOOKUP, _DATASET, version, verdict, rows=int(found is not None), missed=int(found is None))
    )
    if found is None and now is None:
        raise Refused("unavailable", "Codes of single items cannot be looked up now.", headers={"Retry-After": "60"})
    if found is None:
        context.limiter.charge(MISSES, peer(), context.seconds(), 1)
        raise Refused("not-found", "No product with this code is known. 未查询到该追溯码。")
    flagged = dict(now.flagged or {}) if now else None
    return {
        "dataset": _DATASET,
        "version": version,
        "clause": verdict.clause,
        "product": found,
        "flagged": flagged,
        "listed": _listed(who, code),
        "closed": closed_fields(context.registers[_DATASET], tuple(flagged or ())),
    }


def _listed(who: Standing, code: str) -> dict[str, Any] | None:
    """What the negative list says of the code, to whom SM16 lets ask; None for others, or without a list."""
    what = Subject(Form.LIST, dataset="negative_list")
    if not decide(who, Action.LOOKUP, what, Purpose(PurposeKind.OWN), here().now()).allowed:
        return None
    try:
        _, (told,) = negative_list.answers([Question(code=code)])
    except Refused:
        return None
    return told


def _at_the_source(code: str) -> Scanned | None:
    """What the source says; None when it is away, or enough others are asking it."""
    if not _AT_THE_SOURCE.acquire(timeout=1):
        return None
    try:
        return scanned(here().parts, here().datasets[_DATASET], here().registers[_DATASET], code)
    except (SourceError, SettingsError) as error:
        # A house may stand without a live source: what was released is shown there all the same.
        log.failure("scan.source-away", error)
        return None
    finally:
        _AT_THE_SOURCE.release()


def _released(code: str) -> tuple[int, dict[str, Any] | None]:
    with reading(here().parts.engine) as connection:
        current = releases_of(connection, _DATASET, ("current",))
    if not current:
        return 0, None
    version = current[0].release.version
    source = rows.released(_DATASET, version)
    columns = [name for name in source.schema if name != "record_uri"]
    lines, _ = rows.page(source, pl.col("trace_code") == code, columns, -1, 1)
    return version, json.loads(lines[0]) if lines else None
