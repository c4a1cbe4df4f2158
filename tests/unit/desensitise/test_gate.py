"""The gate looks at finished files as if nobody had treated them, and refuses whatever should not be there."""

import datetime as dt

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.derive.published import published
from catalog.errors import UnsafeRelease
from catalog.formats.layout import Layout
from catalog.formats.table import format_of
from catalog.model import Audience, Kind, Sensitivity, Sharing
from desensitise.gate import assess
from tests.factories import a_column, a_dataset

COLUMNS = (
    a_column("product_name", max_length=200),
    a_column("trace_code", max_length=200),
    a_column("standards", Kind.STRINGS, max_length=100),
    a_column("made_on", Kind.DATE),
    a_column("service_hotline", max_length=30),
    a_column("count", Kind.INTEGER),
)
ROWS = {
    "product_name": ["电动自行车", "灶具", "王师傅牌灶具"],
    "trace_code": ["06901234567892", "https://id.example.cn/01/06901234567892/10/B1", "E=10001234567890123456"],
    "standards": [["GB 17761-2018"], ["GB 16410-2020", "GB/T 5023.3-2008"], None],
    "made_on": [dt.date(2024, 5, 1)] * 3,
    "service_hotline": ["400-820-8820", "13812345678", "12315"],
    "count": [1, 2, 3],
}
DATASET = a_dataset(COLUMNS, id="sample")


def release(folder, data=None, formats=("parquet", "csv", "jsonl", "xml", "xlsx"), **changes):
    table = pa.table({**ROWS, **(data or {}), **changes})
    layout = Layout("sample", table.schema, dt.datetime(2024, 5, 1, tzinfo=dt.UTC))
    for name in formats:
        writer = format_of(name).open(folder, layout)
        for batch in table.to_batches():
            writer.write(batch)
        writer.close()
    return folder


def rules(findings):
    return {(f.rule, f.place, f.column): f.count for f in findings.items}


def test_a_clean_release_passes_in_all_five_formats(tmp_path):
    findings = assess(release(tmp_path), DATASET)
    assert findings.items == ()
    assert findings.scanned == 18


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("product_name", "灶具13812345678", "pi:MOBILE"),
        ("product_name", "11010519491231002X", "pi:ID_CARD"),
        ("trace_code", "zhang@example.com", "pi:EMAIL"),
        ("trace_code", "92330106MA2ABCDE1D", "pi:USCC_SOLE_TRADER"),
        ("standards", ["一三八一二三四五六七八"], "pi:MOBILE"),
        ("count", 13812345678, "pi:MOBILE"),
        ("service_hotline", "11010519491231002X", "pi:ID_CARD"),
    ],
)
def test_personal_data_in_any_column_is_found(tmp_path, column, value, rule):
    findings = assess(release(tmp_path, {column: [value, ROWS[column][1], value]}), DATASET)
    assert rules(findings) == {(rule, "sample.parquet", column): 2}
    assert findings.blocking == findings.items


TRACED = a_dataset(
    (*COLUMNS[:1], a_column("trace_code", max_length=200, check="trace_code"), *COLUMNS[2:]), id="sample"
)


@pytest.mark.parametrize(
    "code",
    [
        "(01)06901234567892(10)7QQ23456",
        "010690123456789210QQ123456",
        "https://id.example.cn/01/06901234567892/10/WJ23123",
        "E=10001KQQ2345678901",
        "https://c.example.cn/c/KM7QQ2345678",
    ],
)
def test_letters_of_a_sound_trace_code_name_no_account_and_no_car(tmp_path, code):
    folder = release(tmp_path, trace_code=[code, "06901234567892", "x"], formats=("parquet",))
    assert assess(folder, DATASET).blocking, "in another column the same is found"
    assert assess(folder, TRACED).items == ()


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("QQ12345678", "pi:QQ"),
        ("https://c.example.cn/加QQ12345678", "pi:QQ"),
        ("(01)06901234567893(10)QQ12345678", "pi:QQ"),
        ("https://c.example.cn/c/13812345678", "pi:MOBILE"),
        ("https://c.example.cn/c/11010519491231002X", "pi:ID_CARD"),
    ],
)
def test_what_is_no_sound_trace_code_or_no_chance_is_found_among_them(tmp_path, code, rule):
    folder = release(tmp_path, trace_code=[code, "06901234567892", "x"], formats=("parquet",))
    assert {f.rule for f in assess(folder, TRACED).items} == {rule}


