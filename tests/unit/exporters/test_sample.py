"""The sample province: whole, deterministic, equal on both databases, and as dirty as it says."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import openpyxl
import psycopg
import pytest

from catalog.codes import province_of
from catalog.errors import SettingsError, SourceError, StorageError
from catalog.identifiers.trace_codes import scheme_of
from catalog.identifiers.uscc import is_uscc
from catalog.standards import load_standard
from exporters.sample import KINDS, invent
from exporters.sample.invent import TABLES
from exporters.sample.shape import shape

pytestmark = pytest.mark.slow  # invents provinces

ROWS = 2_000
Row = dict[str, str | int | None]
PHONE = re.compile(r"1[3-9][0-9]{9}")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample of two thousand trace records."""
    path = tmp_path_factory.mktemp("sample") / "province.db"
    invent(f"sqlite:///{path}", ROWS, 7)
    return path


def rows(path: Path, table: str) -> list[Row]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY record_id")]


def cells(path: Path, table: str, column: str) -> list[str]:
    return [str(row[column]) for row in rows(path, table) if row[column] is not None]


def names() -> Iterator[str]:
    return (load_standard(table.standard).table for table in TABLES)


def test_every_table_has_the_columns_of_its_standard_in_order(made: Path) -> None:
    for table in TABLES:
        to = shape(load_standard(table.standard))
        assert list(rows(made, to.name)[0]) == [column.name for column in to.columns]


def test_parts_stand_in_place_of_the_structured_field() -> None:
    columns = {column.name for column in shape(load_standard("2.7")).columns}
    assert {"product_name", "gtin", "producer_uscc", "indicator_grade_list", "indicators"} <= columns
    assert not {"product", "producer", "indicator_grades"} & columns


