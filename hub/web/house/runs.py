"""Runs: what was worked on, how far it has come, what it found and what it held back."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import render_template
from sqlalchemy import Connection
from sqlalchemy.exc import NoResultFound

from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.job.gate_cost import shown
from hub.state import overview
from hub.state.overview import RunsAsked
from hub.state.releases import Sealed, find_release
from hub.state.runs import UNFINISHED, Run, find_run
from hub.web.house.area import ask, chosen, ends_of, listed, of_house, pages
from hub.web.house.names import RUN_STATES, TROUBLED
from hub.web.words import N_

UNDONE: Final = "undone"
STATES: Final = {**RUN_STATES, UNDONE: N_("未成（拦截、失败、放弃）")}
SPANS: Final = ("1", "7", "30")
"""Days back that can be asked for; otherwise all runs."""


@pages.page("/house/runs")
@of_house
def runs() -> str:
    """All runs, newest first."""
    dataset, state = chosen("dataset", tuple(here().datasets)), chosen("state", tuple(STATES))
    days = chosen("days", SPANS)
    since = here().now() - timedelta(days=int(days)) if days else None
    states = TROUBLED if state == UNDONE else {state} if state else ()
    wanted = RunsAsked(dataset, tuple(states), since)

    def look(connection: Connection) -> str:
        total = overview.run_count(connection, wanted)
        page = listed(total, lambda part: overview.run_list(connection, part, wanted))
        done = {one.id: overview.done(connection, one.id) for one in page.things}
        ends = ends_of(connection, page.things)
        facts = {
            "page": page,
            "done": done,
            "ends": ends,
            "dataset": dataset,
            "state": state,
            "states": STATES,
            "days": days,
            "spans": SPANS,
            "datasets": here().datasets,
        }
        return render_template("house/runs.html", **facts)

    return ask(look)


@pages.page("/house/runs/<run_id>", name="runs_one")
@of_house
def run(run_id: str) -> str:
    """One run."""

    def look(connection: Connection) -> str:
        found = _run(connection, run_id)
        return render_template(
            "house/run.html",
            run=found,
            end=ends_of(connection, [found])[run_id],
            dataset=here().datasets.get(found.dataset),
            done=overview.done(connection, run_id),
            broken=overview.broken(connection, run_id=run_id),
            released=_release(connection, found),
            gate=shown(found.report),
            is_working=found.state in UNFINISHED,
        )

    return ask(look)


def _run(connection: Connection, run_id: str) -> Run:
    try:
        return find_run(connection, run_id)
    except NoResultFound:
        raise Refused("not-found") from None


def _release(connection: Connection, found: Run) -> Sealed | None:
    return find_release(connection, found.dataset, found.version) if found.version else None
