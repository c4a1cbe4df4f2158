"""The five file formats against polars' plain sinks: CPU and peak memory of each, from one run.

Every leg reads the same invented rows (26 columns) from Parquet in a process of its own. Ours writes what a release
needs: formula-safe cells, exact decimals, times with +08:00, a synced file; the sinks just write. Both take SHA-256 of
their file: without the CPU's own instructions for it, that is a fifth of the work.
polars has no writer for XML and needs another library for spreadsheets, so these two stand alone.

    python benchmarks/formats.py [--rows 300000] [--json]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Leg, here, leg, report

OURS = ("csv", "jsonl", "parquet", "xml", "xlsx")
SINKS = ("csv", "jsonl", "parquet")


def prepare(source: Path, rows: int) -> None:
    """Write the invented rows."""
    import pyarrow.parquet as pq

    from benchmarks.invented_rows import SCHEMA, batches

    with pq.ParquetWriter(source, SCHEMA, compression="zstd") as writer:
        for batch in batches(rows):
            writer.write_batch(batch)


def ours(source: Path, form: str, folder: Path) -> None:
    """Write them by the hub's own writer."""
    import pyarrow.parquet as pq

    from benchmarks.invented_rows import SCHEMA
    from catalog.formats.layout import Layout
    from catalog.formats.steady import fitted
    from catalog.formats.table import open_writer

    writer = open_writer(form, folder, Layout("rows", SCHEMA, datetime(2026, 1, 1, tzinfo=UTC)))
    with pq.ParquetFile(source, pre_buffer=False) as file:
        for batch in file.iter_batches(65_536):
            writer.write(fitted(batch, SCHEMA))
    print(json.dumps({"bytes": sum(resource.size for resource in writer.close())}))


def sink(source: Path, form: str, folder: Path) -> None:
    """Write them by polars."""
    import polars as pl

    rows = pl.scan_parquet(source)
    path = folder / f"rows.{form}"
    if form == "csv":
        rows.with_columns(pl.col("executed_standards").list.join(";")).sink_csv(path, include_bom=True)
    elif form == "jsonl":
        rows.sink_ndjson(path)
    else:
        rows.sink_parquet(path, compression="zstd")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    print(json.dumps({"bytes": path.stat().st_size, "sha256": digest}))


def measured(script: str, source: Path, kind: str, form: str) -> Leg:
    with tempfile.TemporaryDirectory() as folder:
        return leg(f"{kind} {form}", [script, "--leg", kind, form, str(source), folder])


def compare(rows: int, *, as_json: bool) -> None:
    script = here(__file__)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source.parquet"
        leg("prepare", [script, "--leg", "prepare", str(rows), str(source), folder])
        legs = {("sink", form): measured(script, source, "sink", form) for form in SINKS}
        legs |= {("ours", form): measured(script, source, "ours", form) for form in OURS}
    ratios = {f"CPU, ours / sink: {form}": legs["ours", form].cpu / legs["sink", form].cpu for form in SINKS}
    ratios["CPU, ours / sink: the three together"] = sum(legs["ours", form].cpu for form in SINKS) / sum(
        legs["sink", form].cpu for form in SINKS
    )
    ratios |= {f"thousand rows per CPU second: {form}": rows / legs["ours", form].cpu / 1000 for form in OURS}
    report(f"Formats, {rows:,} rows, 26 columns", list(legs.values()), ratios, as_json=as_json)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--leg", nargs=4, metavar=("KIND", "FORM", "SOURCE", "FOLDER"))
    given = parser.parse_args()
    if given.leg is None:
        compare(given.rows, as_json=given.json)
        return
    kind, form, source, folder = given.leg
    if kind == "prepare":
        prepare(Path(source), int(form))
    else:
        {"ours": ours, "sink": sink}[kind](Path(source), form, Path(folder))


if __name__ == "__main__":
    main()
