"""Leaks as people pass them on: other shapes of file, other spellings of days and numbers, lists taken apart."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import polars as pl
import pytest

from catalog.errors import ProofError
from desensitise.mark import found_packed, identify
from desensitise.mark.found_json import rows_of
from desensitise.mark.identify import together
from desensitise.mark.reading import tables_of
from tests.mark_world import TRACE, candidates, copy, joined, original, trace

_ROWS = trace(3000, seed=5)
_SHARED = original(_ROWS, TRACE)
_GRANTS = candidates(100)
_LEAK = copy(_ROWS, TRACE, 7).drop("record_uri")
_LISTS = _LEAK.sample(60, seed=3, shuffle=True)
_FOUND = joined(_LISTS)
_RECORDS = _FOUND.to_dicts()
_CSV = _FOUND.write_csv()
_PANDAS = _FOUND.to_pandas()


def _named(found: bytes | str | pl.DataFrame) -> list[str]:
    raw = found.encode() if isinstance(found, str) else found
    tables = [raw] if isinstance(raw, pl.DataFrame) else tables_of("found", raw)
    return [one.grant for one in identify(together(tables, _SHARED), _SHARED, _GRANTS).named]


def _insides(open_: str, between: str, close: str) -> str:
    return "\n".join(open_ + between.join(map(str, row)) + close for row in [_FOUND.columns, *_FOUND.rows()])


def _quoted(value: object) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


_NAMES, _VALUES = ", ".join(_FOUND.columns), ["(" + ", ".join(map(_quoted, row)) + ")" for row in _FOUND.rows()]
_LINES = [list(map(str, row)) for row in _FOUND.rows()]


_PICTURE = b"\x89PNG\r\n\x1a\n" + np.random.default_rng(1).bytes(9000)


def _packed(files: dict[str, bytes]) -> bytes:
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w", zipfile.ZIP_DEFLATED) as package:
        for name, raw in files.items():
            package.writestr(name, raw)
    return room.getvalue()


def _tar(files: dict[str, bytes]) -> bytes:
    room = io.BytesIO()
    with tarfile.open(fileobj=room, mode="w") as package:
        for name, raw in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            package.addfile(member, io.BytesIO(raw))
    return room.getvalue()


def _written(write: Callable[..., object], **options: bool) -> bytes:
    room = io.BytesIO()
    write(room, **options)
    return room.getvalue()


FILES: dict[str, Callable[[], str | bytes]] = {
    "a title above the headings": lambda: f"Spot checks of 2024\n{_CSV}",
    "a title filled up with commas": lambda: f"Spot checks of 2024,,,,,,,\nunit: piece,,,,,,,\n{_CSV}",
    "notes above the headings": lambda: f"# exported\n# by hand\n{_CSV}",
    "no headings": lambda: _CSV.partition("\n")[2],
    "carriage returns only": lambda: _CSV.replace("\n", "\r"),
    "single quotes": lambda: _insides("'", "','", "'"),
    "UTF-16 without a mark": lambda: _CSV.encode("utf-16-le"),
    "UTF-16, high byte first, without a mark": lambda: _CSV.encode("utf-16-be"),
    "UTF-32": lambda: _CSV.encode("utf-32"),
    "a table of Markdown": lambda: _insides("| ", " | ", " |").replace("|\n", "|\n|" + "---|" * 8 + "\n", 1),
    "columns parted by blanks": lambda: _insides("", "   ", ""),
    "pandas, printed": _PANDAS.to_string,
    "pandas, a web page": _PANDAS.to_html,
    "pandas, XML": lambda: _PANDAS.to_xml(parser="etree"),
    "pandas, JSON by column": _PANDAS.to_json,
    "pandas, JSON by row": lambda: _PANDAS.to_json(orient="index"),
    "pandas, JSON split": lambda: _PANDAS.to_json(orient="split"),
    "pandas, JSON of values": lambda: _PANDAS.to_json(orient="values"),
    "pandas, JSON table": lambda: _PANDAS.to_json(orient="table"),
    "JSON of columns": lambda: json.dumps(_FOUND.to_dict(as_series=False)),
    "an answer of a service": lambda: json.dumps({"code": 0, "data": {"total": 60, "records": _RECORDS}}),
    "GeoJSON": lambda: json.dumps({"features": [{"geometry": None, "properties": one} for one in _RECORDS]}),
    "SQL, a statement a row": lambda: "".join(f"INSERT INTO `t` ({_NAMES}) VALUES {one};\n" for one in _VALUES),
    "SQL, a dump of MySQL": lambda: (
        f"-- dump\nCREATE TABLE `t` (`uscc` varchar(18));\nINSERT INTO `t` VALUES\n{','.join(_VALUES)};\nUNLOCK TABLES;\n"
    ),
    "SQL, Unicode texts and calls": lambda: "".join(
        f"insert into [t] values {one};\nGO\n".replace("'91", "N'91").replace("'2024-", "to_date('2024-")
        for one in _VALUES
    ).replace("to_date('2024-0", "cast('2024-0"),
    "a name and a value a line": lambda: "\n\n".join(
        "\n".join(f"{name}: {value}" for name, value in row.items()) for row in _RECORDS
    ),
    "names and values, a record a line": lambda: "\n".join(
        "，".join(f"{name}：{value}" for name, value in row.items()) for row in _RECORDS
    ),
    "a vertical printout": lambda: "\n".join(
        f"*** {n}. row ***\n" + "\n".join(f"{name:>12}: {value}" for name, value in row.items())
        for n, row in enumerate(_RECORDS)
    ),
    "a table on its side": lambda: "\n".join(
        ",".join([name, *(row[n] for row in _LINES)]) for n, name in enumerate(_FOUND.columns)
    ),
    "JSON of named columns": lambda: json.dumps(
        [{"field": name, "values": values} for name, values in _FOUND.to_dict(as_series=False).items()]
    ),
    "JSON, an array a line": lambda: "\n".join(map(json.dumps, _LINES)),
    "JSON below words": lambda: f"The answer was:\n{json.dumps(_RECORDS)}\nas asked.",
    "a page below words": lambda: f"As agreed:\n{_PANDAS.to_html()}",
    "what Python prints": lambda: repr(_RECORDS),
    "LaTeX": lambda: "\n".join(" & ".join(row) + r" \\" for row in [_FOUND.columns, *_LINES]),
    "a box": lambda: "\n".join("│ " + " │ ".join(row) + " │" for row in [_FOUND.columns, *_LINES]),
    "tabs that were spelled out": lambda: "\n".join(r"\t".join(row) for row in [_FOUND.columns, *_LINES]),
    "all columns laid together": lambda: "all\n" + "\n".join(f'"{" / ".join(row)}"' for row in _LINES),
    "read off a screen": lambda: "\n".join(" ".join(row) for row in [_FOUND.columns, *_LINES]),
    "pages of an answer": lambda: json.dumps([{"page": n, "rows": _RECORDS[n * 20 :][:20]} for n in range(3)]),
    "rows deep in an answer": lambda: json.dumps(
        {"a": {"b": [{"x": 1, "rows": [{"meta": {"id": n}, "is": one} for n, one in enumerate(_RECORDS)]}]}}
    ),
    "packed by gzip": lambda: gzip.compress(_CSV.encode("gb18030")),
    "packed with a picture": lambda: _packed({"a.png": _PICTURE, "b/c.csv": _CSV.encode()}),
    "packed by xz as tar": lambda: lzma.compress(_tar({"a/b.csv": _CSV.encode()})),
    "packed by bzip2": lambda: bz2.compress(_CSV.encode()),
    "Feather": lambda: _written(_FOUND.write_ipc),
    "a workbook on its side": lambda: _written(_PANDAS.astype(str).T.to_excel, header=False),
    "a cell a row": lambda: _FOUND.cast(pl.String).unpivot(index=["uscc", "batch"]).write_csv(),
    "JSON by the number of a batch": lambda: json.dumps({row.pop("batch"): row for row in _LISTS.to_dicts()}),
    "JSON by region": lambda: json.dumps(
        {region: [row for row in _RECORDS if row["region"] == region] for region in _FOUND["region"].unique().sort()}
    ),
    "XML of attributes": lambda: (
        "<rows>"
        + "".join("<row " + " ".join(f'{k}="{v}"' for k, v in row.items()) + "/>" for row in _RECORDS)
        + "</rows>"
    ),
    "JSON that was cut off": lambda: json.dumps(_RECORDS)[:-40],
}


@pytest.mark.parametrize("shape", FILES)
def test_a_file_of_any_shape_names_the_grant(shape):
    assert _named(FILES[shape]()) == ["g7"]


def _bomb() -> bytes:
    """A workbook that unpacks to three gibibytes, by what its directory says."""
    made = bytearray(_packed({"[Content_Types].xml": b"", "xl/worksheets/sheet1.xml": b"<row/>" * 50}))
    sizes = made.rindex(b"PK\x01\x02") + 24
    made[sizes : sizes + 4] = (3 << 30).to_bytes(4, "little")
    return bytes(made)


UNREADABLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a picture": (lambda: _PICTURE, "neither a table nor text"),
    "noughts": (lambda: bytes(5000), "neither a table nor text"),
    "a paper": (lambda: b"%PDF-1.4\n" + np.random.default_rng(2).bytes(9000), "neither a table nor text"),
    "nothing": (lambda: b"", "no rows"),
    "headings alone": (_CSV.splitlines()[0].encode, "no rows"),
    "an archive of pictures": (lambda: _packed({"a.png": _PICTURE}), "neither a table nor text"),
    "a locked workbook": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99) + "EncryptedPackage".encode("utf-16-le"),
        "password",
    ),
    "a cut workbook": (lambda: _packed({"xl/workbook.xml": b"<x/>" * 99})[:-40], "could not be read"),
    "a bomb": (_bomb, "more than is read at once"),
    "arrays in arrays": (lambda: b"[" * 200_000, "could not be read"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_holds_no_table_is_said_to_be_unreadable(kind):
    made, why = UNREADABLE[kind]
    with pytest.raises(ProofError, match=why) as refused:
        tables_of("found", made())
    assert str(refused.value).startswith("found ")


def test_parquet_that_says_it_holds_too_much_is_not_opened(monkeypatch):
    monkeypatch.setattr(found_packed, "_MOST_CELLS", 60)
    room = io.BytesIO()
    _FOUND.write_parquet(room)
    with pytest.raises(ProofError, match="more than is read at once"):
        tables_of("found", room.getvalue())


def test_files_of_several_shapes_are_read_together():
    first = tables_of("a", _FOUND[:20].write_csv().encode("gb18030"))
    second = tables_of("b", json.dumps(_RECORDS[20:40]).encode())
    third = tables_of("c", _FOUND[40:].drop("region").write_csv(separator="\t").encode())
    found = together([*first, *second, *third], _SHARED)
    assert [one.grant for one in identify(found, _SHARED, _GRANTS).named] == ["g7"]


def test_a_single_line_without_headings_names_by_its_token():
    line = ",".join(map(str, joined(copy(_ROWS, TRACE, 7)[5:6]).row(0)))
    assert _named(line) == ["g7"]


def _parts(day: str) -> list[int]:
    return [int(part) for part in day.split("-")]


def _serial(day: str) -> str:
    return str((date.fromisoformat(day if day.count("-") > 1 else f"{day}-01") - date(1899, 12, 30)).days)


# Every spelling that is read stands in tests/unit/desensitise/test_mark_spellings.py.
DAYS: dict[str, Callable[[str], str]] = {
    "3/5/2024": lambda day: "/".join(map(str, [*_parts(day)[1:], _parts(day)[0]])),
    "45356": _serial,
}


@pytest.mark.parametrize("spelling", DAYS)
def test_days_in_any_spelling_name_the_grant(spelling):
    found = _LEAK.drop("standards", "quantity").sample(400, seed=3, shuffle=True)
    assert _named(found.with_columns(pl.col("event", "made_on").map_elements(DAYS[spelling], pl.String))) == ["g7"]


NUMBERS: dict[str, Callable[[int], str]] = {
    "1,234.00": lambda number: f"{number:,.2f}",
    "0.1234万元": lambda number: f"{number / 10_000:.4f}万元",
}


@pytest.mark.parametrize("spelling", NUMBERS)
def test_numbers_in_any_spelling_name_the_grant(spelling):
    found = _LEAK.select("uscc", "batch", "quantity").sample(300, seed=4, shuffle=True)
    assert _named(found.with_columns(pl.col("quantity").map_elements(NUMBERS[spelling], pl.String))) == ["g7"]


LISTS: dict[str, Callable[[list[str]], str]] = {
    "slashes": "/".join,
    "blanks": "  ".join,
    "a word": " and ".join,
    "brackets": lambda items: "《" + "》《".join(items) + "》",
    "numbers": lambda items: " ".join(f"({n}) {item}" for n, item in enumerate(items, 1)),
    "quotes in brackets": lambda items: str(list(items)),
    "no blanks": lambda items: ";".join(items).replace(" ", ""),
}


@pytest.mark.parametrize("spelling", LISTS)
def test_lists_in_any_spelling_name_the_grant(spelling):
    found = _LISTS.drop("made_on", "quantity")
    spelled = pl.col("standards").map_elements(lambda items: LISTS[spelling](items.to_list()), pl.String)
    assert _named(found.with_columns(spelled)) == ["g7"]


def test_lists_with_an_item_a_column_name_the_grant():
    items = [pl.col("standards").list.get(n, null_on_oob=True).alias(f"standard {n + 1}") for n in range(5)]
    assert _named(_LISTS.drop("made_on", "quantity").with_columns(items).drop("standards")) == ["g7"]


def test_lists_with_an_item_a_row_name_the_grant():
    assert _named(_LISTS.drop("made_on", "quantity").explode("standards")) == ["g7"]


def test_items_in_an_order_of_nobody_name_nobody():
    found = _LISTS.drop("made_on", "quantity").explode("standards")
    assert _named(found.sample(found.height, seed=1, shuffle=True)) == []
    assert _named(_LISTS.drop("made_on", "quantity").with_columns(pl.col("standards").list.sort())) == []


def test_columns_that_bear_each_others_names_name_the_grant():
    wrong = dict(zip(_FOUND.columns, [*_FOUND.columns[1:], _FOUND.columns[0]], strict=True))
    assert _named(_FOUND.rename(wrong)) == ["g7"]


def test_texts_that_a_spreadsheet_keeps_with_apostrophes_name_the_grant():
    assert _named(_FOUND.with_columns(pl.col("uscc", "product", "batch", "event").str.replace("^", "'"))) == ["g7"]


def test_objects_that_hold_no_rows_are_none():
    assert rows_of([]) == rows_of("text") == rows_of([1, 2]) == []
    assert rows_of({"1": {"b": 1}, "2": {"b": 2}}) == [{"b": 1}, {"b": 2}]


def test_pandas_frames_are_tables_too():
    assert isinstance(_PANDAS, pd.DataFrame)
    assert [one.grant for one in identify(pl.DataFrame(_PANDAS), _SHARED, _GRANTS).named] == ["g7"]
