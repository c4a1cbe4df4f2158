"""Notices (SM12): read by everybody, as JSON or CAP 1.2; drafted, reviewed and published by the territorial bureau."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Any, Final

from flask import Response, g, request

from agreements.calendar import read_calendar
from agreements.model import PUBLIC, Action, Form, Purpose, PurposeKind, Standing, Subject
from agreements.permissions import Permission
from catalog.typed import converted
from exporters.rules.notices import Enclosed, Notice, cap_xml, text_of
from exporters.rules.notices.page import LEVELS
from hub.api.guard.asking import demanded, needs
from hub.api.guard.doors import openly, taking
from hub.api.guard.reach import saw
from hub.api.process.context import here
from hub.api.shapes.notices import (
    EncloseBody,
    FeedOf,
    FiledShape,
    NoticeBody,
    NoticeShape,
    NoticesOf,
    ReachShape,
    ToldBody,
)
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.db.engine import reading
from hub.risk import enclosures, notice_pages
from hub.risk import notices as filing
from hub.state.exchange import desk
from hub.state.notices import ARCHIVED, PUBLISHED, Filed, all_filed, filed
from hub.state.reach import reach_of

routes = Routes("notices", "Consumer and risk notices 消费提示与风险提示", "/api/v1/notices")
_STANDARD: Final = "2.5"
_DUTY: Final = Purpose(PurposeKind.SUPERVISION)
_CAP: Final = "application/cap+xml"
_PDF: Final = "application/pdf"
_RSS: Final = "application/rss+xml"
Told = dict[str, Any]


@routes.route("", NoticeShape(many=True), query=NoticesOf)
@openly
def notices(asked: Told) -> list[Told]:
    """Published notices, newest first; ``archived``: those that were put away, which still stand at their addresses."""
    demanded(g.get("standing", PUBLIC), Action.QUERY, Subject(Form.NOTICE, _STANDARD))
    with reading(here().parts.engine) as connection:
        found = notice_pages.published(connection, asked["region"], ARCHIVED if asked["archived"] else PUBLISHED)
    return [_shown(one) for one in found]


@routes.route("/<number>", NoticeShape, problems=(404,))
@openly
def notice(number: str) -> Told:
    """One published notice."""
    found = _published(number)
    saw(found.notice_no, "json")
    return _shown(found)


@routes.route("/<number>/cap", media=_CAP, problems=(404,))
@openly
def cap(number: str) -> Response:
    """The notice as a CAP 1.2 message."""
    found = _published(number)
    place = f"{here().settings.api_address.rstrip('/')}/api/v1/notices/{found.notice_no}/files/"
    saw(found.notice_no, "cap")
    return Response(cap_xml(found, place), content_type=_CAP)


@routes.route("/<number>/pdf", media=_PDF, problems=(404,))
@openly
def pdf(number: str) -> Response:
    """The notice as PDF."""
    with reading(here().parts.engine) as connection:
        pictures = [data for _, data in enclosures.pictures_of(connection, _out(number))]
    saw(_published(number).notice_no, "pdf")
    return Response(notice_pages.pdf(_published(number), pictures), content_type=_PDF)


@routes.route("/<number>/files/<name>", media="application/octet-stream", problems=(404,))
@openly
def file(number: str, name: str) -> Response:
    """A picture or paper of a published notice; its name is its SHA-256. Of a draft to its own bureau only."""
    who: Standing = g.get("standing", PUBLIC)
    demanded(who, Action.QUERY, Subject(Form.NOTICE, _STANDARD))
    with reading(here().parts.engine) as connection:
        found = filed(connection, number[:120])
        if found is None or not (found.is_out or _reviews(who, found)):
            raise Refused("not-found", "There is no such notice.")
        told = told_file(enclosures.file_of(connection, found, name[:120]))
    if found.is_out:
        saw(found.notice.notice_no, "file")
    return told


@routes.route("/feed.rss", query=FeedOf, media=_RSS)
@openly
def feed(asked: dict[str, str]) -> Response:
    """The newest published notices as RSS 2.0; with ``region`` those that concern a place of GB/T 2260."""
    demanded(g.get("standing", PUBLIC), Action.QUERY, Subject(Form.NOTICE, _STANDARD))
    with reading(here().parts.engine) as connection:
        told = notice_pages.feed(connection, here().settings.api_address, asked["region"])
    saw(asked["region"], "rss")
    return Response(told, content_type=_RSS)


@routes.route("/<number>/reach", ReachShape, problems=(404,))
def reach(number: str) -> Told:
    """How often a notice of one's own bureau was read, by way and day, and how many followers it was sent to."""
    own = needs(Permission.NOTICE_PUBLISH).party
    with reading(here().parts.engine) as connection:
        found = filed(connection, number[:120])
        if found is None or own is None or not (own.house or own.id == found.notice.issuer.uscc):
            raise Refused("not-found", "There is no such notice.")
        return asdict(reach_of(connection, found.notice))


@routes.route("/drafts", FiledShape(many=True))
def drafts() -> list[Told]:
    """Notices of one's own bureau with what was done with each; the hub's house sees all."""
    own = needs(Permission.NOTICE_PUBLISH).party
    if own is None:
        return []
    with reading(here().parts.engine) as connection:
        return [filed_shape(one) for one in all_filed(connection) if own.house or one.notice.issuer.uscc == own.id]


