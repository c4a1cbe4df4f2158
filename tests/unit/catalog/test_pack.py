"""A packed release: its files, their order and hashes, what they say, and what stops it."""

import csv as pycsv
import hashlib
import json
import subprocess
from datetime import datetime

import frictionless
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.datasets import shipped
from catalog.derive import arrow, dictionary
from catalog.errors import DeclarationError, ProofError
from catalog.formats.table import FORMATS
from catalog.model import Audience
from catalog.pack.pack import PackFacts, content_digest, pack
from catalog.release import Changes, Provenance, Role
from catalog.rows import Marked
from tests.factories import COLUMNS, a_column, a_dataset
from tests.tables import EAST_8

MARK = "a1b2" * 8
ROW = {
    "record_id": "A0001",
    "product_name": "=搅拌机, 型号 “甲”",
    "executed_standards": ["GB 4706;1", "GB 9"],
    "quantity": 3,
    "pass_rate": None,
    "produced_on": None,
    "updated_at": datetime(2026, 4, 1, 8, tzinfo=EAST_8),
    "is_listed": True,
}


def facts(**changes):
    body = {
        "version": 3,
        "as_of": datetime(2026, 5, 1, tzinfo=EAST_8),
        "changes": Changes(added=5, corrected=1, withdrawn=2),
        "quality": {"accuracy": 99.95, "conformity": 100.0, "own": 1.0},
        "held_back": {"quarantined": 1234},
        "mark": MARK,
        "provenance": Provenance("c" * 64, "d" * 64, "e" * 64, "f" * 64, ""),
        "base_url": "https://open.example.org/data",
    }
    return PackFacts(**{**body, **changes})


def marked(rows, dataset=None, mark=MARK):
    schema = arrow.schema((dataset or a_dataset()).columns)
    return [Marked(pa.RecordBatch.from_pylist(list(rows), schema), mark)]


def packed(folder, dataset=None, rows=(ROW, ROW), **changes):
    folder.mkdir(exist_ok=True)
    return pack(dataset or a_dataset(), marked(rows, dataset), folder, facts(**changes))


