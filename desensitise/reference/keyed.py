"""Slow, obvious twins of the treatments under a key."""

# ruff: noqa: D103 - each function's words stand at its twin
from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from catalog.treatment_options import SMALLEST_DOMAIN, alphabet_of
from desensitise.reference.ciphers import aes, ff1, sm4
from desensitise.reference.plain import Cell
from desensitise.reference.surrogates import REFERENCE_SURROGATES
from desensitise.treatments import Options

Twin = Callable[[Cell, Options, Cell], Cell]
_MOST = 1 << 56


def pseudonym(key: bytes) -> Twin:
    def one(value: Cell, options: Options, entity: Cell = None) -> Cell:
        del entity
        if value is None or not str(value).strip():
            return None
        said = str(value).strip().encode()
        if options.get("mac") == "sha256":
            digest = hmac.digest(key, said, "sha256")
        else:
            keyed = HMAC(key, hashes.SM3())
            keyed.update(said)
            digest = keyed.finalize()
        letters = "".join("abcdefghijklmnop"[half] for byte in digest for half in (byte >> 4, byte & 15))
        return letters[: int(options.get("length", 32))]

    return one


def fpe(key: bytes) -> Twin:
    def one(value: Cell, options: Options, entity: Cell = None) -> Cell:
        del entity
        text = "" if value is None else str(value).strip()
        alphabet = alphabet_of(options["alphabet"])
        radix, n = len(alphabet), len(text)
        small = n < 2 or radix**n < SMALLEST_DOMAIN or n < int(options.get("min_length", 0))
        if small or radix ** (n - n // 2) > _MOST or any(sign not in alphabet for sign in text):
            return None
        block = (lambda b: aes(key, b)) if options.get("cipher") == "aes" else (lambda b: sm4(key[:16], b))
        return "".join(alphabet[x] for x in ff1(block, radix, [alphabet.index(sign) for sign in text]))

    return one


def surrogate(key: bytes) -> Twin:
    def one(value: Cell, options: Options, entity: Cell = None) -> Cell:
        del entity
        text = "" if value is None else str(value).strip()
        made = REFERENCE_SURROGATES[str(options["of"])]
        done = made(text, key, keep=options.get("keep") == "county") if text else None
        apart = int(options.get("apart", 0))
        if done is None or not apart:
            return done
        said = hmac.digest(key, f"apart\0{text}".encode(), "sha256").hex()
        return f"{done}（{''.join('abcdefghijklmnop'[int(half, 16)] for half in said[:apart])}）"

    return one


def date_shift(key: bytes) -> Twin:
    def one(value: Cell, options: Options, entity: Cell = None) -> Cell:
        if not isinstance(value, date) or entity is None or not str(entity).strip():
            return None
        days = int(options["days"])
        draw = int.from_bytes(hmac.digest(key, str(entity).strip().encode(), "sha256")[:8], "big") % (2 * days)
        choices = [*range(-days, 0), *range(1, days + 1)]
        try:
            return value + timedelta(days=choices[draw])
        except OverflowError:
            return None

    return one


KEYED_REFERENCE: Mapping[str, Callable[[bytes], Twin]] = MappingProxyType(
    {"pseudonym": pseudonym, "fpe": fpe, "surrogate": surrogate, "date_shift": date_shift},
)
