"""How an agreement moves: its state allows the step, the actor may make it, and a second person is another one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agreements.acting import demand, demand_house
from agreements.agreement import Agreement, Step
from agreements.calendar import Calendar, due
from agreements.desk import Desk, Happened, Thing
from agreements.states import Side, Transition, life, step
from catalog.errors import NotPermitted, OutOfStep

SECONDS = {"reviewer": ("review", "offer"), "suspender": ("suspend",)}
"""Which earlier steps the word in ``Transition.second`` means."""

CLOCK = "clock"
"""Who acts when time or both signatures do."""


@dataclass(frozen=True, slots=True)
class Move:
    """One command on one agreement: which, by whom, with what remark, under which calendar."""

    agreement: str
    by: str
    calendar: Calendar
    note: str = ""


def agreement_of(desk: Desk, number: str) -> Agreement:
    """The agreement. OutOfStep when there is none."""
    found = desk.get(Agreement, number)
    if found is None:
        raise OutOfStep("There is no such agreement.", todo="See `hub agreements list`.")
    return found


def permitted(desk: Desk, move: Move, name: str) -> tuple[Agreement, Transition]:
    """The agreement and the transition ``name``, which its state and its actor allow. Nothing is written."""
    found = agreement_of(desk, move.agreement)
    if life().transitions[name].by is not Side.CLOCK:
        _demand_side(desk, found, move.by, life().transitions[name])
    return found, step(found.state, name)


def _demand_side(desk: Desk, found: Agreement, by: str, transition: Transition) -> None:
    if transition.needs is None:
        raise NotPermitted("Nobody does this by hand.", todo="It happens by itself.")
    if transition.by is Side.BUREAU:
        demand_house(desk, by, transition.needs)
    elif demand(desk, by, transition.needs).party != found.recipient:
        raise NotPermitted("Only the party that the agreement is made with does this.", todo="Ask the party.")
    before = found.last(*SECONDS[transition.second]) if transition.second else None
    if transition.second and (before is None or before.by == by):
        raise NotPermitted(
            f"'{transition.name}' needs a second person: not the {transition.second}.", todo="Ask a colleague."
        )


def moved(desk: Desk, move: Move, found: Agreement, transition: Transition) -> Agreement:
    """The agreement after the transition, with its step and its new deadline."""
    state = life().states[transition.to]
    days = move.calendar.deadlines.get(state.id, state.working_days)
    limit = due(move.calendar, desk.now, days) if state.waits_for and days else None
    return replace(
        found,
        state=transition.to,
        steps=(*found.steps, Step(transition.name, move.by, desk.now, move.note)),
        due=limit.day if limit else None,
        provisional=limit.provisional if limit else False,
    )


def kept(desk: Desk, move: Move, after: Agreement, *others: Thing, **facts: str | int) -> Agreement:
    """Write the agreement and whatever goes with it, together with the event of its last step."""
    last = after.steps[-1]
    told: dict[str, str | int] = {"agreement": after.id, "party": after.recipient, "by": move.by, **facts}
    desk.keep(Happened(f"agreement.{last.name}", told), after, *others)
    return after


def act(desk: Desk, move: Move, name: str) -> Agreement:
    """A transition that changes nothing but the state."""
    found, transition = permitted(desk, move, name)
    return kept(desk, move, moved(desk, move, found, transition))
