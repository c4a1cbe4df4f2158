"""Drafts from templates: what monitoring found about a product, put into the build of real notices (DOMAIN 8.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

import msgspec

from catalog.typed import from_toml
from exporters.rules.notices.model import Area, Bureau, Kind, Level, Message, Notice, Recall, Status

_LONGEST_TITLE = 60
_NAMES = {Kind.TIP: "消费提示", Kind.RISK: "风险提示", Kind.RECALL: "召回公告", Kind.WARNING: "消费警示"}
_STOP = "立即停止使用，联系销售者退换或修理"
_KEEP = "保留购物凭证和产品，发生伤害时就医并拨打12315"
_LASTS = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of a product: counts of the window, forms of injury, the highest level that was assessed."""

    product: str
    category: str
    level: Level
    complaints: int
    injuries: int
    others: int
    forms: tuple[str, ...]
    days: int


class _Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    words: tuple[str, ...]
    exposed: tuple[str, ...]
    buying: tuple[str, ...]
    using: tuple[str, ...]


class _Templates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    template: tuple[_Template, ...]


@cache
def _templates() -> _Templates:
    text = (files("exporters") / "rules" / "notices" / "templates.toml").read_text(encoding="utf-8")
    return from_toml(text, _Templates)


def drafted(
    heard: Heard, kind: Kind, issuer: Bureau, areas: tuple[Area, ...], contact: str, now: datetime,
    recall: Recall | None = None,
) -> Notice:  # fmt: skip
    """A draft over what was heard, without a number. Names no producer: that is for people, once facts are closed."""
    found = next(
        one
        for one in _templates().template
        if not one.words or any(word in f"{heard.category}{heard.product}" for word in one.words)
    )
    danger = f"可能造成{'、'.join(heard.forms)}" if heard.forms else "存在安全风险"
    return Notice(
        notice_no="",
        kind=kind,
        title=_title(heard, kind),
        issuer=issuer,
        sent=now,
        expires=now + _LASTS,
        status=Status.DRAFT,
        message=Message.ALERT,
        category=heard.category,
        product=heard.product,
        hazard=f"风险监测发现，部分{heard.product}{danger}。",
        level=heard.level,
        basis=_basis(heard),
        source="recall"
        if recall
        else "complaints"
        if heard.complaints + heard.injuries > heard.others
        else "monitoring",
        exposed=found.exposed,
        buying=found.buying,
        using=found.using,
        to_do=(_STOP, _KEEP) if heard.level in {Level.SERIOUS, Level.HIGH} else (_KEEP,),
        recall=recall,
        areas=areas,
        contact=contact,
    )


def _title(heard: Heard, kind: Kind) -> str:
    """Names the product and the risk, in sixty characters."""
    risk = f"谨防{'、'.join(heard.forms[:2])}" if heard.forms else "注意使用安全"
    room = _LONGEST_TITLE - len(_NAMES[kind]) - len(risk) - 1
    return f"{heard.product[: max(room, 1)]}{_NAMES[kind]}：{risk}"[:_LONGEST_TITLE]


def _basis(heard: Heard) -> str:
    counts = (
        (heard.complaints, "投诉和舆情{}件"),
        (heard.injuries, "伤害事件{}起"),
        (heard.others, "监督检查和监测{}批次"),
    )
    told = "、".join(words.format(count) for count, words in counts if count)
    return f"近{heard.days}日风险信息：{told or '风险评估'}。"
