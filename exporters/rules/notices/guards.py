"""Who may publish what: the guards of DOMAIN 8.2, asked of a notice and what was done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catalog.codes import city_of, province_of
from exporters.rules.notices.model import Bureau, Level, Notice, Status, faults

OBJECTION_DAYS = 3
"""Working days in which a named producer may object (DOMAIN 8.2: three to five); waived for serious risks."""


@dataclass(frozen=True, slots=True)
class Review:
    """What was done: who drafted, reviewed and approved, when a named producer was told, what the scan found.

    ``objection_ends`` is the end of the last working day for its objection; ``found`` tells fields and kinds.
    """

    drafted_by: str
    technical_by: str = ""
    legal_by: str = ""
    approved_by: str = ""
    told_producer: datetime | None = None
    objection_ends: datetime | None = None
    objection_open: bool = False
    scanned: bool = False
    findings: int = 0
    found: tuple[str, ...] = ()


def hindrances(notice: Notice, review: Review, bureau: Bureau, now: datetime) -> tuple[str, ...]:
    """Why the notice may not be published by this bureau now; empty when it may."""
    told, serious = review.told_producer, notice.level is Level.SERIOUS
    waited = review.objection_ends is not None and now >= review.objection_ends
    found = [
        ("status:not_actual", notice.status is not Status.ACTUAL),
        ("bureau:not_issuer", bureau != notice.issuer),
        ("bureau:outside_territory", not all(covers(bureau.region, area.code) for area in notice.areas)),
        ("review:technical", not review.technical_by),
        ("review:legal", not review.legal_by),
        ("approval:missing", not review.approved_by),
        ("approval:same_person", bool(review.approved_by) and review.approved_by == review.drafted_by),
        ("scan:missing", not review.scanned),
        ("scan:findings", review.findings > 0),
        ("producer:not_told", bool(notice.producer) and told is None),
        ("producer:may_object", bool(notice.producer) and not serious and told is not None and not waited),
        ("producer:objection_open", review.objection_open and not serious),
    ]
    return (*faults(notice), *(name for name, true in found if true))


def covers(region: str, area: str) -> bool:
    """Whether a bureau's region is the area or contains it; an area of no list is covered by nobody."""
    if area not in province_of():
        return False
    return region in {area, city_of().get(area, area), province_of()[area]}


def concerns(area: str, region: str) -> bool:
    """Whether a notice for ``area`` is news in ``region``: one of the two contains the other."""
    return area == region or covers(region, area) or covers(area, region)
