"""Whom the servers run as: whoever starts them, or ``nobody`` where that is root."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

NAME = "nobody"


def runner(program: Path, *places: Path) -> Mapping[str, Any]:
    """Arguments of ``subprocess`` that change the user; none where ``nobody`` cannot reach the program or the places.

    PostgreSQL alone insists on another user than root; it takes care of that itself (``tests.plugins.postgres``).
    """
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(NAME)
    changed: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    reached = all(_succeeds(["test", "-r", str(place), "-a", "-x", str(place)], changed) for place in places)
    return changed if reached and _succeeds([str(program), "--version"], changed) else {}


def give(folder: Path, changed: Mapping[str, Any]) -> None:
    """Make the folder and all in it the property of whom the servers run as."""
    if changed:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, changed["user"], changed["group"], follow_symlinks=False)


def _succeeds(command: Sequence[str], changed: Mapping[str, Any]) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True, cwd="/", **changed).returncode == 0
    except OSError:
        return False
