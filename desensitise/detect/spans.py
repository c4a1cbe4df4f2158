"""What a detector reports: where, which kind, how sure. Never the text itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from itertools import pairwise
from typing import Literal, NamedTuple

Mode = Literal["balanced", "recall"]


class Kind(StrEnum):
    """Kinds of spans. All but ``ORGANISATION`` and ``TRADE_SECRET`` are personal.

    ``COORDINATE`` is a place on the map where somebody lives; ``LICENCE_IMAGE`` a reference to a picture of a licence,
    which shows a person's name (DOMAIN 2, EB23).
    """

    PERSON = "PERSON"
    ORGANISATION = "ORGANISATION"
    ADDRESS = "ADDRESS"
    ID_CARD = "ID_CARD"
    MOBILE = "MOBILE"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    BANK_CARD = "BANK_CARD"
    PASSPORT = "PASSPORT"
    PERMIT = "PERMIT"
    PLATE = "PLATE"
    WECHAT = "WECHAT"
    QQ = "QQ"
    IP = "IP"
    USCC_SOLE_TRADER = "USCC_SOLE_TRADER"
    POSTCODE = "POSTCODE"
    COORDINATE = "COORDINATE"
    LICENCE_IMAGE = "LICENCE_IMAGE"
    TRADE_SECRET = "TRADE_SECRET"  # noqa: S105 - the name of a kind


PERSONAL = frozenset(Kind) - {Kind.ORGANISATION, Kind.TRADE_SECRET}
WITHHELD = PERSONAL | {Kind.TRADE_SECRET}
"""Kinds that are taken out of free text before it is published."""

# What stands in the place of a span in redacted text. The brackets of official document numbers are reused on
# purpose: readers know them, and no detector takes what is inside for a person.
PLACEHOLDER = {
    Kind.PERSON: "〔姓名〕",
    Kind.ORGANISATION: "〔单位〕",
    Kind.ADDRESS: "〔地址〕",
    Kind.ID_CARD: "〔证件号〕",
    Kind.MOBILE: "〔手机号〕",
    Kind.PHONE: "〔电话〕",
    Kind.EMAIL: "〔邮箱〕",
    Kind.BANK_CARD: "〔银行卡号〕",
    Kind.PASSPORT: "〔护照号〕",
    Kind.PERMIT: "〔通行证号〕",
    Kind.PLATE: "〔车牌〕",
    Kind.WECHAT: "〔微信号〕",
    Kind.QQ: "〔QQ号〕",
    Kind.IP: "〔网络地址〕",
    Kind.USCC_SOLE_TRADER: "〔个体户代码〕",
    Kind.POSTCODE: "〔邮编〕",
    Kind.COORDINATE: "〔坐标〕",
    Kind.LICENCE_IMAGE: "〔证照图片〕",
    Kind.TRADE_SECRET: "〔商业秘密〕",
}
WITHHELD_TEXT = "〔内容不予公开〕"
"""Stands for a text that could not be made clean."""

STANDING = re.compile("|".join((*PLACEHOLDER.values(), WITHHELD_TEXT)))
"""Placeholders in a text that was redacted before: nothing in them is looked at again."""


class Span(NamedTuple):
    """Characters ``start`` to ``end`` (exclusive) of a text are a ``kind``; ``score`` lies between 0 and 1."""

    start: int
    end: int
    kind: Kind
    score: float


def disjoint(spans: Iterable[Span]) -> list[Span]:
    """Spans in order without overlap; the surer wins, then the longer, then the earlier."""
    ordered = sorted(set(spans))
    if len(ordered) < 2 or all(one.end <= other.start for one, other in pairwise(ordered)):
        return ordered
    kept: list[Span] = []
    for span in sorted(ordered, key=_rank):
        start, end = span.start, span.end
        if all(end <= other.start or other.end <= start for other in kept):
            kept.append(span)
    return sorted(kept)


def _rank(span: Span) -> tuple[float, int, int, Kind]:
    return -span.score, span.start - span.end, span.start, span.kind


def replaced(text: str, spans: Iterable[Span]) -> str:
    """``text`` with its spans' characters replaced by typed placeholders. Spans are disjoint and in order."""
    out: list[str] = []
    at = 0
    for span in spans:
        out += (text[at : span.start], PLACEHOLDER[span.kind])
        at = span.end
    return "".join((*out, text[at:]))
