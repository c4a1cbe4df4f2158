"""Uses written before the answer leaves, many at a time: whoever comes first writes for all that wait meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from agreements.use import UNLIMITED, Use, Uses
from catalog.errors import HubError, StorageError


class _Waiting:
    __slots__ = ("asked", "done", "error", "left")

    def __init__(self, uses: Sequence[Use], quota: int) -> None:
        self.asked = (uses, quota)
        self.done = False
        self.left = UNLIMITED
        self.error: HubError | None = None


class Recorder:
    """Writes uses durably with one ledger event a batch; a lone caller pays for itself, a crowd shares."""

    def __init__(self, store: Uses, after: Callable[[Sequence[Use]], None] = lambda _: None) -> None:
        self._store, self._after = store, after
        self._queue: list[_Waiting] = []
        self._queueing = threading.Lock()
        self._writing = threading.Lock()

    def record(self, *uses: Use, quota: int = 0) -> int:
        """Return when the uses of one answer stand in the ledger: the rows that their grant's ``quota`` had left.

        Less than the uses have: none was written. StorageError when they could not be: then nothing may be delivered.
        """
        mine = _Waiting(uses, quota)
        with self._queueing:
            self._queue.append(mine)
        with self._writing:
            if not mine.done:
                self._write()
        if mine.error is not None:
            raise mine.error
        self._after(uses)
        return mine.left

    def room_at(self, use: Use, quota: int, rows: int) -> datetime | None:
        """When ``rows`` would fit into the quota of the grant of ``use``; None: never."""
        return self._store.room_at(use.party, use.grant, quota, rows, use.at)

    def _write(self) -> None:
        with self._queueing:
            batch, self._queue = self._queue, []
        error: HubError | None = StorageError("Uses could not be recorded.", todo="Try again.")
        try:
            for one, left in zip(batch, self._store.write_within([one.asked for one in batch]), strict=True):
                one.left = left
            error = None
        except HubError as failed:
            error = failed
        finally:
            # Also when something unforeseen is on its way up: nobody may take silence for success.
            for one in batch:
                one.done, one.error = True, error
