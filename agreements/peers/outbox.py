"""The outbox: what goes to a peer waits here until the peer has confirmed it, however long it is down.

A failed attempt is repeated after one minute, two, four … up to twelve hours; after ``MOST`` attempts, or at once when
the peer refuses for good, the parcel becomes a dead letter for a person to look at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from agreements.acting import demand_house, party_of
from agreements.decide import decide
from agreements.desk import Desk, Happened
from agreements.model import Action, Form, PartyKind, PartyState, Purpose, PurposeKind, Standing, Subject
from agreements.peers.model import Parcel, ParcelState, Peer, PeerState, Receipt
from agreements.permissions import Permission
from catalog.errors import NotPermitted, OutOfStep, SettingsError

MOST: Final = 40
FIRST: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(hours=12)
RISK: Final = "risk.push"
RISK_CLAUSE: Final = "SM04"
NOTICE: Final = "notice.push"
_JOINT: Final = Purpose(PurposeKind.JOINT_SUPERVISION, statement="跨省份协同监管推送")


def propose_peer(desk: Desk, by: str, uscc: str, address: str) -> Peer:
    """Enter another hub; it hears and says nothing until a second administrator approved it."""
    demand_house(desk, by, Permission.PARTY_REGISTER)
    party = party_of(desk, uscc)
    if not party.is_a(PartyKind.HUB):
        raise NotPermitted("Only a party of kind 'hub' is a peer.", todo="Register it as one.")
    if not address.startswith(("https://", "http://127.0.0.1", "http://localhost")) or address.endswith("/"):
        raise SettingsError("A peer's address is https and has no slash at its end.", todo="Correct the address.")
    known = desk.get(Peer, uscc)
    if known is not None and known.state is not PeerState.ENDED:
        raise OutOfStep("This peer is entered already.", todo="See `hub peers list`.")
    peer = Peer(uscc, address, PeerState.PROPOSED, by, desk.now)
    desk.keep(Happened("peer.proposed", {"peer": uscc, "by": by}), peer)
    return peer


def approve_peer(desk: Desk, by: str, uscc: str) -> Peer:
    """Approve a peer, as another administrator than the one who entered it."""
    demand_house(desk, by, Permission.PERMISSION_APPROVE)
    peer = desk.get(Peer, uscc)
    if peer is None or peer.state is not PeerState.PROPOSED:
        raise OutOfStep("No such peer waits for approval.", todo="See `hub peers list`.")
    if by == peer.proposed_by:
        raise NotPermitted("Who entered a peer does not approve it.", todo="Ask a second administrator.")
    active = replace(peer, state=PeerState.ACTIVE, approved_by=by)
    desk.keep(Happened("peer.approved", {"peer": uscc, "by": by}), active)
    return active


def end_peer(desk: Desk, by: str, uscc: str) -> Peer:
    """Speak no more with a peer, from now on."""
    demand_house(desk, by, Permission.PARTY_REGISTER)
    peer = desk.get(Peer, uscc)
    if peer is None or peer.state is PeerState.ENDED:
        raise OutOfStep("There is no such peer.", todo="See `hub peers list`.")
    ended = replace(peer, state=PeerState.ENDED)
    desk.keep(Happened("peer.ended", {"peer": uscc, "by": by}), ended)
    return ended


def active_peer(desk: Desk, uscc: str) -> Peer | None:
    """The peer, when it is approved and its party is not suspended; None otherwise."""
    peer = desk.get(Peer, uscc)
    sound = peer is not None and peer.state is PeerState.ACTIVE and peer.approved_by not in {"", peer.proposed_by}
    return peer if sound and party_of(desk, uscc).state is PartyState.ACTIVE else None


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk record to push: its number and level, and of which edition, release and marked copy it is taken."""

    record: str
    level: str
    edition: str = ""
    dataset: str = ""
    version: int = 0
    mark: str = ""


