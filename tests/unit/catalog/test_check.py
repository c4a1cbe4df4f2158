"""Checking rows: what is lost, what is flagged, what is counted, and that no value ever leaves with a complaint."""

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.check import QUARANTINE, check
from catalog.errors import SourceError
from catalog.model import Field, Kind, Required, Sensitivity, Sharing, When
from catalog.rows import Raw
from catalog.tally import LAG_DAYS, Count, Tally

SOUND, WRONG = "91110000600037341L", "91110000600037341M"
SECRET = "canary-5b1f"


def a_field(name, kind=Kind.STRING, **more):
    return Field("X1", name, name, name, kind, Sensitivity.PUBLIC, Sharing.OPEN, **more)


FIELDS = (
    a_field("record_id", required=Required.YES, max_length=8),
    a_field("uscc", check="uscc"),
    a_field("status", Kind.CODE, required=Required.YES, codes="record_status"),
    a_field("supersedes", required=Required.WHEN, required_when=When("status", ("2",))),
    a_field("quantity", Kind.DECIMAL, minimum=0.0),
    a_field("event_time", Kind.DATETIME),
    a_field("collected_at", Kind.DATETIME, not_before="event_time"),
    a_field("updated_at", Kind.DATETIME),
)
FINE = {
    "record_id": "r1",
    "uscc": SOUND,
    "status": "1",
    "supersedes": None,
    "quantity": "1.50",
    "event_time": "2026-01-01T08:00:00+08:00",
    "collected_at": "2026-01-03T08:00:00+08:00",
    "updated_at": "2026-01-04T08:00:00+08:00",
}
SCHEMA = pa.schema([(name, pa.string()) for name in FINE])


def raw(*rows):
    return Raw(pa.RecordBatch.from_pylist([{**FINE, **row} for row in rows], SCHEMA))


def quarantined(checked):
    return [tuple(row.values()) for row in checked.quarantined.to_pylist()]


def test_good_rows_come_out_in_their_declared_types():
    (row,) = check(raw({}), FIELDS).good.batch.to_pylist()
    assert row["quantity"] == Decimal("1.50")
    assert row["event_time"] == datetime(2026, 1, 1, 0, tzinfo=UTC)
    assert row["quality_flags"] == []


@pytest.mark.parametrize(
    ("spoiled", "field", "kind"),
    [
        ({"status": None}, "status", "required"),
        ({"status": SECRET}, "status", "code"),
        ({"status": "2"}, "supersedes", "required_when"),
        ({"quantity": SECRET}, "quantity", "type"),
        ({"quantity": "-1"}, "quantity", "range"),
        ({"event_time": "2026-02-30T00:00:00"}, "event_time", "type"),
        ({"collected_at": "2025-12-31T00:00:00+08:00"}, "collected_at", "order"),
        ({"uscc": f"{SECRET}\x00"}, "uscc", "type"),
    ],
)
def test_a_row_that_breaks_its_structure_goes_to_quarantine_with_its_id_and_rule(spoiled, field, kind):
    checked = check(raw({"record_id": "r0"}, {"record_id": "r1", **spoiled}, {"record_id": "r2"}), FIELDS)
    assert checked.good.batch.column("record_id").to_pylist() == ["r0", "r2"]
    assert checked.quarantined.schema == QUARANTINE
    assert quarantined(checked) == [(1, "r1", field, f"{field}:{kind}")]
    assert checked.tally.broken() == {(field, f"{field}:{kind}"): 1}


def test_quarantine_and_tally_never_hold_a_value():
    spoiled = {name: f"{SECRET}\x00{name}" for name in FINE}
    checked = check(raw(spoiled, {"uscc": SECRET, "status": SECRET, "record_id": SECRET}), FIELDS)
    assert checked.good.batch.num_rows == 0
    assert SECRET not in str(checked.quarantined.to_pydict())
    assert SECRET not in checked.tally.to_json()


def test_a_row_with_several_faults_has_a_line_for_each_in_row_order():
    checked = check(
        raw({"record_id": "a", "status": "9", "quantity": "x"}, {"record_id": "b", "quantity": "-1"}), FIELDS
    )
    assert quarantined(checked) == [
        (0, "a", "status", "status:code"),
        (0, "a", "quantity", "quantity:type"),
        (1, "b", "quantity", "quantity:range"),
    ]


