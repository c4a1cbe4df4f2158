"""Uses written before the answer leaves, many at a time: whoever comes first writes for all that wait meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from agreements.use import Use, Uses
from catalog.errors import HubError, StorageError


class _Waiting:
    __slots__ = ("done", "error", "uses")

    def __init__(self, uses: Sequence[Use]) -> None:
        self.uses = uses
        self.done = False
        self.error: HubError | None = None


class Recorder:
    """Writes uses durably with one ledger event a batch; a lone caller pays for itself, a crowd shares."""

    def __init__(self, store: Uses) -> None:
        self._store = store
        self._queue: list[_Waiting] = []
        self._queueing = threading.Lock()
        self._writing = threading.Lock()

    def record(self, *uses: Use) -> None:
        """Return when the uses stand in the ledger. StorageError when they do not: then nothing may be delivered."""
        mine = _Waiting(uses)
        with self._queueing:
            self._queue.append(mine)
        with self._writing:
            if not mine.done:
                self._write()
        if mine.error is not None:
            raise mine.error

    def _write(self) -> None:
        with self._queueing:
            batch, self._queue = self._queue, []
        error: HubError | None = StorageError("Uses could not be recorded.", todo="Try again.")
        try:
            self._store.write([use for one in batch for use in one.uses])
            error = None
        except HubError as failed:
            error = failed
        finally:
            # Also when something unforeseen is on its way up: nobody may take silence for success.
            for one in batch:
                one.done, one.error = True, error
