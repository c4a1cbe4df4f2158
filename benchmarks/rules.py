"""All derivations over a province of a million trace records, 100,000 enterprises and 200,000 spot checks.

``python -m benchmarks.rules [--rows 1000000]``. CPU seconds, wall seconds and rows/s of each derivation, and peak
memory of families in processes of their own; the floor (``nothing``) is reading and accepting the same tables.
``all`` runs everything in one process.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.measure import Leg, here, leg, peak_mib
from benchmarks.rules_common import DAY, Watch, read
from benchmarks.rules_views import derive_views
from catalog.standards import load_standard
from exporters.rules import data_quality, enterprise_class, negative_list, product_risk, supervision
from exporters.rules.accept import Facts
from exporters.rules.area_colours import colours
from exporters.rules.book import shipped
from exporters.rules.notices import clusters
from exporters.rules.tables import tables
from exporters.sample import header
from exporters.sample.invent import CHUNK, TABLES, chunk
from exporters.sample.registers import registers
from exporters.sample.shape import shape
from exporters.sample.world import world
from hub.rules.colours import published

LEGS = ("nothing", "negative list", "product levels", "enterprise classes", "traces, outcomes, grades", "all")
VIEWS = {"2.2": "inspection", "2.6": "trace_flow", "2.7": "grading_record"}
"""Other choices of columns of a standard's table."""
LIST, CLASS, TASKS = (shipped(name) for name in ("negative_list", "enterprise_class", "supervision"))


def make(folder: Path, rows: int) -> None:
    """The sample's tables at the issue's sizes, as Parquet, and its registers."""
    parts = {"1.1": 20, "1.2": 10, "2.1": 20, "2.2": 10, "2.3": 5, "2.5": 20, "2.6": 1, "2.7": 20}
    sizes = {standard: rows // part for standard, part in parts.items()}
    place = world(1, rows, sizes["1.2"], sizes["1.1"])
    # Digests of records take most of the time to invent them and none of the rules reads them.
    header.digested = lambda frame, table: frame.with_columns(pl.lit(table.name).alias("record_hash"))
    for table in TABLES:
        total, to = sizes[table.standard], shape(load_standard(table.standard))
        sized = (
            replace(table, per=1) if table.standard == "2.6" else replace(table, per=rows // total, least=1, most=total)
        )
        names = [to.name, *([VIEWS[table.standard]] if table.standard in VIEWS else [])]
        columns = {name: [column.name for column in tables()[name].columns] for name in names}
        wanted = list(dict.fromkeys(column for every in columns.values() for column in every))
        chunks = [
            chunk(place, sized, to, first, min(CHUNK, total - first)).select(wanted) for first in range(0, total, CHUNK)
        ]
        for name in names:
            pl.concat(chunks).select(columns[name]).write_parquet(folder / f"{name}.parquet")
    registers(place, folder)


def run(folder: Path, only: str) -> None:
    """One derivation, or all, and a line of JSON about it."""
    started = time.process_time(), time.perf_counter()
    watch, base = Watch(), 0.0
    if only != "traces, outcomes, grades":
        facts = read(folder)
        base = time.process_time() - started[0]
        derive_all(facts, only, watch)
        del facts
    if only in {"all", "traces, outcomes, grades"}:
        # One family after the other, as the commands read them: no table is held for a family that does not ask for it.
        base += derive_views(folder, watch)
    print(
        json.dumps(
            {
                "read": base,
                "timed": watch.timed,
                "peak": peak_mib(),
                "cpu": time.process_time() - started[0],
                "wall": time.perf_counter() - started[1],
            }
        )
    )


def derive_all(facts: Facts, only: str, watch: Watch) -> None:
    """The derivations in the order in which they need each other."""
    take = watch.take
    rows = {name: frame.height for name, frame in facts.items()}
    every = sum(rows.values())
    if only == "nothing":
        return
    if only in {"all", "negative list"}:
        found = take("negative list", lambda: negative_list.derive(facts, LIST), every)
        listing = take("list of a day", lambda: negative_list.on(DAY, found.spans, LIST), found.spans.height)
        take("full feed", lambda: negative_list.full(listing, LIST), listing.entries.height)
        codes = negative_list.codes_of(facts)
        asked = codes.select(pl.lit(None, pl.String).alias("uscc"), "code").head(10_000)
        questions = asked.with_columns(pl.lit(None, pl.String).alias(name) for name in ("product", "model", "batch"))
        take("10,000 lookups", lambda: negative_list.asked(listing, codes, questions, LIST), questions.height)
        touched = facts["spot_check"].sample(min(1_000, rows["spot_check"]), seed=1)
        take(
            "update by 1,000 samples", lambda: negative_list.update(found, facts, {"spot_check": touched}, LIST), 1_000
        )
    if only in {"all", "product levels"}:
        counted = rows["spot_check"] + rows["risk_monitoring"] + rows["product_basic"]
        for scheme in product_risk.SCHEMES:
            take(
                f"product levels ({scheme})",
                partial(product_risk.levels, facts, shipped("product_risk", scheme), DAY),
                counted,
            )
    if only in {"all", "enterprise classes"}:
        red = enterprise_class.red_of(found.spans) if only == "all" else None
        made = take("enterprise classes", lambda: enterprise_class.classes(facts, CLASS, red), every)
        now = enterprise_class.on(DAY, made.history)
    if only == "all":
        levels = product_risk.levels(facts, shipped("product_risk"), DAY)
        modes = take("modes", lambda: supervision.modes(now, facts["product_basic"], levels, TASKS), now.height)
        take("tasks", lambda: supervision.tasks(modes, facts, TASKS, DAY, 1), now.height)
        take(
            "sampling",
            lambda: (
                supervision.more_products(listing.entries, facts, TASKS, DAY),
                supervision.more_firms(listing.entries, modes, TASKS),
            ),
            listing.entries.height,
        )
        take("risk clusters", lambda: clusters(facts, shipped("notices"), DAY), rows["risk_monitoring"])
        take("faults by bureau", lambda: data_quality.faults(facts, found.undecided), every)
        firms = facts["enterprise_basic"].unique("uscc").select("uscc", "region_code")
        producers = now.join(firms, on="uscc", how="left")
        take("area colours", lambda: colours(producers, shipped("area_colours")), producers.height)
        take("colours published", lambda: published(producers, shipped("area_colours"), 5), producers.height)


def show(name: str, one: Leg) -> None:
    """The derivations of a leg, a line each."""
    said: dict[str, Any] = one.said
    print(
        f"{name}: cpu {one.cpu:.1f} s, wall {one.wall:.1f} s, peak {one.peak:.0f} MiB; accepted in {said['read']:.1f} s"
    )
    for what, (cpu, wall, rows) in said["timed"].items():
        print(
            f"  {what:<30} cpu {cpu:6.2f} s  wall {wall:6.2f} s  {rows:>9,} rows {rows / max(cpu, 1e-3):>11,.0f} rows/s"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--run")
    given = parser.parse_args()
    if given.run:
        run(given.folder, given.run)
        return
    with tempfile.TemporaryDirectory() as folder:
        place = given.folder or Path(folder)
        if not (place / "traceability.parquet").is_file():
            make(place, given.rows)
        sizes = {p.stem: pl.scan_parquet(p).select(pl.len()).collect().item() for p in sorted(place.glob("*.parquet"))}
        print(json.dumps(sizes), np.__version__, pl.__version__)
        for name in LEGS:
            show(name, leg(name, [here(__file__), "--folder", str(place), "--run", name]))


if __name__ == "__main__":
    main()