def test_the_same_seed_gives_the_same_tables_and_another_seed_others(made: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again.db", tmp_path / "other.db"
    invent(f"sqlite:///{again}", ROWS, 7)
    invent(f"sqlite:///{other}", ROWS, 8)
    assert all(rows(made, name) == rows(again, name) for name in names())
    assert not any(rows(made, name) == rows(other, name) for name in names())


def test_both_databases_hold_the_same_records(made: Path, postgres_database: str) -> None:
    report = invent(postgres_database, ROWS, 7)
    assert dict(report.tables)["traceability"] == ROWS
    with psycopg.connect(postgres_database) as connection:
        connection.execute("SET TIME ZONE 'Asia/Shanghai'")
        for name in names():
            found = connection.execute(f'SELECT * FROM {name} ORDER BY record_id COLLATE "C"')
            columns = [column.name for column in found.description or ()]
            told = [{c: _told(c, v) for c, v in zip(columns, row, strict=True)} for row in found]
            assert told == [{c: None if v is None else str(v) for c, v in row.items()} for row in rows(made, name)]


def _told(column: str, value: object) -> str | None:
    """A value of PostgreSQL as SQLite keeps it."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds" if column == "updated_at" else "seconds")
    if isinstance(value, bool):
        return str(int(value))
    return None if value is None else str(value)


def test_regions_are_counties_of_one_province_and_uneven(made: Path) -> None:
    codes = [code for code in cells(made, "enterprise_basic", "region_code") if code != "371202"]
    assert {province_of()[code] for code in codes} == {"370000"}
    counts = sorted(codes.count(code) for code in set(codes))
    assert counts[-1] > 4 * counts[0]


def test_nearly_all_credit_codes_are_right_and_of_three_kinds(made: Path) -> None:
    codes = cells(made, "enterprise_basic", "uscc")
    assert sum(not is_uscc(code) for code in codes) == 2
    assert {code[:2] for code in codes} >= {"91", "92", "93"}
    assert all(code.startswith("11") for code in cells(made, "traceability", "source_org_uscc"))


def test_trace_codes_are_of_all_four_schemes_and_three_granularities(made: Path) -> None:
    found = {(row["trace_scheme"], row["granularity"]) for row in rows(made, "traceability")}
    assert {("1", "1"), ("1", "2"), ("1", "3"), ("2", "3"), ("3", "2"), ("4", "1")} <= found
    schemes = [scheme_of(code) for code in cells(made, "traceability", "trace_code")]
    assert sum(scheme is None for scheme in schemes) < ROWS / 100
    assert len(set(schemes)) >= 5


def test_free_text_holds_persons_telephones_and_homes(made: Path) -> None:
    problems, summaries = (
        cells(made, "special_rectification", "problem_text"),
        cells(made, "risk_monitoring", "summary"),
    )
    for texts in (problems, summaries):
        assert sum(PHONE.search(text) is not None for text in texts) > len(texts) / 3
        assert any("山东省" in text for text in texts)
        assert any(re.search(r"[0-9]{17}[0-9X]", text) for text in texts)
    assert any('"举报"' in text and PHONE.search(text) for text in cells(made, "special_rectification", "informant"))


def test_structured_cells_are_json_except_where_they_are_spoiled(made: Path) -> None:
    for table, column in (("spot_check", "items"), ("traceability", "public_flags"), ("quality_grading", "indicators")):
        texts = cells(made, table, column)
        assert sum(not _is_json(text) for text in texts) <= 2
    ticked = [text for text in cells(made, "traceability", "public_flags") if '"buyer_contact":1' in text]
    assert ticked, "some firms open what must never be opened"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def test_records_share_times_to_the_microsecond(made: Path) -> None:
    times = cells(made, "traceability", "updated_at")
    assert max(times.count(time) for time in set(times)) >= 4
    assert all(re.fullmatch(r"[0-9-]{10}T[0-9:]{8}\.[0-9]{6}\+08:00", time) for time in times)
    assert {time[:7] for time in times} >= {"2025-10", "2026-02", "2026-09"}


def test_corrections_name_the_record_that_they_put_right(made: Path) -> None:
    table = rows(made, "traceability")
    by_id = {row["record_id"]: row for row in table}
    fixes = [row for row in table if row["record_status"] == "2"]
    assert len(fixes) >= 15
    assert all(row["supersedes"] in by_id for row in fixes)
    same = [by_id[row["supersedes"]]["serial_or_batch"] == row["serial_or_batch"] for row in fixes]
    assert sum(same) >= len(fixes) - 3
    assert {row["record_status"] for row in table} >= {"1", "2", "3", "4"}


SEEN: dict[str, Callable[[Row], object]] = {
    "missing-required": lambda r: r["model_spec"] is None,
    "blank-required": lambda r: r["model_spec"] == "",
    "text-too-long": lambda r: len(str(r["model_spec"])) > 200,
    "line-breaks": lambda r: "\n第二行\r\n" in str(r["model_spec"]),
    "formula-like": lambda r: str(r["model_spec"])[:1] in set("=+@-\t"),
    "xml-special-and-emoji": lambda r: "<b>&\"'😀" in str(r["model_spec"]),
    "spaces-around": lambda r: str(r["model_spec"]).startswith("  "),
    "unknown-status": lambda r: r["record_status"] == "7",
    "wrong-region": lambda r: r["source_region_code"] == "379900",
    "wrong-check-digit": lambda r: str(r["producer_uscc"]).isascii() and not is_uscc(str(r["producer_uscc"])),
    "full-width-digits": lambda r: re.search("[０-９]", f"{r['producer_uscc']}{r['trace_code']}"),
    "unknown-code": lambda r: r["trace_scheme"] == "9",
    "wrong-gtin-digit": lambda r: str(r["trace_code"]).startswith("(01)1"),
    "control-separator": lambda r: "\x1d" in str(r["trace_code"]),
    "ship-to-in-code": lambda r: "(410)" in str(r["trace_code"]),
    "leading-zeros": lambda r: r["serial_or_batch"] == "0007",
    "mixed-separators": lambda r: "；" in str(r["executed_standards"]),
    "wrong-date": lambda r: r["warranty_period"] == "十二个月",
    "date-order": lambda r: str(r["sold_on"]) < str(r["purchased_at"]),
    "negative-amount": lambda r: str(r["quantity"]).startswith("-"),
    "broken-json": lambda r: not _is_json(str(r["public_flags"])),
    "odd-flag": lambda r: '"sold_at":true' in str(r["public_flags"]),
}
ELSEWHERE: dict[str, tuple[str, Callable[[Row], object]]] = {
    "old-region-code": ("enterprise_basic", lambda r: r["region_code"] == "371202"),
    "several-codes-in-a-cell": ("product_basic", lambda r: "\n" in str(r["gtin"])),
    "foreign-code": ("product_basic", lambda r: r["gtin"] == "B0CHYPVWHV"),
    "malformed-licence-number": ("enterprise_basic", lambda r: r["licence_nos"] == "XK6-1-23"),
    "over-long-integer": ("enterprise_basic", lambda r: r["employee_count"] == 99_999_999_999),
    "condition-unmet": ("product_basic", lambda r: r["product_unit"] is None),
    "malformed-telephone": ("enterprise_basic", lambda r: r["contact_phone"] == "电话不详"),
    "malformed-address": ("enterprise_basic", lambda r: r["email"] == "无@"),
    "unspecific-source": ("risk_monitoring", lambda r: r["region_code"] == "370000"),
}


def test_every_kind_of_dirt_occurs_in_a_few_rows_at_most(made: Path) -> None:
    table = rows(made, "traceability")
    dirty: set[int] = set()
    for kind, shows in SEEN.items():
        found = {number for number, row in enumerate(table) if shows(row)}
        assert 1 <= len(found) <= ROWS / 100, kind
        dirty |= found
    assert len(dirty) < 0.04 * ROWS
    for kind, (name, shows) in ELSEWHERE.items():
        assert any(shows(row) for row in rows(made, name)), kind
    again = [row["trace_code"] == last["trace_code"] for last, row in pairwise(table) if row["record_status"] == "1"]
    claims = cells(made, "traceability", "supersedes")
    assert len(claims) == len(set(claims)) + 1, "duplicate-supersedes"
    assert 1 <= sum(again) <= ROWS / 100, "repeated-code"
    assert {*SEEN, *ELSEWHERE, "duplicate-supersedes", "repeated-code"} == set(KINDS)


def test_dates_kept_as_text_can_be_no_dates(made: Path) -> None:
    assert "2025-02-30" in cells(made, "enterprise_basic", "established_on")
    assert "2025年13月1日" in cells(made, "spot_check", "sampled_on")
    assert "不详" in cells(made, "quality_grading", "evidence_on")


def test_an_earlier_sample_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "p.db"
    invent(f"sqlite:///{path}", 50, 7)
    first = rows(path, "traceability")
    invent(f"sqlite:///{path}", 60, 7)
    assert len(first) == 50
    assert len(rows(path, "traceability")) == 60
    assert [file.name for file in tmp_path.iterdir()] == ["p.db"]


@pytest.mark.parametrize("content", [b"", b"no database at all"])
def test_a_file_that_no_sample_made_is_left_alone(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "real.db"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"real\.db exists and is no sample"):
        invent(f"sqlite:///{path}", 10, 7)
    assert path.read_bytes() == content


def test_real_tables_in_postgres_are_left_alone(postgres_database: str) -> None:
    with psycopg.connect(postgres_database) as connection:
        connection.execute("CREATE TABLE spot_check (kept text)")
        connection.execute("INSERT INTO spot_check VALUES ('real')")
    with pytest.raises(SourceError, match="no sample made: spot_check"):
        invent(postgres_database, 10, 7)
    with psycopg.connect(postgres_database) as connection:
        assert connection.execute("SELECT kept FROM spot_check").fetchall() == [("real",)]
        assert connection.execute("SELECT to_regclass('traceability')").fetchone() == (None,)


def test_a_break_midway_leaves_the_earlier_sample_and_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "p.db"
    invent(f"sqlite:///{path}", 50, 7)
    before = path.read_bytes()

    def stop(table: str, _done: int, _total: int) -> None:
        if table == "traceability":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        invent(f"sqlite:///{path}", 60, 7, progress=stop)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["p.db"]


def test_a_break_midway_leaves_postgres_as_it_was(postgres_database: str) -> None:
    def stop(table: str, _done: int, _total: int) -> None:
        if table == "traceability":
            raise KeyboardInterrupt

    invent(postgres_database, 50, 7)
    with pytest.raises(KeyboardInterrupt):
        invent(postgres_database, 60, 7, progress=stop)
    with psycopg.connect(postgres_database) as connection:
        assert connection.execute("SELECT count(*) FROM traceability").fetchone() == (50,)


def test_progress_is_told_up_to_the_end(tmp_path: Path) -> None:
    told: dict[str, tuple[int, int]] = {}
    report = invent(f"sqlite:///{tmp_path}/p.db", 50, 7, progress=lambda t, d, n: told.update({t: (d, n)}))
    assert told == {table: (count, count) for table, count in report.tables}


@pytest.mark.parametrize(("count", "seed"), [(0, 1), (-5, 1), (10, -1)])
def test_a_sample_of_nothing_is_refused(count: int, seed: int, tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        invent(f"sqlite:///{tmp_path}/p.db", count, seed)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("address", ["", "mysql://u:secret@h/d", "sqlite://", "sqlite:///", "/just/a/path"])
def test_an_address_of_no_known_kind_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(SettingsError) as refused:
        invent(address, 10, 7)
    assert "secret" not in str(refused.value)


def test_an_unreachable_server_is_one_clear_line_without_the_password() -> None:
    with pytest.raises(SourceError, match="cannot be reached") as refused:
        invent("postgresql://someone:secret@127.0.0.1:1/none", 10, 7)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_missing_folder_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        invent(f"sqlite:///{tmp_path}/nowhere/p.db", 10, 7)


def test_the_drop_folder_gets_two_workbooks_and_a_csv_in_gbk(tmp_path: Path) -> None:
    report = invent(f"sqlite:///{tmp_path}/p.db", 50, 7, drop_folder=tmp_path / "drop")
    again = invent(f"sqlite:///{tmp_path}/q.db", 50, 7, drop_folder=tmp_path / "again")
    assert report.files == again.files
    assert sorted(report.files) == sorted(file.name for file in (tmp_path / "drop").iterdir())
    for name in report.files:
        assert (tmp_path / "drop" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    sheet = openpyxl.load_workbook(tmp_path / "drop" / "2026年监督抽查不合格名单.xlsx").worksheets[0]
    heading = [cell.value for cell in sheet[3]]
    assert heading[0] == "序号"
    assert "电商平台" in heading
    lines = (tmp_path / "drop" / "县级抽查通报.csv").read_bytes().decode("gbk").splitlines()
    assert lines[0].startswith("序号,产品种类,受检单位")
    assert len(lines) >= 60
