"""Validation with the rules that comparisons of libraries use, against marshmallow asking the same rules row by row.

    python -m benchmarks.validation_common [--rows 1000000] [--json]

Twelve columns: a unit's code (USCC, mod 31), a GTIN, a resident's number, four patterns, a range, two code lists and
two dates of which one must not come before the other. Every value of the identifiers is another one; a fiftieth of the
cells of each column is spoiled. ``benchmarks.validation`` asks all rules of a whole trace record instead, whose four
code schemes alone cost more than everything here.
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

from benchmarks.measure import here, leg, report
from catalog.identifiers import id_card
from catalog.model import Field, Kind, Sensitivity, Sharing
from catalog.rules import verdicts
from catalog.rules.schema import marshmallow_schema
from exporters.sample import codes

BAR = 2_000_000
BATCH = 65_536
SAMPLE = 5_000
SPOILED = 50
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECK = np.frombuffer(b"10X98765432", np.uint8)


def _field(name: str, kind: Kind = Kind.STRING, **more: object) -> Field:
    return Field(name, name, name, name, kind, Sensitivity.PUBLIC, Sharing.OPEN, **more)  # type: ignore[arg-type]


FIELDS = (
    _field("uscc", check="uscc"),
    _field("gtin", check="gtin"),
    _field("resident", check="id_card"),
    _field("mobile", pattern="1[3-9][0-9]{9}"),
    _field("postcode", pattern="[0-9]{6}"),
    _field("batch", pattern="[A-Z]{2}[0-9]{8}"),
    _field("mail", pattern=r"[a-z0-9.]{1,40}@[a-z0-9.]{3,60}"),
    _field("quantity", Kind.DECIMAL, minimum=0, maximum=1_000_000),
    _field("status", Kind.CODE, codes="record_status"),
    _field("openness", Kind.CODE, codes="openness"),
    _field("made_on", Kind.DATE),
    _field("sold_on", Kind.DATE, not_before="made_on"),
)


def _rows(count: int) -> pl.DataFrame:
    draw = np.random.default_rng(7)
    at = np.arange(count, dtype=np.int64)
    many = 10**6 + at
    made = np.datetime64("2024-01-01") + draw.integers(0, 900, count).astype("timedelta64[D]")
    columns = {
        "uscc": codes.uscc(np.full(count, 91), np.full(count, 370203), many),
        "gtin": codes.gtin13(many // 10_000, many % 10_000),
        "resident": _residents(at),
        "mobile": codes.number(13_000_000_000 + at, 11),
        "postcode": codes.number(draw.integers(100_000, 999_999, count), 6),
        "batch": "QD" + codes.number(at, 8),
        "mail": "u" + codes.number(at, 8) + "@example.org",
        "quantity": pl.Series(draw.integers(1, 10**6, count)).cast(pl.Decimal(18, 3)),
        "status": pl.Series(draw.integers(1, 5, count)).cast(pl.String),
        "openness": pl.Series(draw.integers(1, 4, count)).cast(pl.String),
        "made_on": pl.Series(made),
        "sold_on": pl.Series(made + draw.integers(0, 90, count).astype("timedelta64[D]")),
    }
    return pl.DataFrame({name: _spoiled(pl.Series(values), draw) for name, values in columns.items()})


def _residents(at: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pl.Series:
    """Invented numbers of one county, born on days of thirty years, with right check characters."""
    born = (np.datetime64("1960-01-01") + (at % 10_950).astype("timedelta64[D]")).astype(str)
    days = np.array([int(day.replace("-", "")) for day in np.unique(born)])[np.unique(born, return_inverse=True)[1]]
    body = np.hstack((codes.digits(np.full(len(at), 370203), 6), codes.digits(days, 8), codes.digits(at % 1000, 3)))
    check = _CHECK[((body.astype(np.int64) - 48) * _WEIGHTS).sum(1) % 11]
    return codes.text(np.hstack((body, check[:, None])))


def _spoiled(values: pl.Series, draw: np.random.Generator) -> pl.Series:
    """A fiftieth of the cells broken: other characters in texts, a fortnight earlier, far out of range."""
    hit = pl.Series(draw.integers(0, SPOILED, values.len()) == 0)
    if values.dtype == pl.String:
        wrong = values.str.slice(0, values.str.len_chars() - 1) + "?"
    elif values.dtype == pl.Date:
        wrong = values.dt.offset_by("-100d")
    else:
        wrong = (values + 10**6).cast(values.dtype)
    return pl.select(pl.when(hit).then(wrong).otherwise(values)).to_series()


def _invent(file: Path, rows: int) -> dict[str, object]:
    table = _rows(rows).to_arrow(compat_level=pl.CompatLevel.oldest())
    plain = pa.schema([(f.name, pa.string() if pa.types.is_large_string(f.type) else f.type) for f in table.schema])
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, plain) as writer:
        writer.write_table(table.cast(plain).combine_chunks(), max_chunksize=BATCH)
    sound = sum(id_card.is_id_card(number) for number in table.column("resident")[:1000].to_pylist())
    return {"rows": table.num_rows, "sound residents of 1000": sound}


def _batches(file: Path) -> list[pa.RecordBatch]:
    with pa.memory_map(str(file)) as source:
        return list(pa.ipc.open_file(source).read_all().to_batches())


def _vectors(file: Path, _rows: int) -> dict[str, object]:
    batches = _batches(file)
    verdicts(batches[0].slice(0, 1000), FIELDS)  # code lists are read once in a process
    started = time.process_time()
    broken = sum(int(v.rows.sum()) for batch in batches for v in verdicts(batch, FIELDS).verdicts)
    spent = time.process_time() - started
    return {"rate": sum(batch.num_rows for batch in batches) / spent, "broken": broken}


def _row_by_row(file: Path, _rows: int) -> dict[str, object]:
    sample, schema = _batches(file)[0].slice(0, SAMPLE), marshmallow_schema(FIELDS)()
    rows = sample.to_pylist()
    schema.validate(rows[0])
    started = time.process_time()
    told = [schema.broken(row) | schema.flags(row) for row in rows]
    spent = time.process_time() - started
    seen = [(v.rule.field, v.rule.id, v.rows) for v in verdicts(sample, FIELDS).verdicts]
    differing = sum(told[at] != {(f, rule) for f, rule, broken in seen if broken[at]} for at in range(len(rows)))
    if differing or not any(told):
        sys.exit(f"the two verdicts differ on {differing} of {len(rows)} rows")
    return {"rate": len(rows) / spent, "broken": sum(map(len, told))}


_LEGS = {"invent": _invent, "vectors": _vectors, "rows": _row_by_row}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--leg", choices=list(_LEGS), help=argparse.SUPPRESS)
    parser.add_argument("--file", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.leg:
        print(json.dumps(_LEGS[asked.leg](Path(asked.file), asked.rows)))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = ["--file", f"{folder}/rows.arrow", "--rows", str(asked.rows)]
        _, *legs = [leg(name, [here(__file__), "--leg", name, *file]) for name in _LEGS]
    vector, row = (float(str(one.said["rate"])) for one in legs)
    ratios = {
        "rows per CPU second, vectors": vector,
        "rows per CPU second, marshmallow row schema": row,
        "vectors / marshmallow": vector / row,
        "vectors / bar of 2,000,000 rows per CPU second": vector / BAR,
    }
    report(f"Validation of {asked.rows} rows in {len(FIELDS)} columns", legs, ratios, as_json=asked.json)


if __name__ == "__main__":
    main()