def test_an_undeclared_column_is_found_whatever_it_holds(tmp_path):
    findings = assess(release(tmp_path, remark=["a", "b", "c"]), DATASET)
    assert rules(findings) == {("ts:undeclared-column", "sample.parquet", "remark"): 3}


def test_a_column_declared_to_be_dropped_is_undeclared_in_files(tmp_path):
    dataset = a_dataset((*COLUMNS, a_column("remark", treatment="drop")), id="sample")
    assert [f.rule for f in assess(release(tmp_path, remark=["a", "b", "c"]), dataset).items] == [
        "ts:undeclared-column"
    ]


@pytest.mark.parametrize("name", ["buyer_name", "sold_at", "customer_name", "order_no"])
def test_flow_of_goods_is_found_by_its_name(tmp_path, name):
    found = {f.rule for f in assess(release(tmp_path, **{name: ["a", "b", "c"]}), DATASET).items}
    assert "ts:flow-field" in found


def test_flow_under_another_name_is_found_by_its_declaration(tmp_path):
    flow = a_column("partner", sensitivity=Sensitivity.TRADE_SECRET, sharing=Sharing.FLAGGED, max_length=200)
    folder = release(tmp_path, partner=["甲", "乙", "丙"])
    open_to_all = a_dataset((*COLUMNS, flow), id="sample")
    assert [f.rule for f in assess(folder, open_to_all).items] == ["ts:flow-field"]
    assert assess(folder, a_dataset((*COLUMNS, flow), id="sample", audience=Audience.REGULATORS)).items == ()


@pytest.mark.parametrize(
    "code",
    [
        "(01)06901234567892(410)6901234500009",
        "https://id.example.cn/01/06901234567892?410=6901234500009",
        "https://id.example.cn/414/6901234500009",
        "0106901234567892\x1d400PO123",
    ],
)
def test_flow_inside_trace_codes_is_found(tmp_path, code):
    findings = assess(release(tmp_path, trace_code=[code, "06901234567892", "x"], formats=("parquet",)), DATASET)
    assert [f.rule for f in findings.items] == ["ts:flow-code"]


@pytest.mark.parametrize("form", ["csv", "jsonl", "xml", "xlsx"])
def test_a_text_format_with_fewer_rows_is_found(tmp_path, form):
    release(tmp_path, formats=("parquet",))
    short = {name: values[:2] for name, values in ROWS.items()}
    release(tmp_path, short, formats=(form,))
    assert [f.rule for f in assess(tmp_path, DATASET).items] == ["format:rows"]


@pytest.mark.parametrize("form", ["csv", "jsonl", "xml", "xlsx"])
def test_a_text_format_with_another_column_is_found(tmp_path, form):
    release(tmp_path, formats=("parquet",))
    release(tmp_path, remark=["13812345678", "b", "c"], formats=(form,))
    assert [f.rule for f in assess(tmp_path, DATASET).items] == ["format:columns"]


@pytest.mark.parametrize("form", ["csv", "jsonl", "xml", "xlsx"])
def test_without_parquet_the_text_format_itself_is_searched(tmp_path, form):
    names = ["灶具13812345678", 'a"b\r\nc,', "灶具13812345678"]
    found = rules(assess(release(tmp_path, product_name=names, formats=(form,)), DATASET))
    assert found == {("pi:MOBILE", f"sample.{form}", "product_name"): 2}


def test_line_ends_inside_quotes_are_no_rows(tmp_path):
    assert assess(release(tmp_path, product_name=["a\nb", 'c"\r\nd', "\n\n"]), DATASET).items == ()


def test_many_row_groups_count_every_cell_once(tmp_path):
    n = 9 * 1000
    data = {"product_name": [f"灶具{i % 7}" for i in range(n - 1)] + ["13812345678"]}
    table = pa.table(data)
    with pq.ParquetWriter(tmp_path / "sample.parquet", table.schema) as writer:
        for batch in table.to_batches(max_chunksize=500):
            writer.write_batch(batch)
    findings = assess(tmp_path, a_dataset(COLUMNS[:1], id="sample"))
    assert rules(findings) == {("pi:MOBILE", "sample.parquet", "product_name"): 1}
    assert findings.scanned == n


def test_free_text_is_searched_more_keenly(tmp_path):
    pl.DataFrame({"summary": ["银行6222021234567890128"]}).write_parquet(tmp_path / "sample.parquet")
    dataset = a_dataset((a_column("summary", treatment="redact", max_length=2000),), id="sample")
    assert [f.rule for f in assess(tmp_path, dataset).items] == ["pi:BANK_CARD"]


