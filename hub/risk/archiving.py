"""What is over is put away (DOMAIN 8.2 step 11): risks long disposed of or dismissed, notices that say nothing now.

Nothing is deleted: an archived risk begins anew when its source corrects it, and an archived notice is read at its
address for ever; it only leaves lists and feeds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from agreements.desk import Happened
from exporters.rules.book import shipped
from exporters.rules.risk_intake.model import RISK_MOVES, RiskState, Step
from hub.state.exchange import SqlDesk
from hub.state.notices import PUBLISHED, Filed, all_filed, file, filed
from hub.state.risks import RISKS

_BY: Final = "scheduler"


@dataclass(frozen=True, slots=True)
class Archived:
    """How many risks and notices were put away."""

    risks: int
    notices: int


def archive(desk: SqlDesk) -> Archived:
    """Put away what has been over for ``archive_days`` of the rule set. Doing it again changes nothing."""
    before = desk.now - timedelta(days=shipped("notices").whole("archive_days"))
    return Archived(_risks(desk, before), _notices(desk, before))


def _risks(desk: SqlDesk, before: datetime) -> int:
    sources, target = RISK_MOVES["archive"]
    done = 0
    for state in sorted(sources):
        for one in RISKS.find(desk.connection, state=state):
            if one.steps and one.steps[-1].at <= before:
                RISKS.put(
                    desk.connection, replace(one, state=target, steps=(*one.steps, Step(desk.now, _BY, "archive")))
                )
                desk.keep(Happened(f"risk.{RiskState.ARCHIVED}", {"risk": one.id, "by": _BY}))
                done += 1
    return done


def _notices(desk: SqlDesk, before: datetime) -> int:
    done = 0
    for one in all_filed(desk.connection, PUBLISHED):
        over = _over_since(desk, one)
        if over is not None and over <= before:
            file(desk.connection, replace(one, archived_at=desk.now))
            desk.keep(Happened("notice.archived", {"notice": one.notice.notice_no, "by": _BY}))
            done += 1
    return done


def _over_since(desk: SqlDesk, one: Filed) -> datetime | None:
    """Since when it says nothing any more: updated, cancelled, expired, itself a cancellation; else None."""
    ended = [one.notice.expires] if one.notice.expires else []
    for number in filter(None, (one.updated_by, one.cancelled_by)):
        later = filed(desk.connection, number)
        ended += [later.published_at] if later and later.published_at else []
    if one.notice.message == "Cancel" and one.published_at:
        ended.append(one.published_at)
    return min(ended, default=None)
