"""This hub as a peer of others: what it answers to signed messages, and how it sends what waits in its outbox.

Bodies lie in files, never in tables: ``outbox/`` until the peer confirmed them, ``inbox/<sender>/`` (records of risks)
or ``notices/<sender>/`` from then on. A body's file is whole before the row that names it stands, and everything can
be done twice: a parcel that comes again is confirmed again and kept once.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Engine

from agreements.contract import canonical
from agreements.desk import Desk, Happened
from agreements.keys import Algorithm, KeyState, PartyKey
from agreements.model import Action, PurposeKind
from agreements.peers import message, outbox, question
from agreements.peers.message import Answer, Key, Request
from agreements.peers.model import Direction, Parcel, ParcelState, Receipt
from agreements.peers.outbox import RISK_CLAUSE, Risk
from agreements.peers.question import Question
from agreements.peers.receipt import receipt_text
from agreements.use import Use
from catalog.errors import ProofError, SettingsError
from catalog.files import write_whole
from catalog.typed import from_json
from hub.peering.unanswered import why
from hub.state.exchange import desk, reading_desk
from hub.state.uses import write_uses

PATH: Final = "/peers/v1/messages"
LARGEST: Final = 1 << 20
PLACES: Final = {outbox.RISK: "inbox", outbox.NOTICE: "notices"}
"""Kind of a parcel -> folder where the bodies of it that came in lie, by sender."""
_PARCEL: Final = re.compile(r"P[0-9]{8,12}")
Send = Callable[[Request], tuple[int, Mapping[str, str], bytes]]
"""Sends a request and gives status, headers and body of the answer; OSError when there is none that can be used."""
Now = Callable[[], datetime]
"""Tells the present moment."""
Told = tuple[int, dict[str, Any]]
"""Status and body of an answer."""
Answering = Callable[[str, str, Question, datetime], Told]
"""Answers a question: the sender's code, the question's number, the question, now."""


@dataclass(frozen=True, slots=True)
class Station:
    """This hub among its peers: its state, its code, its public address, its key, where bodies lie.

    Without ``answering`` it takes what is pushed and refuses questions.
    """

    engine: Engine
    uscc: str
    address: str
    key: Key = field(repr=False)
    home: Path
    nonce: Callable[[], str] = lambda: secrets.token_urlsafe(18)
    answering: Answering | None = field(repr=False, default=None)


def post(station: Station, peer: str, what: Risk | str, body: Mapping[str, Any], now: datetime) -> Parcel:
    """Put a risk record (SM04), or the published notice of this number, on its way.

    It waits in the outbox until ``push`` brought it and the peer confirmed.
    """
    raw = canonical(dict(body))
    digest = sha256(raw).hexdigest()
    with desk(station.engine, now) as found:
        # The file first: a parcel whose body is missing could never be sent, a body without a parcel hurts nobody.
        # And in this transaction: a push that has just sent an equal body removes it in one of its own.
        write_whole(_place(station.home / "outbox") / f"{digest}.json", raw)
        if isinstance(what, Risk):
            return outbox.post_risk(found, peer, what, digest)
        return outbox.post_notice(found, peer, what, digest)


def push(station: Station, clock: Now, send: Send) -> tuple[Parcel, ...]:
    """Try every parcel that is due, once; what came of each. One peer that is down does not stop another.

    Nor does it cost more than one time limit: its other parcels stay due for the next round.
    """
    with reading_desk(station.engine, clock()) as found:
        waiting = outbox.due_parcels(found)
    away: set[str] = set()
    return tuple(_attempt(station, one, clock, send, away) for one in waiting if one.peer not in away)


def _attempt(station: Station, parcel: Parcel, clock: Now, send: Send, away: set[str]) -> Parcel:
    now = clock()
    with reading_desk(station.engine, now) as found:
        peer = outbox.active_peer(found, parcel.peer)
        keys, own = keys_of(found, parcel.peer), own_keys(found, station)
    whole = _body(station, parcel)
    if peer is None or whole is None:
        return _failed(station, parcel, now, "not-a-peer" if peer is None else "body-lost", for_good=True)
    asked = message.ask(f"{peer.address}{PATH}", whole, station.uscc, peer.id, station.key, now, station.nonce())
    try:
        status, headers, body = send(asked)
        # A round of many parcels, and one slow answer, take longer than a message lives.
        now = clock()
        answered = Answer(status, {name.lower(): value for name, value in headers.items()}, asked, body)
        by = message.check_answer(answered, keys, now)
    except OSError as error:
        away.add(parcel.peer)
        return _failed(station, parcel, now, why(error))
    except ProofError:
        # Whoever gave an answer that is not the peer's, or not of now, ends no parcel.
        return _failed(station, parcel, now, "unproven-answer")
    if status != 200:
        return _failed(station, parcel, now, f"refused-{status}", for_good=400 <= status < 500)
    kept = receipt_of(parcel.peer, Direction.ASKED, parcel.id, answered, own[station.key.id], keys[by], now)
    with desk(station.engine, now) as found:
        done = outbox.delivered(found, parcel, kept)
        if done.receipt == kept.id and done.kind == outbox.RISK:
            write_uses(found.connection, [_use(done, now)])
    _drop(station, parcel, now)
    return done


def _use(parcel: Parcel, now: datetime) -> Use:
    """A push that was confirmed is a use by the peer, like a download."""
    return Use(
        at=now,
        party=parcel.peer,
        actor=parcel.peer,
        grant="",
        action=Action.PUSH,
        dataset=parcel.dataset,
        version=parcel.version,
        clause=RISK_CLAUSE,
        rows=1,
        mark=parcel.mark,
        purpose=PurposeKind.JOINT_SUPERVISION,
    )


def _body(station: Station, parcel: Parcel) -> bytes | None:
    """What is sent for a parcel; None when its file is gone or is not the one that was posted."""
    try:
        raw = (station.home / "outbox" / f"{parcel.digest}.json").read_bytes()
    except OSError:
        return None
    if sha256(raw).hexdigest() != parcel.digest:
        return None
    return canonical({"kind": parcel.kind, "parcel": parcel.id, "record": msgspec.json.decode(raw)})


def _failed(station: Station, parcel: Parcel, now: datetime, why: str, *, for_good: bool = False) -> Parcel:
    with desk(station.engine, now) as found:
        return outbox.failed(found, parcel, why, for_good=for_good)


def _drop(station: Station, parcel: Parcel, now: datetime) -> None:
    """Remove the body's file, unless another parcel with the same body waits, or is a dead letter to be sent again."""
    with desk(station.engine, now) as found:
        # Nobody posts while this desk is held.
        others = (*found.find(Parcel, state=ParcelState.WAITING), *found.find(Parcel, state=ParcelState.DEAD))
        if not any(one.digest == parcel.digest for one in others):
            (station.home / "outbox" / f"{parcel.digest}.json").unlink(missing_ok=True)


