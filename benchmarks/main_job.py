"""The main job against a plain copy: trace records from PostgreSQL to CSV, JSON Lines and Parquet with checksums.

The floor reads the same columns of the same rows and writes all of them, as they are, to the same three formats, batch
by batch, and takes SHA-256 of each file. A second floor writes the released columns only, although the job reads more.
Both check nothing, treat nothing and keep nothing. The job is what ``hub run`` does up to
the sealed release: plan, check, treat, part files, pack, gate, checksums, ledger. Publishing to the folder portal is
shown as a leg of its own.

    python -m benchmarks.main_job [--rows 1000000] [--also 5000000] [--json]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Leg, leg, report

ROOT = Path(__file__).resolve().parents[1]

if TYPE_CHECKING:
    from catalog.model import Dataset
    from hub.parts import Parts

FORMATS = 'formats = ["csv", "jsonl", "parquet"]'


def declaration(folder: Path) -> None:
    """The shipped traceability dataset under another name, with three formats."""
    import re

    shipped = (ROOT / "catalog" / "datasets" / "traceability.toml").read_text(encoding="utf-8")
    text = re.sub(r'^id = ".*"$', 'id = "trace_bench"', shipped, count=1, flags=re.MULTILINE)
    text = re.sub(r"^formats = \[.*?\]$", FORMATS, text, count=1, flags=re.MULTILINE | re.DOTALL)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "trace_bench.toml").write_text(text, encoding="utf-8")


def parts_of(work: Path, source: str) -> tuple[Parts, Dataset]:
    """Real parts with default settings on ``work``."""
    from hub.parts import assemble, datasets
    from hub.settings import Settings

    environ = {"HUB_HOME": str(work / "home"), "HUB_SOURCE": source, "HUB_DATASETS": str(work / "declared")}
    settings = Settings.read(environ)
    (dataset,) = datasets(settings, ("trace_bench",))
    return assemble(settings, "benchmark"), dataset


def job(work: Path, source: str, _: int) -> None:
    """The main job up to the sealed release."""
    from hub.job import extract
    from hub.job.seal import seal

    parts, dataset = parts_of(work, source)
    rows = parts.source(dataset)
    run = extract.begin(dataset, rows, parts, full=True)
    extract.extract(dataset, rows, run, parts)
    result = seal(dataset, run, (run.id,), parts)
    print(json.dumps({"rows": result.release.rows, "gate": result.report["gate_cpu_seconds"]}))


def publishing(work: Path, source: str, _: int) -> None:
    """The second half: the sealed release to the folder portal, verified as a reader."""
    from hub.job.pipeline import release

    parts, dataset = parts_of(work, source)
    print(json.dumps({"state": release(dataset, parts).state}))


def floor(work: Path, source: str, _: int) -> None:
    """A plain copy of everything the job reads."""
    plain_copy(work, source, "floor")


def released(work: Path, source: str, _: int) -> None:
    """A plain copy of the columns that the job releases."""
    plain_copy(work, source, "released")


def plain_copy(work: Path, source: str, which: str) -> None:
    """Read, write, hash; nothing else."""
    import adbc_driver_postgresql.dbapi as adbc
    import polars as pl
    import pyarrow.parquet as pq

    declared = json.loads((work / "columns.json").read_text())
    names, listed = declared[which], declared["listed"]
    target = work / which
    target.mkdir()
    query = f"SELECT {', '.join(names)} FROM traceability ORDER BY updated_at, record_id"
    count = 0
    with adbc.connect(source) as connection, connection.cursor() as cursor:
        cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(16 << 20)})
        cursor.execute(query)
        parquet = None
        with (target / "f.csv").open("wb") as csv, (target / "f.jsonl").open("wb") as lines:
            for batch in cursor.fetch_record_batch():
                frame = pl.DataFrame(batch)
                frame.write_csv(csv, include_header=count == 0)
                typed = frame.with_columns(pl.col(listed).str.split(";"))
                typed.write_ndjson(lines)
                table = typed.to_arrow(compat_level=pl.CompatLevel.oldest())
                parquet = parquet or pq.ParquetWriter(target / "f.parquet", table.schema, compression="zstd")
                parquet.write_table(table)
                count += frame.height
        if parquet is not None:
            parquet.close()
    for path in target.iterdir():
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256").hexdigest()
    print(json.dumps({"rows": count}))


def measure(rows: int, work: Path, server: str) -> list[Leg]:
    """Invent ``rows`` records, then run floor, job and publishing, each in its own process."""
    from tests.plugins.postgres import new_database

    declaration(work / "declared")
    # The parent stays small: a child's peak memory is never counted below that of the process that started it.
    with new_database(server) as source:
        common = ["-m", "benchmarks.main_job", "--rows", str(rows), "--work", str(work), "--source", source]
        legs = [leg(f"{name} {rows:,}", [*common, "--leg", name]) for name in LEGS][1:]
    shutil.rmtree(work / "home")
    shutil.rmtree(work / "floor")
    shutil.rmtree(work / "released")
    return legs


def province(work: Path, source: str, rows: int) -> None:
    """Not measured: the rows to work on."""
    from catalog.datasets import load_dataset
    from exporters.products import product_of
    from exporters.sample import invent
    from hub.units import fields_to_read

    invent(source, rows, seed=1)
    # The floor is told its columns, so that it need not load the hub to find them.
    dataset = load_dataset(work / "declared" / "trace_bench.toml")
    read = [f.name for f in fields_to_read(dataset, product_of(dataset))]
    released = list(dict.fromkeys(column.field.name for column in dataset.columns))
    listed = [c.field.name for c in dataset.columns if c.field.kind.value in {"strings", "codes"}]
    (work / "columns.json").write_text(json.dumps({"floor": read, "released": released, "listed": listed}))


LEGS = {"province": province, "floor": floor, "released": released, "job": job, "publishing": publishing}


def main() -> None:
    """Parse, measure, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--also", type=int, default=0, help="a second, larger size, to see that memory stays flat")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--leg", choices=LEGS)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--source")
    given = parser.parse_args()
    if given.leg:
        LEGS[given.leg](given.work, given.source, given.rows)
        return
    from tests.plugins.postgres import cluster

    with tempfile.TemporaryDirectory() as folder, cluster() as server:
        legs = measure(given.rows, Path(folder) / "a", server)
        ratios = {
            "job / plain copy of what it reads (bar: at most 1.30)": legs[2].cpu / legs[0].cpu,
            "job / plain copy of what it releases": legs[2].cpu / legs[1].cpu,
            "the release gate's share of the job": float(str(legs[2].said["gate"])) / legs[2].cpu,
        }
        if given.also:
            legs += measure(given.also, Path(folder) / "b", server)
            ratios[f"job / plain copy at {given.also:,}"] = legs[6].cpu / legs[4].cpu
            ratios[f"peak memory {given.also:,} / {given.rows:,}"] = legs[6].peak / legs[2].peak
    report("Main job: PostgreSQL to CSV, JSON Lines, Parquet, SHA-256", legs, ratios, as_json=given.json)


if __name__ == "__main__":
    main()
