"""Tables of hostile rows, and readers that give files back as rows, for the tests of the file formats."""

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from xml.etree import ElementTree as ET

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from catalog.formats import csv, markup
from catalog.formats.layout import Layout
from catalog.formats.table import open_writer
from catalog.formats.xml import NAMESPACE

EAST_8 = timezone(timedelta(hours=8))
AS_OF = datetime(2026, 5, 1, 2, 3, 4, tzinfo=EAST_8)
SCHEMA = pa.schema(
    [
        ("name", pa.string()),
        ("standards", pa.list_(pa.string())),
        ("quantity", pa.int64()),
        ("rate", pa.decimal128(20, 2)),
        ("made_on", pa.date32()),
        ("updated_at", pa.timestamp("ms", "Asia/Shanghai")),
        ("is_listed", pa.bool_()),
    ]
)
HOSTILE = (
    "",
    " ",
    "00691",
    "=1+1",
    "+86",
    "-5",
    "@x",
    "'=1",
    "''@",
    "'plain",
    "＝1",
    "\t=1",
    "\r",
    "\n",
    'say "x", y',
    "<a>&amp;</a>]]>",
    "_x0041_x0042_",
    "_x005F_",
    "\x00",
    "a\x0bb\x1f",
    "\ufffe\uffff",
    "null",
    "\\",
    "a;b\\;",
    "张三😀",
    " lead and trail ",
    "NaN",
    "1e5",
    "{}",
)


def layout(**changes):
    facts = {"name": "example", "schema": SCHEMA, "as_of": AS_OF, "notes": (("version", "3"), ("mark", "m" * 32))}
    return Layout(**{**facts, **changes})


def a_row(**changes):
    facts = {
        "name": "搅拌机",
        "standards": ["GB 4706"],
        "quantity": 5,
        "rate": Decimal("12.10"),
        "made_on": date(2024, 1, 2),
        "updated_at": datetime(2024, 1, 2, 3, 4, 5, tzinfo=EAST_8),
        "is_listed": True,
    }
    return {**facts, **changes}


NULLS = dict.fromkeys(SCHEMA.names)


def batch_of(rows, schema=SCHEMA):
    return pa.RecordBatch.from_pylist(list(rows), schema)


def write(form, folder, batches, **changes):
    """Write batches in one format; gives the resources."""
    writer = open_writer(form, folder, layout(**changes))
    for batch in batches:
        writer.write(batch)
    return writer.close()


def read_csv(path):
    """By polars with a schema of texts, then by the rules that the files' description states."""
    frame = pl.read_csv(path, schema=dict.fromkeys(SCHEMA.names, pl.String))
    return [_from_texts(row, _csv_text, lambda cell: csv.split_list(csv.unguard(cell))) for row in frame.to_dicts()]


def read_jsonl(path):
    rows = [json.loads(line, parse_float=Decimal) for line in path.read_text("utf-8").split("\n")[:-1]]
    return [_typed(row) for row in rows]


def read_parquet(path):
    return pq.read_table(path).to_pylist()


def read_xml(path):
    rows = []
    for element in ET.parse(path).getroot():
        row = dict(NULLS)
        for child in element:
            tag = child.tag.removeprefix(f"{{{NAMESPACE}}}")
            items = [markup.restored(item.text or "") for item in child]
            row[tag] = items if tag == "standards" else markup.restored(child.text or "")
        rows.append(_from_texts(row, lambda text: text, lambda items: items))
    return rows


def read_xlsx(path):
    sheet = openpyxl.load_workbook(path).worksheets[0]
    head, *rows = sheet.iter_rows(values_only=True)
    return [_from_sheet(dict(zip(head, row, strict=True))) for row in rows]


READERS = {"csv": read_csv, "jsonl": read_jsonl, "parquet": read_parquet, "xml": read_xml, "xlsx": read_xlsx}


def _csv_text(cell):
    return csv.unguard(cell)


def _from_texts(row, text, items):
    found = {name: cell for name, cell in row.items() if cell is not None}
    return _typed(
        {
            **NULLS,
            **{name: text(cell) for name, cell in found.items() if name == "name"},
            **{name: items(cell) for name, cell in found.items() if name == "standards"},
            **{name: int(cell) for name, cell in found.items() if name == "quantity"},
            **{name: Decimal(cell) for name, cell in found.items() if name == "rate"},
            **{name: cell for name, cell in found.items() if name in {"made_on", "updated_at"}},
            **{name: {"true": True, "false": False}[cell] for name, cell in found.items() if name == "is_listed"},
        }
    )


def _typed(row):
    """Dates and moments from their ISO texts."""
    made, updated = row["made_on"], row["updated_at"]
    return {
        **row,
        "rate": None if row["rate"] is None else Decimal(row["rate"]),
        "made_on": made and date.fromisoformat(made),
        "updated_at": updated and datetime.fromisoformat(updated),
    }


def _from_sheet(row):
    name, standards, made, updated = (row[key] for key in ("name", "standards", "made_on", "updated_at"))
    cells = None if standards is None else csv.split_list(markup.restored(standards))
    moment = updated.replace(tzinfo=EAST_8) if isinstance(updated, datetime) else updated
    return {
        **row,
        "name": None if name is None else markup.restored(name),
        "standards": cells,
        "quantity": None if row["quantity"] is None else int(row["quantity"]),
        "rate": None if row["rate"] is None else Decimal(str(row["rate"])).quantize(Decimal("0.01")),
        "made_on": made.date() if isinstance(made, datetime) else made and date.fromisoformat(made),
        "updated_at": datetime.fromisoformat(moment) if isinstance(moment, str) else moment,
    }
