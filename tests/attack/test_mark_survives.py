"""Marks survive every conversion: formats, encodings, databases, an office program, changed columns; both ciphers."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from functools import cache

import duckdb
import openpyxl
import pandas as pd
import polars as pl
import psycopg
import pyarrow.csv as pacsv
import pytest

from desensitise.mark import Candidate, MasterKeys, identify
from desensitise.mark.reading import read_found
from tests.mark_world import MASTER, TRACE, copy, joined, keys, original, trace

ROWS = trace(3000)
CIPHERS = ("aes", "sm4")
SERVICES = {"aes": MASTER, "sm4": MasterKeys(b"n" * 32, "sm3", "sm4")}
ADVICE = "LibreOffice is missing: install soffice (Debian: apt-get install libreoffice-calc-nogui)."


@cache
def leak(cipher="aes"):
    """Sixty shuffled rows without token, lists as texts, as somebody passes them on."""
    made = copy(ROWS, TRACE, 7, service=SERVICES[cipher])
    return joined(made.drop("record_uri").sample(60, seed=3, shuffle=True))


def names(path, cipher="aes"):
    (table, *_) = read_found(path)
    service = SERVICES[cipher]
    grants = [Candidate.of(keys(n, service=service)) for n in range(1, 200)]
    found = identify(table, original(ROWS, TRACE, service=service), grants, 1e-9)
    return [one.grant for one in found.named], found.positions


def excel(frame, path, number_format=None):
    book = openpyxl.Workbook()
    book.active.append(frame.columns)
    for row in frame.iter_rows():
        book.active.append(row)
    if number_format:
        for cell in book.active["H"]:
            cell.number_format = number_format
    book.save(path)


def with_pandas(frame, path):
    pd.DataFrame(frame.to_dict(as_series=False)).to_csv(path, index=False)


def through_pandas(frame, path):
    frame.write_csv(path)
    pd.read_csv(path).to_csv(path, index=True)


def through_pandas_excel(frame, path):
    pd.DataFrame(frame.to_dict(as_series=False)).to_excel(path, index=False)


def through_duckdb(frame, path, form="FORMAT csv, HEADER"):
    frame.write_csv(path.with_name("in.csv"))
    with duckdb.connect() as database:
        database.execute("CREATE TABLE t AS SELECT * FROM read_csv(?)", [str(path.with_name("in.csv"))])
        database.execute(f"COPY (SELECT * FROM t ORDER BY batch) TO '{path}' ({form})")


WRITERS = {
    "pandas.csv": with_pandas,
    "through-pandas.csv": through_pandas,
    "pandas.xlsx": through_pandas_excel,
    "duckdb.csv": through_duckdb,
    "duckdb.parquet": lambda frame, path: through_duckdb(frame, path, "FORMAT parquet"),
    "duckdb.json": lambda frame, path: through_duckdb(frame, path, "FORMAT json"),
    "polars.csv": lambda frame, path: frame.write_csv(path),
    "quoted.csv": lambda frame, path: frame.write_csv(path, quote_style="always"),
    "arrow.csv": lambda frame, path: pacsv.write_csv(frame.to_arrow(), path),
    "gb18030.csv": lambda frame, path: path.write_bytes(frame.write_csv().encode("gb18030")),
    "utf16.csv": lambda frame, path: path.write_bytes(frame.write_csv().encode("utf-16")),
    "bom.csv": lambda frame, path: path.write_bytes(frame.write_csv(include_bom=True).encode()),
    "semicolon.csv": lambda frame, path: frame.write_csv(path, separator="|"),
    "pasted.txt": lambda frame, path: path.write_text(frame.write_csv(separator="\t"), encoding="utf-8"),
    "rows.json": lambda frame, path: frame.write_json(path),
    "nested.json": lambda frame, path: path.write_text(json.dumps({"code": 0, "data": frame.to_dicts()})),
    "rows.jsonl": lambda frame, path: frame.write_ndjson(path),
    "rows.parquet": lambda frame, path: frame.write_parquet(path),
    "book.xlsx": excel,
    "formatted.xlsx": lambda frame, path: excel(frame, path, "#,##0.00"),
}


@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize("name", WRITERS)
def test_a_file_of_any_format_and_encoding_names_the_grant(name, cipher, tmp_path):
    WRITERS[name](leak(cipher), tmp_path / name)
    grants, positions = names(tmp_path / name, cipher)
    assert grants == ["g7"]
    assert min(positions.values()) >= 40


EDITS = {
    "columns renamed": lambda f: f.rename({name: f"列{n}" for n, name in enumerate(f.columns)}),
    "columns reordered": lambda f: f.select(sorted(f.columns, reverse=True)),
    "columns added": lambda f: f.with_columns(remark=pl.lit("x"), number=pl.int_range(pl.len())),
    "columns dropped": lambda f: f.drop("uscc", "region"),
    "full width": lambda f: f.with_columns(
        pl.col("uscc", "batch").str.replace_all("0", "０").str.replace_all("A", "Ａ")
    ),
    "spaces and zero width": lambda f: f.with_columns(
        pl.concat_str(pl.lit(" "), "uscc", pl.lit("\u200b ")).alias("uscc")
    ),
    "dates with slashes": lambda f: f.with_columns(pl.col("event").str.replace_all("-", "/")),
    "midnight": lambda f: f.with_columns(pl.concat_str("event", pl.lit("T00:00:00")).alias("event")),
    "months as first days": lambda f: f.with_columns(
        pl.when(pl.col("made_on").str.len_chars() == 7)
        .then(pl.concat_str("made_on", pl.lit("-01 00:00:00")))
        .otherwise("made_on")
        .alias("made_on")
    ),
    "numbers as decimals": lambda f: f.with_columns(pl.col("quantity").cast(pl.Float64)),
    "lists with commas": lambda f: f.with_columns(pl.col("standards").str.replace_all(";", ", ")),
    "a third of the facts blank": lambda f: f.with_columns(
        pl.when(pl.int_range(pl.len()) % 3 == 0).then(None).otherwise("uscc").alias("uscc")
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_file_names_the_grant(edit, tmp_path):
    EDITS[edit](leak()).write_csv(tmp_path / "found.csv")
    assert names(tmp_path / "found.csv")[0] == ["g7"]


def test_lines_of_mixed_encodings_name_the_grant(tmp_path):
    lines = leak().write_csv().splitlines(keepends=True)
    mixed = b"".join(line.encode("gb18030" if n % 2 else "utf-8") for n, line in enumerate(lines))
    (tmp_path / "mixed.csv").write_bytes(mixed)
    assert names(tmp_path / "mixed.csv")[0] == ["g7"]


def test_a_table_of_sqlite_names_the_grant(tmp_path):
    frame = leak()
    with closing(sqlite3.connect(tmp_path / "x.db")) as database, database:
        database.execute(f"CREATE TABLE t ({', '.join(frame.columns)})")
        database.executemany(f"INSERT INTO t VALUES ({', '.join('?' * frame.width)})", frame.rows())
        rows = database.execute("SELECT * FROM t ORDER BY batch").fetchall()
    pl.DataFrame(rows, schema=frame.columns, orient="row").write_csv(tmp_path / "found.csv")
    assert names(tmp_path / "found.csv")[0] == ["g7"]


def test_copy_into_postgresql_and_out_names_the_grant(postgres_database, tmp_path):
    frame = leak()
    with psycopg.connect(postgres_database.replace("+psycopg", "")) as database, database.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE t (uscc text, product text, batch text, event date, region text, standards text, "
            "made_on text, quantity numeric)"
        )
        with cursor.copy("COPY t FROM STDIN WITH (FORMAT csv)") as into:
            into.write(
                frame.select(
                    c for c in ("uscc", "product", "batch", "event", "region", "standards", "made_on", "quantity")
                ).write_csv(include_header=False)
            )
        with cursor.copy("COPY t TO STDOUT WITH (FORMAT csv, HEADER)") as out:
            (tmp_path / "found.csv").write_bytes(b"".join(bytes(piece) for piece in out))
    assert names(tmp_path / "found.csv")[0] == ["g7"]


@pytest.fixture
def soffice():
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None and "libreoffice" in os.environ.get("HUB_REQUIRE", "").split(","):
        pytest.fail(ADVICE, pytrace=False)
    if found is None:
        pytest.skip(ADVICE)
    return found


@pytest.mark.slow
def test_libreoffice_there_and_back_names_the_grant(tmp_path, soffice):
    leak().write_csv(tmp_path / "a.csv", include_bom=True)
    for source, form in (("a.csv", "xlsx"), ("a.xlsx", "csv:Text - txt - csv (StarCalc):44,34,76,1")):
        command = [soffice, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", form]
        subprocess.run([*command, "--outdir", str(tmp_path), str(tmp_path / source)], check=True, capture_output=True)
        assert names(tmp_path / source.replace(".csv", ".xlsx"))[0] == ["g7"]
    assert names(tmp_path / "a.csv")[0] == ["g7"]
