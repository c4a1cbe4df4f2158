"""Keyed hashes of many values: HMAC (RFC 2104) with SHA-256 or SM3 (GB/T 32905-2016)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from desensitise.keys import Digest

_BLOCK = 64


def macs(key: bytes, values: Iterable[str], digest: Digest = "sha256") -> list[bytes]:
    """The HMAC of each text's UTF-8 bytes, 32 bytes each."""
    one = mac_of(key, digest)
    return [one(value.encode()) for value in values]


def mac_of(key: bytes, digest: Digest) -> Callable[[bytes], bytes]:
    """HMAC under one key, its two padded key blocks hashed once for all messages."""
    try:
        inner, outer = (hashlib.new(digest, _padded(key, byte)) for byte in (0x36, 0x5C))
    except ValueError:
        return _without_sm3(key)  # an OpenSSL that was built without SM3

    def mac(message: bytes) -> bytes:
        first = inner.copy()
        first.update(message)
        second = outer.copy()
        second.update(first.digest())
        return second.digest()

    return mac


def _padded(key: bytes, byte: int) -> bytes:
    return bytes(each ^ byte for each in key.ljust(_BLOCK, b"\0"))


def _without_sm3(key: bytes) -> Callable[[bytes], bytes]:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.hmac import HMAC

    keyed = HMAC(key, hashes.SM3())

    def mac(message: bytes) -> bytes:
        one = keyed.copy()
        one.update(message)
        return one.finalize()

    return mac
