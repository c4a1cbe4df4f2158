"""Clusters of risks become tasks of the territorial bureaus, which take them up, report and close them (DOMAIN 8.2).

While a task over a product of a producer is open, the cluster adds to it and makes no second one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import polars as pl

from agreements.acting import party_of
from agreements.calendar import CHINA
from agreements.desk import Happened
from agreements.permissions import Permission
from catalog.errors import NotPermitted, OutOfStep
from exporters.rules.book import Book, shipped
from exporters.rules.notices import Level, clusters
from exporters.rules.risk_intake.model import OVER, TASK_MOVES, Risk, RiskState, RiskTask, Step, TaskState
from hub.risk.risks import bureau, sound_note
from hub.state.exchange import SqlDesk
from hub.state.risks import RISKS, TASKS

WATCH: Final = "watch"
"""Who raises the tasks that rules find."""

HOMES = pl.Schema({"uscc": pl.String, "region_code": pl.String, "updated_at": pl.Date, "record_id": pl.String})
"""Where producers are registered: columns of ``enterprise_basic`` that clusters need."""

_RANK: Final = {"S": 4, "H": 3, "M": 2, "L": 1, "": 0}
_OVER: Final = (TaskState.CLOSED,)


def raise_tasks(desk: SqlDesk, homes: pl.DataFrame, day: date, book: Book | None = None) -> tuple[RiskTask, ...]:
    """Tasks that were raised, or that grew, by what was heard up to ``day``. Running it again changes nothing."""
    rules = book or shipped("notices")
    heard = heard_since(desk, window(rules, day))
    known = {(one.product_name, one.producer_uscc): one for one in TASKS.find(desk.connection)}
    made = []
    found = clusters({"risk_monitoring": _table(heard), "enterprise_basic": homes}, rules, day)
    clocks = _clocks(heard)
    for row in found.iter_rows(named=True):
        unit = (row["product_name"], row["producer_uscc"] or "")
        task = _grown(desk, known.get(unit), row, clocks.get(unit))
        if task is not None:
            made.append(task)
    return tuple(made)


def window(rules: Book, day: date) -> date:
    """The first day that may count for clusters of ``day``."""
    return day - timedelta(days=rules.whole("window_days"))


def heard_since(desk: SqlDesk, day: date) -> list[Risk]:
    """Risks heard, or assessed and not disposed of yet, since the day; without those that were dismissed."""
    heard = RISKS.find(desk.connection, since=("heard_on", day.isoformat()))
    every = {one.id: one for one in (*heard, *RISKS.find(desk.connection, state=RiskState.ASSESSED))}
    return [one for one in every.values() if one.state not in OVER and _day(one) >= day]


def _day(one: Risk) -> date:
    """The day on which a risk counts: when it was heard, or assessed."""
    return max(one.heard_on, one.assessed_at.astimezone(CHINA).date()) if one.assessed_at else one.heard_on


def accept(desk: SqlDesk, by: str, number: str) -> RiskTask:
    """Take the task up for one's bureau; it is accepted when a bureau over every one of its places has."""
    task, own = _mine(desk, by, number, "accept")
    if own in task.accepted:
        raise OutOfStep("The bureau has taken it up already.", todo="See `hub risks task`.")
    accepted = (*task.accepted, own)
    over = [party_of(desk, one).territory for one in accepted]
    whole = all(any(region.startswith(one) for one in over) for region in task.regions)
    state = TaskState.ACCEPTED if whole else task.state
    return _kept(desk, by, replace(task, accepted=accepted, state=state), "accept", "")


def report(desk: SqlDesk, by: str, number: str, note: str) -> RiskTask:
    """Follow-up: what the bureau found or did."""
    task, own = _mine(desk, by, number, "report")
    if own not in task.accepted:
        raise OutOfStep("The bureau has not taken the task up.", todo="Accept it first.")
    return _kept(desk, by, task, "report", note)


def close(desk: SqlDesk, by: str, number: str, note: str) -> RiskTask:
    """End the task with its result; another person than the last who reported."""
    task, _ = _mine(desk, by, number, "close")
    if not note.strip():
        raise OutOfStep("A task is closed with its result.", todo="Say what came of it.")
    reports = [step.by for step in task.steps if step.name == "report"]
    if not reports:
        raise OutOfStep("Nobody has reported on the task.", todo="Report first.")
    if reports[-1] == by:
        raise NotPermitted("Who reported last does not close the task.", todo="Ask a second person.")
    return _kept(desk, by, replace(task, state=TaskState.CLOSED, closed_at=desk.now), "close", note)


