"""授权查询 (SM06): a party asks the data's owner for one record's protected fields; the owner answers, and can stop it.

The owner is the party whose data it is (数据所属主体), never the bureau in its place. Every ticket says who, what, why
and until when; every answer given by it is a Use that the owner sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from agreements.acting import demand, party_of
from agreements.desk import Desk, Happened
from agreements.model import PartyState, Purpose, Ticket
from agreements.permissions import Permission
from catalog.errors import NotPermitted, OutOfStep, SettingsError

LONGEST: Final = timedelta(days=92)


def ask(
    desk: Desk, by: str, owner: str, dataset: str, record: str, fields: Sequence[str], purpose: Purpose, ends: datetime
) -> Ticket:
    """Ask the owner for one record's fields. SettingsError when record, fields, reason or end are missing."""
    actor = demand(desk, by, Permission.RECORD_REVEAL)
    if party_of(desk, actor.party).state is not PartyState.ACTIVE:
        raise NotPermitted("The party is suspended.", todo="Appeal first.")
    party_of(desk, owner)
    if owner == actor.party:
        raise OutOfStep("One's own record needs no ticket.", todo="Query it.")
    if not (dataset and record and fields and all(fields) and purpose.statement.strip()):
        raise SettingsError("A ticket names one record, its fields and the reason.", todo="Give all of them.")
    if not desk.now < ends <= desk.now + LONGEST:
        raise SettingsError(f"A ticket ends within {LONGEST.days} days.", todo="Give an earlier end.")
    number = f"T{desk.number('ticket'):06}"
    asked = Ticket(number, actor.party, owner, dataset, record, tuple(sorted(set(fields))), purpose, ends)
    desk.keep(Happened("ticket.asked", _facts(asked, by)), asked)
    return asked


def authorise(desk: Desk, by: str, number: str) -> Ticket:
    """The owner says yes."""
    found = _owned(desk, by, number)
    if found.authorised_at is not None or found.withdrawn_at is not None or found.ends <= desk.now:
        raise OutOfStep("The ticket was answered already or has ended.", todo="Have it asked anew.")
    given = replace(found, authorised_at=desk.now)
    desk.keep(Happened("ticket.authorised", _facts(given, by)), given)
    return given


def withdraw(desk: Desk, by: str, number: str) -> Ticket:
    """The owner says no, or no longer: from the next decision on nothing is shown by it."""
    found = _owned(desk, by, number)
    if found.withdrawn_at is not None:
        raise OutOfStep("The ticket was withdrawn already.", todo="Nothing is left to do.")
    ended = replace(found, withdrawn_at=desk.now)
    desk.keep(Happened("ticket.withdrawn", _facts(ended, by)), ended)
    return ended


def _owned(desk: Desk, by: str, number: str) -> Ticket:
    found = desk.get(Ticket, number)
    if found is None:
        raise OutOfStep("There is no such ticket.", todo="See `hub tickets list`.")
    if demand(desk, by, Permission.TICKET_AUTHORISE).party != found.owner:
        raise NotPermitted("Only the data's owner answers for it (SM06).", todo="Ask the owner.")
    return found


def _facts(one: Ticket, by: str) -> dict[str, str | int]:
    return {
        "ticket": one.id,
        "party": one.party,
        "owner": one.owner,
        "dataset": one.dataset,
        "record": one.record,
        "fields": len(one.fields),
        "by": by,
    }
