"""Uses written before the answer leaves, many at a time: whoever comes first writes for all that wait meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from agreements.use import UNLIMITED, Use, Uses
from catalog.errors import HubError, StorageError


class _Waiting:
    __slots__ = ("done", "error", "left", "quota", "use")

    def __init__(self, use: Use, quota: int) -> None:
        self.use, self.quota = use, quota
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

    def record(self, use: Use, quota: int = 0) -> int:
        """Return when the use stands in the ledger: the rows that its grant's ``quota`` had left before it.

        Less than the use has: it was not written. StorageError when it could not be: then nothing may be delivered.
        """
        mine = _Waiting(use, quota)
        with self._queueing:
            self._queue.append(mine)
        with self._writing:
            if not mine.done:
                self._write()
        if mine.error is not None:
            raise mine.error
        self._after([use])
        return mine.left

    def _write(self) -> None:
        with self._queueing:
            batch, self._queue = self._queue, []
        error: HubError | None = StorageError("Uses could not be recorded.", todo="Try again.")
        try:
            for one, left in zip(batch, self._store.write_within([(one.use, one.quota) for one in batch]), strict=True):
                one.left = left
            error = None
        except HubError as failed:
            error = failed
        finally:
            # Also when something unforeseen is on its way up: nobody may take silence for success.
            for one in batch:
                one.done, one.error = True, error
