"""The signed file of an agreement: text, digests, signatures and keys in one JSON, and how anyone checks it offline.

Whoever has the file needs nothing else but the two key fingerprints, learned another way. Checked are: the text is
canonical and an agreement; its digests; one signature of each party over exactly this text, by two keys; and that the
machine-readable reading and the terms' digest inside the text say what the text says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from agreements.agreement import Agreement, Application
from agreements.contract import Terms, canonical, digests, odrl, read_text
from agreements.keys import Algorithm, PartyKey, Signature, read_public, verify
from catalog.errors import ProofError, SettingsError
from catalog.typed import converted, from_json

FORMAT: Final = "quality-open-data-hub/signed-agreement/1"
_ADVICE: Final = "Do not rely on it; ask both parties for their copies."


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signature as it travels: with the public key, so that any tool can check it."""

    party: str
    algorithm: Algorithm
    key: str
    public_key: str
    value: str
    at: str


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file. ``text`` is what was signed, byte for byte."""

    format: str
    number: str
    sha256: str
    sm3: str
    text: str
    signatures: tuple[Signed, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """An envelope that holds: its contract, and for each signature whether its key was trusted beforehand."""

    envelope: Envelope
    body: Mapping[str, Any]
    trusted: Mapping[str, bool]


def envelope_of(found: Agreement, keys: Mapping[str, PartyKey]) -> Envelope:
    """The signed file of an agreement; before both signatures it holds those that there are."""
    sides = [one for one in found.signatures if one is not None][:2]
    return Envelope(
        FORMAT, found.id, found.digest, found.sm3, found.text, tuple(_signed(one, keys[one.key]) for one in sides)
    )


def _signed(one: Signature, key: PartyKey) -> Signed:
    return Signed(one.party, one.algorithm, one.key, key.pem, one.value, one.at.isoformat())


def envelope_json(envelope: Envelope) -> bytes:
    """The file's bytes: equal envelopes give equal bytes."""
    return canonical(msgspec.to_builtins(envelope)) + b"\n"


def read_envelope(raw: bytes) -> Envelope:
    """The envelope of a file's bytes. ProofError when it is none."""
    try:
        found = from_json(raw, Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ProofError("The file holds no signed agreement.", left="Nothing is proven.", todo=_ADVICE) from None
    if found.format != FORMAT:
        raise ProofError("The signed agreement is of an unknown format.", left="Nothing is proven.", todo=_ADVICE)
    return found


def check_envelope(envelope: Envelope, trusted: Collection[str] = ()) -> Checked:
    """The envelope, proven. ProofError for anything that does not hold.

    ``trusted`` are key ids (64 hex digits) that the reader knows from elsewhere; when given, both keys must be among
    them.
    """
    body = read_text(envelope.text)
    if digests(envelope.text) != (envelope.sha256, envelope.sm3):
        raise _broken("its digests are not those of its text")
    sides = (_uscc(body, "provider"), _uscc(body, "recipient"))
    if body.get("number") != envelope.number or not envelope.number:
        raise _broken("it carries the text of another agreement")
    _demand_consistent(body)
    if sorted(one.party for one in envelope.signatures) != sorted(sides) or sides[0] == sides[1]:
        raise _broken("it is not signed once by each of its two parties")
    if len({one.key for one in envelope.signatures}) != len(envelope.signatures):
        raise _broken("one key signed for both parties")
    for one in envelope.signatures:
        _demand_key(one)
        verify(one.algorithm, one.public_key, one.value, envelope.text.encode())
    known = {one.key: one.key in trusted for one in envelope.signatures}
    if trusted and not all(known.values()):
        raise _broken("a key that signed is not among those you trust")
    return Checked(envelope, body, known)


def _uscc(body: Mapping[str, Any], side: str) -> str:
    found = body.get(side)
    return str(found.get("uscc", "")) if isinstance(found, dict) else ""


def _demand_key(one: Signed) -> None:
    try:
        algorithm, key_id, _ = read_public(one.public_key)
    except SettingsError:
        raise _broken("a public key in it is none") from None
    if (algorithm, key_id) != (one.algorithm, one.key):
        raise _broken("a public key in it is not the one it names")


def _demand_consistent(body: Mapping[str, Any]) -> None:
    """The ODRL reading and the terms' digest are derived from the text; they must say the same."""
    try:
        words = converted({"version": body["terms"]["version"], "clause": body["terms"]["clause"]}, Terms)
        asked = converted({name: body[name] for name in Application.__dataclass_fields__}, Application)
        reading = odrl(body["number"], _uscc(body, "provider"), _uscc(body, "recipient"), asked, words)
        sound = canonical(reading) == canonical(body["odrl"]) and words.digest == body["terms"]["digest"]
    except (KeyError, TypeError, AttributeError, msgspec.ValidationError):
        sound = False
    if not sound:
        raise _broken("its machine-readable reading or its terms contradict its text")


def _broken(what: str) -> ProofError:
    return ProofError(f"The agreement does not hold: {what}.", left="Nothing is proven.", todo=_ADVICE)


def fingerprint(key_id: str) -> str:
    """A key's id in groups of four, for comparing by telephone."""
    return " ".join(key_id[at : at + 4] for at in range(0, len(key_id), 4))
