"""Notices on their way (SM12): drafted, reviewed, the producer told, approved and published by a second person.

Every step is an event in the same transaction; what hinders publication says ``exporters.rules.notices``. Every
draft is scanned for personal information and trade secrets as it is filed, and again as it is published.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, Final

from agreements.acting import actor_of
from agreements.calendar import CHINA, Calendar, due
from agreements.desk import Happened
from agreements.model import Party
from catalog.errors import NotPermitted, OutOfStep, SettingsError
from exporters.rules.notices import Bureau, Enclosed, Message, Notice, Reference, Review, Status, faults, hindrances
from exporters.rules.notices.guards import OBJECTION_DAYS
from hub.risk import following, risk_tasks
from hub.risk.impersonal import findings
from hub.state.exchange import SqlDesk
from hub.state.notices import Filed, file, filed

REVIEWS: Final = ("technical", "legal")


def bureau_of(party: Party) -> Bureau:
    """The party as the issuer of notices."""
    return Bureau(party.name, party.id, party.region)


def draft(desk: SqlDesk, by: str, notice: Notice, task: str = "") -> Filed:
    """File a draft under the next number of its bureau, year and kind, over a task where there is one.

    SettingsError for what is missing in it. What the scan finds is kept by field and kind and blocks publication.
    """
    year = desk.now.astimezone(CHINA).year
    series = f"notice/{notice.issuer.region}/{year}/{notice.kind}"
    number = f"{notice.issuer.region}-{year}-{notice.kind}-{desk.number(series):04}"
    made = replace(notice, notice_no=number, sent=desk.now.astimezone(CHINA), status=Status.DRAFT)
    if wrong := faults(made):
        raise SettingsError(f"The notice lacks or contradicts: {', '.join(wrong)}.", todo="Correct these fields.")
    _earlier(desk, made)
    return _kept(desk, "notice.drafted", by, Filed(made, _scanned(Review(by), made), risk_task=task))


def revise(desk: SqlDesk, by: str, number: str, notice: Notice) -> Filed:
    """Another text for a draft; its number stays, reviews begin anew, and it is scanned again."""
    found = open_draft(desk, by, number)
    was = found.notice
    same = {"notice_no": number, "issuer": was.issuer, "sent": was.sent, "status": Status.DRAFT}
    made = _with(notice, **same, images=was.images, attachments=was.attachments)
    return _anew(desk, by, found, made, "notice.revised")


def enclosed(desk: SqlDesk, by: str, number: str, part: str, files: tuple[Enclosed, ...]) -> Filed:
    """Other pictures (``part`` images) or papers (``attachments``) with a draft; reviews begin anew, as for a text."""
    found = open_draft(desk, by, number)
    return _anew(desk, by, found, _with(found.notice, **{part: files}), "notice.enclosed")


def _with(notice: Notice, **changes: Any) -> Notice:
    return replace(notice, **changes)


def _anew(desk: SqlDesk, by: str, found: Filed, made: Notice, happened: str) -> Filed:
    was = found.notice
    if wrong := faults(made):
        raise SettingsError(f"The notice lacks or contradicts: {', '.join(wrong)}.", todo="Correct these fields.")
    _earlier(desk, made)
    review = Review(by, objection_open=found.review.objection_open)
    if made.producer == was.producer:
        told = found.review
        review = replace(review, told_producer=told.told_producer, objection_ends=told.objection_ends)
    return _kept(desk, happened, by, replace(found, notice=made, review=_scanned(review, made)))


def review(desk: SqlDesk, by: str, number: str, kind: str) -> Filed:
    """Technical or legal review, by another person of the bureau than the one who drafted."""
    found = open_draft(desk, by, number)
    if by == found.review.drafted_by:
        raise NotPermitted("Who drafted a notice does not review it.", todo="Ask a second person.")
    technical = kind == "technical"
    done = replace(found.review, technical_by=by) if technical else replace(found.review, legal_by=by)
    return _kept(desk, f"notice.{kind}", by, replace(found, review=done))


def tell_producer(desk: SqlDesk, by: str, number: str, calendar: Calendar, *, objects: bool) -> Filed:
    """The named producer was told; or, ``objects``, its objection came and must be answered first."""
    found = open_draft(desk, by, number)
    told = found.review.told_producer or desk.now
    last = due(calendar, told, OBJECTION_DAYS).day
    ends = datetime.combine(last + timedelta(days=1), time(), CHINA)
    done = replace(found.review, told_producer=told, objection_ends=ends, objection_open=objects)
    return _kept(desk, "notice.objection" if objects else "notice.told", by, replace(found, review=done))


def publish(desk: SqlDesk, by: str, number: str, bureau: Bureau) -> Filed:
    """Approve and publish. OutOfStep names everything that still hinders it; then nothing is changed.

    What an update or a cancellation refers to stands as updated or cancelled from the same moment on, and a task's
    clock stops.
    """
    found = open_draft(desk, by, number)
    out = replace(found.notice, status=Status.ACTUAL, sent=desk.now.astimezone(CHINA))
    done = _scanned(replace(found.review, approved_by=by), out)
    if still := hindrances(out, done, bureau, desk.now):
        raise OutOfStep(f"The notice may not be published: {', '.join(still)}.", todo="See docs/notices.md.")
    for one in _earlier(desk, out):
        cancels = out.message is Message.CANCEL
        file(desk.connection, replace(one, cancelled_by=number) if cancels else replace(one, updated_by=number))
    if found.risk_task:
        risk_tasks.noticed(desk, by, found.risk_task, number)
    following.tell(desk, out)
    return _kept(desk, "notice.published", by, replace(found, notice=out, review=done, published_at=desk.now))


def words(one: Notice) -> dict[str, str]:
    """What the notice says in words, by field."""
    recall = one.recall
    said = {
        "title": one.title,
        "category": one.category,
        "product": one.product,
        "codes": "\n".join(one.codes),
        "producer": one.producer,
        "hazard": one.hazard,
        "basis": one.basis,
        "standards": "\n".join(one.standards),
        "exposed": "\n".join(one.exposed),
        "buying": "\n".join(one.buying),
        "using": "\n".join(one.using),
        "to_do": "\n".join(one.to_do),
        "recall": "" if recall is None else f"{recall.enterprise}\n{recall.models}\n{recall.produced}\n{recall.remedy}",
        "hotline": "" if recall is None else recall.hotline,
        "areas": "\n".join(area.name for area in one.areas),
        "contact": one.contact,
        "web": one.web,
        "images": "\n".join(each.says for each in one.images),
        "attachments": "\n".join(each.says for each in one.attachments),
    }
    return {name: text for name, text in said.items() if text}


def _scanned(done: Review, notice: Notice) -> Review:
    found = findings(words(notice))
    return replace(done, scanned=True, findings=len(found), found=found)


def _earlier(desk: SqlDesk, notice: Notice) -> list[Filed]:
    """The published notices that it refers to: its own bureau's, told exactly, and not updated or cancelled since."""
    found = []
    for reference in notice.references:
        one = filed(desk.connection, reference.notice_no)
        known = one is not None and one.is_out and _as_reference(one.notice) == reference
        if one is None or not known or one.notice.issuer.uscc != notice.issuer.uscc:
            raise SettingsError("N07 names no published notice of this bureau.", todo="Give number, sender and time.")
        if one.updated_by or one.cancelled_by:
            raise OutOfStep("N07 names a notice that was updated or cancelled.", todo="Refer to the latest.")
        found.append(one)
    return found


def _as_reference(one: Notice) -> Reference:
    return Reference(one.notice_no, one.issuer.uscc, one.sent)


def open_draft(desk: SqlDesk, by: str, number: str) -> Filed:
    """The draft, which is of the actor's own bureau."""
    found = filed(desk.connection, number)
    if found is None or found.is_out:
        raise OutOfStep("No such draft of a notice waits.", todo="Update or cancel a published one by another.")
    if actor_of(desk, by).party != found.notice.issuer.uscc:
        raise NotPermitted("The draft is another bureau's.", todo="Ask the bureau that drafted it.")
    return found


def _kept(desk: SqlDesk, kind: str, by: str, one: Filed) -> Filed:
    file(desk.connection, one)
    desk.keep(Happened(kind, {"notice": one.notice.notice_no, "bureau": one.notice.issuer.uscc, "by": by}))
    return one
