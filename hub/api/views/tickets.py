"""Tickets over the API (SM06): asked of the data's owner, authorised, withdrawn; and every answer given by one."""

from __future__ import annotations

from typing import Any

from agreements import tickets
from agreements.model import Purpose, PurposeKind, Standing, Ticket
from agreements.permissions import Permission
from agreements.use import Use
from hub.api.guard.asking import needs
from hub.api.process.context import here
from hub.api.shapes.tickets import TicketAnswerShape, TicketBody, TicketShape
from hub.api.views.registers import register_named, unknown_field
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.state.answers import answers_by
from hub.state.exchange import desk, reading_desk

routes = Routes("tickets", "Single-record queries that the owner authorises 授权查询单", "/api/v1/tickets")


@routes.route("", TicketShape(many=True))
def tickets_of() -> list[Ticket]:
    """Tickets that the caller's party asked for, and those that wait for its word as the data's owner."""
    party = _asker_or_owner().uscc
    with reading_desk(here().parts.engine, here().now()) as found:
        every = (*found.find(Ticket, party=party), *found.find(Ticket, owner=party))
    return sorted({one.id: one for one in every}.values(), key=lambda one: one.id)


@routes.route("", TicketShape, method="POST", body=TicketBody, status=201, problems=(404, 409))
def ask(asked: dict[str, Any]) -> Ticket:
    """Ask a data's owner for one record's protected fields."""
    who = needs(Permission.RECORD_REVEAL)
    register = register_named(asked["dataset"])
    if set(register.guarded(asked["fields"])) != set(asked["fields"]):
        raise unknown_field("json")
    purpose = Purpose(PurposeKind(asked["purpose"]), asked["case"], asked["statement"])
    with desk(here().parts.engine, here().now()) as found:
        return tickets.ask(
            found, who.actor, asked["owner"], register.id, asked["record"], asked["fields"], purpose, asked["ends"]
        )


@routes.route("/<number>", TicketShape, problems=(404,))
def ticket(number: str) -> Ticket:
    """A ticket of one's own, as asker or as owner."""
    return _own(number)


@routes.route("/<number>/answers", TicketAnswerShape(many=True), problems=(404,))
def answers(number: str) -> list[Use]:
    """What was answered by the ticket: when, to whom, and the mark of each answer."""
    return list(answers_by(here().parts.engine, _own(number).id))


@routes.route("/<number>/authorisation", TicketShape, method="POST", problems=(404, 409))
def authorise(number: str) -> Ticket:
    """The owner says yes."""
    who = needs(Permission.TICKET_AUTHORISE)
    with desk(here().parts.engine, here().now()) as found:
        return tickets.authorise(found, who.actor, number)


@routes.route("/<number>/authorisation", TicketShape, method="DELETE", problems=(404, 409))
def withdraw(number: str) -> Ticket:
    """The owner says no, or no longer: the next request by the ticket is refused."""
    who = needs(Permission.TICKET_AUTHORISE)
    with desk(here().parts.engine, here().now()) as found:
        return tickets.withdraw(found, who.actor, number)


def _own(number: str) -> Ticket:
    """A ticket that the caller's party asked for or answers for; another's is not told from none."""
    party = _asker_or_owner().uscc
    with reading_desk(here().parts.engine, here().now()) as found:
        one = found.get(Ticket, number[:120])
    if one is None or party not in {one.party, one.owner}:
        raise Refused("not-found", "There is no such ticket.")
    return one


def _asker_or_owner() -> Standing:
    try:
        return needs(Permission.RECORD_REVEAL)
    except Refused:
        return needs(Permission.TICKET_AUTHORISE)