def test_a_release_has_its_files_in_one_order(tmp_path):
    resources = packed(tmp_path)
    assert [(resource.name, resource.role) for resource in resources] == [
        ("example.csv", Role.DATA),
        ("example.xlsx", Role.DATA),
        ("example.jsonl", Role.DATA),
        ("example.parquet", Role.DATA),
        ("example.xml", Role.DATA),
        ("dictionary.csv", Role.DICTIONARY),
        ("README.md", Role.DESCRIPTION),
        ("README.zh-CN.md", Role.DESCRIPTION),
        ("datapackage.json", Role.METADATA),
        ("dcat.jsonld", Role.METADATA),
        ("dcat.ttl", Role.METADATA),
        ("SHA256SUMS", Role.MANIFEST),
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(resource.name for resource in resources)
    assert [resource.rows for resource in resources[:6]] == [2, 2, 2, 2, 2, len(COLUMNS)]


def test_every_resource_tells_the_hash_and_size_of_its_file(tmp_path):
    for resource in packed(tmp_path):
        content = (tmp_path / resource.name).read_bytes()
        assert (resource.sha256, resource.size) == (hashlib.sha256(content).hexdigest(), len(content))


def test_sha256sum_agrees_and_notices_a_change(tmp_path):
    packed(tmp_path)
    check = ["sha256sum", "-c", "--quiet", "SHA256SUMS"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    assert len((tmp_path / "SHA256SUMS").read_text().splitlines()) == 11
    (tmp_path / "example.jsonl").write_bytes(b"{}\n")
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_equal_input_gives_equal_bytes(tmp_path):
    assert packed(tmp_path / "one") == packed(tmp_path / "other")


def test_only_declared_formats_are_written(tmp_path):
    resources = packed(tmp_path, a_dataset(formats=("jsonl", "csv")))
    assert [resource.name for resource in resources if resource.role is Role.DATA] == ["example.csv", "example.jsonl"]


def test_the_content_digest_stays_when_only_the_version_moves(tmp_path):
    later = {"version": 4, "mark": "b" * 32, "as_of": datetime(2026, 6, 1, tzinfo=EAST_8)}
    one = packed(tmp_path / "one")
    rows = [Marked(batch.batch, "b" * 32) for batch in marked([ROW, ROW])]
    (tmp_path / "other").mkdir()
    other = pack(a_dataset(), rows, tmp_path / "other", facts(**later))
    assert content_digest(one) == content_digest(other)
    changed = packed(tmp_path / "third", rows=[ROW, {**ROW, "quantity": 4}])
    assert content_digest(changed) != content_digest(one)


def test_the_content_digest_counts_all_tables_where_none_is_free_of_its_release(tmp_path):
    dataset = a_dataset(formats=("parquet",))
    one, other = packed(tmp_path / "one", dataset), packed(tmp_path / "other", dataset, rows=[ROW])
    assert content_digest(one) != content_digest(other)


def test_the_mark_stands_in_the_files_that_have_a_place_for_it(tmp_path):
    packed(tmp_path)
    assert pq.read_metadata(tmp_path / "example.parquet").metadata[b"mark"] == MARK.encode()
    properties = openpyxl.load_workbook(tmp_path / "example.xlsx").custom_doc_props.props
    assert {item.name: item.value for item in properties}["mark"] == MARK
    assert f'mark="{MARK}"' in (tmp_path / "example.xml").read_text("utf-8").partition("<row>")[0]


def test_rows_with_another_mark_are_refused(tmp_path):
    with pytest.raises(ProofError, match="another mark"):
        pack(a_dataset(), marked([ROW], mark="b" * 32), tmp_path, facts())
    assert not (tmp_path / "SHA256SUMS").exists()


def test_rows_with_an_undeclared_column_are_refused(tmp_path):
    batch = marked([ROW])[0].batch.append_column("phone", pa.array(["13800138000"]))
    with pytest.raises(DeclarationError) as caught:
        pack(a_dataset(), [Marked(batch, MARK)], tmp_path, facts())
    assert "13800138000" not in str(caught.value)


def test_an_error_of_the_rows_is_passed_on_as_it_is(tmp_path):
    def rows():
        yield from marked([ROW])
        raise ProofError("The parts changed.")

    with pytest.raises(ProofError, match="The parts changed"):
        pack(a_dataset(), rows(), tmp_path, facts())


def test_progress_is_told_in_rows(tmp_path):
    seen = []
    packed(tmp_path, progress=seen.append)
    assert seen == [2]


def test_spreadsheets_are_split_and_listed_in_parts(tmp_path):
    resources = packed(tmp_path, rows=[ROW] * 5, sheet_rows=2)
    parts = [(r.name, r.part, r.rows) for r in resources if r.format == "xlsx"]
    assert parts == [("example.xlsx", 1, 2), ("example-002.xlsx", 2, 2), ("example-003.xlsx", 3, 1)]
    package = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    assert len({resource["name"] for resource in package["resources"]}) == 8
    assert "| 5 |" in (tmp_path / "README.md").read_text("utf-8")


def test_the_dictionary_is_a_table_in_both_languages(tmp_path):
    packed(tmp_path)
    raw = (tmp_path / "dictionary.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    head, *rows = pycsv.reader(raw.decode("utf-8-sig").splitlines())
    assert head == [name for name, _, _ in dictionary.HEADINGS]
    assert [row[:3] for row in rows] == [[c.name, c.zh, c.en] for c in COLUMNS]


@pytest.mark.parametrize("formats", [tuple(FORMATS), ("csv",)])
def test_frictionless_finds_the_package_valid(tmp_path, formats):
    packed(tmp_path, a_dataset(formats=formats), rows=[ROW, dict.fromkeys(ROW) | {"record_id": "A2"}])
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.flatten(["name", "type", "message"]) == []
    assert [task.type for task in report.tasks if task.place.endswith(".csv")] == ["table", "table"]
    package = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    assert package["version"] == "3"
    assert package["created"] == "2026-05-01T00:00:00+08:00"
    assert package["licenses"][0]["path"] == "https://creativecommons.org/licenses/by/4.0/"


def test_frictionless_notices_a_changed_file(tmp_path):
    packed(tmp_path)
    path = tmp_path / "example.csv"
    path.write_bytes(path.read_bytes().replace(b"A0001", b"A0002"))
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert "hash-count" in {kind for (kind,) in report.flatten(["type"])}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "README.zh-CN.md",
            [
                "示例数据集",
                "不含商业秘密的追溯信息",
                "遮盖姓名",
                "| 准确性 | 99.9 |",
                "| 质量检查未通过的记录 | 1,234 |",
            ],
        ),
        (
            "README.md",
            ["Example dataset", "without trade secrets", "name masked", "| Accuracy | 99.9 |", "did not pass", "1,234"],
        ),
    ],
)
def test_the_description_tells_everything_a_reader_needs(tmp_path, name, told):
    columns = (*COLUMNS, a_column("contact", treatment="mask_name", zh="联系人 | 甲", en="Contact"))
    dataset = a_dataset(columns, basis="SM09")
    packed(tmp_path, dataset, rows=[{**ROW, "contact": "张*"}])
    text = (tmp_path / name).read_text("utf-8")
    always = ["sha256sum -c SHA256SUMS", MARK, "opendata@example.org", "creativecommons.org/licenses/by/4.0", "c" * 64]
    assert [word for word in [*told, *always, "`product_name`", "| 5 |", "\\;"] if word not in text] == []
    assert "{" not in text


def test_the_description_escapes_what_would_break_its_tables(tmp_path):
    packed(tmp_path, a_dataset((*COLUMNS[:1], a_column("b", zh="甲|乙\n丙"))), rows=[{"record_id": "1", "b": "x"}])
    assert "| 甲\\|乙 丙 |" in (tmp_path / "README.zh-CN.md").read_text("utf-8")


def test_a_release_without_held_back_rows_says_so(tmp_path):
    packed(tmp_path, held_back={})
    assert "Nothing." in (tmp_path / "README.md").read_text("utf-8")


def test_conditions_of_a_dataset_that_is_not_open_are_stated(tmp_path):
    dataset = a_dataset(
        audience=Audience.INSTITUTES, licence="agreement", conditions_zh="仅限研究。", conditions_en="Research only."
    )
    packed(tmp_path, dataset)
    assert "Research only." in (tmp_path / "README.md").read_text("utf-8")
    assert "仅限研究。" in (tmp_path / "README.zh-CN.md").read_text("utf-8")


def test_a_release_without_rows_is_whole(tmp_path):
    resources = packed(tmp_path, rows=[])
    assert [resource.rows for resource in resources if resource.role is Role.DATA] == [0] * 5
    assert frictionless.validate(str(tmp_path / "datapackage.json")).valid


def test_every_shipped_dataset_can_be_packed_and_is_valid(tmp_path):
    for dataset in shipped():
        folder = tmp_path / dataset.id
        folder.mkdir()
        pack(dataset, marked([], dataset), folder, facts(base_url=""))
        assert frictionless.validate(str(folder / "datapackage.json")).valid
