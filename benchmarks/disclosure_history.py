"""Years of monthly releases, each protected together with all before it: CPU seconds and peak memory a month.

``python -m benchmarks.disclosure_history [--months 12] [--late 60]``: a small table that every month changes all over.
``python -m benchmarks.disclosure_history --sample [--months 36]``: the sample's spot-check statistics as the main job
releases them, from sampling dates of three sample provinces one after the other; one record in twenty comes late.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from sqlalchemy import create_engine

from desensitise.disclosure import TableSpec, parse_spec, protect
from desensitise.disclosure.history import Edition
from desensitise.disclosure.release import spec_of
from desensitise.disclosure.remembered import remembered
from exporters.products.base import as_frame, as_raw
from exporters.products.statistics import derive
from exporters.sample import invent
from hub.parts import datasets
from hub.settings import Settings

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


def changing(months: int, late: int) -> Iterator[pl.DataFrame]:
    """A table whose records keep coming in everywhere."""
    rng = np.random.default_rng(1)
    known = records(rng, 2500)
    for _ in range(months):
        yield known
        known = pl.concat([known, records(rng, late)])


def sampled(months: int) -> tuple[TableSpec, Iterator[pl.DataFrame]]:
    """The specification of the shipped statistics, and the sums that the product makes of each month's records."""
    with tempfile.TemporaryDirectory() as folder:
        (dataset,) = datasets(Settings.read({"HUB_HOME": folder, "HUB_SOURCE": "sqlite:///none"}), ("statistics",))
        checks = pl.concat([_checks(f"sqlite:///{folder}/{year}.sqlite", year) for year in range((months + 11) // 12)])
    rng = np.random.default_rng(1)
    late = rng.binomial(1, 0.05, checks.height) * rng.integers(1, 4, checks.height)
    month = (pl.col("sampled_on").dt.year().cast(pl.Int64) - 2025) * 12 + pl.col("sampled_on").dt.month() - 8
    checks = checks.with_columns(_entered=month + pl.Series(late))
    here = (checks.filter(pl.col("_entered") <= at).drop("_entered") for at in range(months))
    return spec_of(dataset), (as_frame(derive(as_raw(one), dataset)) for one in here)


def _checks(source: str, year: int) -> pl.DataFrame:
    """A year of spot checks of one sample province, moved on by so many years."""
    invent(source, 20_000, seed=year + 1)
    names = "sampled_on, stage, inspected_uscc, product_kind, source_region_code, verdict, safety_failed"
    engine = create_engine(source)
    with engine.connect() as connection:
        found = pl.read_database(
            f"SELECT {names}, record_status, openness FROM spot_check",
            connection,
            infer_schema_length=None,
        )
    engine.dispose()
    return (
        found.with_columns(
            pl.col("sampled_on").cast(pl.String).str.to_date(strict=False),
            pl.col("safety_failed").cast(pl.Int64, strict=False).cast(pl.Boolean),
        )
        .filter(
            pl.col("sampled_on").is_between(pl.date(2025, 8, 1), pl.date(2026, 7, 31)),
            pl.col("stage").str.len_chars() == 1,
        )
        .with_columns(pl.col("sampled_on").dt.offset_by(f"{year}y"))
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--late", type=int, default=60)
    parser.add_argument("--sample", action="store_true")
    asked = parser.parse_args()
    spec, series = parse_spec(SPEC, "monthly.toml"), changing(asked.months, asked.late)
    if asked.sample:
        spec, series = sampled(asked.months)
    past = Kept()
    for month, known in enumerate(series, start=1):
        begun = time.process_time()
        protected = protect(known, spec, past=past)
        spent = time.process_time() - begun
        made = remembered(protected)
        past.all.append(replace(made, name=f"{spec.name}/{month}"))
        figures = len(protected.cells.keys) * len(protected.cells.measures)
        sensitive = int(protected.guarded.pattern.system.sensitive.sum()) if protected.guarded else 0
        told = f"{protected.withheld:4} of {figures} withheld, {sensitive:5} proven safe jointly"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        kept = f"{len(made.proven) / 2**20:.1f} MiB of proofs kept"
        print(f"month {month:2}: {told}, {spent:6.2f} CPU s, at most {peak} MiB, {kept}", flush=True)


if __name__ == "__main__":
    main()
