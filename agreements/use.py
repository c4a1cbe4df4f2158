"""A Use: who took what, when, by which grant and clause, how much, and how the copy is marked.

Every download, query, share read and push is one. It holds counts and identifiers, never what was asked for or given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from agreements.model import Action
from catalog.errors import SettingsError

SHORTEST: Final = timedelta(days=184)
"""网络安全法 第二十一条第(三)项: logs are kept for at least six months. 184 days are never less."""


UNLIMITED: Final = -1
"""What is left without a quota."""


@dataclass(frozen=True, slots=True)
class Use:
    """One use. ``missed`` counts codes asked for that do not exist; ``peer`` is a keyed hash of the address.

    ``purpose`` is the stated purpose's kind and ``case_no`` the case it was stated for; no words of anybody's.
    """

    at: datetime
    party: str
    actor: str
    grant: str
    action: Action
    dataset: str
    version: int
    clause: str
    rows: int
    bytes: int = 0
    missed: int = 0
    mark: str = ""
    peer: str = ""
    purpose: str = ""
    case_no: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was used in a stretch of time: of one grant, or of one party."""

    uses: int
    rows: int
    missed: int
    peers: int


class Uses(Protocol):
    """Where uses are written and counted."""

    def write(self, uses: Sequence[Use]) -> None:
        """Write the uses and their one ledger event in one transaction."""
        ...

    def write_within(self, asked: Sequence[tuple[Sequence[Use], int]]) -> tuple[int, ...]:
        """Count and write in one transaction: of groups of uses with their grant's quota (0: none) those that fit.

        The uses of a group are one grant's, and are written together or not at all. The rows that each group had left
        before it (``UNLIMITED`` without a quota); a group of more rows than that was not written.
        """
        ...

    def room_at(self, party: str, grant: str, quota: int, rows: int, now: datetime) -> datetime | None:
        """When ``rows`` more fit into a grant's quota of 24 hours, if nothing is taken until then; None: never."""
        ...

    def taken(self, party: str, since: datetime, until: datetime, grant: str = "") -> Taken:
        """What a party took by this grant (none named: by any) from ``since`` until before ``until``."""
        ...

    def of(self, party: str, since: datetime, limit: int = 1000) -> tuple[Use, ...]:
        """A party's uses, newest first."""
        ...


def keep_until(now: datetime, days: int) -> datetime:
    """Before which moment uses may be removed. SettingsError for less than the law demands."""
    if timedelta(days=days) < SHORTEST:
        raise SettingsError(
            f"Logs of use are kept at least {SHORTEST.days} days (网络安全法 21).", todo="Raise HUB_KEEP_USES_DAYS."
        )
    return now - timedelta(days=days)
