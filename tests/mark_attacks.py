"""Attacks on marked copies, for tests and benchmark: each turns the symbols of copies into one file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from desensitise.mark.channels import write
from desensitise.mark.embed import row_numbers
from desensitise.mark.laws import Law, law_of
from desensitise.mark.prf import Prf, blocks
from desensitise.mark.profile import Profile
from tests.mark_world import keys

Symbols: TypeAlias = npt.NDArray[np.int64]
Merge: TypeAlias = Callable[[Symbols, np.random.Generator], Symbols]


def drawn(rows: pa.RecordBatch, profile: Profile, grants: list[int]) -> dict[str, tuple[Law, Symbols]]:
    """What each grant's copy shows: column -> law and symbols (grants, rows)."""
    numbers, found = row_numbers(rows, 0, profile), {}
    family = Prf(keys(1).family)
    for channel in profile.channels:
        part = rows.column(channel.part) if channel.part else None
        law = law_of(channel, rows.column(channel.column), numbers, profile, family, part)
        made = blocks(numbers, profile.lane(channel), law.value)
        found[channel.column] = (law, np.stack([law.symbols(Prf(keys(g).grant).words(made)) for g in grants]))
    return found


def shown(rows: pa.RecordBatch, profile: Profile, symbols: dict[str, tuple[Law, Symbols]]) -> pl.DataFrame:
    """The rows as a file with these symbols (rows,) shows them."""
    columns = dict(zip(rows.schema.names, rows.columns, strict=True))
    for channel in profile.channels:
        law, one = symbols[channel.column]
        columns[channel.column] = write(channel, rows.column(channel.column), law, one)
    return pl.DataFrame(pa.table(columns))


def attacked(rows: pa.RecordBatch, profile: Profile, grants: list[int], merge: Merge, seed: int = 1) -> pl.DataFrame:
    """The file that these grants make of their copies by ``merge``."""
    draw = np.random.default_rng(seed)
    found = drawn(rows, profile, grants)
    return shown(rows, profile, {name: (law, merge(each, draw)) for name, (law, each) in found.items()})


def flipped(rows: pa.RecordBatch, profile: Profile, grant: int, share: float, seed: int = 1) -> pl.DataFrame:
    """One grant's copy with a share of its marks changed to another symbol."""
    draw, merged = np.random.default_rng(seed), {}
    for name, (law, each) in drawn(rows, profile, [grant]).items():
        ways = np.where(law.cut > 0, 2, law.modulus).astype(np.int64)
        other = (each[0] + 1 + (draw.random(len(ways)) * np.maximum(ways - 1, 0)).astype(np.int64)) % ways
        merged[name] = (law, np.where(draw.random(len(ways)) < share, other, each[0]))
    return shown(rows, profile, merged)


def mix(each: Symbols, draw: np.random.Generator) -> Symbols:
    """Every cell from any copy."""
    mixed: Symbols = each[draw.integers(0, len(each), each.shape[1]), np.arange(each.shape[1])]
    return mixed


def _voted(each: Symbols, draw: np.random.Generator, sign: int) -> Symbols:
    count = (each[:, None, :] == each[None, :, :]).sum(1) * sign + draw.random(each.shape) * 0.5
    voted: Symbols = np.take_along_axis(each, count.argmax(0)[None, :], axis=0)[0]
    return voted


def majority(each: Symbols, draw: np.random.Generator) -> Symbols:
    """Every cell as most copies show it."""
    return _voted(each, draw, 1)


def minority(each: Symbols, draw: np.random.Generator) -> Symbols:
    """Every cell as the fewest copies show it."""
    return _voted(each, draw, -1)


def highest(each: Symbols, draw: np.random.Generator) -> Symbols:
    """Every cell's highest symbol."""
    del draw
    top: Symbols = each.max(0)
    return top


MERGES: dict[str, Merge] = {"mix": mix, "majority": majority, "minority": minority, "max": highest}

# Mergers of counts: (copies, cells) to (cells,), as an analyst would do them.
COUNTS: dict[str, Callable[[npt.NDArray[np.float64], np.random.Generator], npt.NDArray[np.float64]]] = {
    "averaging": lambda each, _: each.mean(0),
    "rounded averaging": lambda each, _: np.rint(each.mean(0)),
    "mix": lambda each, draw: each[draw.integers(0, len(each), each.shape[1]), np.arange(each.shape[1])],
    "median": lambda each, _: np.median(each, axis=0),
    "midrange": lambda each, _: (each.max(0) + each.min(0)) / 2,
    "max": lambda each, _: each.max(0),
    "min": lambda each, _: each.min(0),
    "averaging plus noise": lambda each, draw: each.mean(0) + draw.integers(-2, 3, each.shape[1]),
}
