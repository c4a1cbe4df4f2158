"""What a process keeps in memory between requests: true as long as the revision of the state stands.

The revision is asked once a request. When it has grown, everything is forgotten; what is read anew is kept under the
number that was asked before reading, so nothing older than it is ever served.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Final, TypeVar, cast

from flask import g

from hub.state.revision import Revision

T = TypeVar("T")
_MOST: Final = 20_000


class Known:
    """Answers by key, of one revision."""

    def __init__(self, revision: Revision) -> None:
        self._revision = revision
        self._lock = Lock()
        self._number = -1
        self._answers: dict[Hashable, Any] = {}

    def epoch(self) -> dict[Hashable, Any]:
        """What is known at this moment's revision."""
        number = self._revision.now()
        with self._lock:
            if number != self._number or len(self._answers) > _MOST:
                self._number, self._answers = number, {}
            return self._answers

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The answer for ``key``, made when this revision has none; exceptions are not kept."""
        answers: dict[Hashable, Any] | None = g.get("known")
        if answers is None:
            answers = g.known = self.epoch()
        if key in answers:
            return cast("T", answers[key])
        made = answers[key] = make()
        return made
