"""Marks: what they cost, how many rows name a leaker, whom they ever accuse, at 10,000 grants and epsilon 1e-9.

    python -m benchmarks.mark [--grants 10000] [--rows 100000] [--files 100] [--plot docs/images/mark-rows-needed.svg]

Speed is CPU time, so that neighbours on the machine count little. CSV with all marks stands against CSV without, in
the same process, both by the hub's writer, from rows and prepared lines in memory to a synced and hashed file. Rows
needed are the fewest of a grid with which every one of three leaks was named.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from math import log
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv

from benchmarks.measure import cpu, times
from catalog.formats.csv import CsvWriter
from catalog.formats.layout import Layout
from desensitise.mark import Candidate, Original, Profile, identify
from desensitise.mark.embed import WINDOW, embed, marked_schema
from desensitise.mark.identify import evidence_of
from desensitise.mark.lines import marked_lines, prepared
from desensitise.mark.prf import Prf
from tests.mark_attacks import COUNTS, MERGES, attacked, drawn, flipped, mix
from tests.mark_world import (
    CELLS,
    MASTER,
    PUBLIC,
    ROUNDED,
    TRACE,
    Entries,
    candidates,
    cells,
    copy,
    joined,
    keys,
    original,
    trace,
)

EPSILON = 1e-9
FLIPS = (0.0, 0.1, 0.2, 0.3)
GRID = (10, 15, 20, 30, 40, 60, 80, 110, 150, 200, 260, 340, 450, 600, 800, 1100, 1500, 2000, 2700, 3600)
CHANNELS = {
    "list order": replace(TRACE, channels=TRACE.channels[:1]),
    "precision": replace(TRACE, channels=TRACE.channels[1:2]),
    "rounding, base 5": replace(TRACE, channels=TRACE.channels[2:]),
    "all three": TRACE,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grants", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=20, help="leaks that every grant is weighed against as innocent")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--only", choices=["speed", "needed", "innocents"], help="one part alone")
    asked = parser.parse_args()
    rows, grants = trace(asked.rows), candidates(asked.grants)
    if asked.only in {None, "speed"}:
        speed(rows)
        reading_speed(rows, grants)
    if asked.only == "speed":
        return
    if asked.only is None:
        bars(rows, grants)
        aggregates(grants)
    if asked.only != "needed":
        innocents(grants, asked.files)
    if asked.only != "innocents":
        needed = rows_needed(asked.grants)
        if asked.plot:
            asked.plot.write_text(plot(needed), encoding="utf-8")


def speed(rows: pa.RecordBatch) -> None:
    same = rows.nbytes // 16 * 16
    floor, _ = times(lambda: Prf(b"k" * 16).words(np.zeros((same // 16, 2), np.uint64)))
    print(f"bare AES over the bytes of the rows: {same / floor / 1e9:.2f} GB a CPU second")
    for profile in (PUBLIC, TRACE, ROUNDED):
        took, _ = times(partial(marking, rows, profile, 1))
        _, clock = times(partial(marking, rows, profile, 2))
        print(
            f"embedding, {profile.name}: {rows.num_rows / took / 1e6:.2f} million rows a CPU second by one thread, "
            f"{rows.num_rows / clock / 1e6:.2f} a second of the clock by two; {took / floor:.1f} times the bare AES"
        )
    schema = marked_schema(rows.schema, TRACE).append(pa.field(TRACE.token, pa.string()))
    begun = time.process_time()
    kept = list(prepared([rows], TRACE, schema, MASTER.family("trace"), "aes"))
    once = time.process_time() - begun
    (plain, bare), (lines, _), (_, clock), (marked, _) = together(
        lambda: hub_csv([rows], rows.schema),
        *(lambda n=n: hub_lines(kept, TRACE, schema, n) for n in (1, 2)),
        lambda: hub_csv(embed([rows], TRACE, keys(7), Entries(), threads=1), schema),
    )
    told = f"{plain * 1e9 / rows.num_rows:.0f} ns a row"
    print(f"CSV with all marks / CSV without ({told}), by lines, as copies are made: {lines / plain:.2f}")
    print(f"the same by the clock, with two threads: {clock / bare:.2f}")
    print(f"the lines of a version, once for all its copies / CSV without: {once / plain:.2f}")
    print(f"CSV with all marks / CSV without, row by row, as the release itself is made: {marked / plain:.2f}")
    (plain, bare), (marked, _), (_, clock) = together(
        lambda: csv([rows]), *(lambda n=n: csv(embed([rows], TRACE, keys(7), Entries(), n)) for n in (1, 2))
    )
    print(f"the same by Arrow's bare writer: {marked / plain:.2f}; by the clock with two threads {clock / bare:.2f}")


def marking(rows: pa.RecordBatch, profile: Profile, threads: int) -> None:
    """A copy that nobody looks at."""
    deque(embed([rows], profile, keys(7), Entries(), threads), maxlen=0)


def together(*tried: Callable[[], object], turns: int = 15) -> list[tuple[float, float]]:
    """The least CPU seconds and seconds by the clock of each, tried in turns, as neighbours disturb all alike then."""
    found = [[times(one, 1) for one in tried] for _ in range(turns)]
    return [(min(cpus), min(clocks)) for cpus, clocks in (zip(*one, strict=True) for one in zip(*found, strict=True))]


def hub_csv(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
    """The CSV file as a release has it: texts guarded, lists joined, hashed."""
    with tempfile.TemporaryDirectory() as folder:
        writer = CsvWriter(Path(folder), Layout("rows", schema, datetime(2026, 1, 1, tzinfo=UTC)))
        for batch in batches:
            for start in range(0, batch.num_rows, WINDOW):
                writer.write(batch.slice(start, WINDOW))
        writer.close()


def hub_lines(kept: Iterable[pa.RecordBatch], profile: Profile, schema: pa.Schema, threads: int) -> None:
    """The same file put together from prepared lines."""
    with tempfile.TemporaryDirectory() as folder:
        writer = CsvWriter(Path(folder), Layout("rows", schema, datetime(2026, 1, 1, tzinfo=UTC)))
        for lines in marked_lines(kept, "", profile, schema.names, keys(7), Entries(), threads):
            writer.write_lines(lines.lines, lines.rows)
        writer.close()


def csv(batches: Iterable[pa.RecordBatch]) -> int:
    """Bytes of the CSV of batches, lists joined."""
    room = io.BytesIO()
    for batch in batches:
        lists = pa.compute.binary_join(batch.column("standards"), ";")
        pacsv.write_csv(batch.set_column(batch.schema.get_field_index("standards"), "standards", lists), room)
    return room.tell()


def reading_speed(rows: pa.RecordBatch, grants: list[Candidate]) -> None:
    found = joined(copy(rows, TRACE, 7).drop("record_uri").sample(1000, seed=1, shuffle=True))
    shared = original(rows, TRACE)
    begun = time.perf_counter()
    took = cpu(lambda: identify(found, shared, grants, EPSILON))
    wall = (time.perf_counter() - begun) / 3
    print(
        f"identifying, {len(grants)} grants, 1000 rows of {rows.num_rows}: {took:.2f} CPU s, {wall:.2f} s by the clock"
    )


def bars(rows: pa.RecordBatch, grants: list[Candidate]) -> None:
    leak = copy(rows, TRACE, 7)
    facts = leak.drop("record_uri", "standards", "made_on", "quantity")
    shuffled = leak.drop("record_uri").sample(40, seed=2, shuffle=True)
    show("one row, token", leak[5:6], original(rows, TRACE), grants)
    show("20 rows in sequence", facts[500:520], original(rows, PUBLIC), grants)
    for column in ("uscc", "product", "event", "region"):
        show(f"1000 rows sorted by {column}", facts[3000:4000].sort(column), original(rows, PUBLIC), grants)
    show("40 rows shuffled, no token", joined(shuffled), original(rows, TRACE), grants)
    show("10 rows", joined(shuffled[:10]), original(rows, TRACE), grants)
    show(
        "1 %, 30 % flipped",
        flipped(rows, TRACE, 7, 0.3).sample(1000, seed=2, shuffle=True),
        original(rows, TRACE),
        grants,
    )
    show(
        "1 %, all inverted",
        flipped(rows, TRACE, 7, 1.0).sample(1000, seed=2, shuffle=True),
        original(rows, TRACE),
        grants,
    )
    for name, merge in MERGES.items():
        found = attacked(rows, TRACE, [11, 12, 13, 14, 15], merge, seed=99).sample(1000, seed=2, shuffle=True)
        show(f"1 %, five colluders, {name}", found, original(rows, TRACE), grants)
    numbers = flipped(rows, ROUNDED, 7, 0.0)
    tens = numbers.with_columns((pl.col("quantity") + 5) // 10 * 10)
    show("rounding, 130 rows", numbers.sample(130, seed=1), original(rows, ROUNDED), grants)
    show(
        "rounding, 30 % flipped, 1600",
        flipped(rows, ROUNDED, 7, 0.3).sample(1600, seed=1),
        original(rows, ROUNDED),
        grants,
    )
    three = attacked(rows, ROUNDED, [21, 22, 23], mix, seed=99).sample(1300, seed=1)
    show("rounding, three mixed, 1300", three, original(rows, ROUNDED), grants)
    show("rounding, again to tens, 260", tens.sample(260, seed=1), original(rows, ROUNDED), grants)


def show(name: str, found: pl.DataFrame, shared: Original, grants: list[Candidate]) -> None:
    verdict = identify(found, shared, grants, EPSILON)
    named = ", ".join(f"{one.grant} {one.ln_e:.0f}" for one in verdict.named) or verdict.outcome
    print(f"{name}: {named}; runner-up {verdict.runner_up or 0:.1f}", flush=True)


def aggregates(grants: list[Candidate]) -> None:
    rows = cells(2000)
    shared = original(rows, CELLS)
    show("25 cells", flipped(rows, CELLS, 7, 0.0).sample(25, seed=1), shared, grants)
    symbols = drawn(rows, CELLS, [1, 2, 3, 4, 5])["count"][1]
    copies = (rows.column("count").to_numpy() + symbols - 4).astype(np.float64)
    for name, merge in COUNTS.items():
        merged = pl.DataFrame(rows).with_columns(pl.Series("count", merge(copies, np.random.default_rng(99))))
        show(f"2000 cells, five, {name}", merged, shared, grants)


def innocents(grants: list[Candidate], files: int) -> None:
    """Evidence against every grant in leaks of grants that are not among them."""
    rows = trace(1500, seed=8)
    shared, every = original(rows, TRACE), []
    for culprit in range(files):
        found = copy(rows, TRACE, 1_000_000 + culprit).drop("record_uri")[:200]
        every.append(evidence_of(joined(found), shared, grants))
    weighed = np.concatenate(every)
    shares = ", ".join(f"P(E >= {1 / a:.0f}) = {(weighed >= log(1 / a)).mean():.2g}" for a in (0.1, 0.01, 1e-3, 1e-4))
    print(f"{len(weighed)} innocent evaluations: highest ln E {weighed.max():.1f}; {shares}", flush=True)


def rows_needed(grants: int) -> dict[str, list[int]]:
    """Fewest rows of the grid with which all of three leaks are named, by channel and share of marks flipped."""
    rows, few = trace(6000, seed=3), candidates(40)
    epsilon = EPSILON * len(few) / grants
    found: dict[str, list[int]] = {}
    for name, profile in CHANNELS.items():
        shared = original(rows, profile)
        leaks = {share: [flipped(rows, profile, n, share, seed=n) for n in range(1, 4)] for share in FLIPS}
        found[name] = [_fewest(leaks[share], shared, few, epsilon) for share in FLIPS]
        told = ", ".join(f"{share:.0%} {n}" for share, n in zip(FLIPS, found[name], strict=True))
        print(f"rows needed, {name}: {told}", flush=True)
    return found


def _fewest(leaks: list[pl.DataFrame], shared: Original, grants: list[Candidate], epsilon: float) -> int:
    low, high = 0, len(GRID) - 1
    while low < high:
        middle = (low + high) // 2
        tried = enumerate(leaks, 1)
        sampled = [(n, leak.sample(GRID[middle], seed=n + 70, shuffle=True)) for n, leak in tried]
        named = all(
            [one.grant for one in identify(leak, shared, grants, epsilon).named] == [f"g{n}"] for n, leak in sampled
        )
        low, high = (low, middle) if named else (middle + 1, high)
    return GRID[low]


def plot(needed: dict[str, list[int]]) -> str:
    """Rows needed against the share of flipped marks, as SVG with a logarithmic axis."""
    inks = ("#1f5fa8", "#b3541e", "#2f7d4f", "#6b4fa0")

    def x(share: float) -> float:
        return 80 + share * 1700

    def y(rows: float) -> float:
        return float(330 - (np.log10(rows) - 1) * 105)

    said = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 400" font-family="sans-serif" font-size="13">']
    said.append('<rect width="760" height="400" fill="#fff"/>')
    for count in (10, 30, 100, 300, 1000, 3000):
        line = f'<path d="M80 {y(count):.0f}H600" stroke="#ddd"/>'
        said += [line, f'<text x="70" y="{y(count) + 4:.0f}" text-anchor="end">{count}</text>']
    said += [f'<text x="{x(share):.0f}" y="352" text-anchor="middle">{share:.0%}</text>' for share in FLIPS]
    said.append('<text x="340" y="380" text-anchor="middle">share of marks flipped 被篡改标记的比例</text>')
    said.append('<text x="80" y="20">rows needed 所需行数 (N = 10 000, ε = 1e-9)</text>')
    for ink, rows in zip(inks, needed.values(), strict=False):
        points = " ".join(f"{x(share):.0f},{y(n):.0f}" for share, n in zip(FLIPS, rows, strict=True))
        said.append(f'<polyline points="{points}" fill="none" stroke="{ink}" stroke-width="2.5"/>')
    lowest = 0.0
    # Lines that end together have their names one below the other, the highest line's first.
    for name, ink in sorted(zip(needed, inks, strict=False), key=lambda pair: -needed[pair[0]][-1]):
        lowest = max(y(needed[name][-1]) + 4, lowest + 15)
        said.append(f'<text x="612" y="{lowest:.0f}" fill="{ink}">{name}</text>')
    return "\n".join([*said, "</svg>"]) + "\n"


if __name__ == "__main__":
    main()
