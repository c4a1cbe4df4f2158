"""The negative list for registered users: one question, or a spreadsheet of them with a file of answers."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any, Final

from flask import Response, g, make_response, render_template, request
from marshmallow import Schema

from agreements.permissions import Permission
from catalog.errors import HubError
from catalog.formats.csv import BOM, guard_text
from exporters.rules.negative_list import Question
from hub.api.views.negative_list import answered
from hub.api.wire.problems import Refused
from hub.web.doors import signed_in
from hub.web.forms import Form, blank, read, text
from hub.web.mine.area import pages
from hub.web.mine.sheet import LARGEST, table_of
from hub.web.saying import said
from hub.web.words import N_, language

MOST: Final = 300
NAMES: Final = {
    "uscc": N_("生产单位统一社会信用代码"),
    "product": N_("产品名称"),
    "model": N_("规格型号"),
    "batch": N_("批号"),
    "code": N_("商品条码、追溯码、产品编码或证书编号"),
}
_HEADS: Final = {
    **{name: name for name in NAMES},
    "统一社会信用代码": "uscc", "生产单位统一社会信用代码": "uscc", "产品名称": "product", "规格型号": "model",
    "批号": "batch", "商品条码": "code", "追溯码": "code", "编码": "code",
}  # fmt: skip
OUTCOMES: Final = {
    "listed": N_("已列入"),
    "partly_listed": N_("部分列入"),
    "not_listed": N_("未列入"),
    "unknown_code": N_("编码未知"),
    "unclear": N_("无法判断"),
}


class Asked(Schema):
    """One question."""

    code = text(512, required=False)
    uscc = text(18, required=False, pattern=r"[0-9A-Z]{18}", wrong=N_("统一社会信用代码为 18 位数字或大写字母。"))
    product = text(512, required=False)
    model = text(512, required=False)
    batch = text(512, required=False)


@pages.page("/mine/negative-list", methods=("GET", "POST"))
@signed_in(Permission.LIST_LOOKUP)
def lookup() -> Response:
    """May this be sold? One question; what is asked travels in a form, not in an address."""
    if request.method == "GET":
        return _page(blank())
    form = read(Asked())
    if not form.errors and not any(form.values.values()):
        form = form.wrong(code=N_("请至少填写一项。"))
    if form.errors:
        return _page(form)
    try:
        told = answered([Question(**{name: value or None for name, value in form.values.items()})])
    except (HubError, Refused) as error:
        return _page(form.wrong(code=_said(error)))
    return _page(form, told, [dict(form.values)])


@pages.page("/mine/negative-list/file", methods=("POST",), name="lookup_file", largest=LARGEST + (64 << 10))
@signed_in(Permission.LIST_LOOKUP)
def many() -> Response:
    """A spreadsheet of questions: the answers on the page, or as a file."""
    given = request.files.get("file")
    raw = given.stream.read(LARGEST + 1) if given else b""
    form = blank()
    if not raw or given is None:
        return _page(form.wrong(file=N_("请选择 .xlsx 或 .csv 文件。")))
    if len(raw) > LARGEST:
        return _page(form.wrong(file=N_("文件过大，请控制在 2 MB 以内。")))
    try:
        table = table_of(raw, given.filename or "", _HEADS, MOST)
        rows = [{name: row.get(name) or "" for name in NAMES} for row in table.iter_rows(named=True)]
        if not rows:
            return _page(form.wrong(file=N_("文件中没有可查询的行。")))
        cut = [{name: value.strip()[:512] for name, value in row.items()} for row in rows]
        told = answered([Question(**{name: value or None for name, value in row.items()}) for row in cut])
    except (HubError, Refused) as error:
        return _page(form.wrong(file=_said(error)))
    return _file(told, cut) if request.form.get("as") == "file" else _page(form, told, cut)


@pages.page("/mine/negative-list/template.csv", name="lookup_template")
@signed_in(Permission.LIST_LOOKUP)
def template() -> Response:
    """An empty table with the headings."""
    return _csv([["统一社会信用代码", "产品名称", "规格型号", "批号", "编码"]], "negative-list-template.csv")


def _file(told: dict[str, Any], rows: list[dict[str, str]]) -> Response:
    suffix = language()
    heads = [*NAMES, "outcome", "class", "advice", "entries", "list", "day"]
    lines = [heads]
    for row, answer in zip(rows, told["answers"], strict=True):
        because = "; ".join(str(one[f"because_{suffix}"]) for one in answer["entries"])
        lines.append([
            *row.values(), answer["outcome"], answer["class"] or "", answer["advice"] or "", because,
            str(told["list"]), str(told["day"]),
        ])  # fmt: skip
    return _csv(lines, f"negative-list-{told['list']}.csv")


def _csv(lines: list[list[str]], name: str) -> Response:
    """A table that no spreadsheet runs as formulas."""
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([guard_text(str(cell)) for cell in line] for line in lines)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(BOM + out.getvalue().encode(), content_type="text/csv; charset=utf-8", headers=headers)


def _said(error: HubError | Refused) -> str:
    if isinstance(error, Refused) and error.kind == "not-found":
        return N_("尚未生成负面清单。")
    if isinstance(error, HubError) and "formulas whose values" in error.happened:
        return N_("表格中有未计算的公式，请用表格软件打开保存，或将公式改为数值。")
    if isinstance(error, HubError) and error.code == "source":
        return FILES.get(
            error.happened.partition(".")[0], N_("文件无法读取：须为未加密、无宏的 .xlsx 或 .csv，且不超过限额。")
        )
    return said(error)


FILES: Final = {
    "No column has a known heading": N_("未找到可识别的列名，请使用模板中的列名。"),
    "The table has too many rows": N_("行数过多，每次至多 300 行。"),
}


def _page(form: Form, told: dict[str, Any] | None = None, rows: list[dict[str, str]] | None = None) -> Response:
    body = render_template(
        "mine/lookup.html", form=form, names=NAMES, told=told, rows=rows or [], outcomes=OUTCOMES, most=MOST,
        party=g.standing.party,
    )  # fmt: skip
    return make_response(body, 422 if form.errors else 200)
