"""互动反馈 Feedback: corrections of data (数据纠错), demands (开放需求), complaints of rights (权益申诉)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from agreements.calendar import CHINA


class FeedbackKind(StrEnum):
    """What is asked for."""

    CORRECTION = "correction"
    DEMAND = "demand"
    RIGHTS = "rights"


class FeedbackState(StrEnum):
    """It waits for the bureau, or was answered."""

    ANSWERED = "answered"
    OPEN = "open"


class Outcome(StrEnum):
    """What came of it: 采纳、部分采纳、不采纳、已有."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXISTS = "exists"
    PARTLY = "partly"


@dataclass(frozen=True, slots=True)
class About:
    """What it is about. ``region`` is the record's, ``source`` the code of the bureau that the record comes from."""

    dataset: str = ""
    version: int = 0
    column: str = ""
    record: str = ""
    region: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """Feedback on its way to the ``bureau`` that answers for the data, due on a working day.

    ``said`` and ``proposed`` (field and value) are the raiser's own words, seen by the raiser and the bureau, and
    erased with the answer; ``subject`` and ``answer`` are the bureau's, and public. ``raised_by`` is a party or "".
    """

    id: str
    kind: FeedbackKind
    bureau: str
    about: About
    raised_by: str
    raised_at: datetime
    due: date
    provisional: bool
    said: str
    proposed: tuple[tuple[str, str], ...] = ()
    state: FeedbackState = FeedbackState.OPEN
    outcome: Outcome | None = None
    subject: str = ""
    answer: str = ""
    answered_at: datetime | None = None
    answered_by: str = ""

    @property
    def dataset(self) -> str:
        """The dataset or register that it is about."""
        return self.about.dataset

    def overdue(self, today: date) -> bool:
        """Whether its answer is late, or came late."""
        came = self.answered_at.astimezone(CHINA).date() if self.answered_at else today
        return came > self.due
