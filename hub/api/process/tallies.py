"""Numbers that all processes of one hub keep together: a file that each of them maps into its memory.

Asking costs a lock and a look into memory, so that it can stand before every request. A thousandth of a database's
safety is enough here: who loses the file loses a minute's counts.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import struct
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hub.db.engine import guarded

_SLOTS: Final = 8
_BUCKET: Final = struct.Struct("<" + "Qd" * _SLOTS)
_BUCKETS: Final = 8_192
_BYTES: Final = _BUCKET.size * _BUCKETS
"""1 MiB: the numbers of 65,536 names."""


class Tallies:
    """A number for each name, 0.0 where nothing was kept. Without a path they are this process's own.

    A name stands in one of the eight slots of its bucket; where none is free the smallest number is forgotten.
    StorageError when the file cannot be used. To be opened in the process that uses it: what is inherited by a fork
    would hold its lock together with the parent.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._within = threading.Lock()
        self._file = -1
        if path is None:
            self._map = mmap.mmap(-1, _BYTES)
            return
        with guarded():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            weakref.finalize(self, os.close, self._file)
            os.ftruncate(self._file, _BYTES)
            self._map = mmap.mmap(self._file, _BYTES)

    def change(self, name: str, how: Callable[[float], float]) -> None:
        """Put ``how(number)`` in the place of a name's number; nobody changes it meanwhile."""
        digest = hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=16).digest()
        key = int.from_bytes(digest[:8], "little") | 1
        at = int.from_bytes(digest[8:], "little") % _BUCKETS * _BUCKET.size
        with self._within:
            if self._file >= 0:
                # The system gives it back when the process ends, however it ends.
                fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                held = _BUCKET.unpack_from(self._map, at)
                keys, numbers = held[::2], held[1::2]
                slot = keys.index(key) if key in keys else numbers.index(min(numbers))
                number = how(numbers[slot] if keys[slot] == key else 0.0)
                struct.pack_into("<Qd", self._map, at + slot * _BUCKET.size // _SLOTS, key, number)
            finally:
                if self._file >= 0:
                    fcntl.flock(self._file, fcntl.LOCK_UN)
