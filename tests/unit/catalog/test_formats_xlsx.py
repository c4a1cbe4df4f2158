"""Spreadsheets: types, sheets, splits, what a cell cannot hold, and the same values in LibreOffice."""

import csv as pycsv
import os
import shutil
import subprocess
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

from catalog.formats import markup
from catalog.formats.xlsx_parts import letters
from tests.tables import EAST_8, HOSTILE, NULLS, a_row, batch_of, layout, read_xlsx, write

ADVICE = "LibreOffice is missing: install soffice (Debian: apt-get install libreoffice-calc-nogui)."


def sheets_of(folder, rows, **changes):
    write("xlsx", folder, [batch_of(rows)], **changes)
    return openpyxl.load_workbook(folder / "example.xlsx").worksheets


def test_cells_have_the_types_of_their_columns(tmp_path):
    data, *_ = sheets_of(tmp_path, [a_row()])
    kinds = [(cell.data_type, cell.number_format) for cell in data[2]]
    assert kinds == [
        ("s", "General"),
        ("s", "General"),
        ("n", "0"),
        ("n", "0.00"),
        ("d", r"yyyy\-mm\-dd"),
        ("d", r"yyyy\-mm\-dd\ hh:mm:ss"),
        ("b", "General"),
    ]


def test_the_heading_is_bold_filled_frozen_and_filtered_with_tips(tmp_path):
    data, *_ = sheets_of(tmp_path, [a_row(), a_row()], tips=("产品名称\nName", *[""] * 6))
    assert data["A1"].font.bold
    assert data["A1"].fill.fgColor.rgb == "FFDDEBF7"
    assert data.freeze_panes == "A2"
    assert data.auto_filter.ref == "A1:G3"
    (tip,) = data.data_validations.dataValidation
    assert (str(tip.sqref), tip.prompt) == ("A1", "产品名称\nName")


def test_columns_are_as_wide_as_their_headings_and_first_rows_need(tmp_path):
    data, *_ = sheets_of(tmp_path, [a_row(name="搅" * 10, standards=["x" * 300])])
    assert data.column_dimensions["A"].width == 22
    assert data.column_dimensions["B"].width == 48


def test_dictionary_and_about_are_the_other_sheets(tmp_path):
    dictionary = (("字段名 Name", "说明"), ("name", "产品\n名称 <&>"))
    _, second, third = sheets_of(tmp_path, [a_row()], dictionary=dictionary, about=(("版本 Version", "3"),))
    assert (second.title, third.title) == ("数据字典 Dictionary", "说明 About")
    assert tuple(second.iter_rows(values_only=True)) == dictionary
    facts = dict(third.iter_rows(values_only=True))
    assert facts == {"版本 Version": "3", "本文件行数 Rows in this file": "1", "文件序号 Part": "1"}


