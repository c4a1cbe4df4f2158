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
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from agreements.peers import message
from agreements.peers.message import Request
from catalog.files import write_whole
from exporters.rules.notices import Notice, cap_xml, text_of
from exporters.rules.notices.followers import Delivery, Follower, FollowerState
from hub.peering.peers import Station
from hub.risk import following
from hub.state.exchange import desk, reading_desk
from hub.state.notices import filed
from hub.state.risks import FOLLOWERS

Send = Callable[[Request], tuple[int, Mapping[str, str], bytes]]
MAIL: Final = "outgoing-mail"
"""Folder in HUB_HOME with mails (RFC 5322) that the mail server of the house takes away."""
_GONE: Final = 410


def push(station: Station, home: Path, now: datetime, send: Send) -> tuple[Delivery, ...]:
    """Try all that is due, once; what came of each. One address that is down does not stop others."""
    with reading_desk(station.engine, now) as found:
        waiting = following.due(found)
    return tuple(_attempt(station, home, one, now, send) for one in waiting)


def _attempt(station: Station, home: Path, one: Delivery, now: datetime, send: Send) -> Delivery:
    with reading_desk(station.engine, now) as found:
        follower = FOLLOWERS.get(found.connection, one.follower)
        out = filed(found.connection, one.notice)
    if follower is None or follower.state is not FollowerState.ACTIVE or out is None:
        why, for_good = "not-followed", True
    else:
        why, for_good = _brought(station, home, follower, out.notice, now, send)
    with desk(station.engine, now) as found:
        return following.failed(found, one, why, for_good=for_good) if why else following.sent(found, one)


def _brought(
    station: Station, home: Path, follower: Follower, notice: Notice, now: datetime, send: Send
) -> tuple[str, bool]:
    """Why it did not arrive, and whether it never will; "" when it did."""
    if follower.address.startswith("mailto:"):
        raw = mail(notice, follower, station)
        write_whole(_folder(home) / f"{sha256(raw).hexdigest()}.eml", raw)
        return "", False
    body = body_of(notice, station.address)
    asked = message.ask(
        follower.address, body, station.uscc, follower.party, station.key, now, secrets.token_urlsafe(18)
    )
    try:
        status, _, _ = send(asked)
    except OSError:
        return "unreachable", False
    return ("", False) if 200 <= status < 300 else (f"refused-{status}", status == _GONE)


def body_of(notice: Notice, address: str) -> bytes:
    """What a follower's program gets: the notice's fields, its text, its CAP message and where it stands."""
    place = f"{address}/api/v1/notices/{notice.notice_no}"
    told = {
        "kind": "notice",
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
    made["From"] = f"notices@{host}"
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


def _folder(home: Path) -> Path:
    place = home / MAIL
    place.mkdir(mode=0o700, exist_ok=True)
    return place
