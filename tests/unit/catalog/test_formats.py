"""Text formats and Parquet: the bytes that are promised, what is refused, and what an error may say."""

import errno
import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.errors import DeclarationError, StorageError
from catalog.formats.steady import STEADY_ROWS, Gathering, fitted
from catalog.formats.table import FORMATS, format_of, open_writer
from tests.tables import EAST_8, HOSTILE, NULLS, READERS, SCHEMA, a_row, batch_of, layout, write


def test_csv_is_rfc_4180_in_utf_8_with_bom(tmp_path):
    rows = [a_row(name='a"b', standards=["x;y", "z"]), NULLS, a_row(name="", standards=[])]
    write("csv", tmp_path, [batch_of(rows)])
    assert (tmp_path / "example.csv").read_bytes().decode() == (
        "\ufeffname,standards,quantity,rate,made_on,updated_at,is_listed\r\n"
        '"a""b","x\\;y;z",5,12.10,2024-01-02,"2024-01-02T03:04:05+08:00",true\r\n'
        ",,,,,,\r\n"
        '"","",5,12.10,2024-01-02,"2024-01-02T03:04:05+08:00",true\r\n'
    )


def test_a_list_of_one_empty_text_is_not_an_empty_list(tmp_path):
    lists = [None, [], [""], ["", ""], ["\\"], [";"], ["a", "", "b"]]
    write("csv", tmp_path, [batch_of(a_row(standards=items) for items in lists)])
    assert [row["standards"] for row in READERS["csv"](tmp_path / "example.csv")] == lists


def test_json_lines_hold_exact_numbers_and_unescaped_text(tmp_path):
    write("jsonl", tmp_path, [batch_of([a_row(name="张\t😀", rate=Decimal("123456789012345678.90")), NULLS])])
    first, second = (tmp_path / "example.jsonl").read_text("utf-8").splitlines()
    assert first == (
        '{"name":"张\\t😀","standards":["GB 4706"],"quantity":5,"rate":123456789012345678.90,'
        '"made_on":"2024-01-02","updated_at":"2024-01-02T03:04:05+08:00","is_listed":true}'
    )
    assert json.loads(second) == NULLS


def test_xml_leaves_nulls_out_and_says_whose_rows_these_are(tmp_path):
    write("xml", tmp_path, [batch_of([a_row(name="<&>", standards=["a", ""]), NULLS])], notes=(("mark", 'm"<'),))
    text = (tmp_path / "example.xml").read_text("utf-8")
    assert "<name>&lt;&amp;&gt;</name><standards><item>a</item><item></item></standards>" in text
    assert "<row></row>" in text
    assert ET.fromstring(text).attrib == {"mark": 'm"<'}


def test_parquet_has_fixed_row_groups_and_the_files_facts(tmp_path):
    rows = batch_of([a_row()]).take(pa.array([0] * (STEADY_ROWS + 10)))
    write("parquet", tmp_path, [rows])
    file = pq.ParquetFile(tmp_path / "example.parquet")
    assert [file.metadata.row_group(place).num_rows for place in range(2)] == [STEADY_ROWS, 10]
    assert file.metadata.metadata[b"mark"] == b"m" * 32
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    assert file.schema_arrow.remove_metadata() == SCHEMA
    file.close()


@pytest.mark.parametrize("form", FORMATS)
def test_texts_held_once_that_hardly_repeat_give_the_same_bytes(tmp_path, form):
    rows = batch_of([a_row(name=f"第{place}号") for place in range(3_000)])
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    place = rows.schema.get_field_index("name")
    held = rows.set_column(place, "name", rows.column(place).dictionary_encode())
    assert write(form, tmp_path / "one", [rows]) == write(form, tmp_path / "other", [held])


@pytest.mark.parametrize("form", FORMATS)
def test_many_rows_give_the_same_bytes_however_they_come(tmp_path, form):
    few = pa.Table.from_batches([batch_of(a_row(name=text, quantity=None) for text in HOSTILE)])
    table = few.take([place % len(few) for place in range(STEADY_ROWS + 5_000)])
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    whole = write(form, tmp_path / "one", table.combine_chunks().to_batches())
    pieces = write(form, tmp_path / "other", table.combine_chunks().to_batches(max_chunksize=9_999))
    assert whole == pieces
    assert sum(resource.rows for resource in whole) == STEADY_ROWS + 5_000


@pytest.mark.parametrize("form", FORMATS)
def test_a_resource_tells_size_and_hash_of_the_file(tmp_path, form):
    (resource,) = write(form, tmp_path, [batch_of([a_row()])])
    content = (tmp_path / resource.name).read_bytes()
    assert (resource.size, resource.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (resource.format, resource.media_type) == (form, format_of(form).media_type)


@pytest.mark.parametrize("form", FORMATS)
def test_a_table_without_rows_is_a_file_without_rows(tmp_path, form):
    (resource,) = write(form, tmp_path, [])
    assert resource.rows == 0
    assert READERS[form](tmp_path / resource.name) == []


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "xlsx"])
def test_very_long_texts_are_whole(tmp_path, form):
    rows = [a_row(name="量" * 400_000), a_row(name="b")]
    write(form, tmp_path, [batch_of(rows)])
    assert [row["name"] for row in READERS[form](tmp_path / f"example.{form}")] == ["量" * 400_000, "b"]


