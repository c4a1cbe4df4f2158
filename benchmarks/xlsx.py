"""Spreadsheets: the hub's bulk writer against openpyxl's write-only mode, from one run.

openpyxl writes a sample of the same rows (a tenth by default), because it is an order of magnitude slower; what is
compared is rows per CPU second, the start of the interpreter and the reading of the rows included. The bar is 30,000.

    python benchmarks/xlsx.py [--rows 300000] [--json]
"""

from __future__ import annotations

import argparse
import json
import tempfile
from datetime import datetime
from pathlib import Path

from benchmarks.formats import ours, prepare
from benchmarks.measure import Leg, here, leg, report

BAR = 30_000
SHARE = 10


def peer(source: Path, folder: Path) -> None:
    """Write the rows by openpyxl, typed, with the same heading."""
    import openpyxl
    import pyarrow.parquet as pq

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("data")
    with pq.ParquetFile(source, pre_buffer=False) as file:
        sheet.append(file.schema_arrow.names)
        for batch in file.iter_batches(4_096):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                sheet.append([_cell(value) for value in row])
    path = folder / "rows.xlsx"
    book.save(path)
    print(json.dumps({"bytes": path.stat().st_size}))


def _cell(value: object) -> object:
    if isinstance(value, list):
        return ";".join(value)
    # openpyxl refuses times with a zone.
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def measured(script: str, kind: str, rows: int) -> Leg:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source.parquet"
        leg("prepare", [script, "--leg", "prepare", str(rows), str(source), folder])
        return leg(f"{kind} {rows:,} rows", [script, "--leg", kind, "xlsx", str(source), folder])


def compare(rows: int, *, as_json: bool) -> None:
    script = here(__file__)
    sample = max(rows // SHARE, 1)
    small = measured(script, "ours", sample)
    bulk = measured(script, "ours", rows)
    openpyxl = measured(script, "openpyxl", sample)
    ratios = {
        "rows per CPU second, ours": rows / bulk.cpu,
        "rows per CPU second, openpyxl": sample / openpyxl.cpu,
        "ours / openpyxl": (rows / bulk.cpu) / (sample / openpyxl.cpu),
        f"ours / bar of {BAR:,}": rows / bulk.cpu / BAR,
        f"peak memory, {rows:,} / {sample:,} rows": bulk.peak / small.peak,
    }
    report(f"XLSX, {rows:,} rows, 26 columns", [small, bulk, openpyxl], ratios, as_json=as_json)


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
    elif kind == "ours":
        ours(Path(source), form, Path(folder))
    else:
        peer(Path(source), Path(folder))


if __name__ == "__main__":
    main()
