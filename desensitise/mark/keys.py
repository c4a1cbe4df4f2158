"""Keys of marks: master -> family of a dataset -> grant (values) -> download (token and order).

Each step is an HMAC with SHA-256 or SM3 over the purpose and the name, so evidence can disclose one grant's or one
download's key and no other. The master stands in a file that only its owner can read, or never leaves a key service.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from desensitise.keys import Digest, derived
from desensitise.mark.prf import CipherName


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy that leaves the house: a grant's download of a version. ``number`` is unique, 1 to 2^32-1."""

    dataset: str
    version: int
    grant: str
    recipient: str
    number: int
    at: str = ""


@dataclass(frozen=True, slots=True)
class CopyKeys:
    """What marking one copy needs; ``family`` is shared by the dataset's copies and draws biases only."""

    copy: Copy
    family: bytes = field(repr=False)
    grant: bytes = field(repr=False)
    download: bytes = field(repr=False)
    cipher: CipherName = "aes"
    scheme: str = ""

    @property
    def commitment(self) -> str:
        """Binds the registry to these keys without telling them."""
        return sha256(b"mark commitment 1" + self.grant + self.download).hexdigest()


class KeyService(Protocol):
    """Whoever holds the master. A hardware module or a remote service answers the same three questions."""

    @property
    def cipher(self) -> CipherName:
        """The cipher that draws marks."""
        ...

    @property
    def scheme(self) -> str:
        """Cipher and digest in one word, which the registry keeps; another one reads no mark of this one."""
        ...

    def family(self, dataset: str) -> bytes:
        """The key of a dataset's family."""
        ...

    def grant(self, dataset: str, grant: str) -> bytes:
        """The key of a grant's value marks."""
        ...

    def download(self, dataset: str, grant: str, number: int) -> bytes:
        """The key of a download's token and row order."""
        ...


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """A key service over a master that this process holds."""

    master: bytes = field(repr=False)
    digest: Digest = "sha256"
    cipher: CipherName = "aes"

    @property
    def scheme(self) -> str:
        return f"{self.cipher}-{self.digest}"

    def family(self, dataset: str) -> bytes:
        return family_key(self.master, dataset, self.digest)

    def grant(self, dataset: str, grant: str) -> bytes:
        return grant_key(self.family(dataset), grant, self.digest)

    def download(self, dataset: str, grant: str, number: int) -> bytes:
        return download_key(self.grant(dataset, grant), number, self.digest)


def family_key(master: bytes, dataset: str, digest: Digest) -> bytes:
    """The key of a dataset's family."""
    return derived(master, "mark 1 family", dataset, digest)


def grant_key(family: bytes, grant: str, digest: Digest) -> bytes:
    """The key of a grant's value marks."""
    return derived(family, "mark 1 grant", grant, digest)


def download_key(grant: bytes, number: int, digest: Digest) -> bytes:
    """The key of a download's token and row order."""
    return derived(grant, "mark 1 download", str(number), digest)


def keys_of(service: KeyService, copy: Copy) -> CopyKeys:
    """The keys of one copy."""
    return CopyKeys(
        copy,
        service.family(copy.dataset),
        service.grant(copy.dataset, copy.grant),
        service.download(copy.dataset, copy.grant, copy.number),
        service.cipher,
        service.scheme,
    )
