"""Parties and their keys: founding the house, registering, suspending and restoring, proposing and approving keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agreements.acting import demand, demand_house, party_of
from agreements.desk import Desk, Happened
from agreements.keys import KeyState, PartyKey, read_public
from agreements.model import NATION, Party, PartyKind, PartyState
from agreements.people import Assignment
from agreements.permissions import Permission, Role
from catalog.codes import code_list
from catalog.errors import NotPermitted, OutOfStep, SettingsError
from catalog.identifiers.uscc import is_uscc

WAITING_KEYS = 3
"""Keys that a party may have waiting for approval."""


def found(desk: Desk, uscc: str, name: str, region: str, administrators: Sequence[str]) -> Party:
    """Enter the bureau that runs this hub and its first two administrators. Works once, on an empty exchange."""
    if desk.find(Party):
        raise OutOfStep("This exchange was founded already.", todo="Use `hub permissions request` from here on.")
    if len(set(administrators)) != 2 or not all(administrators):
        raise NotPermitted("A hub is founded by two different people.", todo="Name two administrators.")
    house = _checked(desk, uscc, name, (PartyKind.REGULATOR,), region, house=True)
    roles = [
        Assignment(f"{person}/{Role.ADMINISTRATION}", person, house.id, Role.ADMINISTRATION, desk.now, "founding")
        for person in administrators
    ]
    desk.keep(Happened("party.founded", {"party": house.id, "administrators": len(roles)}), house, *roles)
    return house


def register(desk: Desk, by: str, uscc: str, name: str, kinds: Sequence[PartyKind], region: str) -> Party:
    """Register a party. SettingsError for a wrong code or region, OutOfStep when it is registered already."""
    demand_house(desk, by, Permission.PARTY_REGISTER)
    if desk.get(Party, uscc) is not None:
        raise OutOfStep("A party with this code is registered already.", todo="See `hub parties show`.")
    party = _checked(desk, uscc, name, kinds, region)
    facts = {"party": party.id, "kinds": " ".join(party.kinds), "region": region, "by": by}
    desk.keep(Happened("party.registered", facts), party)
    return party


def _checked(
    desk: Desk, uscc: str, name: str, kinds: Sequence[PartyKind], region: str, *, house: bool = False
) -> Party:
    if not is_uscc(uscc):
        raise SettingsError(
            "This is no 统一社会信用代码: its check character is wrong.", todo="Check the 18 characters."
        )
    if region != NATION and region not in code_list("gbt2260").entries:
        raise SettingsError("The region is no code of GB/T 2260.", todo="Give six digits, or 000000 for the nation.")
    if not kinds or not name.strip():
        raise SettingsError("A party needs a name and a kind.", todo="See `hub parties register --help`.")
    return Party(uscc, name.strip(), tuple(sorted(set(kinds))), region, desk.now, house=house)


def suspend_party(desk: Desk, by: str, uscc: str, reason: str) -> Party:
    """Bar a party from everything at the very next decision (SM14); the reason is shown to it."""
    demand_house(desk, by, Permission.PARTY_SUSPEND)
    party = party_of(desk, uscc)
    if party.house:
        raise NotPermitted("The bureau that runs the hub cannot be suspended by itself.", todo="Suspend a person.")
    if not reason.strip():
        raise SettingsError("A suspension needs a reason that the party is shown.", todo="Give --reason.")
    if party.state is not PartyState.ACTIVE:
        raise OutOfStep("The party is not active.", todo="See `hub parties show`.")
    barred = replace(party, state=PartyState.SUSPENDED, reason=reason.strip(), barred_by=by)
    desk.keep(Happened("party.suspended", {"party": uscc, "by": by}), barred)
    return barred


def restore_party(desk: Desk, by: str, uscc: str) -> Party:
    """Let a suspended party in again; never by the person who suspended it."""
    demand_house(desk, by, Permission.PARTY_SUSPEND)
    party = party_of(desk, uscc)
    if party.state is not PartyState.SUSPENDED:
        raise OutOfStep("The party is not suspended.", todo="See `hub parties show`.")
    if by == party.barred_by:
        raise NotPermitted("Who suspended a party does not restore it.", todo="Ask a second person.")
    free = replace(party, state=PartyState.ACTIVE, reason="", barred_by="")
    desk.keep(Happened("party.restored", {"party": uscc, "by": by}), free)
    return free


def propose_key(desk: Desk, by: str, uscc: str, pem: str) -> PartyKey:
    """Enter a party's public key; it signs nothing until a second administrator approved it."""
    demand_house(desk, by, Permission.PARTY_REGISTER)
    party_of(desk, uscc)
    return _proposed(desk, by, uscc, pem)


def _proposed(desk: Desk, by: str, uscc: str, pem: str) -> PartyKey:
    algorithm, key_id, tidy = read_public(pem)
    if desk.get(PartyKey, key_id) is not None:
        raise OutOfStep("This key is known already.", todo="Make a new key: no key serves twice.")
    key = PartyKey(key_id, uscc, algorithm, tidy, KeyState.PROPOSED, by, desk.now)
    desk.keep(Happened("key.proposed", {"party": uscc, "key": key_id, "algorithm": algorithm, "by": by}), key)
    return key


def propose_own_key(desk: Desk, by: str, pem: str) -> PartyKey:
    """A party enters a key of its own; it signs nothing until an administrator of the bureau approved it.

    NotPermitted for a suspended party, OutOfStep when the key is known or ``WAITING_KEYS`` of its keys wait already.
    """
    actor = demand(desk, by, Permission.AGREEMENT_SIGN)
    if party_of(desk, actor.party).state is not PartyState.ACTIVE:
        raise NotPermitted("The party is suspended.", todo="Appeal first.")
    if len(desk.find(PartyKey, party=actor.party, state=KeyState.PROPOSED)) >= WAITING_KEYS:
        raise OutOfStep("Too many keys of this party wait for approval.", todo="Withdraw those that are not needed.")
    return _proposed(desk, by, actor.party, pem)


def approve_key(desk: Desk, by: str, key_id: str) -> PartyKey:
    """Approve a proposed key, after its fingerprint was compared with the party; never by its proposer."""
    demand_house(desk, by, Permission.PERMISSION_APPROVE)
    key = _key(desk, key_id)
    if key.state is not KeyState.PROPOSED:
        raise OutOfStep("The key was decided on already.", todo="See `hub parties show`.")
    if by == key.proposed_by:
        raise NotPermitted("Who entered a key does not approve it.", todo="Ask a second administrator.")
    active = replace(key, state=KeyState.ACTIVE, approved_by=by)
    desk.keep(Happened("key.approved", {"party": key.party, "key": key.id, "by": by}), active)
    return active


def retire_key(desk: Desk, by: str, key_id: str) -> PartyKey:
    """Retire a key at once: by an administrator, or by the party itself. What it signed stays signed."""
    key = _key(desk, key_id)
    actor = demand(desk, by, Permission.AGREEMENT_READ)
    if actor.party != key.party:
        demand_house(desk, by, Permission.PARTY_REGISTER)
    if key.state is KeyState.RETIRED:
        raise OutOfStep("The key is retired already.", todo="See `hub parties show`.")
    retired = replace(key, state=KeyState.RETIRED, until=desk.now)
    desk.keep(Happened("key.retired", {"party": key.party, "key": key.id, "by": by}), retired)
    return retired


def _key(desk: Desk, key_id: str) -> PartyKey:
    found_key = desk.get(PartyKey, key_id)
    if found_key is None:
        raise OutOfStep("There is no such key.", todo="See `hub parties show` for the fingerprints.")
    return found_key