def receive(station: Station, request: Request, now: datetime) -> Answer:
    """Answer a message. ProofError, and no signed answer, for anything that no approved peer signed for us, now, once.

    ``request.url`` must be this hub's public address and the path, whatever a proxy made of it.
    """
    if len(request.body) > LARGEST:
        raise ProofError("A message between hubs is too large.", todo="Send smaller ones.")
    sender = request.headers.get(message.SENDER, "")
    with reading_desk(station.engine, now) as found:
        peer = outbox.active_peer(found, sender)
        keys = keys_of(found, sender) if peer else {}
        own = own_keys(found, station)
    by = message.check_request(request, keys, station.uscc, now)
    with reading_desk(station.engine, now) as found:
        _demand_new(found, request)
    status, told, number = _answered(station, sender, request.body, now)
    made = message.answer(request, status, canonical(told), station.key, now, station.nonce())
    kept = receipt_of(sender, Direction.ANSWERED, number, made, keys[by], own[station.key.id], now)
    with desk(station.engine, now) as found:
        _demand_new(found, request)
        again = len(found.find(Receipt, peer=sender, direction=Direction.ANSWERED, parcel=number))
        facts: dict[str, str | int] = {
            "parcel": number,
            "peer": sender,
            "receipt": kept.digest,
            "status": status,
            "before": again,
        }
        found.keep(Happened("peer.answered", facts), kept)
    return made


def _demand_new(found: Desk, request: Request) -> None:
    """Refuse a message that was answered before: asked before anything is looked up, and again when it is written."""
    if found.get(Receipt, _receipt_id(Direction.ANSWERED, request)) is not None:
        raise ProofError("A message between hubs came a second time.", todo="Sign it anew.")


def _answered(station: Station, sender: str, raw: bytes, now: datetime) -> tuple[int, dict[str, Any], str]:
    """Status and body of the answer, and the number of the parcel or question."""
    try:
        body = from_json(raw, dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 422, {"refused": "no-message"}, ""
    if body.get("kind") == question.KIND and station.answering is not None:
        asked = question.read_question(body)
        if asked is None:
            return 422, {"refused": "malformed"}, ""
        return *station.answering(sender, *asked, now), asked[0]
    kind, parcel, record = body.get("kind"), body.get("parcel"), body.get("record")
    # The number becomes part of a file's name.
    sound = kind in PLACES and isinstance(record, dict)
    if not sound or not isinstance(parcel, str) or not _PARCEL.fullmatch(parcel):
        return 422, {"refused": "unknown-kind"}, ""
    try:
        whole = canonical(record)
    except ValueError:
        # Numbers that JSON of RFC 8785 cannot hold.
        return 422, {"refused": "malformed"}, ""
    write_whole(_place(station.home / PLACES[str(kind)] / sender) / f"{parcel}-{sha256(whole).hexdigest()}.json", whole)
    return 200, {"accepted": parcel}, parcel


def keys_of(found: Desk, party: str) -> dict[str, bytes]:
    """A party's keys that may sign messages now: id -> PEM."""
    every = found.find(PartyKey, party=party, state=KeyState.ACTIVE)
    return {one.id: one.pem.encode() for one in every if one.algorithm is Algorithm.ED25519}


def own_keys(found: Desk, station: Station) -> dict[str, bytes]:
    """This hub's own keys. SettingsError when the one it signs with is not among them."""
    own = keys_of(found, station.uscc)
    if station.key.id not in own:
        raise SettingsError("This hub's peer key is not registered.", todo="hub parties add-key, then approve-key.")
    return own


def receipt_of(
    peer: str, direction: Direction, number: str, found: Answer, asker: bytes, answerer: bytes, now: datetime
) -> Receipt:
    """The receipt of an exchange, the same text on both sides; ``number`` is the parcel's or the question's."""
    text = receipt_text(found, asker.decode(), answerer.decode())
    digest = sha256(text.encode()).hexdigest()
    return Receipt(_receipt_id(direction, found.request), peer, direction, number, digest, text, now)


def _receipt_id(direction: Direction, request: Request) -> str:
    return f"{direction}/{message.signature_id(request)}"


def _place(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
