"""The area's list of pages, who may see them, and what several of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, Final, TypeVar, cast

from flask import g, request
from flask_babel import gettext
from sqlalchemy import Connection

from agreements.model import Party
from agreements.permissions import Permission
from catalog.codes import region_name
from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.db.engine import reading
from hub.state import overview
from hub.state.exchange import reading_desk
from hub.state.overview import Slice
from hub.state.runs import Run
from hub.timetable.broken import BROKEN_OFF, broken_off
from hub.web import frame, words
from hub.web.areas import Pages
from hub.web.doors import signed_in
from hub.web.house import names
from hub.web.house.schedule import in_words
from hub.web.paging import SIZE, Page, asked
from hub.web.words import N_

Thing = TypeVar("Thing")
View = TypeVar("View", bound=Callable[..., Any])
pages = Pages("house", __file__)
of_house: Final = signed_in(Permission.RUN_READ)
"""For everybody whose role sits in the bureau that runs this hub."""


def listed(total: int, fetch: Callable[[Slice], Sequence[Thing]]) -> Page[Thing]:
    """The asked page of a list that lies in the database; past its end, the last one."""
    count = max(-(-total // SIZE), 1)
    number = min(asked(), count)
    return Page(fetch(Slice((number - 1) * SIZE, SIZE)), number, count, total)


def may(permission: Permission) -> bool:
    """Whether the reader's role permits this."""
    return permission in g.standing.permissions


def for_house(permission: Permission) -> Callable[[View], View]:
    """As ``of_house``, for the roles that also hold ``permission``."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*arguments: Any, **named: Any) -> Any:
            if not may(permission):
                raise Refused("not-permitted", N_("您的角色没有此页面的权限。"))
            return view(*arguments, **named)

        return of_house(cast("View", guarded))

    return mark


def chosen(name: str, known: Sequence[str]) -> str:
    """A filter of the address: "" for all; not found when it is none of ``known``."""
    said = request.args.get(name, "")
    if said and said not in known:
        raise Refused("not-found")
    return said


def ask(question: Callable[[Connection], Thing]) -> Thing:
    """Ask the hub's database; all answers of one question are of one moment."""
    with reading(here().parts.engine) as connection:
        return question(connection)


def names_of_parties() -> dict[str, str]:
    """What each registered party is called, by its code."""
    with reading_desk(here().parts.engine, here().now()) as desk:
        return {one.id: one.name for one in desk.find(Party)}


def ends_of(connection: Connection, runs: Sequence[Run]) -> dict[str, str]:
    """How each run ended or stands, as ``hub status`` tells it."""
    gone = broken_off(connection, runs, here().now())
    return {**overview.standings(connection, runs), **dict.fromkeys(gone, BROKEN_OFF)}


@pages.blueprint.context_processor
def _words() -> dict[str, Any]:
    return {
        "may": may,
        "run_states": names.RUN_STATES,
        "release_states": names.RELEASE_STATES,
        "run_ends": {**names.RUN_STATES, **names.RELEASE_STATES, BROKEN_OFF: N_("已中断，可续")},
        "modes": names.MODES,
        "actions": names.ACTIONS,
        "party_kinds": names.PARTY_KINDS,
        "standing": names.STANDING,
        "roles": names.ROLES,
        "color": names.color,
        "field_of": names.field_of,
        "rule_of": names.rule_of,
        "region_name": region_name,
        "in_words": in_words,
        "named": lambda things: [(key, words.pick(one)) for key, one in things.items()],
        "translated": _translated,
        "days_of": lambda spans: [(one, one) for one in spans],
        "counted": lambda things: [(key, f"{key} ({count:,})") for key, count in things.items()],
    }


@pages.blueprint.app_template_filter("at")
def _at(stamp: str) -> str:
    """A moment as the database keeps it."""
    return frame.moment(datetime.fromisoformat(stamp))


def _translated(things: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(key, gettext(text)) for key, text in things.items()]
