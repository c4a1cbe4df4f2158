"""Whom marks ever accuse: found files of ten kinds in which no weighed grant had a part.

    python -m benchmarks.mark_innocents [--grants 10000] [--files 3] [--epsilon 1e-9]

Every grant is weighed in full against every file, token and order included. For each kind: how many grants were
weighed, the highest ln E, how many reached the shipped threshold ln(N/epsilon), and P(E >= 1/a), which the bound holds
below a.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from math import log

import numpy as np
import polars as pl
import pyarrow as pa

from desensitise.mark import MasterKeys, Original, Profile
from desensitise.mark.identify import evidence_of
from tests.mark_attacks import attacked, majority, mix
from tests.mark_world import CELLS, PUBLIC, TRACE, candidates, cells, copy, joined, original, trace

_ROWS, _STRANGER = 300, 1_000_000
_OTHERS = MasterKeys(b"o" * 32)
Kind = tuple[Profile, Callable[[pa.RecordBatch, int], pl.DataFrame]]


def _stranger(rows: pa.RecordBatch, seed: int) -> pl.DataFrame:
    return copy(rows, TRACE, _STRANGER + seed)


def _values(rows: pa.RecordBatch, seed: int) -> pl.DataFrame:
    """Those of a stranger, in an order of nobody."""
    return _stranger(rows, seed).drop("record_uri").sample(_ROWS, seed=seed, shuffle=True)


def _columns_shuffled(rows: pa.RecordBatch, seed: int) -> pl.DataFrame:
    found = _values(rows, seed)
    return found.with_columns(pl.col("standards", "made_on", "quantity").shuffle(seed))


def _merged(rows: pa.RecordBatch, seed: int) -> pl.DataFrame:
    five = [_STRANGER + 5 * seed + n for n in range(5)]
    return attacked(rows, TRACE, five, mix if seed % 2 else majority, seed=seed)


def _invented(rows: pa.RecordBatch, seed: int) -> pl.DataFrame:
    draw = np.random.default_rng(seed)
    return pl.DataFrame(rows)[:_ROWS].with_columns(pl.Series("quantity", draw.integers(0, 5000, _ROWS)))


def _counts(rows: pa.RecordBatch, seed: int) -> pl.DataFrame:
    found = copy(rows, CELLS, _STRANGER + seed)
    return found.with_columns(pl.col("count") + (seed % 3) * 7)


KINDS: dict[str, Kind] = {
    "another recipient's copy": (TRACE, lambda rows, seed: _stranger(rows, seed)[:_ROWS]),
    "another recipient's values, shuffled": (TRACE, _values),
    "public copy of another, in order": (PUBLIC, lambda rows, seed: copy(rows, PUBLIC, _STRANGER + seed)[:_ROWS]),
    "no marks at all": (TRACE, lambda rows, seed: pl.DataFrame(rows)[seed:][:_ROWS]),
    "marked under another master key": (TRACE, lambda rows, seed: copy(rows, TRACE, seed + 1, service=_OTHERS)[:_ROWS]),
    "marked columns shuffled": (TRACE, _columns_shuffled),
    "five strangers merged": (TRACE, lambda rows, seed: _merged(rows, seed)[:_ROWS]),
    "numbers invented": (TRACE, _invented),
    "rows repeated fifty times": (TRACE, lambda rows, seed: pl.concat([_values(rows, seed)[:20]] * 50)),
    "aggregate of another, a constant added": (CELLS, _counts),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grants", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=3, help="found files of each kind")
    parser.add_argument("--epsilon", type=float, default=1e-9)
    asked = parser.parse_args()
    grants, threshold = candidates(asked.grants), log(asked.grants / asked.epsilon)
    every = []
    for name, (profile, made) in KINDS.items():
        rows = cells(300) if profile is CELLS else trace(1500, seed=8)
        shared: Original = original(rows, profile)
        found = [evidence_of(joined(made(rows, seed)), shared, grants) for seed in range(asked.files)]
        every.append(np.concatenate(found))
        _show(name, every[-1], threshold)
    _show("all", np.concatenate(every), threshold)


def _show(name: str, weighed: np.ndarray[tuple[int], np.dtype[np.float64]], threshold: float) -> None:
    shares = ", ".join(f"P(E >= {1 / a:.0f}) = {(weighed >= log(1 / a)).mean():.2g}" for a in (0.1, 0.01, 1e-3, 1e-4))
    accused = int((weighed >= threshold).sum())
    print(f"{name}: {len(weighed)} weighed, highest ln E {weighed.max():.1f}, accused {accused}; {shares}", flush=True)


if __name__ == "__main__":
    main()
