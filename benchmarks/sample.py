"""How fast a sample province is made and loaded, and how much memory that takes.

Each measurement runs in a process of its own. Prints rows a second (trace records, all eight tables included), CPU
seconds and peak memory, and how memory grows with five times the rows.

    python -m benchmarks.sample [--rows 1000000] [--postgres URL]
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from exporters.sample import invent

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: trace records, wall and CPU seconds, peak memory in MiB."""

    rows: int
    wall: float
    cpu: float
    peak: float


def _measure(database: str, rows: int) -> Measured:
    started = time.perf_counter()
    invent(database, rows, 7)
    used = resource.getrusage(resource.RUSAGE_SELF)
    # Linux counts in KiB, macOS in bytes.
    peak = used.ru_maxrss / (_MIB if sys.platform == "darwin" else 1024)
    return Measured(rows, time.perf_counter() - started, used.ru_utime + used.ru_stime, peak)


def measure(database: str, rows: int) -> Measured:
    """One run in a fresh process, so that the peak is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (database, rows))


def main() -> None:
    """Print one line a database and size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--postgres", metavar="URL", help="an empty PostgreSQL database, measured too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        places = {"SQLite": f"sqlite:///{Path(folder) / 'sample.db'}"}
        if given.postgres:
            places["PostgreSQL"] = given.postgres
        for name, database in places.items():
            small, whole = (measure(database, rows) for rows in (max(given.rows // 5, 1), given.rows))
            for m in (small, whole):
                speed = f"{m.rows / m.wall:>9,.0f} rows/s"
                print(f"{name:<11}{m.rows:>10,} rows {m.wall:7.1f} s {speed} {m.cpu:7.1f} cpu s {m.peak:7.0f} MiB")
            print(f"{name:<11}memory of {whole.rows:,} rows is {whole.peak / small.peak:.2f} x that of {small.rows:,}")


if __name__ == "__main__":
    main()
