"""What waits for followers is sent: signed messages and mails, each tried when it is due."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

import msgspec

from agreements.peers import message
from agreements.peers.message import Request
from exporters.rules.notices import Notice, cap_xml, text_of
from exporters.rules.notices.followers import Delivery, Follower, FollowerState
from hub.clock import Clock
from hub.mailing import Mail, MailRefused
from hub.peering.peers import Station
from hub.peering.unanswered import why
from hub.risk import following
from hub.state.exchange import desk, reading_desk
from hub.state.notices import filed
from hub.state.risks import FOLLOWERS
from hub.timetable.leases import acquire, owner_name, release

Send = Callable[[Request], tuple[int, Mapping[str, str], bytes]]
LEASE_SECONDS: Final = 300
"""So long a delivery belongs to the process that tries it; far longer than an attempt takes."""
_GONE: Final = 410


def push(station: Station, clock: Clock, send: Send, mail_out: Mail) -> tuple[Delivery, ...]:
    """Try all that is due, once; what came of each. One address that is down does not stop others.

    Pushes at the same time share the work: each delivery is tried by the one that claimed it. Only a process that dies
    between sending and writing so down leaves a delivery that is sent again: under the same id, by which whoever gets
    it knows it.
    """
    with reading_desk(station.engine, clock.now()) as found:
        waiting = following.due(found)
    owner = owner_name()
    tried = (_claimed(station, one, owner, clock, send, mail_out) for one in waiting)
    return tuple(one for one in tried if one is not None)


def _claimed(station: Station, one: Delivery, owner: str, clock: Clock, send: Send, mail_out: Mail) -> Delivery | None:
    """What came of one delivery; None where another push has it, or settled it since it was looked up."""
    name = f"delivery/{sha256(one.id.encode()).hexdigest()[:40]}"
    if not acquire(station.engine, name, owner, clock.now(), LEASE_SECONDS):
        return None
    try:
        with reading_desk(station.engine, clock.now()) as found:
            if not following.stands(found, one):
                return None
        return _attempt(station, one, clock.now(), send, mail_out)
    finally:
        release(station.engine, name, owner)


def _attempt(station: Station, one: Delivery, now: datetime, send: Send, mail_out: Mail) -> Delivery:
    with reading_desk(station.engine, now) as found:
        follower = FOLLOWERS.get(found.connection, one.follower)
        out = filed(found.connection, one.notice)
        barred = follower is not None and not following.may_hear(found, follower)
    if follower is None or follower.state is not FollowerState.ACTIVE or out is None:
        failure, for_good = "not-followed", True
    elif barred:
        failure, for_good = "suspended", True
    else:
        failure, for_good = _brought(station, follower, one.id, out.notice, now, send, mail_out)
    with desk(station.engine, now) as found:
        return following.failed(found, one, failure, for_good=for_good) if failure else following.sent(found, one)


def _brought(
    station: Station, follower: Follower, delivery: str, notice: Notice, now: datetime, send: Send, mail_out: Mail
) -> tuple[str, bool]:
    """Why it did not arrive, and whether it never will; "" when it did."""
    if follower.address.startswith("mailto:"):
        return _mailed(station, follower, notice, mail_out)
    body = body_of(notice, station.address, delivery)
    asked = message.ask(
        follower.address, body, station.uscc, follower.party, station.key, now, secrets.token_urlsafe(18)
    )
    # For gateways that drop repeats (draft-ietf-httpapi-idempotency-key-header); the body says the same, signed.
    asked.headers["idempotency-key"] = f'"{delivery}"'
    try:
        status, _, _ = send(asked)
    except OSError as error:
        return why(error), False
    return ("", False) if 200 <= status < 300 else (f"refused-{status}", status == _GONE)


def _mailed(station: Station, follower: Follower, notice: Notice, mail_out: Mail) -> tuple[str, bool]:
    raw = mail(notice, follower, station)
    try:
        mail_out(_sender(station), follower.address.removeprefix("mailto:"), raw)
    except MailRefused as refused:
        return f"refused-{refused.code}", True
    except OSError:
        return "unreachable", False
    return "", False


def _sender(station: Station) -> str:
    return f"notices@{urlsplit(station.address).hostname or 'localhost'}"


def body_of(notice: Notice, address: str, delivery: str) -> bytes:
    """What a follower's program gets: the notice's fields, its text, its CAP message and where it stands.

    ``delivery`` is the same in every attempt: equal attempts give equal bytes.
    """
    place = f"{address}/api/v1/notices/{notice.notice_no}"
    told = {
        "kind": "notice",
        "delivery": delivery,
        "address": place,
        "notice": msgspec.to_builtins(notice),
        "text": text_of(notice),
        "cap": cap_xml(notice, f"{place}/files/").decode(),
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def mail(notice: Notice, follower: Follower, station: Station) -> bytes:
    """The mail: the notice as text, its CAP message attached; equal notices give equal bytes."""
    host = urlsplit(station.address).hostname or "localhost"
    made = EmailMessage(policy=SMTP)
    made["From"] = _sender(station)
    made["To"] = follower.address.removeprefix("mailto:")
    made["Subject"] = notice.title
    made["Date"] = format_datetime(notice.sent)
    made["Message-ID"] = f"<{notice.notice_no}.{follower.id}@{host}>"
    place = f"{station.address}/api/v1/notices/{notice.notice_no}"
    made.set_content(f"{text_of(notice)}\n\n{place}\n")
    cap = cap_xml(notice, f"{place}/files/")
    made.add_attachment(cap, maintype="application", subtype="cap+xml", filename=f"{notice.notice_no}.xml")
    made.set_boundary(f"notice-{sha256(cap).hexdigest()[:24]}")
    return made.as_bytes()