def test_a_failed_check_digit_is_a_flag_not_a_loss():
    checked = check(raw({"record_id": "a", "uscc": WRONG}, {"record_id": "b"}), FIELDS)
    assert checked.good.batch.column("quality_flags").to_pylist() == [["USCC_CHECKSUM"], []]
    assert checked.good.batch.column("uscc").to_pylist() == [WRONG, SOUND]
    assert checked.quarantined.num_rows == 0
    assert checked.tally.broken() == {("uscc", "USCC_CHECKSUM"): 1}


def test_flags_of_the_source_stay_and_other_texts_there_are_dropped():
    rows = raw({"record_id": "a", "uscc": WRONG}, {"record_id": "b"}).batch
    brought = pa.array([f'["DATE_UNPARSED","{SECRET}"]', "no json"])
    checked = check(Raw(rows.append_column("quality_flags", brought)), FIELDS)
    assert checked.good.batch.column("quality_flags").to_pylist() == [["DATE_UNPARSED", "USCC_CHECKSUM"], []]


def test_flags_stay_with_their_rows_when_others_are_lost():
    rows = [
        {"record_id": f"r{n}", "uscc": WRONG if n % 3 == 0 else SOUND, "status": "9" if n % 2 else "1"}
        for n in range(12)
    ]
    good = check(raw(*rows), FIELDS).good.batch.to_pylist()
    assert [(row["record_id"], bool(row["quality_flags"])) for row in good] == [
        ("r0", True), ("r2", False), ("r4", False), ("r6", True), ("r8", False), ("r10", False),
    ]  # fmt: skip


def test_a_later_record_of_the_same_id_in_a_batch_is_a_duplicate():
    checked = check(raw({"quantity": "1"}, {"record_id": "r2"}, {"quantity": "3"}), FIELDS)
    assert checked.good.batch.column("quantity").to_pylist() == [Decimal(1), Decimal("1.50")]
    assert quarantined(checked) == [(2, "r1", "record_id", "record_id:unique")]
    assert (checked.tally.duplicates, checked.tally.keyed, checked.tally.rows_kept) == (1, 3, 2)


def test_a_lost_row_does_not_make_the_good_one_after_it_a_duplicate():
    checked = check(raw({"status": "9"}, {}), FIELDS)
    assert checked.good.batch.num_rows == 1
    assert quarantined(checked) == [(0, "r1", "status", "status:code")]


def test_a_missing_column_is_named():
    rows = raw({}).batch.drop_columns(["quantity"])
    with pytest.raises(SourceError, match="quantity") as caught:
        check(Raw(rows), FIELDS)
    assert SOUND not in str(caught.value)


def test_a_column_that_stands_twice_is_named():
    rows = raw({}).batch
    twice = pa.RecordBatch.from_arrays([*rows.columns, rows.column("uscc")], names=[*rows.schema.names, "uscc"])
    with pytest.raises(SourceError, match="uscc"):
        check(Raw(twice), FIELDS)


def test_columns_nobody_declared_are_left_out():
    rows = raw({}).batch.append_column("surplus", pa.array([SECRET]))
    assert "surplus" not in check(Raw(rows), FIELDS).good.batch.schema.names


def test_a_record_without_a_sound_id_is_called_by_its_row():
    checked = check(raw({}, {"record_id": " "}, {"record_id": SECRET}, {"record_id": "r\x00"}), FIELDS)
    assert quarantined(checked) == [
        (1, "row 1", "record_id", "record_id:required"),
        (2, "row 2", "record_id", "record_id:length"),
        (3, "row 3", "record_id", "record_id:type"),
    ]


def test_records_without_an_id_column_are_called_by_their_rows():
    checked = check(raw({"status": "9"}, {}), FIELDS[1:])
    assert quarantined(checked) == [(0, "row 0", "status", "status:code")]
    assert checked.tally.keyed == checked.tally.duplicates == 0


