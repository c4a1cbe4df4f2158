"""Keys that sign access tokens: ES256 (P-256) in PKCS #8 files, the newest signs, earlier ones still verify."""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from catalog.errors import SettingsError
from hub.db.engine import guarded

ALGORITHM: Final = "ES256"
_KEPT: Final = 2


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key and the id (RFC 7638 thumbprint) that tokens name it by."""

    id: str
    key: ECKey

    def public(self) -> dict[str, Any]:
        """The public half as a JWK."""
        return {**self.key.as_dict(private=False), "kid": self.id, "use": "sig", "alg": ALGORITHM}


class KeyRing:
    """The keys of a folder, read again when the folder changes: rotation needs no restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._seen = -1
        self._keys: tuple[SigningKey, ...] = ()

    def all(self) -> tuple[SigningKey, ...]:
        """All keys, the one that signs first. A first key is made when there is none."""
        changed = self._changed()
        if changed == self._seen:
            return self._keys
        with self._lock:
            paths = sorted(self._folder.glob("*.pem"), reverse=True)
            if not paths:
                rotate(self._folder)
                return tuple(_read(path) for path in self._folder.glob("*.pem"))
            self._keys = tuple(_read(path) for path in paths)
            self._seen = changed
            return self._keys

    def _changed(self) -> int:
        """When the folder was changed, by one call to the system: this is asked with every request."""
        try:
            return os.stat(self._folder).st_mtime_ns  # noqa: PTH116 - a Path would cost as much again
        except FileNotFoundError:
            return 0
        except OSError:
            with guarded():
                raise

    def named(self, key_id: str) -> SigningKey | None:
        """The key with this id, or None."""
        return next((one for one in self.all() if one.id == key_id), None)


def rotate(folder: Path) -> str:
    """Make a new key that signs from now on; its number. The one before it still verifies, older ones are removed."""
    with guarded():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        before = sorted(folder.glob("*.pem"))
        number = f"{int(before[-1].stem) + 1 if before else 1:08}"
        key = ec.generate_private_key(ec.SECP256R1())
        beside = folder / f".{number}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, folder / f"{number}.pem")
        except FileExistsError:
            pass  # another process was first; its key signs
        finally:
            beside.unlink()
        for old in sorted(folder.glob("*.pem"))[:-_KEPT]:
            old.unlink()
    return number


def _read(path: Path) -> SigningKey:
    with guarded():
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SettingsError("A key file of tokens can be read by others.", todo="chmod 600 keys/tokens/*.pem.")
        text = path.read_bytes()
    try:
        key = ECKey.import_key(text)
        return SigningKey(key.thumbprint(), key)
    except (JoseError, ValueError, TypeError):
        raise SettingsError("A key file of tokens holds no P-256 key.", todo="Restore keys/tokens.") from None
