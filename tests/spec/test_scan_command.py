"""What ``hub scan`` tells of files nobody declared, in whatever form they come; and what it never tells."""

import json

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner
from openpyxl.comments import Comment

from hub.cli import hub

SECRETS = ("王小明", "李芳", "张伟", "13812345678", "0571-87654321", "文三路")
NOTES = ["产品合格", "请转告张伟经理明天到杭州市西湖区文三路12号"]
TABLE = pl.DataFrame({"姓名": ["王小明", "李芳"], "电话": ["13812345678", "0571-87654321"], "备注": NOTES})
EXPECTED = {("姓名", "PERSON"), ("电话", "MOBILE"), ("电话", "PHONE"), ("备注", "PERSON"), ("备注", "ADDRESS")}


def scan(*arguments):
    return CliRunner().invoke(hub, ["scan", *map(str, arguments)])


def written(folder, form):
    path = folder / f"table.{form.split('-')[0]}"
    match form:
        case "csv-gb18030":
            path.write_bytes(TABLE.write_csv().encode("gb18030"))
        case "csv-utf16":
            path.write_bytes(TABLE.write_csv(separator="\t").encode("utf-16"))
        case "csv-semicolon":
            TABLE.write_csv(path, separator=";", include_bom=True)
        case "parquet":
            TABLE.write_parquet(path)
        case "json":
            path.write_text(json.dumps(TABLE.to_dicts(), ensure_ascii=False), encoding="utf-8")
        case "jsonl":
            TABLE.write_ndjson(path)
        case "xlsx":
            book = openpyxl.Workbook()
            for row in (TABLE.columns, *TABLE.iter_rows()):
                book.active.append(list(row))
            book.save(path)
    return path


@pytest.mark.parametrize("form", ["csv-gb18030", "csv-utf16", "csv-semicolon", "parquet", "json", "jsonl", "xlsx"])
def test_kinds_and_columns_are_told_for_every_form_of_file(tmp_path, form):
    done = scan(written(tmp_path, form), "--json")
    (report,) = json.loads(done.output)
    assert done.exit_code == 1
    assert {(hit["column"], hit["kind"]) for hit in report["hits"]} == EXPECTED
    assert not [value for value in SECRETS if value in done.output]


def test_people_read_a_table_with_kinds_in_both_languages_and_no_value(tmp_path):
    done = scan(written(tmp_path, "xlsx"))
    assert done.exit_code == 1
    assert "手机号 MOBILE" in done.output
    assert not [value for value in SECRETS if value in done.output]


def test_a_clean_file_ends_with_nought(tmp_path):
    path = tmp_path / "products.csv"
    pl.DataFrame({"产品": ["灶具", "安全帽"], "标准": ["GB 16410-2020", "GB 2811-2019"]}).write_csv(path)
    done = scan(path)
    assert (done.exit_code, "none" in done.output) == (0, True)


def test_several_files_are_told_one_by_one_and_one_find_is_enough(tmp_path):
    clean = tmp_path / "clean.txt"
    clean.write_text("产品合格\n", encoding="utf-8")
    done = scan(clean, written(tmp_path, "parquet"), "--json")
    assert [report["found"] for report in json.loads(done.output)] == [False, True]
    assert done.exit_code == 1


def test_a_first_row_that_is_somebody_is_no_heading_and_is_not_shown(tmp_path):
    path = tmp_path / "headless.csv"
    path.write_text("王小明,13812345678\n李芳,13912345678\n赵敏,13712345678\n陈建国,13612345678\n", encoding="utf-8")
    done = scan(path)
    assert "heading" in done.output
    assert not [value for value in ("王小明", "李芳", "13812345678") if value in done.output]


def test_rows_of_unlike_lengths_are_looked_at_line_by_line(tmp_path):
    path = tmp_path / "ragged.csv"
    path.write_text("a,b\n1,2\n联系人张伟,13812345678,3\n", encoding="utf-8")
    (report,) = json.loads(scan(path, "--json").output)
    assert {"MOBILE", "PERSON"} <= {hit["kind"] for hit in report["hits"]}


def test_cells_above_the_heading_and_on_every_sheet_are_looked_at(tmp_path):
    book = openpyxl.Workbook()
    for row in (["登记表", None], ["填表人：张伟 13812345678", None], ["产品", "型号"], ["灶具", "A-1"]):
        book.active.append(row)
    second = book.create_sheet("附表")
    for row in (["联系人", "车牌"], ["王小明", "浙A12345"]):
        second.append(row)
    path = tmp_path / "two.xlsx"
    book.save(path)
    (report,) = json.loads(scan(path, "--json").output)
    assert {(hit["column"], hit["kind"]) for hit in report["hits"]} == {
        ("Sheet ^: text", "MOBILE"),
        ("Sheet ^: text", "PERSON"),
        ("附表: 联系人", "PERSON"),
        ("附表: 车牌", "PLATE"),
    }


def test_what_a_workbook_holds_beside_its_cells_is_looked_at(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["产品", "型号"])
    sheet.append(["灶具", "A-1"])
    sheet["A2"].comment = Comment("请找李红梅，13912345678", "赵铁柱")
    sheet.oddFooter.left.text = "联系人张伟 13712345678"
    book.properties.creator = "王建国"
    hidden = book.create_sheet("张三丰")
    hidden.sheet_state = "hidden"
    hidden.append(["姓名", "身份证"])
    hidden.append(["李明", "11010519491231002X"])
    path = tmp_path / "aside.xlsx"
    book.save(path)
    output = scan(path, "--json").output
    (report,) = json.loads(output)
    assert {(hit["column"].rpartition(": ")[2], hit["kind"]) for hit in report["hits"]} >= {
        ("comments 批注", "MOBILE"),
        ("headers 页眉页脚", "MOBILE"),
        ("people 人员", "PERSON"),
        ("身份证", "ID_CARD"),
    }
    assert "张三丰" not in output
    assert report["rows"] == 2


def test_merged_headings_name_their_columns_together(tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["2026年投诉台账", None, None],
        ["企业名称", "联系方式", None],
        [None, "电话", "微信号"],
        ["某某电器", "87654321", "abc_de1"],
        ["某某阀门", "87654322", "abc_de2"],
    ):
        book.active.append(row)
    path = tmp_path / "merged.xlsx"
    book.save(path)
    (report,) = json.loads(scan(path, "--json").output)
    assert {(hit["column"], hit["kind"], hit["cells"]) for hit in report["hits"]} == {
        ("联系方式 电话", "PHONE", 2),
        ("联系方式 微信号", "WECHAT", 2),
    }


def test_a_file_of_an_unknown_kind_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "letter.doc"
    path.write_bytes(b"13812345678")
    done = scan(path)
    assert "13812345678" not in str(done.exception)
    assert "Save it as one of" in str(done.exception)
