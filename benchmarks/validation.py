"""How fast whole batches are checked, against marshmallow asking the same rules row by row.

    python -m benchmarks.validation [--rows 200000] [--columns] [--json]

Rows are invented trace records in 26 columns: the 21 that the shipped traceability dataset reads and five more with
checks, numbers and times, typed as PostgreSQL delivers them (dates, moments, decimals, text). The row schema sees a
sample of 5,000, a part of it spoiled, and both must give the same verdict on every row and rule of it.

``verdicts`` asks all rules and types all columns. ``check`` is what the main job calls: it also counts, flags,
quarantines and leaves the good rows. Both work on batches of 65,536 rows, as the sources deliver them, with the
sample's dirty share. Rates are rows per CPU second of all threads. ``--columns`` asks the rules of one column at a time
and tells what a cell costs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.measure import here, leg, peak_mib, report
from catalog.check import check
from catalog.model import Field, Kind
from catalog.rows import Raw
from catalog.rules import verdicts
from catalog.rules.schema import marshmallow_schema
from catalog.standards import all_standards
from exporters.sample import invent

BAR = 2_000_000
SAMPLE = 5_000
BATCH = 65_536
TABLE = "traceability"
NAMES = (
    "record_id", "updated_at", "record_status", "supersedes", "openness", "granularity", "producer_name",
    "producer_uscc", "producer_address", "trace_code", "trace_scheme", "product_name", "product_type", "model_spec",
    "produced_on", "warranty_period", "serial_or_batch", "executed_standards", "licence_or_ccc_no",
    "source_region_code", "event_time", "collected_at", "source_org_uscc", "seller_uscc", "quantity", "purchased_at",
)  # fmt: skip
_SPOILED = {
    "producer_uscc": "91110000600037341M",
    "trace_code": "6921168509257",
    "record_status": "9",
    "model_spec": " ",
    "product_type": "x" * 101,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--columns", action="store_true", help="also the cost of a cell, column by column")
    parser.add_argument("--leg", choices=list(_LEGS), help=argparse.SUPPRESS)
    parser.add_argument("--file", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.leg:
        print(json.dumps(_LEGS[asked.leg](Path(asked.file), asked.rows)))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = ["--file", f"{folder}/rows.arrow", "--rows", str(asked.rows)]
        names = ["invent", "verdicts", "check", "rows"] + ["columns"] * asked.columns
        _, *legs = [leg(name, [here(__file__), "--leg", name, *file]) for name in names]
    verdict, checked, row = (float(str(one.said["rate"])) for one in legs[:3])
    ratios = {
        "rows per CPU second, verdicts": verdict,
        "rows per CPU second, check": checked,
        "rows per CPU second, marshmallow row schema": row,
        "verdicts / marshmallow": verdict / row,
        "check / marshmallow": checked / row,
        "verdicts / bar of 2,000,000 rows per CPU second": verdict / BAR,
        "check: CPU seconds per 200,000 rows (bar 0.15)": 200_000 / checked,
    }
    for one in legs[3:]:
        ratios |= {f"ns per cell, {name}": float(str(cost)) for name, cost in one.said.items()}
    report(f"Validation of {asked.rows} rows in {len(NAMES)} columns", legs, ratios, as_json=asked.json)


def _fields() -> tuple[Field, ...]:
    standard = next(s for s in all_standards() if s.table == TABLE)
    found = {f.name: f for f in (*standard.header, *standard.fields)}
    return tuple(found[name] for name in NAMES)


def _invent(file: Path, rows: int) -> dict[str, object]:
    """Invented rows in a temporary database, read back and typed as a server would deliver them."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{folder}/sample.db"
        invent(address, rows, 7)
        query = f"SELECT {', '.join(NAMES)} FROM {TABLE}"
        texts = pl.read_database_uri(query, address, engine="adbc").with_columns(pl.all().cast(pl.String))
    table = texts.with_columns(_native(f) for f in _fields()).to_arrow(compat_level=pl.CompatLevel.oldest())
    table = table.cast(pa.schema([pa.field(f.name, _plain(f.type)) for f in table.schema])).combine_chunks()
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=BATCH)
    return {"rows": table.num_rows}


