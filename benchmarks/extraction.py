"""What our source costs over a bare ADBC stream of the same rows from PostgreSQL, and how much memory it takes.

    python -m benchmarks.extraction [--rows 200000] [--unit-rows 100000] [--database URL] [--json]

Without ``--database`` a private PostgreSQL is started. Both legs fetch the same 26 columns, cast alike; the bare leg is
one statement without order or cutting, ours is planned, cut into key ranges and read in key order.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Iterator

import adbc_driver_postgresql.dbapi
import psycopg

from benchmarks.measure import Leg, here, leg, report
from catalog.model import Field, Kind, Sensitivity, Sharing, SourceSpec
from exporters.open import open_source
from tests.plugins.postgres import cluster, new_database

TEXTS = tuple(f"text_{n}" for n in range(1, 19))
NAMES = ("record_id", "updated_at", *TEXTS, "made_on", "amount", "pieces", "is_public", "details", "state")
TABLE = f"""
CREATE TYPE state AS ENUM ('made', 'sold');
CREATE TABLE trace (record_id text, updated_at timestamptz, {", ".join(f"{name} text" for name in TEXTS)},
    made_on date, amount numeric(14, 2), pieces bigint, is_public boolean, details jsonb, state state);
INSERT INTO trace SELECT 'r' || lpad(i::text, 11, '0'), '2025-01-01'::timestamptz + i * interval '10 ms',
    {", ".join(f"'value ' || (i * {n}) % 9973" for n in range(1, 19))},
    '2024-01-01'::date + (i % 365)::int, i / 100.0, i, i % 2 = 0, '{{{{"place": 1}}}}', 'sold'
    FROM generate_series(1, {{rows}}) AS i;
CREATE INDEX by_key ON trace (updated_at, record_id);
ANALYZE trace;
"""
CAST = {"amount": "amount::text", "details": "details::text", "state": "state::text"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--unit-rows", type=int, default=100_000)
    parser.add_argument("--database", help="an empty PostgreSQL database to use instead of a private one")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--leg", choices=["bare", "ours"], help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.leg:
        print(json.dumps(_bare(asked.database) if asked.leg == "bare" else _ours(asked.database, asked.unit_rows)))
        return
    with _database(asked.database) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(TABLE.format(rows=asked.rows).encode())
        legs = [_leg(name, url, asked.unit_rows) for name in ("bare", "ours")]
    if len({one.said["rows"] for one in legs} | {asked.rows}) != 1:
        sys.exit("the two legs did not read the same number of rows")
    ratios = {
        "cpu of ours / cpu of a bare ADBC stream": legs[1].cpu / legs[0].cpu,
        "peak of ours / peak of a bare ADBC stream": legs[1].peak / legs[0].peak,
    }
    report(f"Extraction of {asked.rows} rows from PostgreSQL", legs, ratios, as_json=asked.json)


@contextlib.contextmanager
def _database(given: str | None) -> Iterator[str]:
    if given:
        yield given
        return
    with cluster() as server, new_database(server) as url:
        yield url


def _leg(name: str, url: str, unit_rows: int) -> Leg:
    return leg(name, [here(__file__), "--leg", name, "--database", url, "--unit-rows", str(unit_rows)])


def _bare(url: str) -> dict[str, float]:
    started, rows = time.perf_counter(), 0
    with adbc_driver_postgresql.dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(CAST.get(name, name) for name in NAMES)} FROM trace")
        for batch in cursor.fetch_record_batch():
            rows += batch.num_rows
    return {"rows": rows, "seconds": time.perf_counter() - started}


def _ours(url: str, unit_rows: int) -> dict[str, float]:
    fields = [Field("X", n, n, n, Kind.STRING, Sensitivity.PUBLIC, Sharing.OPEN) for n in NAMES]
    with open_source(SourceSpec("sql", table="trace"), fields, url) as source:
        started = time.perf_counter()
        plan = source.plan(None, unit_rows)
        planned = time.perf_counter() - started
        rows = sum(raw.batch.num_rows for unit in plan.units for raw in source.read(unit))
    return {"rows": rows, "plan_seconds": planned, "units": len(plan.units)}


if __name__ == "__main__":
    main()
