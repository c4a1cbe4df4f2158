"""A year of monthly releases of one small table, each protected together with all before it: CPU seconds a month.

``python -m benchmarks.disclosure_history [--months 12] [--late 60]``
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from desensitise.disclosure import parse_spec, protect
from desensitise.disclosure.history import Edition
from desensitise.disclosure.remembered import remembered

SPEC = """
[table]
name = "monthly"
contributor = "firm"
[rules]
threshold = 3
p = 15
[[dimension]]
name = "region"
[[dimension]]
name = "product"
[[measure]]
name = "fines"
kind = "value"
[[measure]]
name = "checks"
kind = "count"
"""


@dataclass
class Kept:
    """Editions in memory."""

    all: list[Edition] = field(default_factory=list)

    def editions(self, source: str) -> Sequence[Edition]:
        del source
        return tuple(self.all)

    def key(self, source: str) -> bytes:
        return source.encode()


def records(rng: np.random.Generator, count: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "region": [f"R{one:02d}" for one in rng.integers(0, 16, count)],
            "product": [f"P{one}" for one in rng.integers(0, 5, count)],
            "firm": [f"F{one}" for one in rng.integers(0, 300, count)],
            "fines": np.ceil(rng.lognormal(5, 1, count)),
            "checks": np.ones(count, dtype=np.int64),
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--late", type=int, default=60)
    asked = parser.parse_args()
    rng, past, spec = np.random.default_rng(1), Kept(), parse_spec(SPEC, "monthly.toml")
    known = records(rng, 2500)
    for month in range(1, asked.months + 1):
        begun = time.process_time()
        protected = protect(known, spec, past=past)
        spent = time.process_time() - begun
        made = remembered(protected)
        past.all.append(replace(made, name=f"monthly/{month}"))
        figures = len(protected.cells.keys) * len(protected.cells.measures)
        unknowns = protected.guarded.pattern.system.size if protected.guarded else figures
        told = f"{protected.withheld:4} of {figures} withheld, {unknowns:6} unknowns"
        print(f"month {month:2}: {told}, {spent:6.2f} CPU s", flush=True)
        known = pl.concat([known, records(rng, asked.late)])


if __name__ == "__main__":
    main()
