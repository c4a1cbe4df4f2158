"""Dropped sheets: the published layouts, and everything that such files get wrong."""

import datetime as dt
import os
import shutil
import zipfile
from pathlib import Path
from types import MappingProxyType

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import DeclarationError, SourceChanged, SourceError
from catalog.model import Kind, Required, SourceSpec
from exporters.open import open_source
from exporters.spreadsheets import biff, cells, csv_text, package, workbook
from exporters.spreadsheets.dates import date_in
from exporters.spreadsheets.layouts import layout, names
from exporters.spreadsheets.write import EDITIONS, write_samr
from tests.factories import a_field

SAMR = tuple(
    a_field(name, kind, **more)
    for name, kind, more in (
        ("record_id", Kind.STRING, {}),
        ("updated_at", Kind.DATETIME, {}),
        ("record_status", Kind.CODE, {"codes": "record_status"}),
        ("product_kind", Kind.STRING, {}),
        ("inspected_unit", Kind.STRING, {}),
        ("nominal_producer", Kind.STRING, {}),
        ("product_name", Kind.STRING, {}),
        ("brand", Kind.STRING, {}),
        ("batch", Kind.STRING, {}),
        ("failed_items", Kind.STRINGS, {"separators": ";；、\n"}),
        ("platform", Kind.STRING, {}),
        ("verdict", Kind.CODE, {"codes": "conclusion"}),
        ("counterfeit", Kind.CODE, {"codes": "counterfeit"}),
        ("recheck", Kind.JSON, {}),
        ("safety_failed", Kind.BOOLEAN, {}),
        ("quality_flags", Kind.JSON, {}),
        ("record_hash", Kind.STRING, {}),
    )
)
ROWS = pa.table(
    {
        "product_kind": ["台灯", "台灯", "台灯", "电线电缆"],
        "nominal_producer": ["示例（甲）灯具厂", None, "示例乙灯具厂", "示例丙线缆厂"],
        "product_name": ["护眼台灯", "学习台灯", "落地灯", "护套线"],
        "brand": ["甲牌", "/", None, "丙牌"],
        "batch": ["２０２１/03/11", "2022-08-17/2022-08-18", "限用日期:20250101", "—"],
        "failed_items": [["结构*", "邻苯二甲酸酯(DBP、DEHP)"], ["标志和说明"], ["耐热和耐燃＊"], ["绝缘厚度"]],
        "platform": ["示例商城", None, None, None],
        "verdict": ["不合格", "不合格", "不合格", "合格"],
        "remark": ["复检仍不合格", "涉嫌假冒", "假冒", None],
    }
)


@pytest.fixture
def drop(tmp_path):
    """A drop folder that is opened and read by ``drop.read(...)``."""

    class Drop:
        path = tmp_path

        def source(self, chosen="samr", asked=SAMR, pattern="*", headings=MappingProxyType({}), **options):
            spec = SourceSpec("files", pattern=pattern, layout=chosen, options=options, headings=headings)
            return open_source(spec, asked, str(tmp_path))

        def read(self, chosen="samr", asked=SAMR, **options):
            with self.source(chosen, asked, **options) as source:
                plan = source.plan(None, 10)
                return [row for unit in plan.units for raw in source.read(unit) for row in raw.batch.to_pylist()]

        def sheet(self, rows, name="a.xlsx", merge=()):
            book = openpyxl.Workbook()
            for row in rows:
                book.active.append(row)
            for ref in merge:
                book.active.merge_cells(ref)
            book.save(tmp_path / name)

        def refused(self, match, chosen="table", asked=TABLE, **options):
            with self.source(chosen, asked, **options) as source, pytest.raises(SourceError, match=match) as caught:
                source.plan(None, 10)
            assert caught.value.todo
            assert "canary" not in str(caught.value)
            return caught.value

    return Drop()


TABLE = (a_field("name", required=Required.YES, en="Name", zh="名称"), a_field("brand", en="Brand", zh="商标"))


