"""The conditions that the sharing matrix names, each one small test.

A condition answers no, or yes with what the yes costs: row rules to show rows by, and the grant or ticket it rests on.
A fact that the subject states (a record's region, owner, testing body) is judged; one that it leaves open, because a
whole dataset is asked for, becomes a row rule. Field names are those of the data standards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from agreements.model import Action, Form, Party, PartyState, Purpose, PurposeKind, RowRule, Standing, Subject

FLOW = frozenset(
    {
        "buyer_address",
        "buyer_contact",
        "buyer_name",
        "customer_name",
        "purchased_at",
        "quantity",
        "seller_address",
        "seller_contact",
        "seller_name",
        "seller_trace_code",
        "seller_uscc",
        "sold_at",
        "sold_on",
        "supplier_name",
    }
)
"""Fields of standard 2.6 that tell who sold to whom (DOMAIN 1.3, 6)."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question to the matrix."""

    who: Standing
    action: Action
    what: Subject
    purpose: Purpose
    now: datetime


@dataclass(frozen=True, slots=True)
class Yes:
    """The condition holds: under these row rules, for these fields (none: all), by this grant or ticket."""

    rows: tuple[RowRule, ...] = ()
    fields: tuple[str, ...] = ()
    grant: str = ""
    ticket: str = ""


NO = None
_YES = Yes()
Condition = Callable[[Question], Yes | None]


def _plain(holds: bool) -> Yes | None:  # noqa: FBT001 - the one argument is the answer itself
    return _YES if holds else NO


def _place(party: Party | None, region: str, prefix: Callable[[Party], str]) -> Yes | None:
    if party is None:
        return NO
    begins = prefix(party)
    if region:
        return _plain(region.startswith(begins))
    return Yes(rows=(RowRule("source_region_code", "begins", (begins,)),)) if begins else _YES


def _own_territory(q: Question) -> Yes | None:
    return _place(q.who.party, q.what.region, lambda party: party.territory)


def _same_province(q: Question) -> Yes | None:
    return _place(q.who.party, q.what.region, lambda party: party.territory[:2])


def _own(party: str, fact: str, field: str, q: Question) -> Yes | None:
    if fact or q.what.record:
        return _plain(bool(party) and fact == party)
    return Yes(rows=(RowRule(field, "is", (party,)),)) if party else NO


def _own_commission(q: Question) -> Yes | None:
    # Standard 2.3 names the testing body by name only (SC28).
    return _own(q.who.party.name if q.who.party else "", q.what.test_body, "test_body", q)


def _own_record(q: Question) -> Yes | None:
    return _own(q.who.party.id if q.who.party else "", q.what.owner, "uscc", q)


def _codes_named(q: Question) -> Yes | None:
    if codes := tuple(code for code in q.what.codes if code):
        return Yes(rows=(RowRule("trace_code", "is", codes),))
    if q.what.batch and q.what.owner:
        # A batch number alone is any producer's, and easily guessed.
        named = (RowRule("serial_or_batch", "is", (q.what.batch,)), RowRule("producer_uscc", "is", (q.what.owner,)))
        return Yes(rows=named)
    return NO


def _ticket(q: Question) -> Yes | None:
    party = q.who.party.id if q.who.party else ""
    asked = set(q.what.fields) | set(q.what.protected)
    for ticket in q.who.tickets:
        same = (ticket.party, ticket.dataset, ticket.record) == (party, q.what.dataset, q.what.record)
        # Once the record was read its real owner is known: nobody gives away what is another's.
        same = same and q.what.owner in {"", ticket.owner}
        why = (ticket.purpose.kind, ticket.purpose.case_no) == (q.purpose.kind, q.purpose.case_no)
        if same and why and asked and asked <= set(ticket.fields) and ticket.runs(q.now):
            return Yes(ticket=ticket.id)
    return NO


def _granted(q: Question) -> Yes | None:
    party = q.who.party.id if q.who.party else ""
    for grant in q.who.grants:
        same = (grant.party, grant.dataset) == (party, q.what.dataset)
        covered = not grant.fields or set(q.what.fields) <= set(grant.fields)
        if same and covered and q.purpose.kind in grant.purposes and grant.runs(q.now):
            rules = (RowRule("region_code", "begins", grant.regions),) if grant.regions else ()
            return Yes(rows=rules, fields=grant.fields, grant=grant.id)
    return NO


def _second_person(q: Question) -> Yes | None:
    named = {q.what.asked_by, q.what.beneficiary}
    return _plain(bool(q.who.actor and q.what.asked_by) and q.who.actor not in named)


def _nothing_protected(q: Question) -> Yes | None:
    # A unit is itself the owner of what stands in its own record: otherwise it could not correct it (SM02).
    own = bool(q.what.record and q.what.owner and q.who.party and q.what.owner == q.who.party.id)
    return _plain(not q.what.protected or own)


def _not_suspended(q: Question) -> Yes | None:
    return _plain(q.who.party is None or q.who.party.state is PartyState.ACTIVE)


CONDITIONS: Mapping[str, Condition] = MappingProxyType(
    {
        "case_number": lambda q: _plain(bool(q.purpose.case_no.strip())),
        "codes_named": _codes_named,
        "described": lambda q: _plain(q.what.described),
        "granted": _granted,
        "high_risk": lambda q: _plain(q.what.risk_level in {"S", "H"}),
        "joint_supervision": lambda q: _plain(
            q.purpose.kind is PurposeKind.JOINT_SUPERVISION and bool(q.purpose.statement.strip())
        ),
        "made_safe": lambda q: _plain(q.what.made_safe),
        "no_flow": lambda q: _plain(q.what.form is Form.RELEASE and not FLOW.intersection(q.what.fields)),
        "not_suspended": _not_suspended,
        "nothing_protected": _nothing_protected,
        "one_code": lambda q: _plain(len(q.what.codes) == 1 and bool(q.what.codes[0])),
        "one_record": lambda q: _plain(bool(q.what.record)),
        "opening_approved": lambda q: _plain(q.what.opening_approved),
        "own_commission": _own_commission,
        "own_record": _own_record,
        "own_territory": _own_territory,
        "research_purpose": lambda q: _plain(q.purpose.kind in {PurposeKind.RESEARCH, PurposeKind.QUALITY}),
        "same_province": _same_province,
        "second_person": _second_person,
        "ticket": _ticket,
    }
)
