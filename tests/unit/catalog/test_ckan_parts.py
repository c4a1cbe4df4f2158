"""The CKAN adapter without a CKAN: names, the record, rows, and which files fill the table."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.ckan import inserting, names, record, resources, rows, table
from catalog.ckan.places import CkanAddresses
from catalog.errors import PortalError
from tests.factories import a_dataset
from tests.unit.catalog.folder_factories import an_edition


@given(st.lists(st.text("aZ0 -_./（）锅é\t", max_size=120)))
def test_every_tag_is_one_that_ckan_takes(words):
    for tag in names.tags(words):
        assert 2 <= len(tag) <= 100
        assert all(letter.isalnum() or letter in " -_." for letter in tag)


def test_a_dataset_id_that_ckan_would_refuse_is_refused():
    for bad in ("A", "a", "产品", "../x", "x" * 101):
        with pytest.raises(PortalError):
            names.package_name(bad)


def test_a_file_keeps_its_id_and_its_address_tells_it():
    id_ = names.resource_id("grading", 3, "grading.csv")
    assert id_ == names.resource_id("grading", 3, "grading.csv")
    assert id_ != names.resource_id("grading", 4, "grading.csv")
    wanted = f"https://ckan.example.org/dataset/grading/resource/{id_}/download/grading.csv"
    assert CkanAddresses("https://ckan.example.org/").file("grading", 3, "grading.csv") == wanted


def test_the_record_survives_ckans_fields():
    made = record.Record(3, "c" * 64, {3: "a", 2: "b"}, {1: ("dataset/x",)})
    package = {"extras": [{"key": key, "value": value} for key, value in made.extras().items()]}
    assert record.record_of(package) == made
    assert made.shown.versions == (3, 2)
    assert record.record_of(None).shown is None


def test_what_is_withdrawn_keeps_the_addresses_it_had():
    made = record.Record(2, "c", {2: "b", 1: "a"}, {}).without({1: ("x",)}).without({1: ()})
    assert dict(made.versions) == {2: "b"}
    assert dict(made.withdrawn) == {1: ("x",)}


def test_one_data_file_fills_the_table(tmp_path):
    planned = resources.planned(an_edition(tmp_path))
    assert [one.file.name for one in planned if one.table] == ["example.csv"]


def test_cells_are_read_back_as_they_were_before_they_were_guarded(tmp_path):
    body = '\ufeffproduct_name,executed_standards\r\n"\'=1+1","a;b\\;c"\r\n,""\r\n'.encode()
    edition = an_edition(tmp_path, files={"example.csv": body})
    (batch,) = rows.row_batches(edition, 10)
    assert rows.records(batch) == [
        {"product_name": "=1+1", "executed_standards": ["a", "b;c"]},
        {"product_name": None, "executed_standards": []},
    ]


def test_lists_become_array_literals():
    batch = pa.RecordBatch.from_arrays([pa.array([['a"b', "c\\d", "x,y"], [], None])], names=["names"])
    assert rows.copy_columns(batch).column(0).to_pylist() == ['{"a\\"b","c\\\\d","x,y"}', "{}", None]


def test_files_of_a_conditional_dataset_are_never_planned(tmp_path):
    from catalog.model import Audience

    assert resources.planned(an_edition(tmp_path, dataset=a_dataset(audience=Audience.INSTITUTES))) == ()


class Hand:
    """A CKAN that does some calls and answers others not, in every combination."""

    def __init__(self, story, held):
        self.story, self.held, self.rests = story, held, 0

    def call(self, _action, data):
        done, answered = self.story.pop(0) if self.story else (True, True)
        if done:
            self.held += [record["n"] for record in data["records"]]
        if not answered:
            raise inserting.Uncertain

    def rest(self):
        self.rests += 1


class Turns:
    """Calls one after the other in place of threads."""

    def submit(self, act, *arguments):
        outcome = act(*arguments)
        return type("Done", (), {"result": lambda _: outcome})()


@given(st.integers(1, 40), st.lists(st.tuples(st.booleans(), st.booleans()), max_size=2))
def test_each_row_arrives_once_whatever_calls_break_off(size, story):
    held = []
    told = [(done or answered, answered) for done, answered in story]
    hand, batch = Hand(told, held), pa.RecordBatch.from_pydict({"n": list(range(size))})
    after = inserting._round((hand, hand), Turns(), "table", batch, 0, lambda: len(held), lambda: None)
    assert after == size
    assert sorted(held) == list(range(size))


@pytest.mark.parametrize(
    ("rows", "address", "wanted"),
    [
        (10_000, "", table.Way.ONE_CALL),
        (10_001, "", table.Way.PIECES),
        (99_999, "postgresql://x", table.Way.PIECES),
        (1_000_000, "postgresql://x", table.Way.COPY),
        (1_000_000, "", table.Way.PIECES),
    ],
)
def test_rows_choose_their_way_into_the_table(tmp_path, rows, address, wanted):
    import dataclasses

    edition = an_edition(tmp_path)
    first, *more = edition.release.resources
    release = dataclasses.replace(edition.release, resources=(dataclasses.replace(first, rows=rows), *more))
    assert table.way(dataclasses.replace(edition, release=release), table.Store(address)) is wanted
