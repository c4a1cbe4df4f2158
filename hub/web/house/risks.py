"""Risks and the tasks that clusters of them raised: where each stands, whose it is, by when a notice is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask import render_template
from sqlalchemy import Connection, func, select

from agreements.permissions import Permission
from exporters.rules.notices import Clock
from exporters.rules.risk_intake.model import RiskState, RiskTask, TaskState
from hub.api.process.context import here
from hub.db.exchange import risk as table
from hub.risk.reminding import clock_of
from hub.state.exchange import SqlDesk, reading_desk
from hub.state.risks import RISKS, TASKS
from hub.web.house.area import chosen, for_house, listed, pages
from hub.web.words import N_

RISK_STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        RiskState.COLLECTED: N_("已采集"),
        RiskState.IDENTIFIED: N_("已识别"),
        RiskState.DISMISSED: N_("不属产品风险"),
        RiskState.ASSESSED: N_("已评估"),
        RiskState.DISPOSED: N_("已处置"),
        RiskState.ARCHIVED: N_("已归档"),
    }
)
TASK_STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        TaskState.OPEN: N_("待承办"),
        TaskState.ACCEPTED: N_("承办中"),
        TaskState.NOTICED: N_("已发提示"),
        TaskState.CLOSED: N_("已办结"),
    }
)
LATE: Final = frozenset({"late", "missed"})


@dataclass(frozen=True, slots=True)
class Line:
    """A task and how its clock stands; None while nothing of level M or higher was assessed."""

    task: RiskTask
    clock: Clock | None

    @property
    def is_late(self) -> bool:
        """Whether its notice should be out by now."""
        return self.clock is not None and self.clock.state in LATE


@pages.page("/house/risks")
@for_house(Permission.RISK_HANDLE)
def risks() -> str:
    """Tasks that are not closed, the most urgent first, then the risks that were heard of."""
    state = chosen("state", tuple(RiskState))
    with reading_desk(here().parts.engine, here().now()) as desk:
        counts, tasks = risk_counts(desk.connection), open_tasks(desk)
        found = sorted(RISKS.find(desk.connection, state=state), key=lambda one: (one.heard_on, one.id), reverse=True)
    page = listed(len(found), lambda part: found[part.offset : part.offset + part.limit])
    words = {"risk_states": RISK_STATES, "task_states": TASK_STATES}
    return render_template("house/risks.html", page=page, counts=counts, tasks=tasks, state=state, **words)


def risk_counts(connection: Connection) -> dict[str, int]:
    """How many risks stand in each state."""
    query = select(table.c.state, func.count()).group_by(table.c.state)
    return {state: int(count) for state, count in connection.execute(query)}


def open_tasks(desk: SqlDesk) -> list[Line]:
    """Tasks that are not closed, the one whose notice is due first in front."""
    found = [Line(one, clock_of(one, desk)) for one in TASKS.find(desk.connection) if one.state != TaskState.CLOSED]
    return sorted(found, key=lambda one: (one.clock is None, one.clock.due if one.clock else one.task.raised_at))