@pytest.mark.parametrize(
    ("text", "rule", "blocks"),
    [("原料台账写的是沈志强。", "pi:second-look", True), ("白鹿，核对无误", "pi:second-look-hint", False)],
)
def test_a_name_the_first_detector_cannot_see_is_seen_by_the_second(tmp_path, monkeypatch, text, rule, blocks):
    monkeypatch.setattr("desensitise.detect.columns.found_surely", lambda texts, *_, **__: [[] for _ in texts])
    pl.DataFrame({"summary": [text, "产品合格", text]}).write_parquet(tmp_path / "sample.parquet")
    findings = assess(tmp_path, a_dataset((a_column("summary", treatment="redact", max_length=2000),), id="sample"))
    assert rules(findings) == {(rule, "sample.parquet", "summary"): 2}
    assert bool(findings.blocking) is blocks


@pytest.mark.parametrize(
    ("audience", "text", "found"),
    [
        (Audience.REGULATORS, "销往杭州恒远电器有限公司300台", []),
        (Audience.PUBLIC, "销往杭州恒远电器有限公司300台", ["ts:flow-text"]),
        (Audience.REGULATORS, "合同编号13812345678", ["pi:MOBILE"]),
    ],
)
def test_authorities_may_read_trade_secrets_where_it_is_declared_but_no_person(tmp_path, audience, text, found):
    column = a_column("summary", treatment="redact", max_length=2000, options={"secrets": "keep"})
    pl.DataFrame({"summary": [text]}).write_parquet(tmp_path / "sample.parquet")
    assert [f.rule for f in assess(tmp_path, a_dataset((column,), id="sample", audience=audience)).items] == found


def test_findings_never_hold_a_value(tmp_path):
    findings = assess(release(tmp_path, product_name=["张伟13812345678", "zhang@example.com", "c"]), DATASET)
    assert findings.items
    assert "13812345678" not in repr(findings)
    assert "zhang" not in repr(findings)


def test_a_file_that_cannot_be_read_stops_the_release_without_its_words(tmp_path):
    (tmp_path / "sample.parquet").write_bytes(b"PAR1 13812345678")
    with pytest.raises(UnsafeRelease) as caught:
        assess(tmp_path, DATASET)
    assert "13812345678" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_folder_without_data_is_no_release(tmp_path):
    (tmp_path / "README.md").write_text("nothing")
    with pytest.raises(UnsafeRelease):
        assess(tmp_path, DATASET)


@pytest.mark.parametrize("formats", [("parquet", "csv"), ("csv",)])
def test_record_addresses_pass_and_anything_else_in_their_column_does_not(tmp_path, formats):
    marked = published(DATASET, addressed=True)
    addresses = [f"https://hub.example.org/r/{letter * 26}" for letter in "abc"]
    (tmp_path / "good").mkdir()
    (tmp_path / "bad").mkdir()
    assert assess(release(tmp_path / "good", formats=formats, record_uri=addresses), marked).items == ()
    found = assess(release(tmp_path / "bad", formats=formats, record_uri=[*addresses[:2], "13812345678"]), marked)
    assert "mark:record-address" in {f.rule for f in found.blocking}


def test_descriptions_beside_the_data_are_looked_at_as_well(tmp_path):
    folder = release(tmp_path)
    (folder / "README.md").write_text("主办处室热线 0571-87654321，office@example.gov.cn\n", encoding="utf-8")
    assert assess(folder, DATASET).items == ()
    (folder / "README.md").write_text("联系王经理 手机13812345678\n", encoding="utf-8")
    assert rules(assess(folder, DATASET)) == {("pi:MOBILE", "README.md", "*"): 1}


@pytest.mark.parametrize(
    "text", ["本批货物销往宁波示例电器有限公司", "出厂价为12.5元，累计销售1200件", "工艺参数：淬火850度保温30分钟"]
)
def test_a_trade_secret_said_in_running_text_stops_an_open_release(tmp_path, text):
    noted = a_dataset((*COLUMNS, a_column("remarks", max_length=2000)), id="sample")
    folder = release(tmp_path, data={"remarks": [text, None, "产品合格"]})
    assert rules(assess(folder, noted)) == {("ts:flow-text", "sample.parquet", "remarks"): 1}
