"""Corrections (数据纠错), complaints of rights (权益申诉), demands (开放需求): raised by anybody, answered openly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from flask import g

from agreements import replying
from agreements.acting import party_of
from agreements.calendar import CHINA, read_calendar
from agreements.feedback import About, Feedback, FeedbackKind, Outcome
from agreements.model import PUBLIC, Action, Party, Purpose, PurposeKind, Standing
from agreements.permissions import Permission
from agreements.subject import REGION, record_of
from catalog.model import Dataset
from hub import live
from hub.api.data.datasets import visible
from hub.api.guard.asking import demanded, needs
from hub.api.guard.doors import openly
from hub.api.process import limits
from hub.api.process.context import here, peer
from hub.api.process.limits import Rate
from hub.api.shapes.feedback import (
    CorrectionBody,
    DemandBody,
    FeedbackQuery,
    FeedbackShape,
    ForwardBody,
    OwnCorrectionBody,
    ReplyBody,
    RightsBody,
    WholeFeedbackShape,
)
from hub.api.views.registers import register_named, unknown_field
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.marking.identify import genuine
from hub.parts import shown_on_portal
from hub.risk.impersonal import names_nobody
from hub.state.exchange import SqlDesk, desk, reading_desk
from hub.state.feedback import feedback_list

routes = Routes("feedback", "Corrections, complaints and demands 纠错、申诉与需求", "/api/v1")
RATE: Final = Rate("feedback", 10, 3_600)
Told = dict[str, Any]


def _read_openly(kind: FeedbackKind, path: str, several: str, single: str) -> None:
    """The two routes by which everybody reads the feedback of a kind."""

    def every(asked: dict[str, Any]) -> list[Told]:
        return listed(kind, asked)

    def one(number: str) -> Told:
        return one_of(kind, number)

    # The names and words that the OpenAPI document gives them.
    every.__name__, every.__doc__ = path, f"{several}, newest first; ``before`` a number for the next page."
    one.__name__, one.__doc__ = f"one_of_{path}", f"One {single}."
    routes.route(f"/{path}", FeedbackShape(many=True), query=FeedbackQuery)(openly(every))
    routes.route(f"/{path}/<number>", FeedbackShape, problems=(404,))(openly(one))


_read_openly(FeedbackKind.CORRECTION, "corrections", "Corrections", "correction")
_read_openly(FeedbackKind.DEMAND, "demands", "Demands for data that is not open", "demand")
_read_openly(FeedbackKind.RIGHTS, "rights", "Complaints of rights", "complaint")


@routes.route("/corrections", FeedbackShape, method="POST", body=CorrectionBody, status=201, problems=(404,))
@openly
def correct(said: dict[str, Any]) -> Told:
    """Say what is wrong with published data; no account is needed."""
    dataset = visible(said["dataset"])
    if said["column"] and said["column"] not in {column.name for column in dataset.columns}:
        raise unknown_field("json")
    about = About(dataset.id, said["version"], said["column"], said["record"], _region(dataset, said["record"]))
    return raised(FeedbackKind.CORRECTION, about, said["text"], dataset.publisher.uscc)


@routes.route("/demands", FeedbackShape, method="POST", body=DemandBody, status=201, problems=(404,))
@openly
def ask(said: dict[str, Any]) -> Told:
    """Ask that data be opened, or opened otherwise; no account is needed."""
    about = About(visible(said["dataset"]).id if said["dataset"] else "")
    return raised(FeedbackKind.DEMAND, about, said["text"])


@routes.route("/rights", FeedbackShape, method="POST", body=RightsBody, status=201, problems=(404,))
@openly
def complain(said: dict[str, Any]) -> Told:
    """Say which published data touches a person's or a firm's rights; no account is needed."""
    dataset = visible(said["dataset"])
    about = About(dataset.id, record=said["record"], region=_region(dataset, said["record"]))
    return raised(FeedbackKind.RIGHTS, about, said["text"], dataset.publisher.uscc)


@routes.route(
    "/registers/<name>/records/<record>/corrections",
    WholeFeedbackShape,
    method="POST",
    body=OwnCorrectionBody,
    status=201,
    problems=(404,),
)
def correct_own(said: dict[str, Any], name: str, record: str) -> Told:
    """Ask the source bureau to correct one's own record (SM02)."""
    who: Standing = g.standing
    register = register_named(name)
    changed = tuple(said["values"])
    if not {field.name for field in register.offered}.issuperset(changed):
        raise unknown_field("json")
    purpose = Purpose(PurposeKind.OWN)
    # Refused before anything is read, when it could not be answered even if the record were one's own.
    demanded(who, Action.CORRECT, record_of(register, record, changed, who.uscc), purpose)
    found = live.look(here().parts, register, (), "record_id", (record,), 1)
    row = found[0] if found else {}
    owner = str(row.get(register.owner_of("")) or "")
    region = str(row.get("source_region_code") or "")
    demanded(who, Action.CORRECT, record_of(register, record, changed, owner, region), purpose)
    about = About(register.id, record=record, region=region, source=str(row.get("source_org_uscc") or ""))
    publisher = register.publisher.uscc
    return raised(FeedbackKind.CORRECTION, about, said["text"], publisher, tuple(said["values"].items()), whole=True)


