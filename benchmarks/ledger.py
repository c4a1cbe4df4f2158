"""What the ledger costs: microseconds an entry in batches and singly, milliseconds a proof, seconds an audit.

    python -m benchmarks.ledger [--events N] [--batch N] [--postgres URL]

The bar: at most 50 µs an entry in batches of 500. Each figure stands beside a floor measured in the same run: the
same rows, already hashed, written by the bare driver into the same tables.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, select

from hub.db.engine import connect, reading, writing
from hub.db.migrate import migrate
from hub.db.tables import ledger_leaf, ledger_node
from hub.ledger import store
from hub.ledger.audit import verify_last, verify_ledger
from hub.ledger.note import Signer
from hub.ledger.store import Event
from hub.ledger.verify import check_proof

NOW = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
SIGNER = Signer("hub.example/ledger", Ed25519PrivateKey.from_private_bytes(b"1" * 32))
Rows: TypeAlias = list[tuple[Any, ...]]
SINGLES = 200
PROOFS = 500


def event(number: int) -> Event:
    """An entry of the usual length: a use of a release."""
    body = {"dataset": "traceability", "version": number % 9, "party": f"bureau-{number}", "sha256": "ab" * 32}
    return Event("use.recorded", body)


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(name: str, engine: Engine, events: int, batch: int, floor: Callable[[Rows, Rows], float]) -> None:
    """Print one database's figures."""
    migrate(engine)

    def append(low: int, count: int) -> None:
        with writing(engine) as connection:
            store.append(connection, [event(number) for number in range(low, low + count)], NOW)

    begun = time.process_time()
    batches = [seconds(partial(append, low, batch)) for low in range(0, events, batch)]
    cpu = (time.process_time() - begun) / events * 1e6
    singles = [seconds(partial(append, low, 1)) for low in range(SINGLES)]
    with writing(engine) as connection:
        store.checkpoint(connection, SIGNER, NOW)
    with reading(engine) as connection:
        there = store.size(connection)
        asked = [number * 7919 % there for number in range(PROOFS)]
        made = [seconds(partial(store.proof_json, connection, seq, SIGNER.verifier)) for seq in asked]
        proof = store.proof_json(connection, 7, SIGNER.verifier)
        checked = [seconds(lambda: check_proof(proof, SIGNER.vkey)) for _ in range(PROOFS)]
        audit = seconds(lambda: verify_ledger(connection, [SIGNER.verifier]).demand())
        quick = seconds(lambda: verify_last(connection, [SIGNER.verifier]).demand())
        leaves = [tuple(row) for row in connection.execute(select(ledger_leaf).limit(batch))]
        nodes = [tuple(row) for row in connection.execute(select(ledger_node).limit(batch))]
    bare = floor(leaves, nodes) / batch * 1e6
    each = median(batches) / batch * 1e6
    print(f"{name}: {there:,} entries")
    print(f"  append in batches of {batch}: {each:.1f} µs an entry, of that our CPU {cpu:.1f} µs")
    print(f"    ready rows by the bare driver: {bare:.1f} µs, ratio {each / bare:.1f}")
    print(f"  append singly: {median(singles) * 1e3:.2f} ms an entry, committed to disk each")
    print(
        f"  proof: {median(made) * 1e3:.2f} ms to make, {median(checked) * 1e3:.2f} ms to check, {len(proof):,} bytes"
    )
    print(f"  audit: {audit / there * 1e6:.1f} µs an entry; quick look at the start {quick * 1e3:.2f} ms")


def sqlite_floor(folder: Path) -> Callable[[Rows, Rows], float]:
    """Seconds to write one batch of ready rows by the bare driver, synced alike."""

    def run(leaves: Rows, nodes: Rows) -> float:
        engine = connect(f"sqlite:///{folder / 'floor.db'}")
        migrate(engine)
        raw = sqlite3.connect(folder / "floor.db", isolation_level=None)
        raw.execute("PRAGMA synchronous = FULL")

        def write() -> None:
            raw.execute("BEGIN IMMEDIATE")
            raw.executemany("INSERT INTO ledger_leaf VALUES (?, ?, ?, ?)", leaves)
            raw.executemany("INSERT INTO ledger_node VALUES (?, ?, ?)", nodes)
            raw.execute("COMMIT")

        return seconds(write)

    return run


def postgres_floor(url: str) -> Callable[[Rows, Rows], float]:
    """Seconds to copy one batch of ready rows by the bare driver, into tables of the same shape, rolled back."""

    def run(leaves: Rows, nodes: Rows) -> float:
        with psycopg.connect(url) as raw, raw.cursor() as cursor:
            for table in ("ledger_leaf", "ledger_node"):
                cursor.execute(f"CREATE TEMP TABLE floor_{table} (LIKE {table} INCLUDING ALL)".encode())

            def write() -> None:
                for table, rows in (("ledger_leaf", leaves), ("ledger_node", nodes)):
                    with cursor.copy(f"COPY floor_{table} FROM STDIN".encode()) as copy:
                        for row in rows:
                            copy.write_row(row)

            return seconds(write)

    return run


def main() -> None:
    """Measure SQLite, and PostgreSQL when its URL is given (an empty database)."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--postgres", metavar="URL")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        measure("SQLite", connect(f"sqlite:///{place / 'hub.db'}"), chosen.events, chosen.batch, sqlite_floor(place))
    if chosen.postgres:
        floor = postgres_floor(chosen.postgres)
        measure("PostgreSQL", connect(chosen.postgres), chosen.events, chosen.batch, floor)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
