"""Pages for people: first render on loopback with many trace records and datasets, and what each page weighs.

    python -m benchmarks.web_pages [--records 100000] [--datasets 200]

The trace records are really released; the further datasets are declared, and shown by copies of one release's row,
because only their number matters to the pages. "first" is the first answer of a new process, by its CPU seconds and
by the clock; "paint" is Chromium's first contentful paint in a new profile (by the clock). The floor is a page of the
same application that reads nothing (/terms).
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import insert, select

from exporters.sample import invent
from hub.db.engine import writing
from hub.db.tables import release as table
from hub.job.pipeline import release
from hub.parts import Parts, assemble, datasets
from hub.settings import Settings
from hub.web.app import create_site
from tests.loopback import serving

SHARE = 0.93
"""Trace records among invented ones."""
WARM = 15


def declared(folder: Path, count: int) -> None:
    """So many datasets like the grading results, under names of their own."""
    folder.mkdir()
    text = (files("catalog") / "datasets" / "grading.toml").read_text(encoding="utf-8")
    for number in range(count):
        own = text.replace('id = "grading"', f'id = "grading_{number:03d}"', 1)
        own = own.replace("产品质量分级结果", f"产品质量分级结果（第{number}类）", 1)
        (folder / f"grading_{number:03d}.toml").write_text(own, encoding="utf-8")


def built(home: Path, records: int, count: int) -> tuple[Settings, Parts]:
    """The house: two datasets released, the others shown."""
    source = f"sqlite:///{home / 'province.sqlite'}"
    invent(source, round(records / SHARE), seed=3, drop_folder=home / "drop")
    declared(home / "datasets", count - 2)
    settings = Settings.read(
        {
            "HUB_HOME": str(home / "hub"),
            "HUB_SOURCE": source,
            "HUB_DROP_FOLDER": str(home / "drop"),
            "HUB_DATASETS": str(home / "datasets"),
            "HUB_API_PLAIN_LOOPBACK": "yes",
            "HUB_API_RATE": "1000000",
        }
    )
    parts = assemble(settings, "benchmark")
    for one in datasets(settings, ("grading", "traceability")):
        release(one, parts)
    with writing(parts.engine) as connection:
        row = connection.execute(select(table).where(table.c.dataset == "grading")).one()._asdict()
        for number in range(count - 2):
            name = f"grading_{number:03d}"
            body = json.dumps({**json.loads(row["body"]), "dataset": name}, ensure_ascii=False)
            connection.execute(insert(table).values(**{**row, "dataset": name, "body": body}))
    return settings, parts


def asked(site: Any, path: str) -> tuple[float, float, int]:
    """CPU seconds, seconds and bytes of one answer, in this process."""
    from werkzeug.test import Client

    cpu, clock = time.process_time(), time.perf_counter()
    answer = Client(site).get(path, base_url="http://127.0.0.1", environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
    body = answer.get_data()
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
    return time.process_time() - cpu, time.perf_counter() - clock, len(body)


def painted(base: str, paths: list[str]) -> dict[str, float]:
    """Seconds to the first contentful paint of each page, each in a new profile; {} without a browser."""
    found = shutil.which("chromium")
    if found is None:
        return {}
    from playwright.sync_api import sync_playwright

    took: dict[str, float] = {}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        for path in paths:
            context = browser.new_context()
            page = context.new_page()
            page.goto(base + path)
            entry = "performance.getEntriesByName('first-contentful-paint')[0]"
            # Asked again and again from outside: a script that waits inside is forbidden by the pages' own policy.
            while page.evaluate(f"{entry} === undefined"):
                page.wait_for_timeout(5)
            took[path] = float(page.evaluate(f"{entry}.startTime")) / 1000
            context.close()
        browser.close()
    return took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--datasets", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings, parts = built(Path(folder), given.records, given.datasets)
        place = next((parts.releases / "traceability" / "1").glob("*.parquet"))
        trace = pl.read_parquet(place, columns=["trace_code"])
        print(f"{trace.height:,} trace records, {given.datasets} datasets")
        code = trace["trace_code"].drop_nulls().str.replace_all(r"[^!-~]", "")[0]
        paths = ["/terms", "/", "/datasets", "/datasets?q=分级&format=csv", "/datasets/traceability", "/grading"]
        paths += [f"/trace?code={code.replace('&', '%26').replace('+', '%2B').replace('#', '%23')}", "/statistics"]
        warm = replace(parts)
        print(f"{'page':<34}{'first CPU s':>12}{'first s':>10}{'warm CPU ms':>13}{'kB':>8}{'paint s':>9}")
        figures = {}
        for path in paths:
            site = create_site(warm, settings)
            first = asked(site, path)
            later = [asked(site, path)[0] for _ in range(WARM if "trace?" not in path else 5)]
            figures[path] = (*first[:2], statistics.median(later) * 1000, first[2] / 1000)
        with serving(create_site(warm, settings)) as base:
            paint = painted(base, paths)
        for path, (cpu, clock, later_ms, size) in figures.items():
            shown = path if len(path) < 33 else path[:30] + "…"
            print(f"{shown:<34}{cpu:>12.3f}{clock:>10.3f}{later_ms:>13.1f}{size:>8.1f}{paint.get(path, 0):>9.2f}")


if __name__ == "__main__":
    main()
