"""Everything that is read off a declaration: schemas, dictionary, CKAN fields, pages."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner
from frictionless import Schema

from catalog.datasets import declared
from catalog.derive import docs
from catalog.derive.arrow import raw_schema, schema
from catalog.derive.ckan_fields import ckan_fields
from catalog.derive.dictionary import HEADINGS, rows
from catalog.derive.table_schema import table_schema
from catalog.model import Kind
from catalog.standards import all_standards, table_fields

DATASETS = {dataset.id: dataset for dataset in declared()}
EVERY = pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)


def row_of(dataset, name):
    return next(row for row in rows(DATASETS[dataset]) if row.name == name)


def field_of(dataset, name):
    return next(field for field in table_schema(DATASETS[dataset])["fields"] if field["name"] == name)


@EVERY
def test_all_readings_tell_the_same_columns_in_the_same_order(dataset):
    names = [column.name for column in dataset.columns]
    assert schema(dataset.columns).names == names
    assert [row.name for row in rows(dataset)] == names
    assert [field["name"] for field in table_schema(dataset)["fields"]] == names
    assert [field["id"] for field in ckan_fields(dataset)] == names


def test_every_kind_has_its_arrow_type():
    types = {f.kind: raw_schema([f]).field(0).type for s in all_standards() for f in (*s.header, *s.fields)}
    assert set(types) == set(Kind)
    assert types[Kind.STRINGS] == types[Kind.CODES] == pa.list_(pa.string())
    assert types[Kind.INTEGER] == pa.int64()
    assert types[Kind.DATE] == pa.date32()
    assert types[Kind.DATETIME] == pa.timestamp("ms", "Etc/GMT-8")
    assert types[Kind.BOOLEAN] == pa.bool_()
    assert all(types[kind] == pa.string() for kind in (Kind.STRING, Kind.CODE, Kind.JSON, Kind.FILE))


def test_decimals_keep_their_declared_scale():
    found = schema(DATASETS["rectification"].columns)
    assert found.field("fines").type == pa.decimal128(20, 2)
    assert found.field("on_time_rate").type == pa.decimal128(20, 1)
    capital = next(f for f in table_fields(all_standards()[1]) if f.name == "registered_capital")
    assert raw_schema([capital]).field(0).type == pa.decimal128(20, 6)


def test_a_treated_column_is_text_whatever_its_field_was():
    assert schema(DATASETS["traceability"].columns).field("event_month").type == pa.string()
    assert field_of("traceability", "event_month")["type"] == "string"
    assert field_of("traceability", "event_month")["constraints"] == {"pattern": "[0-9]{4}-[0-9]{2}"}
    assert "constraints" not in field_of("licences", "applicant_contact_phone")


def test_a_withheld_number_is_never_promised_to_be_there():
    for name in ("producers_inspected", "on_time_rate", "fines"):
        assert "required" not in field_of("rectification", name).get("constraints", {})
    assert field_of("rectification", "region_code")["constraints"]["required"] is True
    assert field_of("rectification", "on_time_rate")["constraints"] == {"minimum": 0, "maximum": 100}


def test_a_value_that_a_product_may_leave_out_is_never_promised():
    assert not row_of("traceability", "serial_or_batch").required
    assert not row_of("grading", "producer_uscc").required
    assert row_of("grading", "grading_no").required


@EVERY
def test_frictionless_accepts_the_table_schema(dataset):
    body = table_schema(dataset)
    assert Schema.from_descriptor(json.loads(json.dumps(body))).field_names == [c.name for c in dataset.columns]
    assert not list(Schema.metadata_validate(body))


def test_short_code_lists_are_enumerated_and_long_ones_named():
    assert field_of("grading", "grade")["constraints"]["enum"] == ["AAAAA", "AAAA", "AAA", "AA", "A"]
    assert "enum" not in field_of("grading", "source_region_code")["constraints"]
    assert row_of("grading", "source_region_code").codes == "GB/T 2260, 2022-10-31"
    assert row_of("grading", "evidence_type").codes == "1 认证 certification; 2 检验检测 testing"


@EVERY
def test_the_dictionary_is_whole_in_both_languages(dataset):
    for row in rows(dataset):
        body = row.as_dict()
        assert [name for name, _, _ in HEADINGS] == list(body)
        assert all(
            body[name] for name in ("name", "zh", "en", "type_zh", "type_en", "sensitivity", "treatment", "code")
        )
        assert bool(row.note_zh) == bool(row.note_en)


def test_formats_are_told_shortly():
    assert row_of("grading", "grading_no").format == "an..32"
    assert row_of("grading", "graded_on").format == "YYYY-MM-DD"
    assert row_of("grading", "updated_at").format == "YYYY-MM-DDThh:mm:ss+08:00"
    assert row_of("rectification", "on_time_rate").format == "n,1 [0, 100]"
    assert row_of("rectification", "producers_inspected").format == "n [0, ]"
    assert row_of("statistics", "period").format == "[0-9]{4}(Q[1-4])?|_T"
    assert row_of("licences", "applicant_contact_name").format == ""


@EVERY
def test_ckan_takes_every_field(dataset):
    for field in ckan_fields(dataset):
        assert len(field["id"].encode()) <= 63
        assert field["info"]["type_override"] == field["type"]
        assert " / " in field["info"]["label"]
        assert all(isinstance(value, str) for value in field["info"].values())
    types = {field["id"]: field["type"] for field in ckan_fields(DATASETS["grading"])}
    assert types["indicator_grade_list"] == "text[]"
    assert types["updated_at"] == "timestamptz"


def test_the_pages_of_the_standards_are_current():
    assert docs.stale(Path(__file__).parents[3] / docs.FOLDER) == ()


def test_a_changed_missing_or_foreign_page_is_noticed_and_mended(tmp_path):
    def run(*args):
        return CliRunner().invoke(docs.main, [*args, "--folder", str(tmp_path)])

    assert run("--check").exit_code == 1
    assert run().exit_code == 0
    assert run("--check").exit_code == 0
    (tmp_path / "header.md").write_text("changed", encoding="utf-8")
    (tmp_path / "9.9-old.md").write_text("old", encoding="utf-8")
    told = run("--check")
    assert told.exit_code == 1
    assert "9.9-old.md, header.md" in told.output
    assert run().exit_code == 0
    assert not (tmp_path / "9.9-old.md").exists()
    assert docs.stale(tmp_path) == ()


def test_a_page_tells_every_field_of_its_standard():
    for standard in all_standards():
        page = next(text for name, text in docs.pages().items() if name.startswith(standard.no))
        assert all(f"| {field.code} | `{field.name}` |" in page for field in standard.fields)