def post_risk(desk: Desk, uscc: str, risk: Risk, digest: str) -> Parcel:
    """Put a risk record of level H or above on its way to a peer; ``digest`` names the file of its body (SM04)."""
    what = Subject(Form.RECORDS, "2.5", record=risk.record, risk_level=risk.level)
    to = Standing(party_of(desk, uscc), actor=uscc, permissions=frozenset({Permission.RECORD_QUERY}))
    verdict = decide(to, Action.PUSH, what, _JOINT, desk.now)
    if not verdict.allowed or active_peer(desk, uscc) is None:
        raise NotPermitted(f"{verdict.reason} ({verdict.clause}).", todo="See docs/sharing.md and `hub peers list`.")
    parcel = Parcel(
        id=f"P{desk.number('parcel'):08}",
        peer=uscc,
        kind=RISK,
        digest=digest,
        state=ParcelState.WAITING,
        made_at=desk.now,
        next_at=desk.now,
        record=risk.record,
        edition=risk.edition,
        dataset=risk.dataset,
        version=risk.version,
        mark=risk.mark,
    )
    return _posted(desk, parcel)


def post_notice(desk: Desk, uscc: str, number: str, digest: str) -> Parcel:
    """Put a published notice on its way to a peer (DOMAIN 8.2 step 8); what everybody may read needs no clause."""
    if active_peer(desk, uscc) is None:
        raise NotPermitted("Notices go to approved peers only.", todo="See `hub peers list`.")
    waiting, name = ParcelState.WAITING, f"P{desk.number('parcel'):08}"
    return _posted(desk, Parcel(name, uscc, NOTICE, digest, waiting, desk.now, desk.now, record=number))


def _posted(desk: Desk, parcel: Parcel) -> Parcel:
    told = {"parcel": parcel.id, "peer": parcel.peer, "kind": parcel.kind}
    desk.keep(Happened("parcel.posted", {**told, "record": parcel.record, "sha256": parcel.digest}), parcel)
    return parcel


def due_parcels(desk: Desk) -> tuple[Parcel, ...]:
    """What should be tried now, oldest first."""
    return tuple(one for one in desk.find(Parcel, state=ParcelState.WAITING) if one.next_at <= desk.now)


def delivered(desk: Desk, parcel: Parcel, receipt: Receipt) -> Parcel:
    """The peer confirmed it: parcel, receipt and event in one transaction.

    Who pushed at the same time may have been first: then the receipt is kept beside the one that the parcel names.
    """
    told = {"parcel": parcel.id, "peer": parcel.peer, "receipt": receipt.digest}
    stands = _standing(desk, parcel)
    if stands.state is ParcelState.SENT:
        desk.keep(Happened("peer.asked", told), receipt)
        return stands
    done = replace(stands, state=ParcelState.SENT, attempts=stands.attempts + 1, failure="", receipt=receipt.id)
    desk.keep(Happened("peer.asked", told), done, receipt)
    return done


def _standing(desk: Desk, parcel: Parcel) -> Parcel:
    """The parcel as it stands now: a push that runs beside this one may have moved it since it was read."""
    return desk.get(Parcel, parcel.id) or parcel


def failed(desk: Desk, parcel: Parcel, failure: str, *, for_good: bool = False) -> Parcel:
    """An attempt failed: later again, or a dead letter. What was delivered meanwhile stays delivered."""
    parcel = _standing(desk, parcel)
    if parcel.state is not ParcelState.WAITING:
        return parcel
    attempts = parcel.attempts + 1
    if for_good or attempts >= MOST:
        dead = replace(parcel, state=ParcelState.DEAD, attempts=attempts, failure=failure)
        desk.keep(Happened("parcel.dead", {"parcel": parcel.id, "peer": parcel.peer, "failure": failure}), dead)
        return dead
    wait = min(FIRST * 2 ** min(attempts - 1, 20), LONGEST)
    again = replace(parcel, attempts=attempts, failure=failure, next_at=desk.now + wait)
    desk.keep(Happened("parcel.failed", {"parcel": parcel.id, "peer": parcel.peer, "failure": failure}), again)
    return again


def retry(desk: Desk, by: str, number: str) -> Parcel:
    """Send a dead letter once more, from the beginning of its patience."""
    demand_house(desk, by, Permission.CASE_HANDLE)
    parcel = desk.get(Parcel, number)
    if parcel is None or parcel.state is not ParcelState.DEAD:
        raise OutOfStep("There is no such dead letter.", todo="See `hub peers dead`.")
    again = replace(parcel, state=ParcelState.WAITING, attempts=0, next_at=desk.now)
    desk.keep(Happened("parcel.retried", {"parcel": number, "peer": parcel.peer, "by": by}), again)
    return again
