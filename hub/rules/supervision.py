"""The year's supervision tasks as they were given out, and what each bureau did with them."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from agreements.desk import Happened
from agreements.permissions import Permission
from catalog.errors import OutOfStep, SourceError
from exporters.rules.accept import Facts
from exporters.rules.supervision.follow_up import FOLLOW_MOVES, FollowState, FollowUp
from hub.db import exchange
from hub.parts import Parts
from hub.risk.risks import bureau, sound_note
from hub.rules import keeping
from hub.rules.derivations import Asked, tasks
from hub.rules.keeping import Kept
from hub.state.exchange import SqlDesk
from hub.state.shelf import Shelf

NAME: Final = "supervision-tasks"
FOLLOWED: Final = Shelf(FollowUp, exchange.follow_up)


def give_out(parts: Parts, facts: Facts, day: date, seed: int) -> Kept:
    """Work out the tasks of the day's year and keep them; what bureaus did with earlier ones stands."""
    frame = tasks(facts, Asked(day, seed=seed))
    return keeping.keep(parts, NAME, {"tasks": frame}, {"day": day.isoformat(), "year": day.year, "seed": seed})


def give_out_kept(parts: Parts, derived: Kept) -> Kept:
    """Give out the tasks that the kept derivations hold (``hub.rules.derived``), brought up to date by what changed."""
    day = date.fromisoformat(derived.about["day"])
    about = {"day": derived.about["day"], "year": day.year, "seed": derived.about["seed"]}
    return keeping.keep(parts, NAME, {"tasks": derived.folder / "tasks.parquet"}, about)


def given(parts: Parts) -> Kept:
    """The tasks that were given out last. SourceError before any were."""
    found = keeping.last(parts, NAME)
    if found is None:
        raise SourceError("No tasks were given out yet.", todo="Give them out: hub tasks give.")
    return found


def of_territory(desk: SqlDesk, kept: Kept, territory: str) -> pl.DataFrame:
    """Tasks of bureaus whose region begins with these digits, with ``followed`` and ``planned_on``."""
    frame = kept.frame("tasks").filter(pl.col("bureau_region").fill_null("").str.starts_with(territory))
    year = f"{kept.about['year']}/"
    rows = [
        (one.id.removeprefix(year), one.state.value, one.planned_on)
        for one in FOLLOWED.find(desk.connection)
        if one.id.startswith(year)
    ]
    schema = {"uscc": pl.String, "followed": pl.String, "planned_on": pl.Date}
    return frame.join(pl.DataFrame(rows, schema=schema, orient="row"), on="uscc", how="left", maintain_order="left")


def follow(
    desk: SqlDesk, by: str, kept: Kept, uscc: str, state: FollowState, note: str = "", planned_on: date | None = None
) -> FollowUp:
    """What the bureau in charge, or one above it, did with a producer's task; with an event."""
    row = kept.frame("tasks").filter(pl.col("uscc") == uscc)
    if row.is_empty():
        raise OutOfStep("No task was given out for this unit.", todo="See `hub tasks list`.")
    region = row["bureau_region"][0] or ""
    bureau(desk, by, (region,), Permission.RISK_HANDLE)
    number = f"{kept.about['year']}/{uscc}"
    found = FOLLOWED.get(desk.connection, number)
    if (found.state if found else None) not in FOLLOW_MOVES[state]:
        raise OutOfStep(
            f"A task that is {found.state if found else 'not planned'} is not {state}.", todo="See the list."
        )
    if state is FollowState.PLANNED and planned_on is None:
        raise OutOfStep("A task is planned for a day.", todo="Give the day.")
    steps = (*(found.steps if found else ()), (desk.now, by, state, sound_note(note)))
    day = planned_on or (found.planned_on if found else None)
    done = FollowUp(number, region, state, day, steps)
    FOLLOWED.put(desk.connection, done)
    desk.keep(Happened("supervision.followed", {"task": number, "bureau": region, "state": state.value, "by": by}))
    return done
