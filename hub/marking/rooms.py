"""Rooms: folders in which one maker makes something, held by a lock that ends with its process, also after a kill."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def room(parent: Path, kind: str) -> Iterator[Path]:
    """A new folder ``<kind>-…`` in ``parent``, this maker's alone until the body ends; then what is left of it goes.

    What is finished is renamed out of ``parent`` by the body. Rooms of dead makers are swept before.
    """
    sweep(parent, kind)
    path, handle = _taken(parent, kind)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(handle)


def sweep(parent: Path, kind: str) -> None:
    """Remove the rooms of this kind whose makers are dead."""
    for path in sorted(parent.glob(f"{kind}-*")):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue  # Gone, or no folder of ours.
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        except BlockingIOError:
            pass  # Its maker lives.
        finally:
            os.close(handle)


def _taken(parent: Path, kind: str) -> tuple[Path, int]:
    """A new folder and its lock."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=parent))
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(handle, fcntl.LOCK_EX)
        # A sweeper may have taken it for a dead maker's before it was locked.
        if path.is_dir():
            return path, handle
        os.close(handle)
