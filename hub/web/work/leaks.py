"""Leaks: a found file is read once, weighed against every copy that was ever given out, and named or not named."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for

from agreements.case import Case
from agreements.permissions import Permission
from catalog.errors import HubError
from hub.accounts import sealing
from hub.api.process import limits
from hub.api.process.context import here
from hub.api.process.limits import Rate
from hub.api.wire.problems import Refused
from hub.marking.found_files import Pasted
from hub.marking.identify import examine
from hub.marking.leak_cases import cases_of, party_behind
from hub.marking.mark_pdf import pdf_of
from hub.marking.mark_report import report_of
from hub.state.exchange import desk, reading_desk
from hub.web.doors import signed_in
from hub.web.forms import Form, blank
from hub.web.saying import said
from hub.web.words import N_
from hub.web.work.area import demand_house, pages

LARGEST: Final = 32 << 20
_RATE: Final = Rate("leaks", 30, 3_600)
_EPSILON: Final = 1e-9
_KINDS: Final = (".csv", ".xlsx", ".json", ".jsonl", ".parquet", ".txt")
OUTCOMES: Final = {
    "named": N_("已确认来源"),
    "not enough evidence": N_("证据不足"),
    "none": N_("与本平台数据无关"),
}


@pages.page("/work/leaks", methods=("GET", "POST"), largest=LARGEST + (64 << 10))
@signed_in(Permission.CASE_HANDLE)
def leaks() -> Response:
    """Hand in what was found; the verdict and its evidence."""
    demand_house()
    if request.method == "GET":
        return make_response(_page(blank()))
    given = request.files.get("file")
    raw = given.stream.read(LARGEST + 1) if given else b""
    pasted = request.form.get("pasted", "").encode()
    form = blank(pasted=request.form.get("pasted", ""), dataset=request.form.get("dataset", ""))
    if not raw and not pasted.strip():
        form = form.wrong(file=N_("请选择发现的文件，或粘贴其内容。"))
    elif len(raw) > LARGEST:
        form = form.wrong(file=N_("文件过大，请控制在 32 MB 以内。"))
    if form.errors:
        return make_response(_page(form), 422)
    limits.demand(here().limiter, _RATE, g.standing.actor, here().seconds())
    name = _name(given.filename or "") if given and raw else "pasted text"
    try:
        whole = _weighed(Pasted(raw or pasted, name), request.form.get("dataset") or None)
    except HubError as error:
        return make_response(_page(form.wrong(file=_why(error))), 422)
    return make_response(_page(form, whole))


@pages.page("/work/leaks/report.pdf", methods=("POST",), name="leaks_report", largest=4 << 20)
@signed_in(Permission.CASE_HANDLE)
def report() -> Response:
    """The signed report of this verdict as PDF."""
    demand_house()
    headers = {"Content-Disposition": 'attachment; filename="identification.pdf"', "Cache-Control": "no-store"}
    return Response(pdf_of(_opened()), content_type="application/pdf", headers=headers)


@pages.page("/work/leaks/case", methods=("POST",), name="leaks_case", largest=4 << 20)
@signed_in(Permission.CASE_HANDLE)
def open_cases() -> Response:
    """Open a case for each named party: it is suspended at its next request, and may appeal."""
    demand_house()
    whole = _opened()
    try:
        with desk(here().parts.engine, here().now()) as found:
            opened: tuple[Case, ...] = cases_of(found, whole, g.standing.actor)
    except HubError as error:
        return make_response(_page(blank().wrong(file=said(error)), whole), 422)
    if not opened:
        return make_response(_page(blank().wrong(file=N_("所指认的副本不属于任何登记单位，未立案。")), whole), 422)
    flash(N_("已立案，相关单位已被暂停，可以申诉。"))
    return make_response(redirect(url_for("work.case", number=opened[0].id), 303))


def _weighed(found: Pasted, dataset: str | None) -> dict[str, Any]:
    parts = here().parts
    finding = examine(parts, here().marks, [found], dataset, _EPSILON)
    return report_of(finding, parts, here().datasets.values())


def _name(given: str) -> str:
    """What the report calls the file: its own words could be anybody's, so only its kind is taken from it."""
    end = next((kind for kind in _KINDS if given.lower().endswith(kind)), ".txt")
    return f"found{end}"


def _why(error: HubError) -> str:
    if error.happened.startswith("No marked copy"):
        return N_("尚未登记任何带标识的副本，无法溯源。")
    return N_("文件不是可读取的表格，或已损坏。支持 CSV、XLSX、JSON、JSON Lines、Parquet 和粘贴的文本。")


def _sealed(whole: dict[str, Any]) -> str:
    text = json.dumps(whole, ensure_ascii=False)
    return sealing.seal(here().key("leaks"), f"report {g.standing.actor}", [text], sealing.in_(60, here().now()))


def _opened() -> dict[str, Any]:
    """The verdict as this hub gave it to this person within the hour."""
    sealed = request.form.get("report", "")
    facts = sealing.opened(here().key("leaks"), f"report {g.standing.actor}", sealed, here().now())
    if facts is None:
        raise Refused("bad-request", N_("鉴定结果已过期，请重新上传文件。"))
    found: dict[str, Any] = json.loads(facts[0])
    return found


def _page(form: Form, whole: dict[str, Any] | None = None) -> str:
    body = whole["report"] if whole else None
    parties: dict[str, str | None] = {}
    if body:
        with reading_desk(here().parts.engine, here().now()) as found:
            parties = {one["grant"]: party_behind(found, one["grant"]) for one in body["named"]}
    return render_template(
        "work/leaks.html",
        form=form,
        body=body,
        sealed=_sealed(whole) if whole else "",
        vkey=whole["vkey"] if whole else "",
        parties=parties,
        outcomes=OUTCOMES,
        datasets=here().datasets.values(),
    )
