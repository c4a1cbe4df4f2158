"""Drawing columns: named streams of chance, picks from pools, dates and exact decimals.

Every table and every chunk has its own stream, so a chunk can be made again alone and always comes out the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

Rng = np.random.Generator
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Times = NDArray[np.datetime64]


def stream(seed: int, *path: str | int) -> Rng:
    """Generator of its own for ``path`` (table, chunk …) under ``seed``."""
    words = [crc32(str(part).encode()) for part in path]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def weighted(rng: Rng, weights: Sequence[float], n: int) -> Ints:
    """``n`` indices, drawn with these relative weights."""
    steps = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.searchsorted(steps / steps[-1], rng.random(n), side="right").clip(0, len(weights) - 1).astype(np.int64)


def skewed(rng: Rng, size: int, n: int) -> Ints:
    """``n`` indices below ``size``; small ones come up far more often, as big firms do in a market."""
    return np.minimum((rng.random(n) ** 2.5 * size).astype(np.int64), size - 1)


def chance(rng: Rng, share: float, n: int) -> Mask:
    """``n`` truths, true with probability ``share``."""
    return rng.random(n) < share


def choose(rng: Rng, pool: Sequence[str] | pl.Series, n: int, weights: Sequence[float] | None = None) -> pl.Series:
    """``n`` texts drawn from a pool, evenly or by weight."""
    series = pool if isinstance(pool, pl.Series) else pl.Series(pool, dtype=pl.String)
    index = rng.integers(0, len(series), n) if weights is None else weighted(rng, weights, n)
    return series.gather(index)


def whole(rng: Rng, low: int, high: int, n: int) -> Ints:
    """``n`` whole numbers from ``low`` up to and including ``high``."""
    return rng.integers(low, high + 1, n)


def exact(minor_units: Ints, scale: int) -> pl.Series:
    """Decimal column of exactly ``scale`` places from whole minor units (cents for money)."""
    words = np.empty((len(minor_units), 2), dtype=np.int64)
    words[:, 0] = minor_units
    words[:, 1] = minor_units >> 63
    array = pa.Array.from_buffers(pa.decimal128(38, scale), len(minor_units), [None, pa.py_buffer(words)])
    return pl.Series(array)


def only(mask: Mask, values: pl.Series) -> pl.Series:
    """The values where ``mask`` holds, null elsewhere."""
    return pl.select(pl.when(pl.lit(pl.Series(mask))).then(pl.lit(values)).alias("v")).to_series()


def either(mask: Mask, values: pl.Series, others: pl.Series) -> pl.Series:
    """``values`` where ``mask`` holds, ``others`` elsewhere."""
    return values.zip_with(pl.Series(mask), others)


def glue(*parts: str | pl.Series) -> pl.Series:
    """Texts of the columns and constants side by side; null where any part is null."""
    return pl.select(pl.concat_str([pl.lit(part) for part in parts]).alias("v")).to_series()


def constant(value: str, n: int) -> pl.Series:
    """The same text ``n`` times."""
    return pl.repeat(value, n, dtype=pl.String, eager=True)


def nothing(n: int) -> pl.Series:
    """``n`` missing texts."""
    return pl.Series([None], dtype=pl.String).new_from_index(0, n)


def days(times: Times) -> pl.Series:
    """Calendar dates of local times."""
    return pl.Series(times.astype("datetime64[D]"))


def later(times: Times, offset: Ints) -> Times:
    """The times moved by so many days (negative: earlier)."""
    moved: Times = times + offset.astype("timedelta64[D]")
    return moved


def before(times: Times, rng: Rng, low_minutes: int, high_minutes: int) -> Times:
    """The times, each moved back by ``low_minutes`` to ``high_minutes``; whole seconds stay whole."""
    moved: Times = times - whole(rng, low_minutes * 60, high_minutes * 60, len(times)).astype("timedelta64[s]")
    return moved


def fill(rng: Rng, templates: Sequence[str], columns: Mapping[str, pl.Series], n: int) -> pl.Series:
    """Texts from templates drawn per row; ``{name}`` takes the row's cell of the column ``name``."""
    which = rng.integers(0, len(templates), n)
    places: list[Ints] = []
    texts: list[pl.Series] = []
    for number, template in enumerate(templates):
        rows = np.flatnonzero(which == number)
        parts = [
            columns[part[1:-1]].gather(rows) if part.startswith("{") else constant(part, len(rows))
            for part in re.split(r"(\{[a-z]+\})", template)
            if part
        ]
        places.append(rows)
        texts.append(glue(*parts).rechunk())
    return pl.concat(texts).gather(np.argsort(np.concatenate(places), kind="stable"))


def coded(index: Ints, labels: Sequence[str]) -> pl.Series:
    """The label of each index."""
    return pl.Series(labels, dtype=pl.String).gather(index)
