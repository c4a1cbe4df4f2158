"""The cockpit 驾驶舱: published, shared, used, at risk, late. Every number leads to what it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from flask import render_template, url_for
from sqlalchemy import Connection

from agreements.agreement import Agreement
from agreements.calendar import CHINA, read_calendar
from agreements.case import Case
from agreements.desk import Desk
from agreements.feedback import Feedback
from agreements.model import Grant, Party
from agreements.peers.model import Parcel
from agreements.permissions import Permission
from agreements.reminders import Kind, reminders
from hub.api.context import here
from hub.db.engine import reading
from hub.state import overview
from hub.state.exchange import SqlDesk
from hub.web.house.area import may, of_house, pages
from hub.web.house.datasets import lines
from hub.web.house.names import TROUBLED
from hub.web.words import N_

DAYS: Final = 30
"""How far back uses are counted."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, what it counts in Chinese, the address of what it counts; ``state`` colours it (off, warn)."""

    name: str
    number: int
    address: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Late:
    """Something that should be done: what, since or until when, where."""

    what: str
    name: str
    day: date
    address: str


@pages.page("/house")
@of_house
def cockpit() -> str:
    """All of it on one page."""
    now = here().now()
    with reading(here().parts.engine) as connection:
        desk = SqlDesk(connection, now)
        groups = [
            (N_("发布"), _published(connection, now)),
            (N_("共享"), _shared(desk)),
            (N_("使用"), _used(connection, now) if may(Permission.USE_READ) else []),
            (N_("处置"), _handled(desk)),
        ]
        late = _late(desk, now)
        by_day = _by_day(overview.uses_by_day(connection, now - timedelta(days=DAYS)))
    return render_template("house/cockpit.html", groups=groups, late=late, by_day=by_day, days=DAYS, at=now)


def _published(connection: Connection, now: datetime) -> list[Figure]:
    releases, runs = overview.release_states(connection), overview.run_states(connection, now - timedelta(days=1))
    kept_back = sum(one.records for one in overview.broken(connection))
    troubled = sum(count for state, count in runs.items() if state in TROUBLED)
    awaiting = releases.get("awaiting", 0)
    return [
        Figure(N_("现行数据集版本"), releases.get("current", 0), url_for("house.datasets")),
        Figure(N_("待审批版本"), awaiting, url_for("house.datasets"), "warn" if awaiting else ""),
        Figure(N_("一日内运行"), sum(runs.values()), url_for("house.runs")),
        Figure(N_("一日内未成运行"), troubled, url_for("house.runs", state="refused"), "off" if troubled else ""),
        Figure(N_("隔离记录"), kept_back, url_for("house.quarantine")),
    ]


def _shared(desk: Desk) -> list[Figure]:
    states = Counter(one.state for one in desk.find(Agreement))
    parties = desk.find(Party)
    barred = sum(one.state == "suspended" for one in parties)
    waiting = sum(one.state != "sent" for one in desk.find(Parcel))
    address = url_for("house.parties")
    return [
        Figure(N_("登记各方"), len(parties), address),
        Figure(N_("已暂停各方"), barred, url_for("house.parties", state="suspended"), "off" if barred else ""),
        Figure(N_("生效协议"), states["active"], address),
        Figure(N_("生效授权"), sum(one.runs(desk.now) for one in desk.find(Grant)), address),
        *(
            [Figure(N_("待送达跨省消息"), waiting, url_for("house.receipts"), "warn" if waiting else "")]
            if may(Permission.LEDGER_READ)
            else []
        ),
    ]


def _used(connection: Connection, now: datetime) -> list[Figure]:
    days = overview.uses_by_day(connection, now - timedelta(days=DAYS))
    address = url_for("house.uses", days=DAYS)
    downloads = sum(count for _, action, count, _ in days if action == "download")
    return [
        Figure(N_("30 日内使用"), sum(count for _, _, count, _ in days), address),
        Figure(N_("其中下载"), downloads, address),
        Figure(N_("30 日内提供行数"), sum(rows for *_, rows in days), address),
    ]


def _handled(desk: SqlDesk) -> list[Figure]:
    cases = len(desk.find(Case, state="open"))
    open_feedback = len(desk.find(Feedback, state="open"))
    return [
        Figure(N_("未结泄露与滥用案件"), cases, url_for("house.parties"), "off" if cases else ""),
        Figure(N_("待答复纠错与需求"), open_feedback, url_for("house.parties"), "warn" if open_feedback else ""),
    ]


def _late(desk: SqlDesk, now: datetime) -> list[Late]:
    today = now.astimezone(CHINA).date()
    found = [
        Late(N_("定时运行未成"), one.dataset.id, one.window.at.astimezone(CHINA).date(), _runs_of(one.dataset.id))
        for one in lines()
        if one.window is not None and one.window.state in TROUBLED
    ]
    calendar = read_calendar(here().settings.calendar)
    agreements = {one.id: one for one in desk.find(Agreement)}
    found += [
        Late(N_("协议办理超期"), one.agreement, one.day, _party_of(agreements[one.agreement]))
        for one in reminders(agreements.values(), calendar, today)
        if one.kind is Kind.OVERDUE
    ]
    found += [
        Late(N_("答复超期"), one.id, one.due, url_for("house.parties_one", uscc=one.bureau))
        for one in desk.find(Feedback, state="open")
        if one.overdue(today)
    ]
    return sorted(found, key=lambda one: one.day)


def _by_day(days: Sequence[tuple[str, str, int, int]]) -> list[tuple[str, int, int]]:
    """Day, uses, rows; days without any use are left out."""
    counts: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    for day, _, count, given in days:
        counts[day] += count
        rows[day] += given
    return [(day, counts[day], rows[day]) for day in sorted(counts)]


def _runs_of(dataset: str) -> str:
    return url_for("house.runs", dataset=dataset)


def _party_of(agreement: Agreement) -> str:
    return url_for("house.parties_one", uscc=agreement.recipient)
