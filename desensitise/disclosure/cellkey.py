"""Cell-key perturbation of counts: small noise that is the same for the same cell in every table and release.

Each record has a secret key, a whole number below 2**32 drawn by a keyed hash; a cell's key is the sum of its records'
keys modulo 2**32, so equal sets of records have equal keys wherever they are counted. The key and the count look the
noise up in a p-table (Thompson, Broadfoot and Elazar 2013; Giessing and Tent 2019). Perturbed tables do not add up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from catalog.errors import DeclarationError
from desensitise.disclosure.spec import CellKey

Floats = npt.NDArray[np.float64]

SPAN = 2**32
KEY = "_record_key"


@dataclass(frozen=True, slots=True)
class PTable:
    """Row ``i`` (the last one for all larger counts): rising shares of keys up to each of ``noise[i]``."""

    noise: tuple[tuple[int, ...], ...]
    shares: tuple[tuple[float, ...], ...]


def p_table(settings: CellKey) -> PTable:
    """The p-table of largest entropy: no bias, the given variance, noise within D, nought and no small count made.

    DeclarationError where no such distribution exists. Each row's distribution is of the form exp(a + b·v + c·v²),
    which is what maximises entropy under a given mean and variance.
    """
    if settings.d < 1 or settings.variance <= 0 or settings.js < 0:
        raise DeclarationError("Cell key: D and the variance must be above nought.", todo="Correct [cell_key].")
    noise: list[tuple[int, ...]] = [(0,)]
    shares: list[tuple[float, ...]] = [(1.0,)]
    for count in range(1, settings.d + settings.js + 1):
        allowed = [v for v in range(-settings.d, settings.d + 1) if count + v == 0 or count + v > settings.js]
        weights = _fitted(np.array([v for v in allowed if count + v >= 0], dtype=np.float64), settings.variance)
        noise.append(tuple(v for v in allowed if count + v >= 0))
        shares.append(tuple(np.cumsum(weights).tolist()))
    return PTable(tuple(noise), tuple(shares))


def _fitted(values: Floats, variance: float) -> Floats:
    """Probabilities of largest entropy with mean nought and, as near as can be, the variance; by Newton's method."""
    lowest = -values.min() * values.max()
    wanted = min(variance, 0.95 * lowest) if lowest > 0 else 0.0
    # With few values allowed the smallest variance of mean nought may exceed what is asked for.
    below, above = values[values < 0].max(initial=-np.inf), values[values >= 0].min(initial=np.inf)
    if np.isfinite(below) and np.isfinite(above):
        wanted = max(wanted, 1.05 * -below * above)
    if not (values.min() < 0 < values.max()):
        raise DeclarationError("Cell key: a count has no noise of mean nought.", todo="Raise D or lower js.")
    moments = np.stack([values, values**2])
    target, angle = np.array([0.0, wanted]), np.zeros(2)
    for _ in range(200):
        weights = np.exp(angle @ moments - (angle @ moments).max())
        weights /= weights.sum()
        gap = moments @ weights - target
        if np.abs(gap).max() < 1e-12:
            break
        spread = (moments * weights) @ moments.T - np.outer(moments @ weights, moments @ weights)
        step = np.linalg.solve(spread + 1e-12 * np.eye(2), gap)
        angle -= step * min(1.0, 0.5 / max(float(np.abs(step).max()), 1e-12))
    return np.asarray(weights)


def with_record_keys(records: pl.DataFrame, identifier: str, secret: bytes) -> pl.DataFrame:
    """The records with their secret keys, by identifier; the same identifier has the same key in every table.

    Identifiers are hashed once each (BLAKE2b, keyed). A key must be a secret: one that can be guessed from the
    identifier lets noise be taken off again.
    """
    if len(secret) < 16:
        raise DeclarationError("Cell key: the secret is shorter than 16 bytes.", todo="Give a longer key.")
    distinct = records[identifier].cast(pl.String).unique()
    keys = [_hashed(value or "", secret) for value in distinct.to_list()]
    pairs = pl.DataFrame({"_id": distinct, KEY: pl.Series(keys, dtype=pl.UInt32)})
    joined = records.with_columns(pl.col(identifier).cast(pl.String).alias("_id"))
    return joined.join(pairs, on="_id", how="left", nulls_equal=True, maintain_order="left").drop("_id")


def _hashed(value: str, secret: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(value.encode(), key=secret[:64], digest_size=4).digest(), "big")


def counted(records: pl.DataFrame, by: Sequence[str], table: PTable) -> pl.DataFrame:
    """A perturbed table of counts: the columns ``by`` and ``count``. ``records`` carry their keys."""
    cells = records.group_by(by).agg(count=pl.len(), key=pl.col(KEY).cast(pl.UInt64).sum() % SPAN).sort(by)
    noise = perturbation(cells["count"].to_numpy(), cells["key"].to_numpy() / SPAN, table)
    return cells.select(*by, (pl.col("count").cast(pl.Int64) + pl.Series(noise)).alias("count"))


def perturbation(counts: npt.NDArray[np.generic], keys: Floats, table: PTable) -> npt.NDArray[np.int64]:
    """The noise of each cell; ``keys`` lie from 0 to below 1. A count of nought has none."""
    row = np.minimum(counts.astype(np.int64), len(table.noise) - 1)
    found = np.zeros(len(row), dtype=np.int64)
    for at in np.unique(row).tolist():
        mine = row == at
        place = np.searchsorted(np.array(table.shares[at]), keys[mine], side="right")
        found[mine] = np.array(table.noise[at])[np.minimum(place, len(table.noise[at]) - 1)]
    return found