@pytest.mark.parametrize("edition", EDITIONS)
def test_each_published_edition_loads(drop, edition):
    write_samr(drop.path / "spot-checks 2025-03-01.xlsx", ROWS, edition)
    rows = drop.read()
    assert [row["product_name"] for row in rows] == ["护眼台灯", "学习台灯", "落地灯", "护套线"]
    assert [row["nominal_producer"] for row in rows] == ["示例（甲）灯具厂", None, "示例乙灯具厂", "示例丙线缆厂"]
    assert [row["platform"] for row in rows] == (["示例商城"] if edition == "2025" else [None]) + [None] * 3
    assert [row["brand"] for row in rows] == (["甲牌", None, None, "丙牌"] if edition == "aqsiq" else [None] * 4)
    names = ["护眼台灯", "学习台灯", "落地灯", "护套线"]
    assert [row["product_kind"] for row in rows] == (
        names if edition == "aqsiq" else ["台灯", "台灯", "台灯", "电线电缆"]
    )
    if edition == "aqsiq":
        assert [row["inspected_unit"] for row in rows] == [row["nominal_producer"] for row in rows]
    assert {row["updated_at"] for row in rows} == {"2025-03-01T00:00:00+08:00"}
    assert {row["record_status"] for row in rows} == {"1"}


def test_remarks_tell_of_counterfeits_and_second_tests(drop):
    write_samr(drop.path / "a.xlsx", ROWS)
    rows = drop.read()
    assert [row["counterfeit"] for row in rows] == ["0", "1", "2", "0"]
    assert [row["recheck"] for row in rows] == ['{"verdict":"2"}', None, None, None]


def test_a_sheet_without_remarks_says_nothing_of_counterfeits_unless_it_is_of_the_oldest_edition(drop):
    drop.sheet([["标题"], ["受检单位", "产品名称", "主要不合格项目", "承检机构"], ["店", "灯", "结构", "院"]])
    assert {row["counterfeit"] for row in drop.read()} == {None}
    write_samr(drop.path / "a.xlsx", ROWS, "aqsiq")
    assert {row["counterfeit"] for row in drop.read()} == {"0"}


def test_a_verdict_column_is_read_and_its_absence_means_failing(drop):
    write_samr(drop.path / "a.xlsx", ROWS, "aqsiq")
    assert [row["verdict"] for row in drop.read()] == ["2", "2", "2", "1"]
    write_samr(drop.path / "a.xlsx", ROWS, "2021")
    assert [row["verdict"] for row in drop.read()] == ["2"] * 4


def test_failed_items_are_parted_outside_of_brackets_and_stars_become_a_flag(drop):
    write_samr(drop.path / "a.xlsx", ROWS)
    rows = drop.read(star="safety_failed")
    assert rows[0]["failed_items"] == ["结构", "邻苯二甲酸酯(DBP、DEHP)"]
    assert rows[2]["failed_items"] == ["耐热和耐燃"]
    assert [row["quality_flags"] for row in rows] == ['["STARRED_ITEM"]', None, '["STARRED_ITEM"]', None]
    assert [row["safety_failed"] for row in rows] == ["1", "0", "1", "0"]
    assert {row["safety_failed"] for row in drop.read()} == {None}


@pytest.mark.parametrize(
    ("text", "items", "starred"),
    [
        ("甲、乙；丙;丁，戊,己\n庚", list("甲乙丙丁戊己庚"), False),
        ("甲（乙、丙）、丁*", ["甲（乙、丙）", "丁"], True),
        ("甲（乙、丙", ["甲（乙", "丙"], False),
        (" 甲 * 、、", ["甲"], True),
        ("甲[乙(丙、丁)、戊]、己", ["甲[乙(丙、丁)、戊]", "己"], False),
    ],
)
def test_items_of_a_cell(text, items, starred):
    import polars as pl

    found, stars = cells.items_of(pl.Series([None, text]), layout("samr").lists["failed_items"])
    assert found.to_list() == [None, items]
    assert stars.to_list() == [False, starred]


