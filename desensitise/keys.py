"""Keys: how each is derived from a master, and the port by which treatments ask for theirs.

Each step is an HMAC with SHA-256 or SM3 over the purpose and the name, so one key tells nothing of its neighbours.
Treatments: master -> family of datasets -> release (or none) -> purpose. A master stands in a file that only its owner
can read, or never leaves a key service.
"""

from __future__ import annotations

import hmac
import stat
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from catalog.errors import SettingsError

Digest: TypeAlias = Literal["sha256", "sm3"]
KEY_BYTES = 32


def derived(key: bytes, purpose: str, name: str, digest: Digest = "sha256") -> bytes:
    """The key of 32 bytes that ``key`` gives to a name for a purpose (``mark 1 family``)."""
    said = f"quality-open-data-hub {purpose}".encode() + b"\0" + name.encode()
    if digest == "sha256":
        return hmac.digest(key, said, "sha256")
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.hmac import HMAC

    keyed = HMAC(key, hashes.SM3())
    keyed.update(said)
    return keyed.finalize()


class TreatmentKeys(Protocol):
    """Whoever holds the master of treatments. A hardware module or a remote service answers the same question."""

    def key(self, family: str, release: str, purpose: str) -> bytes:
        """32 bytes for a purpose in a family of datasets, for one release or (``""``) for all of them."""
        ...


@dataclass(frozen=True, slots=True)
class MasterTreatmentKeys:
    """Keys of treatments from a master that this process holds."""

    master: bytes = field(repr=False)

    def key(self, family: str, release: str, purpose: str) -> bytes:
        key = derived(self.master, "treatment 1 family", family)
        if release:
            key = derived(key, "treatment 1 release", release)
        return derived(key, "treatment 1 purpose", purpose)


def commitment(key: bytes) -> str:
    """Tells one key from another without telling anything else."""
    return sha256(b"treatment commitment 1" + key).hexdigest()


def read_master(path: Path, of: str = "marks") -> bytes:
    """The master of a key file: 64 hexadecimal digits, readable by its owner only. SettingsError otherwise."""
    try:
        open_to_others = stat.S_IMODE(path.stat().st_mode) & 0o077
        master = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        raise SettingsError(f"The key file of {of} is missing or holds no key.", todo="Restore it.") from None
    if open_to_others:
        raise SettingsError(f"The key file of {of} can be read by others.", todo="chmod 600 the file.")
    if len(master) != KEY_BYTES:
        raise SettingsError(f"The key file of {of} holds no key of 32 bytes.", todo="Restore it.")
    return master
