"""The ledger's signing key: an Ed25519 key in a PKCS #8 file that only its owner can read."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from catalog.errors import SettingsError
from hub.db.engine import guarded
from hub.ledger.note import Signer


def load_signer(name: str, path: Path, new_seed: Callable[[], bytes] | None = None) -> Signer:
    """The signer called ``name`` with the key of ``path``; a missing file is made with a new key (0600).

    ``new_seed`` gives the 32 bytes of a new key (the system's randomness by default). SettingsError when the file
    is no Ed25519 key or others may read it.
    """
    with guarded():
        if not path.exists():
            _create(path, new_seed or (lambda: secrets.token_bytes(32)))
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_bytes()
    if mode & 0o077:
        raise SettingsError("The ledger's key file can be read by others.", todo="chmod 600 HUB_SIGNING_KEY_FILE.")
    try:
        key = load_pem_private_key(text, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError("HUB_SIGNING_KEY_FILE holds no Ed25519 key in PEM.", todo="Restore the file.") from None
    return Signer(name, key)


def _create(path: Path, new_seed: Callable[[], bytes]) -> None:
    """Write a new key; of several processes that do so at once one wins, and all then read its key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.from_private_bytes(new_seed())
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())
    try:
        # A hard link, unlike a rename, never takes the place of a key that stands there already.
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