def test_record_ids_name_the_place_and_fit_the_header_field(drop):
    write_samr(drop.path / ("很长的文件名" * 12 + ".xlsx"), ROWS)
    first = drop.read()
    assert all(len(row["record_id"]) <= 36 for row in first)
    assert len({row["record_id"] for row in first}) == 4
    assert [row["record_id"] for row in drop.read()] == [row["record_id"] for row in first]
    assert first[0]["record_id"].endswith("-0000004")


def test_equal_rows_give_equal_bytes(tmp_path):
    write_samr(tmp_path / "a.xlsx", ROWS)
    write_samr(tmp_path / "b.xlsx", ROWS)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


def test_a_heading_in_another_row_a_repeated_heading_and_notes_are_no_records(drop):
    heading = ["序号", "产品 名称", "主要\n不合格项目", "承检机构", "备注"]
    rows = [["标题"], [], ["说明"], [], heading, [1, "灯", "结构", "院", None], heading, [2, "线", "绝缘", "院", None]]
    drop.sheet([*rows, [], [None, "注：*为安全项目"]])
    assert [row["product_name"] for row in drop.read()] == ["灯", "线"]


@pytest.mark.parametrize("many", [0, workbook.MANY_ROWS])
def test_both_readers_repeat_merged_cells_down_and_not_across(drop, many, monkeypatch):
    monkeypatch.setattr(workbook.grid, "__defaults__", (many,))
    rows = [
        ["名称", "商标", "其他", "更多"],
        ["甲", "x", 1, 2],
        [None, "y", 1, 2],
        [None, "z", 1, 2],
        ["乙", None, 1, 2],
    ]
    drop.sheet(rows, merge=("A2:A4", "B5:C5"))
    assert [(row["name"], row["brand"]) for row in drop.read("table", TABLE)] == [
        ("甲", "x"),
        ("甲", "y"),
        ("甲", "z"),
        ("乙", None),
    ]


CELLS = st.one_of(
    st.none(),
    st.text("0A张é, *", max_size=4).map(lambda t: t.strip() or None),
    st.integers(-(10**14), 10**14),
    st.decimals(-1000, 1000, places=3, allow_nan=False).map(float),
    st.booleans(),
    st.dates(dt.date(1950, 1, 1), dt.date(2099, 1, 1)),
    st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2099, 1, 1)).map(lambda m: m.replace(microsecond=0)),
)


@settings(max_examples=40)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6))
def test_the_fast_reader_and_the_careful_one_read_the_same(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("grids") / "a.xlsx"
    book = openpyxl.Workbook()
    for row in [["a", "b", "c"], *rows]:
        book.active.append(row)
    book.save(path)
    slow, fast = (workbook.grid(path, "xlsx", "Sheet", many).frame for many in (100, 0))
    assert _cleaned(slow) == _cleaned(fast)


def _cleaned(frame):
    return [cells.cleaned(frame[name], ()).to_list() for name in frame.columns[1:]]


KINDS = (
    a_field("name", zh="名称"),
    a_field("quantity", Kind.INTEGER, zh="数量", en="q"),
    a_field("price", Kind.DECIMAL, zh="价格", en="p"),
    a_field("made", Kind.DATE, zh="日期", en="d"),
    a_field("uscc", check="uscc", zh="信用代码", en="u"),
    a_field("quality_flags", Kind.JSON, zh="标记", en="f"),
)


def test_cells_are_made_comparable_by_the_kind_of_their_field(drop):
    rows = [
        ["名称", "数量", "价格", "日期", "信用代码"],
        [" ＡＢ　", "１，２３４", "12,345.60", 44927, "９１１"],
        ["b", 1234.0, 0.1, dt.datetime(2023, 1, 1), 911101085923662400],
        ["c", "1,23", "-", "２０２３年１月１日", None],
    ]
    drop.sheet(rows)
    found = drop.read("table", KINDS)
    assert [row["name"] for row in found] == ["ＡＢ", "b", "c"]
    assert [row["quantity"] for row in found] == ["1234", "1234", "1,23"]
    assert [row["price"] for row in found] == ["12345.60", "0.1", "-"]
    assert [row["made"] for row in found] == ["2023-01-01", "2023-01-01", "2023年1月1日"]
    assert found[0]["uscc"] == "911"
    assert [row["quality_flags"] for row in found] == ['["DATE_SERIAL"]', '["CODE_AS_NUMBER"]', None]


def test_leading_zeros_come_back_where_the_number_format_keeps_them(drop):
    book = openpyxl.Workbook()
    book.active.append(["name"])
    book.active.append([12])
    book.active["A2"].number_format = "000000"
    book.save(drop.path / "a.xlsx")
    assert drop.read("table", TABLE[:1]) == [{"name": "000012"}]


def test_the_old_mac_calendar_is_honoured(drop):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["名称", "数量", "价格", "日期"])
    book.active.append(["a", 1, 1, 43465])
    book.save(drop.path / "a.xlsx")
    assert drop.read("table", KINDS)[0]["made"] == "2023-01-01"


