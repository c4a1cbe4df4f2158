"""Both signatures, and what they bring into force: the agreement and its grants, in one transaction.

Each side signs the same canonical text with a key of its own that a second administrator approved. The agreement is
active when both signatures hold over the text whose digest stands in the agreement, and not before.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

from agreements.acting import demand, party_of
from agreements.agreement import Agreement, Step
from agreements.calendar import CHINA
from agreements.contract import digests, read_text
from agreements.desk import Desk, Thing
from agreements.keys import Algorithm, KeyState, PartyKey, Signature, verify
from agreements.model import Grant, PartyState
from agreements.moving import CLOCK, Move, agreement_of, kept, moved
from agreements.permissions import Permission
from agreements.states import step
from catalog.errors import NotPermitted, OutOfStep, ProofError


def sign(desk: Desk, move: Move, key_id: str, value: str) -> Agreement:
    """Hand in a signature over the agreement's text, made with the key ``key_id`` of the actor's own party.

    ``value`` is base64. The second side's signature brings the agreement into force. ProofError for a signature that
    does not hold, NotPermitted for another party's key, OutOfStep for a key that may not sign or a side that signed.
    """
    found = agreement_of(desk, move.agreement)
    actor = demand(desk, move.by, Permission.AGREEMENT_SIGN)
    if actor.party not in {found.provider, found.recipient}:
        raise NotPermitted("Only the two parties sign an agreement.", todo="Check the agreement's number.")
    step(found.state, "activate")
    _demand_sound(found)
    if any(one.party == actor.party for one in found.signatures):
        raise OutOfStep("This side has signed already.", todo="See `hub agreements show`.")
    made = checked_signature(desk, actor.party, key_id, value, found.text.encode())
    signed = replace(
        found,
        signatures=(*found.signatures, made),
        steps=(*found.steps, Step("sign", move.by, desk.now, made.key)),
    )
    if len(signed.signatures) < 2:
        return kept(desk, move, signed, key=made.key, sha256=found.digest)
    return _activate(desk, move, signed)


def checked_signature(desk: Desk, party: str, key_id: str, value: str, message: bytes) -> Signature:
    """The signature, when an active key of ``party`` made it over ``message``."""
    key = desk.get(PartyKey, key_id)
    if key is None or key.party != party:
        raise NotPermitted("This key does not belong to the party that signs.", todo="Sign with the party's own key.")
    if key.state is not KeyState.ACTIVE or key.approved_by in {"", key.proposed_by}:
        raise OutOfStep("This key may not sign: it is not approved, or retired.", todo="See `hub parties show`.")
    verify(key.algorithm, key.pem, value, message)
    return Signature(party, key.id, Algorithm(key.algorithm), value, desk.now)


def _demand_sound(found: Agreement) -> None:
    """The text is what was approved, by two people, and says what the agreement says."""
    reviewed, approved = found.last("review", "offer"), found.last("approve")
    if reviewed is None or approved is None or reviewed.by == approved.by:
        raise NotPermitted("The agreement was not approved by a second person.", todo="Have it decided anew.")
    if digests(found.text) != (found.digest, found.sm3):
        raise ProofError("The stored text is not the one that was approved.", todo="Run `hub ledger verify`.")
    body = read_text(found.text)
    if (body["number"], body["provider"]["uscc"], body["recipient"]["uscc"]) != (
        found.id,
        found.provider,
        found.recipient,
    ):
        raise ProofError("The stored text belongs to another agreement.", todo="Run `hub ledger verify`.")


def _activate(desk: Desk, move: Move, signed: Agreement) -> Agreement:
    sides = {one.party for one in signed.signatures}
    keys = {one.key for one in signed.signatures}
    if sides != {signed.provider, signed.recipient} or len(keys) != 2:
        raise ProofError("Both sides must sign, each with its own key.", todo="Sign anew.")
    if party_of(desk, signed.recipient).state is not PartyState.ACTIVE:
        raise OutOfStep("The party is suspended or closed: its agreement cannot take effect.", todo="Restore it first.")
    for one in signed.signatures:
        key = desk.get(PartyKey, one.key)
        if key is None:
            raise ProofError("A key that signed is gone.", todo="Run `hub ledger verify`.")
        verify(key.algorithm, key.pem, one.value, signed.text.encode())
    after = moved(desk, replace(move, by=CLOCK), signed, step(signed.state, "activate"))
    others: list[Thing] = list(grants_of(after))
    if signed.replaces:
        others += _superseded(desk, move, signed.replaces)
    return kept(desk, move, after, *others, sha256=signed.digest, grants=len(after.application.data))


def grants_of(found: Agreement) -> tuple[Grant, ...]:
    """The grants that an agreement becomes: one a dataset. Days are Chinese days."""
    asked = found.application
    return tuple(
        Grant(
            id=f"{found.id}/{item.dataset}",
            party=found.recipient,
            agreement=found.id,
            dataset=item.dataset,
            purposes=(asked.purpose,),
            starts=_midnight(asked.starts),
            ends=_midnight(asked.ends),
            fields=item.fields,
            regions=item.regions,
            quota_rows=asked.quota_rows,
        )
        for item in asked.data
    )


def _superseded(desk: Desk, move: Move, number: str) -> list[Thing]:
    """What becomes of the agreement that is amended or renewed. An expired one is renewed and stays expired."""
    old = agreement_of(desk, number)
    if old.state == "expired":
        return []
    # A suspension is lifted by whoever answers for that, never by signing a new text.
    ended = moved(desk, replace(move, by=CLOCK), old, step(old.state, "supersede"))
    return [ended, *with_grants(desk, number, "ended", "superseded")]


def with_grants(desk: Desk, number: str, state: str, reason: str) -> list[Grant]:
    """The agreement's grants in another state; those that ended stay ended."""
    found = desk.find(Grant, agreement=number)
    return [replace(one, state=state, reason=reason) for one in found if one.state != "ended"]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA).astimezone(UTC)
