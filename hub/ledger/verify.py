"""Check a ledger's proof far from the ledger: no database, no network, only the proof and a trusted key."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from catalog.errors import ProofError
from hub.ledger.merkle import inclusion_holds, leaf_hash
from hub.ledger.note import Checkpoint, read_checkpoint, read_vkey

PROOF_FORMAT: Final = "quality-open-data-hub/ledger-proof/v1"
_LONGEST: Final = 1_000_000
_DEEPEST: Final = 64
_SHAPE: Final[Mapping[str, type]] = {
    "format": str,
    "leaf": str,
    "seq": int,
    "size": int,
    "path": list,
    "checkpoint": str,
    "vkey": str,
}


@dataclass(frozen=True, slots=True)
class VerifiedLeaf:
    """An entry of a ledger that a proof has shown to stand there.

    ``trusted`` is False when the proof was checked with the key that it brought itself: then it is whole, but says
    nothing of who made it.
    """

    seq: int
    kind: str
    at: str
    data: Mapping[str, Any]
    checkpoint: Checkpoint
    trusted: bool


def check_proof(proof: str, trusted_vkey: str | None = None) -> VerifiedLeaf:
    """The entry that ``proof`` (the text of ``hub.ledger.store.proof_json``) proves. ProofError if it proves none."""
    parts = _parts(proof)
    verifier = read_vkey(trusted_vkey or parts["vkey"])
    signed = read_checkpoint(parts["checkpoint"], [verifier])
    path = [_hash(one) for one in parts["path"]]
    leaf = leaf_hash(_bytes(parts["leaf"]))
    if signed.size != parts["size"] or not inclusion_holds(leaf, parts["seq"], signed.size, path, signed.root):
        raise ProofError("The proof does not lead from its entry to its checkpoint.", todo=_AGAIN)
    entry = _object(parts["leaf"])
    kind, at, data = entry.get("kind"), entry.get("at"), entry.get("data")
    if not (isinstance(kind, str) and isinstance(at, str) and isinstance(data, dict)) or len(entry) != 3:
        raise ProofError("The proof's entry is no event of this hub.", todo=_AGAIN)
    return VerifiedLeaf(parts["seq"], kind, at, data, signed, trusted=trusted_vkey is not None)


_AGAIN: Final = "Do not trust the file; ask the bureau for it again."


def _parts(proof: str) -> dict[str, Any]:
    parts = _object(proof) if len(proof) <= _LONGEST else {}
    # type() and not isinstance: true is no number here.
    shaped = parts.keys() == _SHAPE.keys() and all(type(parts[name]) is kind for name, kind in _SHAPE.items())
    if not shaped or parts["format"] != PROOF_FORMAT or len(parts["path"]) > _DEEPEST:
        raise ProofError("The text is no proof of a ledger of this kind.", todo=_AGAIN)
    return parts


def _object(text: str) -> dict[str, Any]:
    """A JSON object; an empty one for anything else, also when a key stands twice."""
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ProofError("The proof's entry is no text.", todo=_AGAIN) from None


def _hash(text: object) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32:
        raise ProofError("The proof's path holds no hashes.", todo=_AGAIN)
    return raw
