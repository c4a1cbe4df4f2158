"""Notices on their way (SM12): drafted, reviewed, the producer told, approved and published by a second person.

Every step is an event in the same transaction; what hinders publication says ``exporters.rules.notices``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from agreements.desk import Happened
from agreements.model import Party
from catalog.errors import NotPermitted, OutOfStep, SettingsError
from exporters.rules.notices import Bureau, Notice, Review, Status, faults, hindrances
from hub.state.exchange import SqlDesk
from hub.state.notices import PUBLISHED, Filed, file, filed

REVIEWS: Final = ("technical", "legal")


def bureau_of(party: Party) -> Bureau:
    """The party as the issuer of notices."""
    return Bureau(party.name, party.id, party.region)


def draft(desk: SqlDesk, by: str, notice: Notice) -> Filed:
    """File a draft under the next number of its bureau, year and kind. SettingsError for what is missing in it."""
    year = desk.now.year
    series = f"notice/{notice.issuer.region}/{year}/{notice.kind}"
    number = f"{notice.issuer.region}-{year}-{notice.kind}-{desk.number(series):04}"
    made = replace(notice, notice_no=number, sent=desk.now, status=Status.DRAFT)
    if wrong := faults(made):
        raise SettingsError(f"The notice lacks or contradicts: {', '.join(wrong)}.", todo="Correct these fields.")
    return _kept(desk, "notice.drafted", by, Filed(made, Review(by)))


def review(desk: SqlDesk, by: str, number: str, kind: str) -> Filed:
    """Technical or legal review, by another person than the one who drafted."""
    found = _open(desk, number)
    if by == found.review.drafted_by:
        raise NotPermitted("Who drafted a notice does not review it.", todo="Ask a second person.")
    technical = kind == "technical"
    done = replace(found.review, technical_by=by) if technical else replace(found.review, legal_by=by)
    return _kept(desk, f"notice.{kind}", by, replace(found, review=done))


def tell_producer(desk: SqlDesk, by: str, number: str, *, objects: bool) -> Filed:
    """The named producer was told; or, ``objects``, its objection came and must be answered first."""
    found = _open(desk, number)
    told = found.review.told_producer or desk.now
    done = replace(found.review, told_producer=told, objection_open=objects)
    return _kept(desk, "notice.objection" if objects else "notice.told", by, replace(found, review=done))


def publish(desk: SqlDesk, by: str, number: str, bureau: Bureau, impersonal: Callable[[str], bool]) -> Filed:
    """Approve and publish. OutOfStep names everything that still hinders it; then nothing is changed."""
    found = _open(desk, number)
    out = replace(found.notice, status=Status.ACTUAL, sent=desk.now)
    clean = impersonal("\n".join(_words(out)))
    done = replace(found.review, approved_by=by, scanned=True, findings=0 if clean else 1)
    if still := hindrances(out, done, bureau, desk.now):
        raise OutOfStep(f"The notice may not be published: {', '.join(still)}.", todo="See docs/notices.md.")
    return _kept(desk, "notice.published", by, Filed(out, done, desk.now))


def _words(one: Notice) -> tuple[str, ...]:
    """What the notice says in words; whom to ask is an office's number on purpose."""
    return (one.title, one.category, one.product, one.hazard, one.basis, *one.buying, *one.using, *one.to_do)


def _open(desk: SqlDesk, number: str) -> Filed:
    found = filed(desk.connection, number)
    if found is None or found.state == PUBLISHED:
        raise OutOfStep("No such draft of a notice waits.", todo="Update or cancel a published one by another.")
    return found


def _kept(desk: SqlDesk, kind: str, by: str, one: Filed) -> Filed:
    file(desk.connection, one)
    desk.keep(Happened(kind, {"notice": one.notice.notice_no, "bureau": one.notice.issuer.uscc, "by": by}))
    return one
