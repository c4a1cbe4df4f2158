"""Signing keys of parties: Ed25519 (RFC 8032) and SM2 with SM3 (GB/T 32918, GB/T 32905).

A key is proposed by the party itself or by one administrator, and approved by another person, after its fingerprint was
compared with the party by another way. Keys rotate: a retired key signs nothing new, and what it signed before stays
signed.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

from agreements import sm2
from catalog.errors import ProofError, SettingsError

_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END \1-----")


class Algorithm(StrEnum):
    """How a key signs."""

    ED25519 = "ed25519"
    SM2 = "sm2-sm3"


class KeyState(StrEnum):
    """Proposed by one, approved by another, retired in the end."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class PartyKey:
    """A party's public key. ``id`` is the SHA-256 of its SubjectPublicKeyInfo in hex, ``pem`` the key itself."""

    id: str
    party: str
    algorithm: Algorithm
    pem: str
    state: KeyState
    proposed_by: str
    since: datetime
    approved_by: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """A party's signature: ``value`` is base64 of 64 bytes (Ed25519) or of DER (SM2), ``key`` the key's id."""

    party: str
    key: str
    algorithm: Algorithm
    value: str
    at: datetime


def read_public(pem: str) -> tuple[Algorithm, str, str]:
    """Algorithm, id and tidy PEM of a public key. SettingsError when it is neither Ed25519 nor SM2."""
    der = _der(pem, "PUBLIC KEY")
    try:
        sm2.point_of(der)
        algorithm = Algorithm.SM2
    except ValueError:
        algorithm = Algorithm.ED25519
        try:
            key = load_der_public_key(der)
        except (ValueError, UnsupportedAlgorithm):
            raise _unfit("public") from None
        if not isinstance(key, Ed25519PublicKey):
            raise _unfit("public") from None
    text = base64.encodebytes(der).decode().replace("\n", "")
    lines = "\n".join(text[i : i + 64] for i in range(0, len(text), 64))
    return algorithm, sha256(der).hexdigest(), f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n"


def verify(algorithm: Algorithm, pem: str, value: str, message: bytes) -> None:
    """ProofError unless ``value`` is the key's signature over ``message``."""
    try:
        raw = base64.b64decode(value, validate=True)
        holds = read_public(pem)[0] is algorithm and _holds(algorithm, _der(pem, "PUBLIC KEY"), raw, message)
    except (InvalidSignature, ValueError, SettingsError):
        holds = False
    if not holds:
        raise ProofError(
            "A signature does not hold over this text with this key.",
            todo="Sign the same text again with the right key.",
        )


def _holds(algorithm: Algorithm, der: bytes, raw: bytes, message: bytes) -> bool:
    if algorithm is Algorithm.SM2:
        return sm2.verify(sm2.point_of(der), raw, message)
    key = load_der_public_key(der)
    if not isinstance(key, Ed25519PublicKey):
        return False
    key.verify(raw, message)
    return True


def sign(private_pem: str, message: bytes) -> tuple[Algorithm, str, str]:
    """Algorithm, id of the key and base64 signature over ``message`` by a private key in PEM (PKCS #8 or SEC 1).

    SettingsError when it is neither Ed25519 nor SM2, or is locked with a password.
    """
    der = _der(private_pem, "PRIVATE KEY", "EC PRIVATE KEY", "SM2 PRIVATE KEY")
    try:
        secret = sm2.secret_of(der)
    except ValueError:
        return _sign_ed25519(der, message)
    public = sm2.public_der(secret)
    return Algorithm.SM2, sha256(public).hexdigest(), base64.b64encode(sm2.sign(secret, message)).decode()


def _sign_ed25519(der: bytes, message: bytes) -> tuple[Algorithm, str, str]:
    try:
        key = load_der_private_key(der, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _unfit("private") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _unfit("private")
    # The SubjectPublicKeyInfo of Ed25519 is this head and the key's 32 bytes (RFC 8410).
    public = bytes.fromhex("302a300506032b6570032100") + key.public_key().public_bytes_raw()
    return Algorithm.ED25519, sha256(public).hexdigest(), base64.b64encode(key.sign(message)).decode()


def _der(pem: str, *labels: str) -> bytes:
    """The bytes of the last block with one of ``labels`` (openssl writes parameters before an EC key)."""
    found = [one[2] for one in _PEM.finditer(pem) if one[1] in labels]
    if not found:
        raise SettingsError(f"This is no {labels[0].lower()} in PEM.", todo="Give a PEM file without password.")
    try:
        return base64.b64decode("".join(found[-1].split()), validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError(f"The PEM of this {labels[0].lower()} is damaged.", todo="Copy the whole file.") from None


def _unfit(which: str) -> SettingsError:
    return SettingsError(f"This {which} key is neither Ed25519 nor SM2.", todo="Make one as docs/agreements.md shows.")
