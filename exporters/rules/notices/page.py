"""A notice as pages and PDF show it: named parts in the order of real announcements (DOMAIN 8.1, N01-N24)."""

from __future__ import annotations

from dataclasses import dataclass

from exporters.rules.notices.model import Kind, Level, Message, Notice, Recall

KINDS = {
    Kind.TIP: ("消费提示", "Consumer tip"),
    Kind.RISK: ("风险提示", "Risk notice"),
    Kind.RECALL: ("召回公告", "Recall announcement"),
    Kind.WARNING: ("消费警示", "Consumer warning"),
}
LEVELS = {
    Level.SERIOUS: ("严重", "serious", "red"),
    Level.HIGH: ("高", "high", "orange"),
    Level.MEDIUM: ("中", "medium", "yellow"),
    Level.LOW: ("低", "low", "blue"),
}
"""Words and colour of N14."""
COLOURS = {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝"}
MESSAGES = {
    Message.ALERT: ("发布", "issued"),
    Message.UPDATE: ("更新", "update"),
    Message.CANCEL: ("撤销", "cancelled"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a notice: its heading in both languages and its lines; ``numbered`` where they are points."""

    zh: str
    en: str
    lines: tuple[str, ...]
    numbered: bool = False


def page(notice: Notice) -> tuple[Part, ...]:
    """The parts that are not empty. A producer stands here only when fact-finding is closed (N11)."""
    zh, en, colour = LEVELS[notice.level]
    doing = MESSAGES[notice.message]
    earlier = tuple(reference.notice_no for reference in notice.references)
    named = tuple(one for one in (notice.product, notice.producer if notice.facts_closed else "") if one)
    parts = (
        Part("状态", "Status", (f"{doing[0]} {doing[1]}",)),
        Part("引用提示", "Refers to", earlier),
        Part("产品类别", "Product category", (f"{notice.category} {notice.category_code}".strip(),)),
        Part("产品", "Product", named),
        Part("商品条码或追溯码", "Codes", notice.codes),
        Part("危害", "Hazard", (notice.hazard,)),
        Part("风险等级", "Risk level", (f"{notice.level} {zh} {en} · {COLOURS[colour]} {colour}",)),
        Part("依据", "Basis", (notice.basis,)),
        Part("涉及标准", "Standards", notice.standards),
        Part("适用人群", "Who should take care", notice.exposed),
        Part("选购提示", "When buying", notice.buying, numbered=True),
        Part("使用提示", "When using", notice.using, numbered=True),
        Part("已购消费者", "If you have bought it", notice.to_do, numbered=True),
        Part("召回信息", "Recall", () if notice.recall is None else recall_lines(notice.recall)),
        Part("影响区域", "Area", tuple(f"{area.name} {area.code}" for area in notice.areas)),
        Part("反馈渠道", "Contact", (notice.contact,)),
        Part("产品图片", "Pictures", tuple(one.says for one in notice.images)),
        Part("附件", "Attachments", tuple(one.says for one in notice.attachments)),
    )
    return tuple(part for part in parts if part.lines)


def recall_lines(recall: Recall) -> tuple[str, ...]:
    """N21 as real announcements tell it."""
    until = f" 至 {recall.ends}" if recall.ends else " 起"
    return (
        f"生产单位：{recall.enterprise}（召回编号 {recall.recall_no}）",
        f"型号：{recall.models}；生产日期：{recall.produced}；数量：{recall.quantity:,}{recall.unit}",
        f"召回时间：{recall.begins}{until}；措施：{recall.remedy}；电话：{recall.hotline}",
    )