@pytest.mark.parametrize("form", FORMATS)
def test_nulls_inside_lists_are_left_out(tmp_path, form):
    write(form, tmp_path, [batch_of([a_row(standards=["a", None, "b"])])])
    (row,) = READERS[form](tmp_path / f"example.{form}")
    assert row["standards"] == ["a", "b"]


@pytest.mark.parametrize("form", FORMATS)
def test_slices_of_batches_are_written_as_what_they_are(tmp_path, form):
    rows = [a_row(name=f"n{place}", standards=[str(place)]) for place in range(9)]
    write(form, tmp_path, [batch_of([NULLS, *rows, NULLS]).slice(1, 9)])
    assert READERS[form](tmp_path / f"example.{form}") == rows


def test_moments_before_1970_and_fractions_of_seconds_are_exact(tmp_path):
    moments = [datetime(1957, 8, 4, 23, 59, 59, 7000, tzinfo=EAST_8), datetime(2024, 1, 1, tzinfo=EAST_8)]
    write("jsonl", tmp_path, [batch_of(a_row(updated_at=moment) for moment in moments)])
    lines = (tmp_path / "example.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["updated_at"] for line in lines] == [
        "1957-08-04T23:59:59.007+08:00",
        "2024-01-01T00:00:00+08:00",
    ]


def test_small_decimals_of_many_places_are_plain(tmp_path):
    schema = pa.schema([("share", pa.decimal128(20, 9))])
    rows = batch_of([{"share": Decimal("0.000000001")}, {"share": Decimal(0)}], schema)
    for form in ("csv", "jsonl", "xml"):
        write(form, tmp_path, [rows], schema=schema)
        text = (tmp_path / f"example.{form}").read_text("utf-8")
        assert "0.000000001" in text
        assert "e-" not in text.lower()


@pytest.mark.parametrize("name", ["", "1st", "a b", "a-b", "xmlns", "a<b", "a:b"])
def test_a_column_name_that_some_format_cannot_hold_is_refused(tmp_path, name):
    with pytest.raises(DeclarationError, match="cannot be named"):
        open_writer("csv", tmp_path, layout(schema=pa.schema([(name, pa.string())])))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [pa.float64(), pa.timestamp("ms"), pa.list_(pa.int64()), pa.binary(), pa.null()])
def test_a_type_that_is_not_exact_in_every_format_is_refused(tmp_path, kind):
    with pytest.raises(DeclarationError, match="no file format here writes"):
        open_writer("xml", tmp_path, layout(schema=pa.schema([("a", kind)])))


def test_an_unknown_format_is_refused():
    with pytest.raises(DeclarationError, match="csv, xlsx, jsonl, parquet, xml"):
        format_of("dbf")


def test_large_types_are_fitted_and_other_columns_refused():
    large = pa.schema([("name", pa.large_string()), ("standards", pa.large_list(pa.large_string()))])
    wanted = pa.schema([SCHEMA.field("name"), SCHEMA.field("standards")])
    batch = batch_of([{"name": "a", "standards": ["b"]}], large)
    assert fitted(batch, wanted).schema == wanted
    with pytest.raises(DeclarationError, match="other columns"):
        fitted(batch.rename_columns(["name", "other"]), wanted)


def test_an_error_of_types_shows_no_value():
    batch = batch_of([{"name": "13800138000x"}], pa.schema([("name", pa.string())]))
    with pytest.raises(DeclarationError, match="other types") as caught:
        fitted(batch, pa.schema([("name", pa.int64())]))
    assert "13800138000" not in repr(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("form", FORMATS)
def test_a_folder_that_cannot_be_written_is_a_storage_error(tmp_path, form):
    with pytest.raises(StorageError) as caught:
        open_writer(form, tmp_path / "absent", layout())
    assert f"example.{form}" in caught.value.happened
    assert errno.errorcode[errno.ENOENT] in caught.value.happened


@pytest.mark.parametrize("form", FORMATS)
def test_an_abandoned_writer_lets_go_of_its_file(tmp_path, form):
    writer = open_writer(form, tmp_path, layout())
    writer.write(batch_of([a_row()]))
    writer.abandon()
    for path in tmp_path.iterdir():
        path.unlink()
    assert list(tmp_path.iterdir()) == []


def test_gathered_batches_have_one_size_and_lose_nothing():
    gathering = Gathering(4)
    rows = batch_of(a_row(quantity=place) for place in range(11))
    found = [piece for start in (0, 3, 6, 9) for piece in gathering.add(rows.slice(start, min(3, 11 - start)))]
    found += gathering.rest()
    assert [piece.num_rows for piece in found] == [4, 4, 3]
    assert [q for piece in found for q in piece.column("quantity").to_pylist()] == list(range(11))


def test_dates_of_any_year_are_iso(tmp_path):
    days = [date(1, 1, 1), date(1899, 12, 31), date(9999, 12, 31)]
    write("csv", tmp_path, [batch_of(a_row(made_on=day) for day in days)])
    assert [row["made_on"] for row in READERS["csv"](tmp_path / "example.csv")] == days
