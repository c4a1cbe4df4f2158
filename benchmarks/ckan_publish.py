"""Publishing 200,000 rows x 11 columns to a real CKAN: the hub end to end, bare ckanapi, and xloader 2.6.0's load.

    python -m benchmarks.ckan_publish [--rows 200000] [--json]

Starts a CKAN of its own (tests/plugins/ckan_stack). The hub's legs send the files, fill the table (by the API, and
once more by COPY), read files, rows and dictionary back as a stranger and switch, while a reader asks for the table
all the time. xloader's leg counts its load alone: from submitting an uploaded file to the end of its job. Beside the
time by the clock stand the CPU seconds of the whole stack and of this process, less those of the reader: on a machine
that others use as well they say more.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import ckanapi
import psutil  # type: ignore[import-untyped]
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
        editions = [_edition(Path(folder), version, asked.rows) for version in (1, 2, 3)]
        by_api = CkanPortal(stack.url, stack.token, timeout=600)
        by_copy = CkanPortal(stack.url, stack.token, datastore=stack.datastore, timeout=600)
        watch = Watch(Path(stack.home))
        seen: list[int] = []
        with watch.leg("bare upload"):
            _bare(stack, editions[0])
        with watch.leg("xloader's load alone"):
            _xloader(stack, asked.rows)
        with watch.leg("hub, first release, API"):
            _published(by_api, editions[0])
        for way, portal, edition in (("API", by_api, editions[1]), ("COPY", by_copy, editions[2])):
            with watch.leg(f"hub, next release, {way}"), _reader(stack, seen):
                _published(portal, edition, watch)
    _tell(watch, seen, asked.rows, as_json=asked.json)


class Watch:
    """Seconds by the clock and of the CPU, of the stack and of this process, by leg."""

    def __init__(self, home: Path) -> None:
        self._stack = psutil.Process(int((home / "serve.pid").read_text()))
        self.clock: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    @contextmanager
    def leg(self, name: str) -> Iterator[None]:
        began, busy = time.monotonic(), self._busy()
        yield
        self.clock[name], self.cpu[name] = time.monotonic() - began, self._busy() - busy

    def _busy(self) -> float:
        """Ended processes are counted by their parents."""
        own = psutil.Process().cpu_times()
        times = [own, *(one.cpu_times() for one in (self._stack, *self._stack.children(recursive=True)))]
        ended = sum(one.children_user + one.children_system for one in times[1:])
        return float(ended + sum(one.user + one.system for one in times))


def _tell(watch: Watch, seen: Sequence[int], rows: int, *, as_json: bool) -> None:
    floor = "xloader's load alone"
    ratio = {name: watch.clock[name] / watch.clock[floor] for name in watch.clock}
    busier = {name: watch.cpu[name] / watch.cpu[floor] for name in watch.cpu}
    if as_json:
        print(json.dumps({"clock": watch.clock, "cpu": watch.cpu, "looks": len(seen), "seen": sorted(set(seen))}))
    else:
        print(f"{'':32} {'clock':>8} {'ratio':>6} {'CPU':>8} {'ratio':>6}")
        for name, clock in watch.clock.items():
            print(f"{name:32} {clock:8.1f} {ratio[name]:6.2f} {watch.cpu[name]:8.1f} {busier[name]:6.2f}")
        print(f"a reader looked {len(seen)} times and saw {sorted(set(seen))} rows")
    if ratio["hub, next release, COPY"] > BAR or set(seen) != {rows}:
        sys.exit(f"the bar is {BAR} times xloader's load by the clock (which copies as well); never another row count")


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


def _bare(stack: Running, edition: Edition) -> None:
    """Plain ckanapi as its manual shows it: one dataset, one file, no table."""
    with ckanapi.RemoteCKAN(stack.url, apikey=stack.token) as remote:
        remote.call_action("organization_create", {"name": "bare"})
        remote.call_action("package_create", {"name": "bare", "owner_org": "bare"})
        with (edition.folder / "benchmark.csv").open("rb") as file:
            remote.action.resource_create(package_id="bare", name="benchmark.csv", format="CSV", upload=file)


def _xloader(stack: Running, rows: int) -> None:
    """The load by xloader of the file that the bare leg has uploaded."""
    with ckanapi.RemoteCKAN(stack.url, apikey=stack.token) as remote:
        resource = remote.call_action("package_show", {"id": "bare"})["resources"][0]["id"]
        remote.call_action("xloader_submit", {"resource_id": resource})
        while True:
            status = remote.call_action("xloader_status", {"resource_id": resource}).get("status")
            if status == "complete":
                break
            if status == "error":
                sys.exit("xloader failed; see the worker's log")
            time.sleep(0.2)
        total = remote.call_action("datastore_search", {"resource_id": resource, "limit": 0})["total"]
        if total != rows:
            sys.exit("xloader did not load every row")


def _published(portal: CkanPortal, edition: Edition, watch: Watch | None = None) -> None:
    for step in (portal.stage, portal.verify, portal.switch):
        with watch.leg(f"  v{edition.release.version} {step.__name__}") if watch else nullcontext():
            step(edition)
    if not any(one.table for one in planned(edition)):
        sys.exit("no table was planned")


@contextmanager
def _reader(stack: Running, seen: list[int]) -> Iterator[None]:
    """Row counts that an anonymous reader finds in the table the dataset points to."""
    ended = threading.Event()

    def poll() -> None:
        with ckanapi.RemoteCKAN(stack.url) as remote:
            while not ended.wait(1):
                seen.append(_rows(remote))

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        yield
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
