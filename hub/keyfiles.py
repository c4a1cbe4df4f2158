"""Files that hold a master key: made once, whole, readable by their owner only."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from catalog.errors import SettingsError
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


def secret_of(path: Path) -> bytes:
    """The key in a file that ``made_once`` made; SettingsError when something else stands there."""
    text = made_once(path).read_text(encoding="ascii", errors="replace").strip()
    try:
        return binascii.unhexlify(text)
    except (binascii.Error, ValueError):
        raise SettingsError(f"{path.name} holds no key.", todo="Restore the file from a backup.") from None


def portal_proof(secret: bytes) -> str:
    """What the hub shows its own portal server to be given the folder as it lies."""
    return hmac.digest(secret, b"portal reads back", hashlib.sha256).hex()
