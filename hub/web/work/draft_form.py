"""The form of a notice (fields N02–N24): from a template, from a draft that is changed, and to what the API takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

from marshmallow import Schema

from agreements.calendar import CHINA
from catalog.codes import region_name
from exporters.rules.notices import Kind, Level, Notice
from hub.web.forms import Form, choice, day, text, whole, yes
from hub.web.words import N_

KINDS: Final = {
    Kind.TIP: N_("消费提示"), Kind.RISK: N_("风险提示"), Kind.RECALL: N_("召回公告"), Kind.WARNING: N_("消费警示"),
}  # fmt: skip
LEVELS: Final = {Level.SERIOUS: N_("严重"), Level.HIGH: N_("高"), Level.MEDIUM: N_("中"), Level.LOW: N_("低")}
SOURCES: Final = {
    "spot_check": N_("监督抽查"), "monitoring": N_("风险监测"), "complaints": N_("投诉举报"),
    "opinion": N_("舆情"), "recall": N_("缺陷召回"),
}  # fmt: skip
RECALL: Final = {
    "recall_no": N_("召回编号"), "enterprise": N_("召回实施单位"), "models": N_("涉及型号"), "produced": N_("生产时段"),
    "quantity": N_("涉及数量"), "unit": N_("计量单位"), "remedy": N_("补救措施"), "begins": N_("开始日期"),
    "ends": N_("结束日期"), "hotline": N_("咨询电话"),
}  # fmt: skip
"""Fields of a recall, in the form named ``recall_…``, and what they are called."""
LISTS: Final = ("codes", "standards", "exposed", "buying", "using", "to_do")
_PLAIN: Final = ("title", "category", "product", "producer", "hazard", "basis", "source", "contact", "web")
_AREAS: Final = r"[0-9]{6}([,，、\s]+[0-9]{6})*"
_LINES: Final = 4_000


class Template(Schema):
    """What a draft from a template begins with."""

    kind = choice([one.value for one in KINDS])
    product = text(60)
    category = text(60)
    level = choice([one.value for one in LEVELS])
    areas = text(400, pattern=_AREAS, wrong=N_("请填写六位行政区划代码，以逗号分隔。"))


class Draft(Template):
    """The whole notice."""

    product = text(200, required=False)
    category = text(200)
    title = text(60)
    expires = day(required=False)
    codes = text(_LINES, lines=True, required=False)
    producer = text(200, required=False)
    facts_closed = yes()
    hazard = text(1_000, lines=True)
    basis = text(1_000, lines=True)
    source = choice(SOURCES)
    standards = text(_LINES, lines=True, required=False)
    exposed = text(_LINES, lines=True)
    buying = text(_LINES, lines=True, required=False)
    using = text(_LINES, lines=True, required=False)
    to_do = text(_LINES, lines=True, required=False)
    contact = text(200)
    web = text(200, required=False)
    recall_recall_no = text(200, required=False)
    recall_enterprise = text(200, required=False)
    recall_models = text(1_000, required=False)
    recall_produced = text(200, required=False)
    recall_quantity = whole(0, 10**12, required=False)
    recall_unit = text(20, required=False)
    recall_remedy = text(200, required=False)
    recall_begins = day(required=False)
    recall_ends = day(required=False)
    recall_hotline = text(100, required=False)


def sound(form: Form) -> Form:
    """The form, with what its fields contradict in each other: a recall needs all of its own, others need none."""
    if not form.is_right:
        return form
    wrong = {f"areas_{code}": "" for code in codes_of(form.values) if not region_name(code)}
    if wrong:
        form = form.wrong(areas=N_("其中有不存在的行政区划代码。"))
    given = recall_of(form.values)
    if form.values["kind"] == Kind.RECALL:
        lacking = [f"recall_{name}" for name in RECALL if name != "ends" and not given[name]]
        form = form.wrong(**dict.fromkeys(lacking, N_("召回公告须填写此项。")))
    return form


def codes_of(values: Mapping[str, Any]) -> list[str]:
    """The region codes that were typed."""
    typed = str(values["areas"]).replace("，", " ").replace("、", " ").replace(",", " ")
    return list(dict.fromkeys(typed.split()))


def recall_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The recall's fields without their prefix."""
    return {name: values.get(f"recall_{name}") for name in RECALL}


def body_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the API takes (``NoticeBody``)."""
    last = values.get("expires")
    return {
        **{name: values.get(name) or "" for name in _PLAIN},
        **{name: _lines(values.get(name)) for name in LISTS},
        "kind": values["kind"],
        "level": values["level"],
        "message": "Alert",
        "references": [],
        "areas": [{"code": code, "name": region_name(code)} for code in codes_of(values)],
        "expires": datetime.combine(last + timedelta(days=1), time(), CHINA) if last else None,
        "facts_closed": bool(values.get("facts_closed")),
        "recall": recall_of(values) if values["kind"] == Kind.RECALL else None,
    }


def typed_of(notice: Notice) -> dict[str, Any]:
    """A notice as it would have been typed."""
    recall = notice.recall
    told = {name: getattr(recall, name) for name in RECALL} if recall else {}
    return {
        **{name: getattr(notice, name) for name in _PLAIN},
        **{name: "\n".join(getattr(notice, name)) for name in LISTS},
        **{f"recall_{name}": "" if value is None else str(value) for name, value in told.items()},
        "kind": notice.kind.value,
        "level": notice.level.value,
        "areas": ",".join(area.code for area in notice.areas),
        "expires": (notice.expires.astimezone(CHINA) - timedelta(seconds=1)).date().isoformat()
        if notice.expires
        else "",
        "facts_closed": "1" if notice.facts_closed else "",
    }


def _lines(typed: object) -> list[str]:
    return [line.strip() for line in str(typed or "").splitlines() if line.strip()]
