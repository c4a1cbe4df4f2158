"""One product by its trace code, typed, pasted or in a picture: what is open, opened by its firm, or closed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from babel.units import format_unit
from flask import redirect, render_template, request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response

from catalog.codes import code_list
from catalog.folder.preview import as_text
from catalog.identifiers.gs1 import is_compressed
from catalog.identifiers.trace_codes import LONGEST, Scheme, scheme_of
from catalog.model import Column, Field
from hub.api.process.context import here
from hub.api.views import trace as api
from hub.api.wire.problems import Refused
from hub.web import forms
from hub.web.doors import openly
from hub.web.forms import Form
from hub.web.public import qr
from hub.web.public.area import pages
from hub.web.words import N_, language, pick

SCHEMES: Final = {
    Scheme.GTIN: N_("商品条码（GTIN）"),
    Scheme.GS1: N_("商品条码（GS1 应用标识符、GS1 数字链接）"),
    Scheme.ECODE: N_("Ecode 标识"),
    Scheme.CCC: N_("CCC 认证证书编号"),
    Scheme.OPAQUE: N_("数字身份码"),
}
_BROKEN: Final = N_("这不是完整的追溯码：校验位或结构有误，请核对。")
_SQUEEZED: Final = N_("这是压缩形式的 GS1 数字链接，只有其解析服务能展开；请改用未压缩的链接或条码下方的数字。")
_SAID: Final = {
    "not-found": N_("未查询到该追溯码。请核对是否抄录完整；产品可能尚未纳入追溯，这不表示产品不合格。"),
    "too-many": N_("查询过于频繁，请稍后再试。"),
    "unavailable": N_("单件产品的追溯码暂时无法查询，请稍后再试。"),
}


class TraceForm(Schema):
    """A code as it stands on the product."""

    code = forms.text(
        LONGEST,
        pattern=r"\S+",
        wrong=N_("追溯码中不应有空格；请完整抄录，或粘贴扫描所得的文字。"),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One field and what it says; ``clause`` by which somebody else may have what is not shown."""

    name: str
    value: str = ""
    clause: str = ""


_SPAN: Final = re.compile(r"P(\d{1,6})([YMWD])")
"""A term of ISO 8601 in one unit, as warranties are told."""
_UNITS: Final = {"Y": ("年", "year"), "M": ("个月", "month"), "W": ("周", "week"), "D": ("天", "day")}


@pages.page("/trace")
@openly
def trace() -> str | tuple[str, int]:
    """The form, and with ``code`` what everybody may see of the product."""
    if "code" not in request.args:
        return _page(forms.blank())
    form = forms.read(TraceForm(), request.args)
    if not form.is_right:
        return _page(form), 422
    code = form.values["code"]
    if scheme_of(code) is None:
        return _page(form.wrong(code=_SQUEEZED if is_compressed(code) else _BROKEN)), 422
    try:
        told = api.scan({"code": code})
    except Refused as refused:
        if refused.kind not in _SAID:
            raise
        status = {"not-found": 404, "too-many": 429}.get(refused.kind, 503)
        return _page(form, missed=_SAID[refused.kind], code=code), status
    return _page(form, code=code, **_lines(told))


@pages.page("/trace/picture", methods=("POST",), largest=qr.LARGEST + (1 << 16))
@openly
def trace_picture() -> Response | tuple[str, int]:
    """A picture of a code: it leads to the code's page, and is forgotten."""
    sent = request.files.get("picture")
    raw = sent.read(qr.LARGEST + 1) if sent else b""
    if not raw:
        return _page(forms.blank().wrong(picture=N_("请选择一张图片。"))), 422
    if len(raw) > qr.LARGEST:
        return _page(forms.blank().wrong(picture=N_("图片超过 6 MB，请压缩或裁剪。"))), 413
    try:
        code = qr.code_in(raw)
    except qr.Unreadable as hindered:
        return _page(forms.blank().wrong(picture=hindered.said)), 422
    return redirect(url_for("public.trace", code=code), 303)


def _page(form: Form, code: str = "", **facts: Any) -> str:
    scheme = SCHEMES.get(scheme_of(code) or Scheme.OPAQUE, "") if code else ""
    return render_template("public/trace.html", form=form, code=code, scheme=scheme, schemes=SCHEMES.values(), **facts)


def _lines(told: Mapping[str, Any]) -> dict[str, Any]:
    """What the API tells, in a reader's words: open fields, fields that the firm opened, closed fields by name."""
    dataset = here().datasets[told["dataset"]]
    columns = {one.name: one for one in dataset.columns}
    product = {name: value for name, value in told["product"].items() if name != "record_uri"}
    standard = dataset.standard
    known = {one.name: one for one in (*standard.header, *standard.fields)}
    flagged = told["flagged"]
    return {
        "found": True,
        "version": told["version"],
        "open": [
            _line(columns[name], columns[name].field, value) for name, value in product.items() if name in columns
        ],
        "flagged": None
        if flagged is None
        else [_line(known[name], known[name], value) for name, value in flagged.items()],
        "closed": _closed(told["closed"]),
    }


def _line(named: Column | Field, field: Field, value: object) -> Line:
    return Line(str(pick(named)), _said(field, value))


def _said(field: Field, value: object) -> str:
    """A value with the meaning of its code where the field has a list."""
    text = as_text(value)
    entries = code_list(field.codes).entries if field.codes else {}
    if text in entries:
        zh, en = entries[text]
        return zh if language() == "zh" else en or zh
    span = _SPAN.fullmatch(text) if field.name == "warranty_period" else None
    if span is None:
        return text
    zh, en = _UNITS[span[2]]
    return f"{int(span[1])} {zh}" if language() == "zh" else str(format_unit(int(span[1]), en, locale="en"))


def _closed(told: Iterable[Mapping[str, str]]) -> list[Line]:
    """Their names with the clauses, each once, whichever register holds the field."""
    lines = (Line(one["zh"] if language() == "zh" else one["en"], clause=one["clause"]) for one in told)
    return list(dict.fromkeys(lines))
