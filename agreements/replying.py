"""Feedback from raising to the public answer: routed to the bureau that the data comes from, due by working days.

The bureau corrects at its own source, from where the next release brings it; nobody changes data here. What is said
about persons stays out of the public answer: ``Impersonal`` refuses it before it is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from agreements.acting import demand, house_of, party_of
from agreements.calendar import Calendar, due
from agreements.desk import Desk, Happened
from agreements.feedback import About, Feedback, FeedbackKind, FeedbackState, Outcome
from agreements.model import Party, PartyKind, PartyState
from agreements.permissions import Permission
from catalog.errors import NotPermitted, OutOfStep, SettingsError

DAYS: Final = 10
"""Working days for an answer where the calendar's ``deadlines`` name none for the kind of feedback."""

Impersonal = Callable[[str], bool]
"""Whether a text names no person, number or address of one."""

_SERIES: Final = {FeedbackKind.CORRECTION: "K", FeedbackKind.DEMAND: "D", FeedbackKind.RIGHTS: "R"}


@dataclass(frozen=True, slots=True)
class Raised:
    """Feedback as it comes in. ``party`` and ``actor`` are "" for the public; ``publisher`` publishes the dataset."""

    kind: FeedbackKind
    about: About
    said: str
    actor: str = ""
    party: str = ""
    publisher: str = ""
    proposed: tuple[tuple[str, str], ...] = ()


def raise_feedback(desk: Desk, raised: Raised, calendar: Calendar) -> Feedback:
    """Take feedback in and send it to its bureau. SettingsError when nothing is said."""
    kind = raised.kind
    if not raised.said.strip():
        raise SettingsError("Feedback says what is wrong or wanted.", todo="Write it in words.")
    limit = due(calendar, desk.now, calendar.deadlines.get(kind, DAYS))
    made = Feedback(
        id=f"{_SERIES[kind]}{desk.number(kind):06}",
        kind=kind,
        bureau=bureau_for(desk, raised.about, raised.publisher).id,
        about=raised.about,
        raised_by=raised.party,
        raised_at=desk.now,
        due=limit.day,
        provisional=limit.provisional,
        said=raised.said.strip(),
        proposed=raised.proposed,
    )
    desk.keep(Happened("feedback.raised", _facts(made, raised.actor)), made)
    return made


def bureau_for(desk: Desk, about: About, publisher: str = "") -> Party:
    """Who answers: the bureau that the record names, else the closest regulator over its region, else the publisher."""
    bureaus = {one.id: one for one in desk.find(Party, state=PartyState.ACTIVE) if one.is_a(PartyKind.REGULATOR)}
    if about.source in bureaus:
        return bureaus[about.source]
    over = [one for one in bureaus.values() if about.region and about.region.startswith(one.territory)]
    if over:
        return max(over, key=lambda one: (len(one.territory), one.id))
    return bureaus.get(publisher) or house_of(desk)


def forward(desk: Desk, by: str, number: str, bureau: str) -> Feedback:
    """Hand feedback on to the bureau that it concerns; its deadline stays."""
    found = _mine(desk, by, number)
    to = party_of(desk, bureau)
    if not to.is_a(PartyKind.REGULATOR) or to.state is not PartyState.ACTIVE or to.id == found.bureau:
        raise OutOfStep("Feedback is forwarded to another regulator.", todo="Name its code.")
    moved = replace(found, bureau=to.id)
    desk.keep(Happened("feedback.forwarded", _facts(moved, by)), moved)
    return moved


def answer(
    desk: Desk, by: str, number: str, outcome: Outcome, subject: str, words: str, impersonal: Impersonal
) -> Feedback:
    """Answer in public. SettingsError for an answer that says nothing, or that names a person."""
    found = _mine(desk, by, number)
    if not (subject.strip() and words.strip()):
        raise SettingsError("A public answer has a subject and words.", todo="Write both.")
    if not impersonal(f"{subject}\n{words}"):
        raise SettingsError("The answer names a person, or a number or address of one.", todo="Write it without.")
    done = replace(
        found,
        state=FeedbackState.ANSWERED,
        outcome=outcome,
        subject=subject.strip(),
        answer=words.strip(),
        answered_at=desk.now,
        answered_by=by,
        said="",
        proposed=(),
        about=found.about if found.raised_by else replace(found.about, record=""),
    )
    desk.keep(Happened("feedback.answered", {**_facts(done, by), "outcome": outcome}), done)
    return done


def _mine(desk: Desk, by: str, number: str) -> Feedback:
    """Open feedback that waits for this person's own bureau."""
    actor = demand(desk, by, Permission.FEEDBACK_ANSWER)
    found = desk.get(Feedback, number)
    if found is None or found.bureau != actor.party:
        raise NotPermitted("No such feedback waits for your bureau.", todo="See what waits for it.")
    if found.state is not FeedbackState.OPEN:
        raise OutOfStep("It was answered already.", todo="Nothing is left to do.")
    return found


def _facts(one: Feedback, by: str) -> dict[str, str | int]:
    return {"feedback": one.id, "kind": one.kind, "dataset": one.dataset, "bureau": one.bureau, "by": by}