def test_a_table_names_its_fields_in_any_language_and_order(drop):
    drop.sheet([["商标", "unknown", "Name"], ["b", "canary", "n"]], "a.xlsx")
    drop.sheet([["NAME *", "Brand"], ["m", "c"]], "b.xlsx")
    assert drop.read("table", TABLE) == [{"name": "n", "brand": "b"}, {"name": "m", "brand": "c"}]


def test_values_that_all_records_share_come_from_the_declaration(drop):
    drop.sheet([["名称"], ["a"]])
    assert drop.read("table", TABLE, brand="甲牌") == [{"name": "a", "brand": "甲牌"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_csv_is_read_in_the_encodings_of_the_country(drop, encoding):
    text = '名称,商标\r\n"示例,甲\n厂","他说""好"""\r\n\r\n灯具,\r\n'
    (drop.path / "a.csv").write_bytes(text.encode(encoding))
    assert drop.read("table", TABLE) == [
        {"name": "示例,甲\n厂", "brand": '他说"好"'},
        {"name": "灯具", "brand": None},
    ]


@pytest.mark.parametrize("sign", ["\t", ";"])
def test_other_delimiters_are_found(drop, sign):
    (drop.path / "a.csv").write_text(f"名称{sign}商标\na{sign}b\n", encoding="utf-8")
    assert drop.read("table", TABLE) == [{"name": "a", "brand": "b"}]


def test_title_rows_of_a_csv_may_be_shorter_than_the_heading(drop):
    (drop.path / "a.csv").write_text(
        "标题\n\n序号,产品名称,主要不合格项目,承检机构\n1,灯,结构,院\n注：无\n", encoding="gb18030"
    )
    assert [row["product_name"] for row in drop.read()] == ["灯"]


def test_a_long_csv_comes_in_parts_with_one_heading(drop):
    path = drop.path / "a.csv"
    path.write_text("名称,商标\n" + "".join(f"n{i},b\n" for i in range(50)), encoding="utf-8")
    parts = list(csv_text.grids(path, rows=20))
    assert [part.frame.height for part in parts] == [20, 20, 11]
    assert [part.frame["row"][0] for part in parts] == [1, 21, 41]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b'\xe5\x90\x8d,"canary', "well-formed"),
        (b"\xff\xff\xff,canary", "neither UTF-8"),
        ("名称,商标\na,b,canary\n".encode(), "more cells"),
        ("名称,名称\na,b\n".encode(), "two columns"),
        ("商标,x,y\ncanary,b,c\n".encode(), "no column name"),
        (b"x,y,z\ncanary,b,c\n", "no heading"),
    ],
)
def test_a_csv_that_cannot_be_trusted_is_refused_by_name(drop, content, match):
    (drop.path / "bad.csv").write_bytes(content)
    assert "bad.csv" in drop.refused(match).happened


