"""Who acts, and whether they may: every change of the exchange's state passes here first.

A refusal names the permission that is missing, never what the person tried it on.
"""

from __future__ import annotations

from agreements.desk import Desk
from agreements.model import Grant, Party, Standing, Ticket
from agreements.people import Actor, Assignment
from agreements.permissions import Permission, permissions_of
from catalog.errors import NotPermitted, OutOfStep


def actor_of(desk: Desk, person: str) -> Actor:
    """The person or machine with its approved roles. NotPermitted for somebody without any."""
    held = desk.find(Assignment, person=person, held="1")
    if not held:
        raise NotPermitted(
            f"'{person}' holds no role in this hub.", todo="Ask an administrator: `hub permissions request`."
        )
    return Actor(person, held[0].party, frozenset(one.role for one in held))


def demand(desk: Desk, person: str, permission: Permission) -> Actor:
    """The actor, who has this permission. NotPermitted otherwise.

    A suspended party may still read, appeal, leave and hand in its certificate: nothing of that takes data.
    """
    actor = actor_of(desk, person)
    if permission not in permissions_of(actor.roles):
        raise NotPermitted(
            f"'{person}' has no permission '{permission}'.", todo="Ask an administrator: `hub permissions request`."
        )
    return actor


def party_of(desk: Desk, uscc: str) -> Party:
    """The registered party. OutOfStep when there is none."""
    found = desk.get(Party, uscc)
    if found is None:
        raise OutOfStep("No party with this code is registered.", todo="See `hub parties list`.")
    return found


def house_of(desk: Desk) -> Party:
    """The bureau that runs this hub. OutOfStep before the hub was founded."""
    found = desk.find(Party, house="1")
    if not found:
        raise OutOfStep("The exchange has no bureau yet.", todo="Found it with `hub parties found`.")
    return found[0]


def demand_house(desk: Desk, person: str, permission: Permission) -> Actor:
    """``demand`` for somebody of the bureau itself."""
    actor = demand(desk, person, permission)
    if actor.party != house_of(desk).id:
        raise NotPermitted(f"'{person}' does not belong to the bureau.", todo="Ask somebody of the bureau.")
    return actor


def standing_of(desk: Desk, person: str) -> Standing:
    """All that ``decide`` may know of this person or machine, as it stands now."""
    actor = actor_of(desk, person)
    return Standing(
        party=party_of(desk, actor.party),
        actor=person,
        permissions=permissions_of(actor.roles),
        grants=desk.find(Grant, party=actor.party, state="active"),
        tickets=desk.find(Ticket, party=actor.party),
    )