def noticed(desk: SqlDesk, by: str, number: str, notice: str) -> RiskTask | None:
    """A notice over the task was published: its clock stops. None where the task is over already."""
    task = TASKS.get(desk.connection, number)
    if task is None or task.state not in TASK_MOVES["notice"]:
        return None
    moved = replace(task, state=TaskState.NOTICED, notice=notice, noticed_at=desk.now)
    return _kept(desk, by, moved, "notice", notice)


def task_of(desk: SqlDesk, number: str) -> RiskTask:
    """The task. OutOfStep when there is none."""
    found = TASKS.get(desk.connection, number)
    if found is None:
        raise OutOfStep("There is no such task.", todo="See `hub risks tasks`.")
    return found


def _mine(desk: SqlDesk, by: str, number: str, step: str) -> tuple[RiskTask, str]:
    """The task, and the code of the actor's bureau, which is over one of its places."""
    task = task_of(desk, number)
    own = bureau(desk, by, task.regions or ("",), Permission.RISK_HANDLE)
    if task.state not in TASK_MOVES[step]:
        raise OutOfStep(f"A task that is {task.state} takes no step '{step}'.", todo="See `hub risks tasks`.")
    return task, own.id


def _grown(desk: SqlDesk, task: RiskTask | None, row: dict[str, Any], clock: datetime | None) -> RiskTask | None:
    """A new task, the open one with what was added, or None when nothing changed."""
    seen: dict[str, Any] = {name: row[name] or "" for name in ("territory", "because", "highest", "flags")}
    seen |= {name: row[name] for name in ("complaints", "injuries", "joint", "first_on", "last_on")}
    again = task is not None and task.state in _OVER and task.closed_at and row["last_on"] > task.closed_at.date()
    if task is None or again:
        number = f"RT-{desk.now.year}-{desk.number(f'risk-task/{desk.now.year}'):05}"
        unit: dict[str, Any] = {"product_name": row["product_name"], "producer_uscc": row["producer_uscc"] or ""}
        made = RiskTask(id=number, raised_at=desk.now, clock_from=clock, **unit, **seen)
        return _kept(desk, WATCH, made, "raise", "")
    if task.state in _OVER:
        return None
    # The place in charge stands from the beginning; a window that moves on takes nothing away.
    worse = max(task.highest, seen["highest"], key=_RANK.__getitem__)
    more = {name: max(getattr(task, name), seen[name]) for name in ("complaints", "injuries", "last_on")}
    grown = replace(task, **more, highest=worse, clock_from=task.clock_from or clock)
    return None if grown == task else _kept(desk, WATCH, grown, "grow", "")


def _kept(desk: SqlDesk, by: str, task: RiskTask, step: str, note: str) -> RiskTask:
    done = replace(task, steps=(*task.steps, Step(desk.now, by, step, sound_note(note) if step != "notice" else note)))
    TASKS.put(desk.connection, done)
    facts: dict[str, str | int] = {"task": task.id, "by": by, "state": task.state.value, "territory": task.territory}
    desk.keep(Happened(f"risk-task.{step}", facts))
    return done


def _clocks(heard: Sequence[Risk]) -> dict[tuple[str, str], datetime]:
    """When the first risk of the highest level of each product was assessed."""
    found: dict[tuple[str, str], tuple[int, datetime]] = {}
    for one in heard:
        if one.level in set(Level) and one.assessed_at is not None and one.product_name:
            unit, rank = (one.product_name, one.producer_uscc or ""), _RANK[one.level]
            best = found.get(unit)
            if best is None or (-rank, one.assessed_at) < (-best[0], best[1]):
                found[unit] = (rank, one.assessed_at)
    return {unit: at for unit, (_, at) in found.items()}


def _table(heard: Sequence[Risk]) -> pl.DataFrame:
    """Risks as the clusters read them."""
    rows = [
        (one.product_name, one.producer_uscc, one.kind, one.region_code, one.level or None, _day(one)) for one in heard
    ]
    names = ("product_name", "producer_uscc", "source_type", "region_code", "risk_level")
    return pl.DataFrame(rows, schema={**dict.fromkeys(names, pl.String), "assessed_on": pl.Date}, orient="row")
