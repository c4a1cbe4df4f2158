"""Treatments under a key: pseudonyms, format-preserving encryption, surrogates, dates shifted by entity.

Whoever lacks the key can neither undo nor repeat them; equal values stay equal under one key, so joins survive. Each
is given its key first and is then a builder like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import polars as pl

from catalog.treatment_options import alphabet_of, shortest
from desensitise.characters import laid, matrix, signs, spelled, strings
from desensitise.macs import macs
from desensitise.treatments.common import Builder, Options, on_distinct

ENTITY = "entity"
"""The column beside the value that says whose it is."""

LETTERS = bytes.maketrans(b"0123456789abcdef", b"abcdefghijklmnop")
"""Pseudonyms are written in letters alone: no spreadsheet takes them for numbers, no reader for a telephone."""


def pseudonym(key: bytes) -> Builder:
    """HMAC with SM3 (or ``mac = "sha256"``) of the value, ``length`` letters of four bits each (32 unless told)."""

    def build(column: pl.Expr, options: Options) -> pl.Expr:
        length = int(options.get("length", 32))

        def named(texts: pl.Series) -> pl.Series:
            return _letters(macs(key, texts.to_list(), "sha256" if options.get("mac") == "sha256" else "sm3"), length)

        return on_distinct(bare(column), named)

    return build


def _letters(said: list[bytes], length: int) -> pl.Series:
    """The first so many letters, of four bits each, of keyed hashes."""
    letters = np.frombuffer(b"".join(said).hex().encode().translate(LETTERS), np.uint8).reshape(-1, 64)
    return strings(letters[:, :length].astype(np.uint32))


def bare(column: pl.Expr) -> pl.Expr:
    """The value's text without space around it; nothing is null."""
    text = column.cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text)


def fpe(key: bytes) -> Builder:
    """FF1 over an ``alphabet`` with SM4 (or ``cipher = "aes"``). Too short, too long or other characters: null."""

    def build(column: pl.Expr, options: Options) -> pl.Expr:
        alphabet = alphabet_of(options["alphabet"])
        least = int(options.get("min_length", shortest(len(alphabet))))

        def encrypted(texts: pl.Series) -> pl.Series:
            return _by_length(texts, alphabet, least, key, "aes" if options.get("cipher") == "aes" else "sm4")

        return on_distinct(bare(column), encrypted)

    return build


def _by_length(texts: pl.Series, alphabet: str, least: int, key: bytes, cipher: str) -> pl.Series:
    from desensitise.ff1 import FF1, longest

    ff1 = FF1(key[:16], len(alphabet), "sm4") if cipher == "sm4" else FF1(key, len(alphabet))
    lengths = texts.str.len_chars().to_numpy()
    done = []
    for length in range(least, longest(len(alphabet)) + 1):
        at = np.flatnonzero(lengths == length)
        if len(at):
            values = spelled(matrix(texts.gather(at), length), alphabet)
            sound = (values < len(alphabet)).all(axis=1)
            made = ff1.encrypt(values[sound].astype(np.uint64))
            done.append((at[sound], strings(signs(alphabet)[made])))
    return laid(done, len(texts))


def surrogate(key: bytes) -> Builder:
    """An invented value of the kind ``of``; ``keep = "county"`` leaves it in its county. Another shape: null.

    ``apart`` letters of a keyed hash in brackets behind it keep texts apart that may meet in one (names, firms,
    addresses): among n values two still meet with a chance of about n * n / 2 / 16 ** apart.
    """

    def build(column: pl.Expr, options: Options) -> pl.Expr:
        from desensitise.surrogates import SURROGATES

        kind = str(options["of"])
        made = SURROGATES[kind]
        apart = int(options.get("apart", 0))

        def invented(texts: pl.Series) -> pl.Series:
            done = made(texts, key, keep=options.get("keep") == "county")
            if not apart:
                return done
            return done + "（" + _letters(macs(key, [f"apart\0{text}" for text in texts]), apart) + "）"

        return on_distinct(bare(column), invented)

    return build


def date_shift(key: bytes) -> Builder:
    """A day or time moved by 1 to ``days`` days either way, alike for all dates of one entity; no entity: null."""

    def build(column: pl.Expr, options: Options) -> pl.Expr:
        most = int(options["days"])

        def offsets(entities: pl.Series) -> pl.Series:
            words = np.frombuffer(b"".join(macs(key, entities.to_list())), ">u8").reshape(-1, 4)[:, 0]
            drawn = (words % (2 * most)).astype(np.int64)
            return pl.Series(drawn - most + (drawn >= most))

        by = on_distinct(bare(pl.col(ENTITY)), offsets, pl.Int64)
        moved = column + pl.duration(days=by)
        return pl.when(moved.dt.year().is_between(1, 9999)).then(moved)

    return build


KEYED: Mapping[str, Callable[[bytes], Builder]] = MappingProxyType(
    {"pseudonym": pseudonym, "fpe": fpe, "surrogate": surrogate, "date_shift": date_shift}
)


def purpose(name: str, options: Options) -> str:
    """What a treatment's key is for: no cipher or hash shares its key with another."""
    return f"{name} {options.get('mac', options.get('cipher', options.get('of', '')))}".strip()