def _native(field: Field) -> pl.Expr:
    text = pl.col(field.name)
    if field.kind is Kind.DATE:
        return text.str.slice(0, 10).str.to_date(strict=False)
    if field.kind is Kind.DATETIME:
        return text.str.slice(0, 19).str.replace("T", " ").str.to_datetime(strict=False).dt.replace_time_zone("+08:00")
    return text.cast(pl.Decimal(18, 3), strict=False) if field.kind is Kind.DECIMAL else text


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_large_string(kind) else kind


def _batches(file: Path) -> list[pa.RecordBatch]:
    with pa.memory_map(str(file)) as source:
        return list(pa.ipc.open_file(source).read_all().to_batches())


def _verdicts(file: Path, _rows: int) -> dict[str, object]:
    batches, fields = _batches(file), _fields()
    verdicts(batches[0].slice(0, 100), fields)  # code lists are read once in a process
    rows = sum(batch.num_rows for batch in batches)
    return {"rows": rows, "rate": rows / _spent(batches, fields)}


def _columns(file: Path, _rows: int) -> dict[str, object]:
    batches, fields = _batches(file), _fields()
    verdicts(batches[0].slice(0, 100), fields)
    rows = sum(batch.num_rows for batch in batches)
    return {f.name: round(_spent([b.select([f.name]) for b in batches], (f,)) / rows * 1e9, 1) for f in fields}


def _spent(batches: list[pa.RecordBatch], fields: tuple[Field, ...]) -> float:
    started = time.process_time()
    for batch in batches:
        verdicts(batch, fields).typed()
    return time.process_time() - started


def _check(file: Path, _rows: int) -> dict[str, object]:
    batches, fields = _batches(file), _fields()
    check(Raw(batches[0].slice(0, 100)), fields)  # code lists are read once in a process
    started = time.process_time()
    tallies = [check(Raw(batch), fields).tally for batch in batches]
    spent = time.process_time() - started
    rows = sum(t.rows_read for t in tallies)
    kept = sum(t.rows_kept for t in tallies)
    return {"rows": rows, "kept": kept, "rate": rows / spent, "peak_mib": peak_mib()}


def _row_by_row(file: Path, _rows: int) -> dict[str, object]:
    sample, fields = _spoiled(_batches(file)[0].slice(0, SAMPLE)), _fields()
    rows, schema = sample.to_pylist(), marshmallow_schema(fields)()
    schema.validate(rows[0])
    started = time.process_time()
    told = [schema.broken(row) | schema.flags(row) for row in rows]
    spent = time.process_time() - started
    seen = [(v.rule.field, v.rule.id, v.rows) for v in verdicts(sample, fields).verdicts]
    differing = sum(told[at] != {(f, rule) for f, rule, broken in seen if broken[at]} for at in range(len(rows)))
    if differing:
        sys.exit(f"the two verdicts differ on {differing} of {len(rows)} rows")
    return {"rows": len(rows), "broken": sum(map(len, told)), "rate": len(rows) / spent, "rules": len(seen)}


def _spoiled(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Every eleventh row or so with a wrong value in one column, so that both sides have something to say."""
    for step, (name, wrong) in enumerate(_SPOILED.items()):
        at = batch.schema.get_field_index(name)
        hit = pa.array(np.arange(batch.num_rows) % 53 == step)
        batch = batch.set_column(at, name, pc.if_else(hit, pa.scalar(wrong), batch.column(at)))
    return batch


_LEGS = {"invent": _invent, "verdicts": _verdicts, "check": _check, "rows": _row_by_row, "columns": _columns}


if __name__ == "__main__":
    main()
