"""SM2 signatures with SM3 (GB/T 32918.2-2016, GB/T 32905-2016) on the recommended curve (GB/T 32918.5-2017).

``openssl dgst -sm3 -verify key.pem -sigopt distid:1234567812345678`` accepts what is signed here and the reverse. The
PyPI library gmssl 3.2.2 was looked at and not taken: it draws its secret number from ``random``, cuts leading zeros and
fours off public keys, and ends with a TypeError at the point at infinity. Numbers are Python's, so signing is not
constant in time: sign on a machine of one's own, or with a token, and hand in the signature.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SM3, Hash

P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A: Final = P - 3
B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G: Final = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
DISTINGUISHING_ID: Final = b"1234567812345678"
"""The default identity of GB/T 35276-2017; both sides must use the same."""

_CURVE: Final = bytes.fromhex("06082a811ccf5501822d")
_HEAD: Final = bytes.fromhex("3059301306072a8648ce3d0201") + _CURVE + bytes.fromhex("034200")
Point = tuple[int, int]
_Jacobian = tuple[int, int, int]
_INFINITY: Final[_Jacobian] = (1, 1, 0)


def sm3(data: bytes) -> bytes:
    """SM3 digest, 32 bytes."""
    digest = Hash(SM3())
    digest.update(data)
    return digest.finalize()


def point_of(der: bytes) -> Point:
    """The point of a SubjectPublicKeyInfo. ValueError unless it is an uncompressed point on the SM2 curve."""
    if len(der) != len(_HEAD) + 65 or not der.startswith(_HEAD) or der[len(_HEAD)] != 4:
        raise ValueError("no SM2 public key")
    x, y = int.from_bytes(der[-64:-32]), int.from_bytes(der[-32:])
    if not (x < P and y < P and (y * y - (x * x * x + A * x + B)) % P == 0):
        raise ValueError("the point is not on the curve")
    return x, y


def public_der(secret: int) -> bytes:
    """SubjectPublicKeyInfo of a secret number."""
    x, y = _affine(_times(secret, G))
    return _HEAD + b"\x04" + x.to_bytes(32) + y.to_bytes(32)


def secret_of(der: bytes) -> int:
    """The secret number of a private key (PKCS #8 or SEC 1). ValueError when it is no SM2 key."""
    # ECPrivateKey is SEQUENCE { 1, OCTET STRING of 32 bytes, ... } in both forms (RFC 5915).
    at = der.find(b"\x02\x01\x01\x04\x20")
    if _CURVE not in der or at < 0:
        raise ValueError("no SM2 private key")
    secret = int.from_bytes(der[at + 5 : at + 37])
    if not 0 < secret < N - 1:
        raise ValueError("the secret is out of range")
    return secret


def sign(secret: int, message: bytes, identity: bytes = DISTINGUISHING_ID) -> bytes:
    """DER signature. Equal inputs give equal bytes: the secret number comes from key and text, as in RFC 6979."""
    e = _digest(point_of(public_der(secret)), message, identity)
    count = 0
    while True:
        k = _nonce(secret, e, count)
        x, _ = _affine(_times(k, G))
        r = (e + x) % N
        s = pow(1 + secret, -1, N) * (k - r * secret) % N
        if r and s and r + k != N:
            return encode_dss_signature(r, s)
        count += 1


def verify(point: Point, signature: bytes, message: bytes, identity: bytes = DISTINGUISHING_ID) -> bool:
    """Whether the DER ``signature`` is that of ``point`` over ``message``; anything malformed is not."""
    try:
        r, s = decode_dss_signature(signature)
    except ValueError:
        return False
    # One signature has one spelling: what decodes but is not written as DER demands is refused.
    if not (0 < r < N and 0 < s < N) or encode_dss_signature(r, s) != signature:
        return False
    t = (r + s) % N
    if t == 0:
        return False
    found = _add(_times(s, G), _times(t, point))
    if found[2] == 0:
        return False
    return (_digest(point, message, identity) + _affine(found)[0]) % N == r


def _digest(point: Point, message: bytes, identity: bytes) -> int:
    numbers = (A, B, *G, *point)
    za = sm3((len(identity) * 8).to_bytes(2) + identity + b"".join(n.to_bytes(32) for n in numbers))
    return int.from_bytes(sm3(za + message))


def _nonce(secret: int, e: int, count: int) -> int:
    """HMAC-SHA-256 of key, digest and count, 64 bytes modulo N - 1, so that no bias is left (FIPS 186-5, A.3.1)."""
    seed = secret.to_bytes(32) + (e % N).to_bytes(32) + count.to_bytes(4)
    wide = b"".join(hmac.digest(secret.to_bytes(32), bytes([half]) + seed, sha256) for half in (0, 1))
    return int.from_bytes(wide) % (N - 1) + 1


def _double(p: _Jacobian) -> _Jacobian:
    x, y, z = p
    if not z or not y:
        return _INFINITY
    yy = y * y % P
    s = 4 * x * yy % P
    m = 3 * (x - z * z) * (x + z * z) % P  # a = -3
    u = (m * m - 2 * s) % P
    return u, (m * (s - u) - 8 * yy * yy) % P, 2 * y * z % P


def _add(p: _Jacobian, q: _Jacobian) -> _Jacobian:
    if not p[2]:
        return q
    if not q[2]:
        return p
    (x1, y1, z1), (x2, y2, z2) = p, q
    zz1, zz2 = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * zz2 % P, x2 * zz1 % P
    s1, s2 = y1 * zz2 * z2 % P, y2 * zz1 * z1 % P
    if u1 == u2:
        return _double(p) if s1 == s2 else _INFINITY
    h, r = u2 - u1, s2 - s1
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x = (r * r - hhh - 2 * v) % P
    return x, (r * (v - x) - s1 * hhh) % P, h * z1 * z2 % P


def _times(k: int, point: Point) -> _Jacobian:
    found, base = _INFINITY, (*point, 1)
    for bit in f"{k:b}":
        found = _double(found)
        if bit == "1":
            found = _add(found, base)
    return found


def _affine(p: _Jacobian) -> Point:
    x, y, z = p
    inverse = pow(z, -1, P)
    return x * inverse * inverse % P, y * inverse * inverse * inverse % P