def test_properties_carry_the_files_facts_and_no_clock(tmp_path):
    write("xlsx", tmp_path, [batch_of([a_row()])], title="标题 & <t>", creator="局")
    workbook = openpyxl.load_workbook(tmp_path / "example.xlsx")
    assert (workbook.properties.title, workbook.properties.creator) == ("标题 & <t>", "局")
    assert workbook.properties.created == datetime(2026, 4, 30, 18, 3, 4)
    assert {p.name: p.value for p in workbook.custom_doc_props.props} == {"version": "3", "mark": "m" * 32}
    with zipfile.ZipFile(tmp_path / "example.xlsx") as book:
        assert {info.date_time for info in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_rows_beyond_the_limit_go_into_further_files(tmp_path):
    rows = [a_row(quantity=place) for place in range(7)]
    parts = write("xlsx", tmp_path, [batch_of(rows[:4]), batch_of(rows[4:])], sheet_rows=3)
    assert [(part.name, part.part, part.rows) for part in parts] == [
        ("example.xlsx", 1, 3),
        ("example-002.xlsx", 2, 3),
        ("example-003.xlsx", 3, 1),
    ]
    assert [row for part in parts for row in read_xlsx(tmp_path / part.name)] == rows


def test_a_full_last_file_is_not_followed_by_an_empty_one(tmp_path):
    parts = write("xlsx", tmp_path, [batch_of([a_row()] * 6)], sheet_rows=3)
    assert [part.rows for part in parts] == [3, 3]


@pytest.mark.parametrize("limit", [0, 1_048_576])
def test_a_limit_that_no_spreadsheet_keeps_is_refused(tmp_path, limit):
    with pytest.raises(ValueError, match="sheet_rows"):
        write("xlsx", tmp_path, [], sheet_rows=limit)
    assert layout().sheet_rows == 1_048_575


def test_numbers_of_more_than_15_digits_and_early_dates_become_texts(tmp_path):
    early = datetime(1850, 6, 1, 8, tzinfo=EAST_8)
    rows = [
        a_row(quantity=999_999_999_999_999, rate=Decimal("9999999999999.99"), made_on=date(1900, 3, 1)),
        a_row(quantity=1_000_000_000_000_001, rate=Decimal("12345678901234.56"), made_on=date(1900, 2, 28)),
        a_row(quantity=-(2**63), rate=Decimal("-0.05"), updated_at=early),
    ]
    data, *_ = sheets_of(tmp_path, rows)
    assert [[cell.data_type for cell in row[2:6]] for row in data.iter_rows(min_row=2)] == [
        ["n", "n", "d", "d"],
        ["s", "s", "s", "d"],
        ["s", "n", "d", "s"],
    ]
    assert read_xlsx(tmp_path / "example.xlsx") == rows


def test_texts_longer_than_a_cell_are_cut_and_counted(tmp_path):
    texts = ["a" * 32_767, "a" * 32_768, "😀" * 20_000, "量" * 20_000]
    data, _, about = sheets_of(tmp_path, [a_row(name=text) for text in texts])
    fit, cut, pairs, wide = (row[0] for row in data.iter_rows(min_row=2, values_only=True))
    assert (fit, wide) == (texts[0], texts[3])
    assert cut == "a" * 32_766 + "…"
    assert pairs == "😀" * 16_383 + "…"
    told = dict(about.iter_rows(values_only=True))
    assert told["截断单元格数 Cells cut and ended with …"].startswith("2 ")


@pytest.mark.parametrize(
    ("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")]
)
def test_columns_are_named_like_in_a_spreadsheet(place, name):
    assert letters(place) == name


@pytest.fixture
def soffice():
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None and "libreoffice" in os.environ.get("HUB_REQUIRE", "").split(","):
        pytest.fail(ADVICE, pytrace=False)
    if found is None:
        pytest.skip(ADVICE)
    return found


def test_libreoffice_shows_identical_values(tmp_path, soffice):
    texts = [text for text in HOSTILE if not set(text) & set("\r\x00\x0b\x1f\ufffe\uffff")]
    rows = [NULLS, *(a_row(name=text, standards=[text]) for text in texts)]
    rows += [a_row(quantity=-(2**62), rate=Decimal("-0.10"), made_on=date(1899, 1, 1), is_listed=False)]
    write("xlsx", tmp_path, [batch_of(rows)])
    # Separator, quote, UTF-8, first line, no column types, no language, quote texts, keep types, not as shown.
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false,false,false,1"
    command = [soffice, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", form]
    done = subprocess.run(
        [*command, "--outdir", tmp_path / "out", tmp_path / "example.xlsx"],
        capture_output=True,
        check=False,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert done.returncode == 0
    (path,) = (tmp_path / "out").iterdir()
    with path.open(encoding="utf-8", newline="") as file:
        head, *found = pycsv.reader(file)
    assert head == list(rows[1])
    assert [row[0] for row in found] == ["", *texts, "搅拌机"]
    assert found[1][2:] == ["5", "12.1", "2024-01-02", "2024-01-02 03:04:05", "TRUE"]
    assert found[-1][2:] == [str(-(2**62)), "-0.1", "1899-01-01", "2024-01-02 03:04:05", "FALSE"]


def test_texts_outside_xml_come_back_by_the_stated_rule(tmp_path):
    rows = [a_row(name=text) for text in HOSTILE]
    data, *_ = sheets_of(tmp_path, rows)
    cells = [row[0] or "" for row in data.iter_rows(min_row=2, values_only=True)]
    assert [markup.restored(cell) for cell in cells] == list(HOSTILE)
    assert not any(set(cell) & set("\x00\x0b\x1f\r\ufffe\uffff") for cell in cells)