@routes.route("/drafts", FiledShape, method="POST", body=NoticeBody, status=201, problems=(409,))
def draft(said: Told) -> Told:
    """Draft a notice for places of one's own territory; number, issuer and time are the hub's."""
    who: Standing = g.standing
    _demand_territory(who, [area["code"] for area in said["areas"]])
    made = notice_of(who, said)
    with desk(here().parts.engine, here().now()) as found:
        return filed_shape(filing.draft(found, who.actor, made))


@routes.route("/<number>/text", FiledShape, method="POST", body=NoticeBody, problems=(404, 409))
def revise(said: Told, number: str) -> Told:
    """Another text for a draft of one's own bureau; its reviews begin anew."""
    who: Standing = g.standing
    _demand_territory(who, [area["code"] for area in said["areas"]])
    made = notice_of(who, said)
    with desk(here().parts.engine, here().now()) as found:
        return filed_shape(filing.revise(found, who.actor, number[:120], made))


@routes.route("/<number>/files", FiledShape, method="POST", body=EncloseBody, status=201, problems=(409,))
@taking(9 << 20)
def enclose(said: dict[str, str], number: str) -> Told:
    """Put a picture or paper to a draft of one's own bureau; it is made bare and looked through first."""
    who = needs(Permission.NOTICE_PUBLISH)
    try:
        raw = base64.b64decode(said["data"], validate=True)
    except ValueError:
        raise Refused("unprocessable", "data: no Base64.") from None
    with desk(here().parts.engine, here().now()) as found:
        return filed_shape(enclosures.enclose(found, who.actor, number[:120], said["kind"], raw, said["says"]))


@routes.route("/drafts/<number>/files/<name>", FiledShape, method="DELETE", problems=(409,))
def drop(number: str, name: str) -> Told:
    """Take a file from a draft of one's own bureau, by its name or SHA-256."""
    who = needs(Permission.NOTICE_PUBLISH)
    with desk(here().parts.engine, here().now()) as found:
        return filed_shape(enclosures.drop(found, who.actor, number[:120], name.partition(".")[0][:64]))


@routes.route("/<number>/reviews/<kind>", FiledShape, method="POST", problems=(404, 409))
def review(number: str, kind: str) -> Told:
    """Technical or legal review, by another person than the drafter."""
    who = needs(Permission.NOTICE_PUBLISH)
    if kind not in filing.REVIEWS:
        raise Refused("not-found", f"Reviews: {', '.join(filing.REVIEWS)}.")
    with desk(here().parts.engine, here().now()) as found:
        return filed_shape(filing.review(found, who.actor, number[:120], kind))


@routes.route("/<number>/producer", FiledShape, method="POST", body=ToldBody, problems=(409,))
def told(said: dict[str, bool], number: str) -> Told:
    """The named producer was told, or objects."""
    who = needs(Permission.NOTICE_PUBLISH)
    with desk(here().parts.engine, here().now()) as found:
        return filed_shape(
            filing.tell_producer(
                found, who.actor, number[:120], read_calendar(here().settings.calendar), objects=said["objects"]
            )
        )


@routes.route("/<number>/publication", FiledShape, method="POST", problems=(409,))
def publish(number: str) -> Told:
    """Approve and publish, as a second person; refused with everything that still stands in the way."""
    who: Standing = g.standing
    with desk(here().parts.engine, here().now()) as found:
        one = filed(found.connection, number[:120])
        _demand_territory(who, [area.code for area in one.notice.areas] if one else [""])
        bureau = filing.bureau_of(who.party) if who.party else None
        if bureau is None:
            raise Refused("unauthenticated")
        return filed_shape(filing.publish(found, who.actor, number[:120], bureau))


def notice_of(who: Standing, said: Told) -> Notice:
    """A draft of the caller's bureau, as ``NoticeBody`` tells it; without a number."""
    issuer = filing.bureau_of(who.party) if who.party else None
    facts = {**said, "issuer": issuer, "notice_no": "", "sent": here().now(), "status": "Draft"}
    return converted(facts, Notice, from_attributes=True)


def _demand_territory(who: Standing, codes: list[str]) -> None:
    for code in codes:
        demanded(who, Action.PUBLISH, Subject(Form.NOTICE, _STANDARD, region=code), _DUTY)


def _published(number: str) -> Notice:
    return _out(number).notice


def _out(number: str) -> Filed:
    demanded(g.get("standing", PUBLIC), Action.QUERY, Subject(Form.NOTICE, _STANDARD))
    with reading(here().parts.engine) as connection:
        found = filed(connection, number[:120])
    if found is None or not found.is_out:
        raise Refused("not-found", "There is no such notice.")
    return found


def _reviews(who: Standing, found: Filed) -> bool:
    own = who.party is not None and who.party.id == found.notice.issuer.uscc
    return own and Permission.NOTICE_PUBLISH in who.permissions


def told_file(found: tuple[Enclosed, bytes] | None) -> Response:
    """A file as everybody gets it: never run, never taken for something else."""
    if found is None:
        raise Refused("not-found", "The notice has no such file.")
    one, data = found
    made = Response(data, content_type=one.media)
    made.set_etag(one.digest)
    made.headers["X-Content-Type-Options"] = "nosniff"
    made.headers["Content-Disposition"] = f'inline; filename="{one.name}"'
    made.make_conditional(request)
    return made


def _shown(one: Notice) -> Told:
    files = {
        part: [{**asdict(each), "name": each.name} for each in getattr(one, part)] for part in enclosures.PARTS.values()
    }
    return {**asdict(one), **files, "colour": LEVELS[one.level][2], "text": text_of(one)}


def filed_shape(one: Filed) -> Told:
    """A notice on its way, as ``FiledShape`` tells it."""
    return {"notice": _shown(one.notice), "state": one.state, "review": one.review}
