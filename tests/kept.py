"""What many tests begin from, made once in a process and copied for each of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Hashable
from pathlib import Path
from tempfile import TemporaryDirectory

_ALL = TemporaryDirectory(prefix="kept-", ignore_cleanup_errors=True)
_KNOWN: dict[Hashable, Path] = {}


def copied(key: Hashable, make: Callable[[Path], None], into: Path) -> None:
    """``into`` with what ``make`` puts into an empty folder: made at the key's first call, a copy of that ever after."""
    if key not in _KNOWN:
        folder = Path(_ALL.name) / str(len(_KNOWN))
        folder.mkdir()
        make(folder)
        _KNOWN[key] = folder
    shutil.copytree(_KNOWN[key], into, dirs_exist_ok=True)
