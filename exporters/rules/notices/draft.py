"""Drafts after the build of real notices: 消费提示 with numbered points, 召回公告 in its usual order (DOMAIN 8.1)."""

from __future__ import annotations

from collections.abc import Sequence

from exporters.rules.notices.model import Message, Notice

_NUMERALS = "一二三四五六七八九十"


def text_of(notice: Notice) -> str:
    """How the notice reads: a recall as a recall announcement, everything else as a tip."""
    return recall_notice(notice) if notice.recall else tip(notice)


def tip(notice: Notice) -> str:
    """Text of a tip or risk notice: lead, danger, 选购, 使用, what buyers do, whom to ask. One paragraph a line."""
    parts = [f"{notice.issuer.name}{_occasion(notice)}", f"风险：{notice.hazard}", f"依据：{notice.basis}"]
    if notice.message is Message.CANCEL:
        parts.append("此前发布的提示自即日起撤销。")
    for head, points in (("选购提示", notice.buying), ("使用提示", notice.using), ("已购消费者", notice.to_do)):
        if points:
            parts.append(f"{head}：{numbered(points)}")
    if notice.standards:
        parts.append(f"涉及标准：{'、'.join(notice.standards)}。")
    parts.append("请保留购物凭证。")
    parts.append(f"反馈渠道：{notice.contact}")
    return "\n".join(parts)


def recall_notice(notice: Notice) -> str:
    """Text of a recall announcement; ``ValueError`` without recall facts, which ``faults`` tells beforehand."""
    recall = notice.recall
    if recall is None:
        raise ValueError("a recall notice needs N21")
    until = f"至{recall.ends:%Y年%-m月%-d日}" if recall.ends else "起"
    return "\n".join(
        [
            (
                f"{recall.enterprise}按照《消费品召回管理暂行规定》的要求，向{notice.issuer.name}报告了召回计划（{recall.recall_no}），"
                f"自{recall.begins:%Y年%-m月%-d日}{until}召回{notice.product}。"
            ),
            f"召回范围：型号{recall.models}，生产日期{recall.produced}，共{recall.quantity:,}{recall.unit}。",
            f"缺陷及可能后果：{notice.hazard}",
            f"召回措施：{recall.remedy}。",
            f"联系方式：{recall.hotline}；{notice.contact}",
        ]
    )


def numbered(points: Sequence[str]) -> str:
    """Points as notices number them: 一是…；二是…."""
    told = [f"{_numeral(number)}是{point.rstrip('。；')}" for number, point in enumerate(points)]
    return "；".join(told) + "。"


def _numeral(number: int) -> str:
    return _NUMERALS[number] if number < len(_NUMERALS) else str(number + 1)


def _occasion(notice: Notice) -> str:
    who = "、".join(notice.exposed)
    verb = {Message.ALERT: "发布", Message.UPDATE: "更新", Message.CANCEL: "撤销"}[notice.message]
    return f"{verb}{notice.category}消费提示，请{who}注意。"
