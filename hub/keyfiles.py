"""Files that hold a master key: made once, whole, readable by their owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from hub.db.engine import guarded


def made_once(path: Path) -> Path:
    """The key file, filled with 32 random bytes in hexadecimal digits when there is none yet."""
    with guarded():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32) + "\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(beside, path)
            except FileExistsError:
                pass  # another process was first; both read its key
            finally:
                beside.unlink()
    return path
