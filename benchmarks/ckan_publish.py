"""Publishing 200,000 rows x 11 columns to a real CKAN: the hub end to end, bare ckanapi, and xloader 2.6.0's load.

    python -m benchmarks.ckan_publish [--rows 200000] [--json]

Starts a CKAN of its own (tests/plugins/ckan_stack). The hub's leg sends the files, fills the table by COPY, reads
files, rows and dictionary back as a stranger and switches, while a reader asks for the table all the time. xloader's
leg counts its load alone: from submitting an uploaded file to the end of its job.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import ckanapi
import pyarrow as pa

from catalog.ckan import CkanPortal
from catalog.ckan.resources import planned
from catalog.datasets import shipped
from catalog.formats.layout import Layout
from catalog.formats.table import open_writer
from catalog.portal import Edition
from catalog.release import Changes, Provenance, Release, Resource
from tests.plugins.ckan_stack import client
from tests.plugins.ckan_stack.serve import Options, Running

NAMES = ("record_id", *(f"text_{number}" for number in range(1, 11)))
BAR = 1.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-bench-ckan-") as folder, _stack(Path(folder) / "stack") as stack:
        first, second = (_edition(Path(folder), version, asked.rows) for version in (1, 2))
        bare = _bare(stack, first)
        loaded = _xloader(stack, asked.rows)
        portal = CkanPortal(stack.url, stack.token, datastore=stack.datastore, timeout=600)
        began = _published(portal, first)
        with _reader(stack) as seen:
            ours = _published(portal, second)
    facts = {
        "bare upload, s": bare,
        "xloader's load alone, s": loaded,
        "hub, first release, s": began,
        "hub, next release, s": ours,
        "hub / xloader": ours / loaded,
        "reader's looks": len(seen),
        "row counts seen": sorted(set(seen)),
    }
    print(json.dumps(facts) if asked.json else "\n".join(f"{name:26} {value}" for name, value in facts.items()))
    if ours > BAR * loaded or set(seen) != {asked.rows}:
        sys.exit(f"the bar is {BAR} times xloader's load and never another row count")


@contextmanager
def _stack(home: Path) -> Iterator[Running]:
    try:
        yield client.start(Options(home, megabytes=500, xloader=True))
    finally:
        client.stop(home)


def _edition(folder: Path, version: int, rows: int) -> Edition:
    declared = next(one for one in shipped() if one.id == "grading")
    text = next(one for one in declared.columns if one.name == "product_name")
    columns = tuple(replace(text, name=name) for name in NAMES)
    dataset = replace(declared, id="benchmark", columns=columns)
    home = folder / f"v{version}"
    home.mkdir()
    resources: list[Resource] = []
    schema = pa.schema([pa.field(name, pa.string()) for name in NAMES])
    layout = Layout(name="benchmark", schema=schema, as_of=datetime(2026, 7, version, tzinfo=UTC))
    for form in ("csv", "parquet"):
        writer = open_writer(form, home, layout)
        for start in range(0, rows, 50_000):
            writer.write(_batch(start, min(start + 50_000, rows), version, schema))
        resources += writer.close()
    release = Release(
        dataset="benchmark",
        version=version,
        rows=rows,
        as_of=datetime(2026, 7, version, tzinfo=UTC),
        resources=tuple(resources),
        changes=Changes(rows, 0, 0),
        provenance=Provenance(
            "a" * 64, "a" * 64, "a" * 64, "a" * 64, hashlib.sha256(str(version).encode()).hexdigest()
        ),
        quality=MappingProxyType({}),
        held_back=MappingProxyType({}),
        mark="",
    )
    return Edition(dataset, release, home, (), "{}")


def _batch(start: int, end: int, version: int, schema: pa.Schema) -> pa.RecordBatch:
    numbers = range(start, end)
    columns = [[f"R{version}-{n:09}" for n in numbers]]
    columns += [[f"示例{(n * k) % 9973} value {n % 101}" for n in numbers] for k in range(1, 11)]
    return pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=schema)


def _bare(stack: Running, edition: Edition) -> float:
    """Plain ckanapi as its manual shows it: one dataset, one file, no table."""
    with ckanapi.RemoteCKAN(stack.url, apikey=stack.token) as remote:
        remote.call_action("organization_create", {"name": "bare"})
        began = time.monotonic()
        remote.call_action("package_create", {"name": "bare", "owner_org": "bare"})
        with (edition.folder / "benchmark.csv").open("rb") as file:
            remote.action.resource_create(package_id="bare", name="benchmark.csv", format="CSV", upload=file)
        return time.monotonic() - began


def _xloader(stack: Running, rows: int) -> float:
    """The load by xloader of the file that the bare leg has uploaded."""
    with ckanapi.RemoteCKAN(stack.url, apikey=stack.token) as remote:
        resource = remote.call_action("package_show", {"id": "bare"})["resources"][0]["id"]
        began = time.monotonic()
        remote.call_action("xloader_submit", {"resource_id": resource})
        while True:
            status = remote.call_action("xloader_status", {"resource_id": resource}).get("status")
            if status == "complete":
                break
            if status == "error":
                sys.exit("xloader failed; see the worker's log")
            time.sleep(0.2)
        took = time.monotonic() - began
        total = remote.call_action("datastore_search", {"resource_id": resource, "limit": 0})["total"]
        if total != rows:
            sys.exit("xloader did not load every row")
        return took


def _published(portal: CkanPortal, edition: Edition) -> float:
    began = time.monotonic()
    for step in (portal.stage, portal.verify, portal.switch):
        step(edition)
    if not any(one.table for one in planned(edition)):
        sys.exit("no table was planned")
    return time.monotonic() - began


@contextmanager
def _reader(stack: Running) -> Iterator[list[int]]:
    """Row counts that an anonymous reader finds in the table the dataset points to."""
    seen: list[int] = []
    ended = threading.Event()

    def poll() -> None:
        with ckanapi.RemoteCKAN(stack.url) as remote:
            while not ended.wait(0.05):
                seen.append(_rows(remote))

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def _rows(remote: Any) -> int:
    package = remote.call_action("package_show", {"id": "benchmark"})
    tables = [r["id"] for r in package["resources"] if r.get("datastore_active") and r["hub_state"] == "current"]
    if len(tables) != 1:
        return 0
    return int(remote.call_action("datastore_search", {"resource_id": tables[0], "limit": 0})["total"])


if __name__ == "__main__":
    main()
