"""A notice with its fields N01-N24 (DOMAIN 8.1), and what may be wrong with one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Kind(StrEnum):
    """N02 提示类型."""

    TIP = "X"  # 消费提示
    RISK = "F"  # 风险提示
    RECALL = "Z"  # 召回公告
    WARNING = "J"  # 消费警示


class Status(StrEnum):
    """N06: whether the message is meant (CAP status)."""

    DRAFT = "Draft"
    ACTUAL = "Actual"
    TEST = "Test"


class Message(StrEnum):
    """N06: what the message does (CAP msgType)."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"


class Level(StrEnum):
    """N14 风险等级."""

    SERIOUS = "S"
    HIGH = "H"
    MEDIUM = "M"
    LOW = "L"


@dataclass(frozen=True, slots=True)
class Bureau:
    """N04 发布机关, the territorial bureau."""

    name: str
    uscc: str
    region: str


@dataclass(frozen=True, slots=True)
class Area:
    """N22: a region of GB/T 2260."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Reference:
    """N07: an earlier notice, by number and time of sending."""

    notice_no: str
    sender: str
    sent: datetime


@dataclass(frozen=True, slots=True)
class Recall:
    """N21: quantity in whole units, remedy 退货 换货 修理 更换 赔偿, and whom to ask."""

    recall_no: str
    enterprise: str
    models: str
    produced: str
    quantity: int
    unit: str
    remedy: str
    begins: date
    ends: date | None
    hotline: str


@dataclass(frozen=True, slots=True)
class Enclosed:
    """N12 and N24: a picture of the product or a paper, by the SHA-256 of its file; ``says`` is what it shows."""

    digest: str
    media: str
    size: int
    says: str

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.digest}.{'pdf' if self.media == PDF else 'jpg'}"


PICTURE, PDF = "image/jpeg", "application/pdf"
MOST_ENCLOSED = 10
LONGEST_SAYING = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message. Times carry their offset; lists are the numbered points of the text, without their numbers."""

    notice_no: str
    kind: Kind
    title: str
    issuer: Bureau
    sent: datetime
    expires: datetime | None
    status: Status
    message: Message
    references: tuple[Reference, ...] = ()
    category: str
    category_code: str = ""
    """Code of the category in the list of the issuer, where it has one (N08)."""
    product: str = ""
    codes: tuple[str, ...] = ()
    producer: str = ""
    hazard: str
    level: Level
    basis: str
    source: str
    """Kind of the basis: spot_check, monitoring, recall, complaints or opinion; it makes the certainty of CAP."""
    standards: tuple[str, ...] = ()
    exposed: tuple[str, ...]
    buying: tuple[str, ...] = ()
    using: tuple[str, ...] = ()
    to_do: tuple[str, ...] = ()
    recall: Recall | None = None
    areas: tuple[Area, ...]
    contact: str
    web: str = ""
    images: tuple[Enclosed, ...] = ()
    attachments: tuple[Enclosed, ...] = ()
    facts_closed: bool = False
    """Whether fact-finding is closed: only then may a producer be named."""


_NUMBER = re.compile(r"([0-9]{6})-([0-9]{4})-([XFZJ])-([0-9]{4})")
_LONGEST_TITLE = 60


def faults(notice: Notice) -> tuple[str, ...]:
    """What is missing or contradicts itself, by field code; empty for a sound notice. No value is repeated."""
    number = _NUMBER.fullmatch(notice.notice_no)
    found = [
        ("N01:format", number is None),
        ("N01:region", number is not None and number[1] != notice.issuer.region),
        ("N01:kind", number is not None and number[3] != notice.kind),
        ("N01:year", number is not None and int(number[2]) != notice.sent.year),
        ("N03:length", not 0 < len(notice.title) <= _LONGEST_TITLE),
        ("N05:time", notice.sent.tzinfo is None or (notice.expires is not None and notice.expires.tzinfo is None)),
        ("N05:order", _ends_first(notice)),
        ("N07:missing", notice.message is not Message.ALERT and not notice.references),
        ("N07:superfluous", notice.message is Message.ALERT and bool(notice.references)),
        ("N08:missing", not notice.category),
        ("N11:open_facts", bool(notice.producer) and not notice.facts_closed),
        ("N12:unsound", not _sound(notice.images, PICTURE)),
        ("N13:missing", not notice.hazard),
        ("N15:missing", not notice.basis),
        ("N17:missing", not notice.exposed),
        ("N18:missing", notice.kind is Kind.TIP and notice.message is not Message.CANCEL and not notice.buying),
        ("N21:missing", notice.kind is Kind.RECALL and notice.recall is None),
        ("N22:missing", not notice.areas),
        ("N23:missing", not notice.contact),
        ("N24:unsound", not _sound(notice.attachments, PDF)),
    ]
    return tuple(fault for fault, broken in found if broken)


def _ends_first(notice: Notice) -> bool:
    both = notice.expires is not None and (notice.sent.tzinfo is None) == (notice.expires.tzinfo is None)
    return both and notice.expires is not None and notice.expires <= notice.sent


def _sound(enclosed: tuple[Enclosed, ...], media: str) -> bool:
    """Whether these are files of this kind, each once and with what it shows said."""
    told = all(one.media == media and 0 < len(one.says) <= LONGEST_SAYING for one in enclosed)
    return told and len({one.digest for one in enclosed}) == len(enclosed) <= MOST_ENCLOSED