@routes.route("/feedback", WholeFeedbackShape(many=True))
def feedback() -> list[Told]:
    """What waits for the caller's bureau or was answered by it, and what the caller's party raised."""
    who: Standing = g.standing
    party = who.uscc
    with reading_desk(here().parts.engine, here().now()) as found:
        mine = found.find(Feedback, raised_by=party) if party else ()
        ours = found.find(Feedback, bureau=party) if Permission.FEEDBACK_ANSWER in who.permissions else ()
        every = {one.id: one for one in (*mine, *ours)}
        return _told(found, sorted(every.values(), key=lambda one: one.id), _whole)


@routes.route("/feedback/<number>/answer", FeedbackShape, method="POST", body=ReplyBody, problems=(409,))
def answer(said: dict[str, str], number: str) -> Told:
    """Answer in public, and erase what was said before."""
    who = needs(Permission.FEEDBACK_ANSWER)
    with desk(here().parts.engine, here().now()) as found:
        outcome = Outcome(said["outcome"])
        done = replying.answer(found, who.actor, number, outcome, said["subject"], said["answer"], names_nobody)
        return _told(found, [done], _public)[0]


@routes.route("/feedback/<number>/forward", FeedbackShape, method="POST", body=ForwardBody, problems=(409,))
def forward(said: dict[str, str], number: str) -> Told:
    """Hand it on to the bureau that it concerns."""
    who = needs(Permission.FEEDBACK_ANSWER)
    with desk(here().parts.engine, here().now()) as found:
        return _told(found, [replying.forward(found, who.actor, number, said["bureau"])], _public)[0]


def _region(dataset: Dataset, record: str) -> str:
    """The region of a released record by its address, so that its own bureau is asked; "" when it is not the hub's."""
    found = genuine(here().parts, here().marks, record)
    if found is None or found[0].copy.dataset != dataset.id or REGION not in found[1].schema.names:
        return ""
    return str(found[1].column(REGION)[0].as_py() or "")


def raised(
    kind: FeedbackKind,
    about: About,
    said: str,
    publisher: str = "",
    proposed: tuple[tuple[str, str], ...] = (),
    *,
    whole: bool = False,
) -> Told:
    """Take feedback in, from whoever asks, and send it to its bureau. Refused (429) when a caller raises too much."""
    who: Standing = g.get("standing", PUBLIC)
    party = who.uscc
    limits.demand(here().limiter, RATE, party or peer(), here().seconds())
    calendar = read_calendar(here().settings.calendar)
    with desk(here().parts.engine, here().now()) as found:
        raised = replying.Raised(kind, about, said, who.actor, party, publisher, proposed)
        made = replying.raise_feedback(found, raised, calendar)
        return _told(found, [made], _whole if whole else _public)[0]


def listed(kind: FeedbackKind, asked: dict[str, Any]) -> list[Told]:
    """Feedback of a kind as everybody sees it, newest first."""
    found = feedback_list(here().parts.engine, kind, **asked)
    with reading_desk(here().parts.engine, here().now()) as seen:
        return _told(seen, found, _public)


def one_of(kind: FeedbackKind, number: str) -> Told:
    """One of a kind as everybody sees it. Refused (404) when there is none."""
    with reading_desk(here().parts.engine, here().now()) as found:
        one = found.get(Feedback, number[:120])
        if one is None or one.kind is not kind:
            raise Refused("not-found", "There is no such feedback.")
        return _told(found, [one], _public)[0]


def _told(found: SqlDesk, every: Iterable[Feedback], shape: Callable[[Feedback, Party], Told]) -> list[Told]:
    bureaus: dict[str, Party] = {}
    for one in (several := list(every)):
        bureaus[one.bureau] = bureaus.get(one.bureau) or party_of(found, one.bureau)
    return [shape(one, bureaus[one.bureau]) for one in several]


def _public(one: Feedback, bureau: Party) -> Told:
    today = here().now().astimezone(CHINA).date()
    return {
        "id": one.id,
        "kind": one.kind,
        "dataset": one.dataset if _is_named(one.dataset) else "",
        "version": one.about.version,
        "column": one.about.column,
        "bureau": {"uscc": bureau.id, "name": bureau.name},
        "state": one.state,
        "raised_on": one.raised_at.astimezone(CHINA).date(),
        "due": one.due,
        "provisional": one.provisional,
        "overdue": one.overdue(today),
        "outcome": one.outcome,
        "subject": one.subject,
        "answer": one.answer,
        "answered_on": one.answered_at.astimezone(CHINA).date() if one.answered_at else None,
    }


def _is_named(dataset: str) -> bool:
    """Whether this caller may know of the dataset: what agencies share among themselves is not named to strangers."""
    declared = here().datasets.get(dataset)
    return declared is None or shown_on_portal(declared) or g.get("standing", PUBLIC) is not PUBLIC


def _whole(one: Feedback, bureau: Party) -> Told:
    own = {"record": one.about.record, "said": one.said, "proposed": dict(one.proposed), "raised_by": one.raised_by}
    return {**_public(one, bureau), **own}