def test_one_bad_file_stops_the_plan_and_all_bad_files_are_named(drop):
    drop.sheet([["名称"], ["a"]], "good.xlsx")
    (drop.path / "bad1.xlsx").write_bytes(b"PK\x03\x04 canary")
    (drop.path / "bad2.csv").write_bytes(b"\xff\xff")
    error = drop.refused("2 files")
    assert "bad1.xlsx" in error.happened
    assert "bad2.csv" in error.happened
    assert "good.xlsx" not in error.happened


@pytest.mark.parametrize("size", [10, 600, 4000])
def test_a_truncated_workbook_is_refused(drop, size):
    drop.sheet([["名称"], *[[f"canary{i}"] for i in range(50)]])
    path = drop.path / "a.xlsx"
    path.write_bytes(path.read_bytes()[:size])
    drop.refused("damaged")


def test_a_workbook_with_flipped_bytes_is_refused(drop):
    drop.sheet([["名称"], *[[f"canary{i}"] for i in range(50)]])
    path = drop.path / "a.xlsx"
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray(path.read_bytes())
    content[part.header_offset + 100] ^= 0xFF
    path.write_bytes(content)
    drop.refused("damaged")


def test_a_zip_bomb_is_not_unpacked(drop):
    with zipfile.ZipFile(drop.path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (8 << 20))
    drop.refused("unpacks to more", max_bytes=1 << 20)


def test_a_file_over_the_limit_is_not_opened(drop):
    (drop.path / "a.csv").write_bytes(b"x" * 2000)
    drop.refused("larger than 1000", max_bytes=1000)


@pytest.mark.parametrize("word", ["EncryptedPackage", "_VBA_PROJECT_CUR"])
def test_encrypted_files_and_macros_of_the_old_format_are_refused(drop, word):
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + word.encode("utf-16-le")
    (drop.path / "a.xls").write_bytes(content)
    drop.refused("encrypted|macros")


OLD = Path(__file__).parents[2] / "data" / "spot-checks-2025-03-01.xls"


def test_the_old_binary_format_gives_the_same_records(drop):
    write_samr(drop.path / OLD.with_suffix(".xlsx").name, ROWS)
    new = drop.read()
    (drop.path / OLD.with_suffix(".xlsx").name).unlink()
    shutil.copy(OLD, drop.path)
    old = drop.read()
    assert [{**row, "record_id": ""} for row in old] == [{**row, "record_id": ""} for row in new]
    assert [row["product_kind"] for row in old] == ["台灯", "台灯", "台灯", "电线电缆"]


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 7167), st.integers(0, 255)), min_size=1, max_size=8), st.integers(1, 7168))
def test_a_damaged_old_workbook_is_read_or_refused_and_never_hangs(changes, size):
    content = bytearray(OLD.read_bytes())
    for at, byte in changes:
        content[at] = byte
    try:
        found = biff.told(bytes(content[:size]))
    except ValueError:
        return
    assert all(0 <= merge.column <= 0xFFFF for merges in found.merges.values() for merge in merges)


