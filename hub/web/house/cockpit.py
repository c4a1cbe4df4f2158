"""The cockpit 驾驶舱: published, shared, used, at risk, late. Every number leads to what it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from flask import g, render_template, url_for
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
from hub.api.process.context import here
from hub.db.engine import reading
from hub.rules import colour_map
from hub.state import overview
from hub.state.exchange import SqlDesk
from hub.state.notices import DRAFT, PUBLISHED, all_filed
from hub.web.house.area import may, of_house, pages
from hub.web.house.datasets import lines
from hub.web.house.names import TROUBLED
from hub.web.house.risks import open_tasks, risk_counts
from hub.web.house.runs import UNDONE
from hub.web.public.colours import COLOURS
from hub.web.words import N_

DAYS: Final = 30
"""How far back uses are counted."""
COLOUR_STATES: Final = {"red": "off", "orange": "warn"}


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
            (N_("风险与处置"), _handled(desk)),
            (N_("区域分色"), _coloured(connection)),
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
        Figure(N_("待审批版本"), awaiting, url_for("work.home", _anchor="kind-release"), "warn" if awaiting else ""),
        Figure(N_("一日内运行"), sum(runs.values()), url_for("house.runs", days=1)),
        Figure(N_("一日内未成运行"), troubled, url_for("house.runs", days=1, state=UNDONE), "off" if troubled else ""),
        Figure(N_("隔离记录"), kept_back, url_for("house.quarantine")),
    ]


def _shared(desk: Desk) -> list[Figure]:
    states = Counter(one.state for one in desk.find(Agreement))
    parties = desk.find(Party)
    barred = sum(one.state == "suspended" for one in parties)
    waiting = sum(one.state != "sent" for one in desk.find(Parcel))
    agreements = (
        url_for("work.agreements", state="active") if may(Permission.AGREEMENT_READ) else url_for("house.parties")
    )
    return [
        Figure(N_("登记各方"), len(parties), url_for("house.parties")),
        Figure(N_("已暂停各方"), barred, url_for("house.parties", state="suspended"), "off" if barred else ""),
        Figure(N_("生效协议"), states["active"], agreements),
        Figure(N_("生效授权"), sum(one.runs(desk.now) for one in desk.find(Grant)), agreements),
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
        Figure(N_("其中下载"), downloads, url_for("house.uses", days=DAYS, action="download")),
        Figure(N_("30 日内提供行数"), sum(rows for *_, rows in days), address),
    ]


def _handled(desk: SqlDesk) -> list[Figure]:
    found = []
    if may(Permission.RISK_HANDLE):
        tasks, address = open_tasks(desk), url_for("house.risks")
        late = sum(one.is_late for one in tasks)
        found += [
            Figure(N_("风险信息"), sum(risk_counts(desk.connection).values()), f"{address}#risks-title"),
            Figure(N_("未办结风险任务"), len(tasks), address, "off" if late else "warn" if tasks else ""),
        ]
    if may(Permission.NOTICE_PUBLISH):
        drafts = len(all_filed(desk.connection, DRAFT))
        filed = url_for("work.notices", state=DRAFT)
        found.append(Figure(N_("审核中的提示"), drafts, filed, "warn" if drafts else ""))
    found.append(Figure(N_("已发布的提示"), len(all_filed(desk.connection, PUBLISHED)), url_for("public.notices")))
    if may(Permission.FEEDBACK_ANSWER):
        waiting = len(desk.find(Feedback, state="open", bureau=g.standing.uscc))
        replies = url_for("work.home", _anchor="kind-feedback")
        found.append(Figure(N_("待答复纠错与需求"), waiting, replies, "warn" if waiting else ""))
    if may(Permission.CASE_HANDLE) or may(Permission.CASE_EXPORT):
        cases = len(desk.find(Case, state="open"))
        found.append(Figure(N_("未结泄露与滥用案件"), cases, url_for("work.cases"), "off" if cases else ""))
    return found


def _coloured(connection: Connection) -> list[Figure]:
    """How many areas have each colour, on the last public map of colours."""
    if not colour_map.newest(connection):
        return []
    made = colour_map.last(here().parts)
    counts = Counter(made.areas["colour"].drop_nulls().to_list()) if made else Counter[str]()
    address = url_for("public.colours")
    return [
        Figure(name, counts[colour], address, COLOUR_STATES.get(colour, "") if counts[colour] else "")
        for colour, name in COLOURS.items()
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
    if may(Permission.RISK_HANDLE):
        address = url_for("house.risks")
        found += [
            Late(N_("风险提示超期"), one.task.id, one.clock.due.astimezone(CHINA).date(), address)
            for one in open_tasks(desk)
            if one.is_late and one.clock is not None
        ]
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
