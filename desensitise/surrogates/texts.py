"""Surrogates of texts: words of Faker's Chinese lists and places of GB/T 2260, chosen by a keyed hash of the text."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from desensitise.ff1 import Words
from desensitise.macs import macs
from desensitise.places import named
from desensitise.surrogates.lists import counties, family_names, firm_words, given_names, street_words

TRIES = 8
"""How often a text that came out as itself is drawn again before it is withheld."""


def name(texts: pl.Series, key: bytes, *, keep: bool) -> pl.Series:
    """A person's name."""
    del keep
    return _drawn(
        texts, key, lambda _at, draws: _picked(family_names(), draws[:, 0]) + _picked(given_names(), draws[:, 1])
    )


def organisation(texts: pl.Series, key: bytes, *, keep: bool) -> pl.Series:
    """A firm's name."""
    del keep
    before, after = firm_words()
    return _drawn(texts, key, lambda _at, draws: _picked(before, draws[:, 0]) + _picked(after, draws[:, 1]))


def address(texts: pl.Series, key: bytes, *, keep: bool) -> pl.Series:
    """An address: province, city and county of one place, a street and a number; or in the county that it was in."""
    plain = texts.str.replace_all(r"[\s,，]", "").str.replace(r"^(?:中国|中华人民共和国)", "")
    kept = named(plain, "county") if keep else plain
    full = tuple(counties().values())

    def made(at: pl.Series, draws: Words) -> pl.Series:
        place = kept.gather(at) if keep else _picked(full, draws[:, 0])
        street = _picked(family_names(), draws[:, 1]) + _picked(street_words(), draws[:, 2])
        number = pl.Series((draws[:, 3] % 999 + 1).astype(np.int64)).cast(pl.String)
        return place + street + number + "号"

    return _drawn(texts, key, made)


def _picked(words: tuple[str, ...], draws: Words) -> pl.Series:
    return pl.Series(words, dtype=pl.String).gather((draws % len(words)).astype(np.int64))


def _drawn(texts: pl.Series, key: bytes, made: Callable[[pl.Series, Words], pl.Series]) -> pl.Series:
    """``made`` of the rows' places and four random words each; drawn again where a text came out as itself."""
    done = pl.Series([None] * len(texts), dtype=pl.String)
    at = pl.Series(range(len(texts)), dtype=pl.UInt32)
    for attempt in range(TRIES):
        if at.is_empty():
            break
        said = [f"{attempt}\0{text}" for text in texts.gather(at)]
        draws = np.frombuffer(b"".join(macs(key, said)), ">u8").astype(np.uint64).reshape(-1, 4)
        found = made(at, draws)
        itself = (found == texts.gather(at)).fill_null(value=False)
        done = done.scatter(at, pl.select(pl.when(~itself).then(found)).to_series())
        at = at.filter(itself)
    return done
