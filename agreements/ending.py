"""When an agreement stops: suspension with reason and appeal, expiry, termination, and the proof of destruction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from agreements.acting import demand
from agreements.agreement import Agreement, Step
from agreements.calendar import CHINA
from agreements.concluding import checked_signature, with_grants
from agreements.contract import canonical
from agreements.desk import Desk
from agreements.moving import CLOCK, Move, agreement_of, kept, moved, permitted
from agreements.permissions import Permission
from agreements.states import step
from catalog.errors import NotPermitted, OutOfStep, SettingsError

CERTIFICATE = "quality-open-data-hub/destruction/1"


def suspend(desk: Desk, move: Move) -> Agreement:
    """Suspend at once, on every channel: no decision gives anything by these grants from the next one on (SM14)."""
    _demand_reason(move)
    found, transition = permitted(desk, move, "suspend")
    after = replace(moved(desk, move, found, transition), reason=move.note)
    return kept(desk, move, after, *with_grants(desk, found.id, "suspended", move.note))


def appeal(desk: Desk, move: Move) -> Agreement:
    """The party answers a suspension; the text stands in the agreement and waits for the bureau."""
    _demand_reason(move)
    found = agreement_of(desk, move.agreement)
    if demand(desk, move.by, Permission.AGREEMENT_APPLY).party != found.recipient:
        raise NotPermitted("Only the party that the agreement is made with appeals.", todo="Ask the party.")
    if found.state != "suspended":
        raise OutOfStep("Only a suspension is appealed against.", todo="See `hub agreements show`.")
    after = replace(found, steps=(*found.steps, Step("appeal", move.by, desk.now, move.note)))
    return kept(desk, move, after)


def restore(desk: Desk, move: Move) -> Agreement:
    """Lift a suspension, as another person than the one who suspended."""
    found, transition = permitted(desk, move, "restore")
    after = replace(moved(desk, move, found, transition), reason="")
    return kept(desk, move, after, *with_grants(desk, found.id, "active", ""))


def terminate(desk: Desk, move: Move) -> Agreement:
    """The bureau ends the agreement, with the reason; destruction of the data falls due."""
    return _end(desk, move, "terminate")


def leave(desk: Desk, move: Move) -> Agreement:
    """The recipient ends the agreement."""
    return _end(desk, move, "leave")


def _end(desk: Desk, move: Move, name: str) -> Agreement:
    _demand_reason(move)
    found, transition = permitted(desk, move, name)
    after = replace(_destruction_due(desk, move, moved(desk, move, found, transition)), reason=move.note)
    return kept(desk, move, after, *with_grants(desk, found.id, "ended", move.note))


def expire(desk: Desk, move: Move) -> tuple[Agreement, ...]:
    """Mark every agreement whose term has passed. Grants end by their own date, with or without this."""
    today = desk.now.astimezone(CHINA).date()
    ended = []
    for state in ("active", "suspended"):
        for found in desk.find(Agreement, state=state):
            if found.application.ends <= today:
                clock = replace(move, agreement=found.id, by=CLOCK)
                after = moved(desk, clock, found, step(found.state, "expire"))
                grants = with_grants(desk, found.id, "ended", "expired")
                ended.append(kept(desk, clock, _destruction_due(desk, clock, after), *grants))
    return tuple(ended)


def _destruction_due(desk: Desk, move: Move, after: Agreement) -> Agreement:
    """Destruction falls due when the agreed retention has passed, and never sooner than the state's own time."""
    last = date.fromordinal(desk.now.astimezone(CHINA).date().toordinal() + after.application.retention_days)
    day = max(after.due or last, last)
    return replace(after, due=day, provisional=not move.calendar.knows(day))


def certificate_text(found: Agreement, destroyed_on: date, method: str) -> str:
    """The canonical text of a destruction certificate, for the recipient to sign."""
    body = {
        "format": CERTIFICATE,
        "agreement": found.id,
        "sha256": found.digest,
        "party": found.recipient,
        "destroyed_on": destroyed_on.isoformat(),
        "method": method,
        "statement": "本单位已销毁依据该协议取得的全部数据及副本。",
    }
    return canonical(body).decode()


def certify(desk: Desk, move: Move, destroyed_on: date, key_id: str, value: str) -> Agreement:
    """Hand in the signed certificate that all data was destroyed; the move's note is the method."""
    _demand_reason(move)
    found, transition = permitted(desk, move, "destroy")
    if destroyed_on > desk.now.astimezone(CHINA).date():
        raise SettingsError("The day of destruction lies in the future.", todo="Certify after destroying.")
    text = certificate_text(found, destroyed_on, move.note)
    made = checked_signature(desk, found.recipient, key_id, value, text.encode())
    after = replace(
        moved(desk, move, found, transition),
        certificate=text,
        signatures=(*found.signatures, made),
    )
    return kept(desk, move, after, key=made.key)


def _demand_reason(move: Move) -> None:
    if not move.note.strip():
        raise SettingsError("This step needs a reason in words.", todo="Give --note.")
