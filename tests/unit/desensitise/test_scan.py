"""Tables nobody declared are scanned: kinds, columns and rows are told, values never."""

import polars as pl
import pyarrow as pa
import pytest

from catalog.errors import SourceError
from desensitise.scan import Hit, scan_file, scan_table

TABLE = pl.DataFrame(
    {
        "序号": [1, 2, 3],
        "联系人": ["王小明", "李芳", None],
        "联系电话": ["13812345678", "0571-87654321", "12315"],
        "备注": [
            "现场负责人张伟不在，改日再联系，未发现其他问题，已拍照",
            "产品铭牌缺失，已责令整改，企业承诺三日内完成并报告",
            "家住浙江省杭州市西湖区文三路12号3幢401室的消费者来电称充电器发热",
        ],
        "产品": ["灶具", "安全帽", "钢丝绳"],
    },
)


def test_every_column_is_told_with_its_kinds_and_rows():
    report = scan_table(TABLE)
    assert report.found
    assert (report.rows, report.columns) == (3, 5)
    assert set(report.hits) == {
        Hit("联系人", "PERSON", 2, (1, 2)),
        Hit("联系电话", "MOBILE", 1, (1,)),
        Hit("联系电话", "PHONE", 1, (2,)),
        Hit("备注", "PERSON", 1, (1,)),
        Hit("备注", "ADDRESS", 1, (3,)),
    }


def test_a_clean_table_holds_nothing():
    report = scan_table(TABLE.select("序号", "产品"))
    assert not report.found
    assert report.hits == ()


def test_trade_secrets_are_told_by_their_columns():
    assert scan_table(pa.table({"buyer_name": ["甲", "乙"]})).hits == (Hit("buyer_name", "TRADE_SECRET", 2, ()),)


def test_nested_and_numeric_columns_are_scanned_row_by_row():
    table = pl.DataFrame({"a": [["x"], ["13812345678", "y"]], "b": [5, 13812345678]})
    assert set(scan_table(table).hits) == {Hit("a", "MOBILE", 1, (2,)), Hit("b", "MOBILE", 1, (2,))}


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_files_are_scanned_like_tables(tmp_path, form):
    path = tmp_path / f"t.{form}"
    table = TABLE.select("联系电话", "产品")
    if form == "csv":
        table.write_csv(path, include_bom=True)
    elif form == "parquet":
        table.write_parquet(path)
    else:
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.Workbook()
        for row in (table.columns, *table.iter_rows()):
            book.active.append(list(row))
        book.save(path)
    assert {(hit.column, hit.kind) for hit in scan_file(path).hits} == {("联系电话", "MOBILE"), ("联系电话", "PHONE")}


def test_a_report_holds_no_value():
    told = repr(scan_table(TABLE))
    assert not [value for value in ("13812345678", "87654321", "王小明", "张伟", "文三路") if value in told]


@pytest.mark.parametrize("name", ["t.doc", "t.csv", "t.xlsx", "t.parquet"])
def test_what_cannot_be_read_is_refused_without_its_words(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b'\xff\xfe13812345678,"x\n1,2,3')
    with pytest.raises(SourceError) as caught:
        scan_file(path)
    assert "13812345678" not in str(caught.value)
    assert caught.value.__cause__ is None