def test_a_workbook_with_macros_is_refused(drop):
    drop.sheet([["名称"], ["a"]])
    with zipfile.ZipFile(drop.path / "a.xlsx", "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"program")
    drop.refused("macros")


def test_an_external_entity_in_the_index_is_refused(drop):
    drop.sheet([["名称"], ["a"]])
    with zipfile.ZipFile(drop.path / "a.xlsx") as old, zipfile.ZipFile(drop.path / "b.xlsx", "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, b'<!DOCTYPE x [<!ENTITY e "x">]>' + text if name == "xl/workbook.xml" else text)
    with pytest.raises(SourceError, match="damaged"):
        package.sheets(drop.path / "b.xlsx")


def test_formulas_that_were_never_computed_are_refused_and_computed_ones_are_read(drop):
    drop.sheet([["名称", "商标"], ["a", '="canary"&"b"']])
    drop.refused("1 formulas")
    with zipfile.ZipFile(drop.path / "a.xlsx") as old, zipfile.ZipFile(drop.path / "b.xlsx", "w") as new:
        for name in old.namelist():
            text = old.read(name).replace(b'<c r="B2"><f>', b'<c r="B2" t="str"><f>').replace(b"<v />", b"<v>ab</v>")
            new.writestr(name, text.replace(b"<v></v>", b"<v>ab</v>"))
    (drop.path / "a.xlsx").unlink()
    assert drop.read("table", TABLE) == [{"name": "a", "brand": "ab"}]


def test_a_prose_sheet_beside_the_table_is_left_out_and_an_unknown_table_is_not(drop):
    book = openpyxl.Workbook()
    book.active.append(["说明", "本表仅供参考"])
    for row in (["名称", "商标"], ["a", "b"]):
        book.create_sheet("数据") if len(book.sheetnames) == 1 else None
        book["数据"].append(row)
    book.save(drop.path / "a.xlsx")
    assert drop.read("table", TABLE) == [{"name": "a", "brand": "b"}]
    book["Sheet"].append(["x", "y", "z"])
    book.save(drop.path / "a.xlsx")
    drop.refused("sheet Sheet has no heading")


def test_only_the_sheets_that_the_declaration_chooses_are_read(drop):
    book = openpyxl.Workbook()
    book.active.append(["x", "y", "z"])
    for row in (["名称", "商标"], ["a", "b"]):
        book.create_sheet("第一批") if len(book.sheetnames) == 1 else None
        book["第一批"].append(row)
    book.save(drop.path / "a.xlsx")
    assert drop.read("table", TABLE, sheets="第*批") == [{"name": "a", "brand": "b"}]
    with drop.source("table", TABLE, sheets="2025*") as source, pytest.raises(SourceError, match="no sheet"):
        source.plan(None, 1)


def test_a_bureau_tells_its_own_headings_in_the_declaration(drop):
    drop.sheet([["某局 2025 年台账"], [], ["产品叫法", "牌子"], ["a", "b"]])
    assert drop.read("table", TABLE, headings={"name": ("产品叫法",), "brand": ("牌子",)}) == [
        {"name": "a", "brand": "b"}
    ]


def test_other_spellings_of_published_headings_are_known_and_a_heading_that_lacks_some_says_which(drop):
    drop.sheet([["标题"], ["样品名称", "标称生产企业名称", "不合格项目", "检验机构"], ["灯", "厂", "结构", "院"]])
    (row,) = drop.read()
    assert (row["product_name"], row["nominal_producer"], row["failed_items"]) == ("灯", "厂", ["结构"])
    drop.sheet([["标题"], ["产品名称", "承检机构", "毛病"], ["灯", "院", "结构"]])
    drop.refused("row 2 lacks failed_items", "samr", SAMR)


def test_what_stands_in_brackets_behind_a_known_heading_explains_it(drop):
    heading = [
        "受检单位\n（被抽样单位）",
        "产品名称",
        "主要不合格项目(标准)",
        "承检机构",
        "标称生产单位（标注）",
        "备注(复检)",
    ]
    drop.sheet([["标题"], heading, ["店", "灯", "结构", "院", "厂", "假冒"]])
    (row,) = drop.read()
    assert row["counterfeit"] == "2"
    assert (row["inspected_unit"], row["failed_items"], row["nominal_producer"]) == ("店", ["结构"], "厂")
    drop.sheet([["名称", "商标（中）", "商标（英）"], ["灯", "甲", "A"]])
    (row,) = drop.read("table", TABLE)
    assert row["brand"] is None


def test_a_hidden_sheet_with_records_is_refused_unless_the_declaration_chooses_sheets(drop):
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("旧稿")):
        sheet.append(["名称", "商标"])
        sheet.append(["a", "b"])
    book["旧稿"].sheet_state = "hidden"
    book.save(drop.path / "a.xlsx")
    drop.refused("a.xlsx, sheet 旧稿, is hidden and holds 1 records")
    assert len(drop.read("table", TABLE, sheets="[S旧]*")) == 2


def test_a_heading_in_two_rows_is_read_as_one(drop):
    upper = ["序号", "标称生产单位", None, "产品名称", "主要不合格项目", "承检机构"]
    drop.sheet([["标题"], upper, [None, "名称", "商标"], [1, "厂", "甲牌", "灯", "结构", "院"]])
    (row,) = drop.read()
    assert (row["nominal_producer"], row["brand"], row["product_name"]) == ("厂", "甲牌", "灯")


def test_an_empty_file_is_refused_since_its_records_would_be_withdrawn(drop):
    (drop.path / "a.csv").write_bytes(b"")
    drop.refused("is empty")


@pytest.mark.parametrize("target", ["nowhere.csv", "a.csv"])
def test_a_link_that_leads_nowhere_is_refused_and_not_passed_over(drop, target):
    (drop.path / "a.csv").symlink_to(target)
    drop.refused("cannot be read|changed|outside")


def test_a_name_fits_the_pattern_in_upper_and_lower_case(drop):
    drop.sheet([["名称"], ["a"]], "A.XLSX")
    spec = SourceSpec("files", pattern="*.xlsx", layout="table")
    with open_source(spec, TABLE, str(drop.path)) as source:
        assert source.plan(None, 10).total == 1


def test_a_link_out_of_the_folder_is_refused(drop, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "a.csv"
    outside.write_text("名称\ncanary\n", encoding="utf-8")
    (drop.path / "a.csv").symlink_to(outside)
    drop.refused("outside")


@pytest.mark.parametrize("gone", [False, True])
def test_a_file_that_changes_after_the_plan_is_not_read(drop, gone):
    path = drop.path / "a.csv"
    path.write_text("名称\na\n", encoding="utf-8")
    with drop.source("table", TABLE) as source:
        unit = source.plan(None, 10).units[0]
        path.unlink() if gone else path.write_text("名称\nb\n", encoding="utf-8")
        with pytest.raises(SourceChanged):
            list(source.read(unit))


def test_a_missing_folder_and_a_folder_without_files_are_told(drop, tmp_path):
    (drop.path / "~$a.xlsx").write_bytes(b"lock file of an open workbook")
    drop.refused("No file")
    spec = SourceSpec("files", pattern="*", layout="table")
    with open_source(spec, TABLE, str(tmp_path / "none")) as source, pytest.raises(SourceError, match="does not exist"):
        source.plan(None, 1)


def test_an_unknown_layout_is_a_mistake_of_the_declaration(drop):
    with pytest.raises(DeclarationError, match="samr"):
        drop.source("no-such-layout")
    assert names() == ("samr", "table")


def test_without_a_date_the_file_speaks_of_the_moment_it_was_saved(drop):
    drop.sheet([["名称", "更新时间"], ["a", None]])
    os.utime(drop.path / "a.xlsx", (1_700_000_000, 1_700_000_000))
    asked = (*TABLE[:1], a_field("updated_at", Kind.DATETIME, en="u", zh="u"))
    assert drop.read("table", asked)[0]["updated_at"] == "2023-11-15T06:13:20+08:00"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("抽查2025年3月1日公布", dt.date(2025, 3, 1)),
        ("20250301-lamps", dt.date(2025, 3, 1)),
        ("list 2025.03.01 v2", dt.date(2025, 3, 1)),
        ("2025-13-01 2024-02-30 2024-02-29", dt.date(2024, 2, 29)),
        ("120250301", None),
        ("2025年第3批", None),
    ],
)
def test_dates_in_names(text, found):
    assert date_in(text) == found
