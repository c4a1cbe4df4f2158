"""Signed notes and checkpoints as C2SP ``signed-note`` and ``tlog-checkpoint`` define them, with Ed25519.

A note is a text, an empty line and signature lines ``— name base64(key id || signature)``; the key id is the first
four bytes of SHA-256(name || LF || 0x01 || public key). A verifier key reads ``name+hex key id+base64(0x01 || public
key)``. Any tool of that family (Go's ``sumdb/note``, witnesses, monitors) reads and checks them.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from catalog.errors import ProofError

_ED25519: Final = b"\x01"
_NAME: Final = re.compile(r"[^\s+]+")
_VKEY: Final = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")
_SIGNATURE: Final = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_LONGEST: Final = 65_536
_MOST_SIGNATURES: Final = 100


@dataclass(frozen=True, slots=True)
class Verifier:
    """A name and a public key that notes are checked with."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The verifier key as text, to hand to whoever wants to check."""
        return f"{self.name}+{self.key_id.hex()}+{_b64(_ED25519 + self.public)}"


@dataclass(frozen=True, slots=True)
class Signer:
    """The ledger's name (origin) and its private key."""

    name: str
    key: Ed25519PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ProofError("A ledger's name holds no space and no plus sign.", todo="Correct HUB_LEDGER_NAME.")

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.key.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        return self.verifier.vkey

    def sign(self, text: str) -> str:
        """``text`` (ending in a line feed) as a signed note. Equal texts give equal notes."""
        signature = self.verifier.key_id + self.key.sign(text.encode())
        return f"{text}\n— {self.name} {_b64(signature)}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A state of the tree: whose it is, how many leaves, which root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note's text: three lines."""
        return f"{self.origin}\n{self.size}\n{_b64(self.root)}\n"


def read_vkey(text: str) -> Verifier:
    """The verifier of a key's text. ProofError when it is malformed or its id does not belong to it."""
    parts = _VKEY.fullmatch(text.strip())
    raw = _unb64(parts[3]) if parts else b""
    if parts is None or len(raw) != 33 or raw[:1] != _ED25519:
        raise ProofError("The verifier key is no Ed25519 key of a signed note.", todo="Copy the whole key.")
    found = Verifier(parts[1], raw[1:])
    if found.key_id.hex() != parts[2]:
        raise ProofError("The verifier key's id does not belong to it.", todo="Copy the whole key.")
    return found


def open_note(note: str, verifiers: Iterable[Verifier]) -> str:
    """The text of a note that at least one of ``verifiers`` signed. ProofError otherwise.

    A line that claims one of these keys and does not verify spoils the note even if another one does.
    """
    text, lines = _parted(note)
    known = {(one.name, one.key_id): one for one in verifiers}
    signed = False
    for name, raw in lines:
        one = known.get((name, raw[:4]))
        if one is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(one.public).verify(raw[4:], text.encode())
        except (InvalidSignature, ValueError):
            raise ProofError("A checkpoint's signature does not hold.", todo=_DISTRUST) from None
        signed = True
    if not signed:
        raise ProofError("A checkpoint is not signed by the trusted key.", todo=_DISTRUST)
    return text


def read_checkpoint(note: str, verifiers: Iterable[Verifier]) -> Checkpoint:
    """The checkpoint of a note signed by one of ``verifiers``, whose name must be its origin. ProofError otherwise."""
    trusted = tuple(verifiers)
    lines = open_note(note, trusted).split("\n")
    root = _unb64(lines[2]) if len(lines) >= 4 else b""
    if not all(lines[:-1]) or len(root) != 32 or not _SIZE.fullmatch(lines[1]):
        raise ProofError("A note is signed but is no checkpoint.", todo=_DISTRUST)
    if lines[0] not in {one.name for one in trusted}:
        raise ProofError("A checkpoint belongs to another ledger.", todo=_DISTRUST)
    return Checkpoint(lines[0], int(lines[1]), root)


_DISTRUST: Final = "Do not trust it; ask the bureau for the checkpoint and its verifier key."


def _parted(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Text and signature lines (name, key id with signature) of a note."""
    text, gap, rest = note.rpartition("\n\n")
    found = [_SIGNATURE.fullmatch(line) for line in rest.split("\n")[:-1]]
    shaped = (
        len(note) <= _LONGEST
        and not _CONTROL.search(note)
        and text
        and gap
        and rest.endswith("\n")
        and 0 < len(found) <= _MOST_SIGNATURES
    )
    lines = [(one[1], _unb64(one[2])) for one in found if one is not None]
    if not shaped or len(lines) != len(found) or any(len(raw) < 5 for _, raw in lines):
        raise ProofError("A checkpoint is no signed note.", todo=_DISTRUST)
    return text + "\n", lines


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _unb64(text: str) -> bytes:
    """Strict base64: empty when it is none, or not the one way to write these bytes."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if _b64(raw) == text else b""