def test_an_empty_batch_is_checked_too():
    checked = check(raw(), FIELDS)
    assert checked.good.batch.num_rows == checked.quarantined.num_rows == checked.tally.rows_read == 0
    assert "quality_flags" in checked.good.batch.schema.names


def test_cells_are_counted_once_however_many_rules_they_break():
    tally = check(
        raw({"record_id": "a", "quantity": " ", "supersedes": "x"}, {"record_id": "b", "uscc": WRONG}), FIELDS
    ).tally
    assert (tally.rows_read, tally.rows_kept, tally.cells, tally.filled, tally.dirty) == (2, 2, 16, 14, 1)
    assert tally.rules["quantity", "quantity:type"] == Count("type", 1, 0)
    assert tally.rules["uscc", "USCC_CHECKSUM"] == Count("check", 2, 1)
    assert tally.rules["supersedes", "supersedes:required_when"] == Count("required_when", 0, 0)


def test_times_are_counted_by_order_and_by_lag():
    tally = check(
        raw(
            {"record_id": "a"},  # two days
            {"record_id": "b", "collected_at": "2026-01-02T08:00:00+08:00"},  # one day exactly
            {"record_id": "c", "collected_at": "2027-06-01T08:00:00+08:00"},  # over a year, and after its update
            {"record_id": "d", "collected_at": None},
        ),
        FIELDS,
    ).tally
    assert (tally.timed, tally.ordered) == (6, 5)
    assert tally.lags == (1, 1, *[0] * (len(LAG_DAYS) - 2), 1)
    assert tally.latest == "2026-01-04T08:00:00+08:00"


CELLS = {
    "record_id": ["r1", "r2", "r3", None, "much-too-long"],
    "uscc": [SOUND, WRONG, None],
    "status": ["1", "2", "9", None],
    "supersedes": ["r0", None],
    "quantity": ["1.50", "-1", "x", None],
    "event_time": [FINE["event_time"], None],
    "collected_at": [FINE["collected_at"], "2025-12-31T00:00:00+08:00", "2027-01-01T00:00:00+08:00"],
    "updated_at": [FINE["updated_at"], "2026-05-04T08:00:00+08:00"],
}
ROWS = st.lists(st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in CELLS.items()}), max_size=12)
RELAXED = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])


@RELAXED
@given(rows=ROWS, cut=st.integers(0, 12))
def test_batches_split_anywhere_give_the_same_apart_from_duplicates(rows, cut):
    # Every id is one of its own here: duplicates are those of a batch.
    rows = [{**row, "record_id": row["record_id"] and f"{row['record_id']}.{n}"} for n, row in enumerate(rows)]
    whole = check(raw(*rows), FIELDS)
    first, second = (check(raw(*part), FIELDS) for part in (rows[:cut], rows[cut:]))
    assert first.good.batch.to_pylist() + second.good.batch.to_pylist() == whole.good.batch.to_pylist()
    assert (first.tally + second.tally).to_json() == whole.tally.to_json()
    known = [line[1:] for part in (first, second) for line in quarantined(part) if not line[1].startswith("row ")]
    assert known == [line[1:] for line in quarantined(whole) if not line[1].startswith("row ")]


@RELAXED
@given(one=ROWS, two=ROWS, three=ROWS)
def test_tallies_add_up_in_any_grouping_and_survive_json(one, two, three):
    a, b, c = (check(raw(*rows), FIELDS).tally for rows in (one, two, three))
    assert (a + b) + c == a + (b + c)
    assert (a + b).to_json() == (b + a).to_json()
    assert Tally() + a == a == a + Tally()
    assert Tally.from_json(a.to_json()) == a
    assert Tally.from_json((a + c).to_json()) + b == a + c + b


@RELAXED
@given(rows=ROWS)
def test_every_row_is_kept_or_quarantined_and_never_both(rows):
    checked = check(raw(*rows), FIELDS)
    lost = {line[0] for line in quarantined(checked)}
    assert checked.good.batch.num_rows + len(lost) == len(rows) == checked.tally.rows_read
    kept = [row["record_id"] for at, row in enumerate(rows) if at not in lost]
    assert checked.good.batch.column("record_id").to_pylist() == kept
    assert len(set(kept)) == len(kept)
