"""Notices are pushed to those who asked for them (DOMAIN 8.2 step 8): platforms, firms, other provinces.

A party asks, a person of the bureau that runs the hub agrees, and every notice that concerns the region is sent: as a
signed message (RFC 9421) to an https address, or as a mail with the CAP message. What
fails is tried again after one minute, two, four … up to twelve hours, forty times.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from agreements.acting import actor_of, demand_house, house_of, party_of
from agreements.desk import Happened
from agreements.model import PartyState
from agreements.peers.outbox import FIRST, LONGEST, MOST
from agreements.permissions import Permission
from catalog.codes import code_list
from catalog.errors import NotPermitted, OutOfStep, SettingsError
from exporters.rules.notices import Notice
from exporters.rules.notices.followers import Delivery, DeliveryState, Follower, FollowerState
from exporters.rules.notices.guards import concerns
from hub.state.exchange import SqlDesk
from hub.state.risks import DELIVERIES, FOLLOWERS

_MAIL: Final = re.compile(r"mailto:[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_MOST_OF_ONE: Final = 20


def ask(desk: SqlDesk, by: str, address: str, region: str = "") -> Follower:
    """Ask for one's own party. SettingsError for an address that nothing may be sent to or a region of no list."""
    party = party_of(desk, actor_of(desk, by).party)
    if party.state is not PartyState.ACTIVE:
        raise NotPermitted("A suspended party is told nothing.", todo="Have the suspension ended.")
    if not _is_sound(address) or (region and region not in code_list("gbt2260").entries):
        raise SettingsError(
            "Notices go to a public https address or a mailto, for a region of GB/T 2260.", todo="Correct it."
        )
    known = [one for one in FOLLOWERS.find(desk.connection, party=party.id) if one.state is not FollowerState.ENDED]
    if len(known) >= _MOST_OF_ONE or any((one.address, one.region) == (address, region) for one in known):
        raise OutOfStep("This is asked for already, or the party has asked for too much.", todo="End another first.")
    number = f"{party.id}-{desk.number(f'follower/{party.id}')}"
    made = Follower(
        id=number,
        party=party.id,
        region=region,
        address=address,
        state=FollowerState.ASKED,
        asked_by=by,
        since=desk.now,
    )
    return _kept(desk, made, "asked", by)


def agree(desk: SqlDesk, by: str, number: str) -> Follower:
    """Agree, as a person of the house who is not the one that asked."""
    demand_house(desk, by, Permission.NOTICE_PUBLISH)
    found = _follower(desk, number)
    if found.state is not FollowerState.ASKED:
        raise OutOfStep("This was agreed to or ended already.", todo="See `hub notices followers`.")
    if found.asked_by == by:
        raise NotPermitted("Who asked does not agree.", todo="Ask a second person.")
    if not may_hear(desk, found):
        raise NotPermitted("A suspended party is told nothing.", todo="Have the suspension ended.")
    return _kept(desk, replace(found, state=FollowerState.ACTIVE, approved_by=by), "agreed", by)


def end(desk: SqlDesk, by: str, number: str) -> Follower:
    """End it, by the party itself or by the house; what waits is sent no more."""
    found = _follower(desk, number)
    party = actor_of(desk, by).party
    if party not in {found.party, house_of(desk).id}:
        raise NotPermitted("Somebody else asked for this.", todo="Ask that party.")
    if found.state is FollowerState.ENDED:
        raise OutOfStep("This has ended.", todo="Ask anew.")
    return _kept(desk, replace(found, state=FollowerState.ENDED), "ended", by)


def tell(desk: SqlDesk, notice: Notice) -> None:
    """Put the notice on its way to all whom it concerns, in the transaction that publishes it.

    Nothing is put by for suspended parties: they read what they missed like everybody, once they are restored.
    """
    for one in FOLLOWERS.find(desk.connection, state=FollowerState.ACTIVE):
        here = not one.region or any(concerns(area.code, one.region) for area in notice.areas)
        if here and may_hear(desk, one):
            number = f"{notice.notice_no}/{one.id}"
            made = Delivery(
                id=number, notice=notice.notice_no, follower=one.id, state=DeliveryState.WAITING, next_at=desk.now
            )
            DELIVERIES.add(desk.connection, [made])


def may_hear(desk: SqlDesk, one: Follower) -> bool:
    """Whether the follower's party is told anything now (SM14)."""
    return party_of(desk, one.party).state is PartyState.ACTIVE


def due(desk: SqlDesk) -> list[Delivery]:
    """What should be tried now, oldest first."""
    waiting = DELIVERIES.find(desk.connection, state=DeliveryState.WAITING)
    return sorted((one for one in waiting if one.next_at <= desk.now), key=lambda one: (one.next_at, one.id))


def stands(desk: SqlDesk, one: Delivery) -> bool:
    """Whether nothing happened to the delivery since it was looked up."""
    return DELIVERIES.get(desk.connection, one.id) == one


def sent(desk: SqlDesk, one: Delivery) -> Delivery:
    """It arrived."""
    if (now := _now(desk, one)).state is DeliveryState.SENT:
        return now
    done = replace(one, state=DeliveryState.SENT, attempts=one.attempts + 1, failure="", sent_at=desk.now)
    DELIVERIES.put(desk.connection, done)
    desk.keep(Happened("notice.pushed", {"notice": one.notice, "follower": one.follower}))
    return done


def failed(desk: SqlDesk, one: Delivery, why: str, *, for_good: bool = False) -> Delivery:
    """An attempt failed: later again, or given up; unless another push settled it meanwhile."""
    if (now := _now(desk, one)) != one:
        return now
    attempts = one.attempts + 1
    dead = for_good or attempts >= MOST
    wait = min(FIRST * 2 ** min(attempts - 1, 20), LONGEST)
    state = DeliveryState.DEAD if dead else DeliveryState.WAITING
    done = replace(one, state=state, attempts=attempts, failure=why, next_at=desk.now + wait)
    DELIVERIES.put(desk.connection, done)
    if dead:
        desk.keep(Happened("notice.undelivered", {"notice": one.notice, "follower": one.follower, "failure": why}))
    return done


def _now(desk: SqlDesk, one: Delivery) -> Delivery:
    """The delivery as it stands in this transaction: two pushes at once may have tried it."""
    return DELIVERIES.get(desk.connection, one.id) or one


def _is_sound(address: str) -> bool:
    """Whether this is an address of the public net; numbers of networks and this machine's own names are not."""
    if address.startswith("mailto:"):
        return _MAIL.fullmatch(address) is not None
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        named = "." in host and not host.endswith((".localhost", ".local", ".internal")) and not host[-1].isdigit()
        return parts.scheme == "https" and named and not parts.username and not parts.fragment and address.isascii()
    return False


def _follower(desk: SqlDesk, number: str) -> Follower:
    found = FOLLOWERS.get(desk.connection, number)
    if found is None:
        raise OutOfStep("Nobody asked under this number.", todo="See `hub notices followers`.")
    return found


def _kept(desk: SqlDesk, one: Follower, step: str, by: str) -> Follower:
    FOLLOWERS.put(desk.connection, one)
    desk.keep(Happened(f"notice-follower.{step}", {"follower": one.id, "party": one.party, "by": by}))
    return one
