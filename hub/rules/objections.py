"""Objections to the negative list: raised by the producer, answered within working days, seen in the next list."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from agreements.acting import demand, demand_house
from agreements.calendar import Calendar, due
from agreements.desk import Happened
from agreements.permissions import Permission
from catalog.errors import NotPermitted, OutOfStep, SettingsError
from exporters.rules.negative_list.listing import LISTED
from exporters.rules.negative_list.objection import Objection, ObjectionState, Outcome, table
from hub.db import exchange
from hub.risk.impersonal import names_nobody
from hub.state.exchange import SqlDesk
from hub.state.shelf import Shelf

OBJECTIONS: Final = Shelf(Objection, exchange.list_objection)
DAYS: Final = 15
"""Working days for an answer where the calendar's ``deadlines`` name none for ``objection``: this house's own rule."""


def object_to(
    desk: SqlDesk, by: str, entry: str, said: str, entries: pl.DataFrame, number: int, calendar: Calendar
) -> Objection:  # fmt: skip
    """Object to one of the ``entries`` of list ``number`` that names one's own unit; one objection at a time."""
    party = demand(desk, by, Permission.RECORD_CORRECT).party
    rows = entries.filter((pl.col("entry_id") == entry) & (pl.col("state") == LISTED))
    if rows.is_empty() or rows["producer_uscc"][0] != party:
        raise NotPermitted("No entry of this number speaks of your unit.", todo="See the entry's id in the lookup.")
    if not said.strip():
        raise SettingsError("An objection says what is wrong.", todo="Write it in words.")
    if any(one.state is ObjectionState.OPEN for one in OBJECTIONS.find(desk.connection, entry=entry)):
        raise OutOfStep("An objection to this entry waits for its answer.", todo="Wait for it.")
    limit = due(calendar, desk.now, calendar.deadlines.get("objection", DAYS))
    made = Objection(
        f"OB{desk.number('objection'):06}", entry, party, number, by, desk.now, said.strip(), limit.day,
        limit.provisional,
    )  # fmt: skip
    return _kept(desk, "objection.raised", by, made)


def answer(desk: SqlDesk, by: str, number: str, outcome: Outcome, words: str) -> Objection:
    """The bureau's answer; upheld (2) the entry leaves with the next list. What was said before is erased."""
    demand_house(desk, by, Permission.FEEDBACK_ANSWER)
    found = OBJECTIONS.get(desk.connection, number)
    if found is None or found.state is not ObjectionState.OPEN:
        raise OutOfStep("No such objection waits.", todo="See `hub negative-list objections`.")
    if not words.strip() or not names_nobody(words):
        raise SettingsError("An answer is given in words that name nobody.", todo="Write it without.")
    done = replace(
        found, said="", state=ObjectionState.ANSWERED, outcome=outcome, answer=words.strip(), answered_at=desk.now,
        answered_by=by,
    )  # fmt: skip
    return _kept(desk, "objection.answered", by, done)


def objections(desk: SqlDesk, registered: pl.DataFrame | None) -> pl.DataFrame:
    """All objections as the rules read them: those raised here, and those of the register, where one is delivered."""
    own = table(OBJECTIONS.find(desk.connection))
    return own if registered is None else pl.concat([registered, own], how="vertical_relaxed")


def settle(desk: SqlDesk, entries: pl.DataFrame, number: int) -> tuple[Objection, ...]:
    """Write the exit of objections that were upheld and whose entry does not stand in list ``number``."""
    standing = set(entries.filter(pl.col("state") == LISTED)["entry_id"])
    gone = []
    for one in OBJECTIONS.find(desk.connection, state=ObjectionState.ANSWERED):
        if one.outcome is Outcome.REMOVED and one.entry not in standing:
            moved = replace(one, state=ObjectionState.EXITED, exit_list=number)
            gone.append(_kept(desk, "objection.exited", "list", moved))
    return tuple(gone)


def _kept(desk: SqlDesk, kind: str, by: str, one: Objection) -> Objection:
    OBJECTIONS.put(desk.connection, one)
    facts: dict[str, str | int] = {"objection": one.id, "entry": one.entry, "party": one.party, "by": by}
    desk.keep(Happened(kind, {**facts, "outcome": one.outcome or "", "list": one.exit_list or one.listed}))
    return one
