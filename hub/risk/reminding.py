"""Reminders of the clocks (S 24 hours, H 3 days, M 10 days): each kept and told once, by whoever runs it first."""

from __future__ import annotations

from agreements.acting import house_of
from agreements.desk import Happened
from agreements.model import Party, PartyKind, PartyState
from exporters.rules.notices import Clock, Level, clock
from exporters.rules.risk_intake.model import Reminder, RiskTask, TaskState
from hub.state.exchange import SqlDesk
from hub.state.risks import REMINDERS, TASKS


def clock_of(task: RiskTask, desk: SqlDesk) -> Clock | None:
    """How the task's clock stands now; None while no risk of level M or higher was assessed."""
    if task.clock_from is None or task.highest not in set(Level):
        return None
    return clock(Level(task.highest), task.clock_from, desk.now, task.noticed_at or task.closed_at)


def remind(desk: SqlDesk) -> tuple[Reminder, ...]:
    """The reminders that fall due now, one a bureau in charge; after a downtime only the latest of a task."""
    sent: list[Reminder] = []
    for task in TASKS.find(desk.connection):
        told = clock_of(task, desk)
        if told is None or task.state not in {TaskState.OPEN, TaskState.ACCEPTED}:
            continue
        passed = sum(at <= desk.now for at in told.reminders)
        if passed:
            sent += _sent(desk, task, told, passed)
    return tuple(sent)


def _sent(desk: SqlDesk, task: RiskTask, told: Clock, passed: int) -> list[Reminder]:
    made = []
    for bureau in _bureaus(desk, task):
        # The level stands in the number: a risk that becomes higher has a new clock with reminders of its own.
        number = f"{task.id}/{task.highest}/{passed}/{bureau}"
        if REMINDERS.get(desk.connection, number) is None:
            one = Reminder(number, task.id, bureau, task.highest, told.due, told.state, desk.now)
            REMINDERS.add(desk.connection, [one])
            facts: dict[str, str | int] = {"task": task.id, "bureau": bureau, "share": passed, "state": told.state}
            desk.keep(Happened("risk-task.reminded", facts))
            made.append(one)
    return made


def _bureaus(desk: SqlDesk, task: RiskTask) -> list[str]:
    """The closest registered bureau over each region of the task; the hub's house where there is none."""
    every = [one for one in desk.find(Party, state=PartyState.ACTIVE) if one.is_a(PartyKind.REGULATOR)]
    found = []
    for region in task.regions or ("",):
        over = [one for one in every if region and region.startswith(one.territory)]
        closest = max(over, key=lambda one: (len(one.territory), one.id), default=None)
        found.append(closest.id if closest else house_of(desk).id)
    return list(dict.fromkeys(found))
