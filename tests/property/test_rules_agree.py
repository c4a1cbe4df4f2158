"""The column verdict and the row verdict (marshmallow) are equal, for every rule on every row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.identifiers.checks import CHECKS
from catalog.model import Field, Kind, Required, Sensitivity, Severity, Sharing, Standard, When
from catalog.rules import verdicts
from catalog.rules.reading import NoValue, read
from catalog.rules.schema import marshmallow_schema
from catalog.standards import all_standards

RELAXED = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
PIECES = ["0", "1", "9", "A", "x", "张", "é", "😀", "９", "Ａ", "-", "－", ".", "．", ":", "/", ";", "；", "、"]
PIECES += [" ", "\t", "\n", "\u3000", "\u00a0", "\ufeff", "\x85", "\x1c", "\x00", "\x0b", "\ufffe", "+", "e", "T", "是"]
WORTHY = [
    "", " ", "1", "0", "-0", "true", "TRUE", "tRUE", "是", "否", "１", "007", "3.0", "3.14", "3.145", "3.1400", "1e3", "+5", ".5",
    "5.", "-1", "100", "100.01", "999999999999999999", "1000000000000000000", "99999999999999999999999999", "NaN", "inf",
    "2024-02-29", "2023-02-29", "2023-13-01", "２０２３－０１－０２", "2023-01-02\n", "2023/01/02", "0999-01-01", "9999-12-31",
    "2023-01-02T03:04:05+08:00", "2023-01-02 03:04", "2023-01-02T03:04:05.123456789Z", "2023-01-02T24:00:00",
    "2023-01-02T03:04:60", "9999-12-31T23:59:59-08:00", "1000-01-01T00:00:00+14:00", "2023-01-02T03:04:05-0330",
    "2023-01-02T03:04:05+08:00\n", "2023-02-30T03:04:05Z", "2023-01-02T03:04:05+15:00", "2023-01-02T03:04:05,5",
    "{}", "[]", "null", "1.0", '{"b":1,"a":[1.50,"张"]}', '{"a":NaN}', '{"a":1', '["\\ud800"]', "[1e999]", '{"a":"\\u0000"}',
    "91110000600037341L", "916100007304136163", "91440300MA5FP7W02K", "９１３２０６８２５７３８３５６０３Ｗ", "91110000600037341L\n",
    "6921168509256", "6921168509257", "06921168509256", "11010519491231002X", "11010519491231002x", "110105194912310021",
    "440524188001010014", "110105491231002", "2016010901123456", "XK13-003-00123", "(苏)XK13-001-00001", "（苏）XK13-001-00001",
    "苏）XK13-001-00001", "SC12345678901234", "330106", "440101", "浙江", "浙江省", "3831", "C", "150", "P3Y", "P", "P1Y6M",
    "2024-01-01/2024-12-31", "国市监质监发〔2023〕38号", "GB 4706.1-2005", "GB/T 36344-2018", "Q/ABC 001-2020", "12315",
    "13800138000", "0571-88888888", "400-800-1234", "a@b.cn", "a@b", "A;B", ";;", "A；;B、C", " A ; \u3000 ", "A\nB",
    "https://id.example.cn/01/06921168509256/10/L1/21/S1", "https://id.example.cn/01/06921168509257", "(01)06921168509256(10)A",
    "(01)06921168509256(410)1234567890128", "E=1000112345", "a b", "x" * 513, "2022.08.17", "批号A12", "2022-02-30", "见包装",
]  # fmt: skip

texts = st.one_of(st.none(), st.sampled_from(WORTHY), st.text(st.sampled_from(PIECES), max_size=8))
dressed = st.builds(lambda a, t, b: None if t is None else a + t + b, st.sampled_from(["", " ", "\u3000", "\n"]), texts,
                    st.sampled_from(["", "\n", "\ufeff", " \t"]))  # fmt: skip
naive = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30)).map(
    lambda d: d.replace(microsecond=d.microsecond // 1000 * 1000)
)
NATIVE: dict[str, tuple[st.SearchStrategy, pa.DataType]] = {
    "text": (dressed, pa.string()),
    "large text": (dressed, pa.large_string()),
    "text view": (dressed, pa.string_view()),
    "dictionary": (dressed, pa.dictionary(pa.int8(), pa.string())),
    "nothing": (st.none(), pa.null()),
    "int64": (st.none() | st.sampled_from([0, 1, -1, 2, 100, 10**16, 10**18 - 1, 10**18, -(2**63)]), pa.int64()),
    "int8": (st.none() | st.integers(-128, 127), pa.int8()),
    "uint64": (st.none() | st.sampled_from([0, 1, 10**18, 2**64 - 1]), pa.uint64()),
    "float": (st.none() | st.sampled_from([0.0, -0.0, 1.0, 2.5, 0.125, 1.005, 1e15, 2.0**53, 1e300]) | st.floats(), pa.float64()),
    "float32": (st.none() | st.floats(width=32), pa.float32()),
    "decimal": (st.none() | st.decimals(-(10**13), 10**13, places=4), pa.decimal128(38, 4)),
    "same decimal": (st.none() | st.sampled_from([Decimal("1.25"), Decimal(-3), Decimal(10**16) - 1, Decimal(10**16), Decimal(-(10**30))]), pa.decimal128(38, 2)),
    "fine decimal": (st.none() | st.sampled_from([Decimal("1.000000000000000000001"), Decimal("1.5"), Decimal("1e16")]), pa.decimal128(38, 21)),
    "coarse decimal": (st.none() | st.sampled_from([Decimal(1), Decimal(10**18), Decimal(10**37)]), pa.decimal128(38, 0)),
    "wide decimal": (st.none() | st.sampled_from([Decimal("1.5"), Decimal(10**50), Decimal("0.001")]), pa.decimal256(70, 5)),
    "date": (st.none() | st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)), pa.date32()),
    "date64": (st.none() | st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)), pa.date64()),
    "moment": (st.none() | naive, pa.timestamp("ms")),
    "moment s": (st.none() | naive.map(lambda d: d.replace(microsecond=0)), pa.timestamp("s")),
    "moment utc": (st.none() | naive.map(lambda d: d.replace(tzinfo=dt.UTC)), pa.timestamp("us", "UTC")),
    "boolean": (st.none() | st.booleans(), pa.bool_()),
    "bytes": (st.none() | st.binary(max_size=3), pa.binary()),
    "texts": (st.none() | st.lists(dressed, max_size=4), pa.list_(pa.string())),
    "large texts": (st.none() | st.lists(dressed, max_size=4), pa.large_list(pa.large_string())),
    "numbers": (st.none() | st.lists(st.none() | st.integers(0, 9), max_size=3), pa.list_(pa.int32())),
    "floats": (st.none() | st.lists(st.none() | st.floats(width=32), max_size=3), pa.list_(pa.float32())),
    "struct": (st.none() | st.fixed_dictionaries({"a": st.none() | st.integers(0, 3)}), pa.struct([("a", pa.int32())])),
}  # fmt: skip
PATTERNS = ["[0-9]+", "[A-Z]{1,3}|1", ".*", "(?:a|张)?[^0]*", ""]
LISTS = {Kind.STRINGS, Kind.CODES}
WORDED = {Kind.STRING, Kind.FILE, Kind.CODE, *LISTS}


@st.composite
def declared(draw: st.DrawFn, kind: Kind, name: str) -> Field:
    worded = kind in WORDED
    optional = lambda some: draw(st.none() | some)  # noqa: E731
    return Field(
        code="X1",
        name=name,
        zh="",
        en="",
        kind=kind,
        sensitivity=Sensitivity.PUBLIC,
        sharing=Sharing.OPEN,
        required=draw(st.sampled_from([Required.YES, Required.NO])),
        min_length=optional(st.integers(0, 3)) if worded or kind is Kind.JSON else None,
        max_length=optional(st.integers(1, 18)) if worded or kind is Kind.JSON else None,
        pattern=optional(st.sampled_from(PATTERNS)) if worded else None,
        codes=optional(st.sampled_from(["gbt12402", "record_status", "unit_role"])) if worded else None,
        check=optional(st.sampled_from(sorted(CHECKS))) if worded else None,
        minimum=optional(st.sampled_from([-1.0, 0.0, 0.5, 3.14])) if kind in {Kind.INTEGER, Kind.DECIMAL} else None,
        maximum=optional(st.sampled_from([1.0, 3.145, 100.0])) if kind in {Kind.INTEGER, Kind.DECIMAL} else None,
        scale=draw(st.sampled_from([0, 1, 2, 6, 10])),
        separators=draw(st.sampled_from([";；", ";；、", "\n", "^]-\\", ""])),
    )


def demand_equal(batch: pa.RecordBatch, fields: Sequence[Field]) -> None:
    """Every rule on every row, and every typed value."""
    seen = verdicts(batch, fields)
    schema = marshmallow_schema(fields)()
    typed = seen.typed().to_pylist()
    for at, row in enumerate(batch.to_pylist()):
        expected = schema.broken(row) | schema.flags(row)
        got = {(v.rule.field, v.rule.id) for v in seen.verdicts if v.rows[at]}
        assert got == expected
        for field in fields:
            value = read(field, row[field.name])
            value = None if isinstance(value, NoValue) else list(value) if isinstance(value, tuple) else value
            assert typed[at][field.name] == value
    for verdict in seen.verdicts:
        assert verdict.broken == verdict.rows.sum() <= verdict.asked <= batch.num_rows


@pytest.mark.parametrize("native", NATIVE)
@settings(RELAXED, max_examples=40)
@given(kind=st.sampled_from(Kind), data=st.data())
def test_one_column_of_any_type_is_judged_alike(native: str, kind: Kind, data: st.DataObject) -> None:
    strategy, arrow = NATIVE[native]
    field = data.draw(declared(kind, "cell"))
    cells = data.draw(st.lists(strategy, max_size=12))
    array = pa.array(cells, arrow)
    padding = pa.nulls(1, arrow)
    sliced = pa.concat_arrays([padding, array, padding]).slice(1, len(cells))
    demand_equal(pa.RecordBatch.from_arrays([sliced], names=["cell"]), [field])


@pytest.mark.parametrize("check", sorted(CHECKS))
@RELAXED
@given(cells=st.lists(dressed, max_size=20))
def test_a_check_flags_the_same_texts_by_row_and_by_column(check: str, cells: list[str | None]) -> None:
    field = Field("X1", "cell", "", "", Kind.STRING, Sensitivity.PUBLIC, Sharing.OPEN, check=check)
    demand_equal(pa.RecordBatch.from_arrays([pa.array(cells, pa.string())], names=["cell"]), [field])


@pytest.mark.parametrize("other", [Kind.STRING, Kind.CODE, Kind.STRINGS, Kind.BOOLEAN, Kind.INTEGER])
@RELAXED
@given(rows=st.lists(st.tuples(dressed, dressed), max_size=12))
def test_conditions_on_another_field_hold_alike(other: Kind, rows: list[tuple[str | None, str | None]]) -> None:
    condition = Field("X1", "other", "", "", other, Sensitivity.PUBLIC, Sharing.OPEN)
    values = ("1", "true", "false", "A", "张")
    needed = Field(
        "X2", "cell", "", "", Kind.STRING, Sensitivity.PUBLIC, Sharing.OPEN, Required.WHEN, When("other", values)
    )
    columns = [pa.array([row[at] for row in rows], pa.string()) for at in (0, 1)]
    demand_equal(pa.RecordBatch.from_arrays(columns, names=["cell", "other"]), [needed, condition])


@pytest.mark.parametrize("kind", [Kind.DATE, Kind.DATETIME])
@RELAXED
@given(rows=st.lists(st.tuples(dressed, st.none() | naive), max_size=12))
def test_the_order_of_two_times_is_judged_alike(kind: Kind, rows: list[tuple[str | None, dt.datetime | None]]) -> None:
    first = Field("X1", "first", "", "", kind, Sensitivity.PUBLIC, Sharing.OPEN)
    second = Field("X2", "second", "", "", kind, Sensitivity.PUBLIC, Sharing.OPEN, not_before="first")
    columns = [pa.array([row[0] for row in rows], pa.string()), pa.array([row[1] for row in rows], pa.timestamp("ms"))]
    demand_equal(pa.RecordBatch.from_arrays(columns, names=["first", "second"]), [first, second])


SHAPED = [
    "0" * 64,
    "aF" * 32,
    "g" * 64,
    "1234",
    "12345",
    "1" * 32,
    "1" * 33,
    "2024-01-01;2024-01-02",
    "1;2",
    "1；9",
    "A" * 36,
]
EVERYTHING = [None, *WORTHY, *SHAPED, *(f" {w}\n" for w in WORTHY), *(f"\u3000{w}\x00" for w in WORTHY[:40])]


@pytest.mark.parametrize("standard", all_standards(), ids=lambda s: s.no)
def test_every_declared_field_is_judged_alike_on_every_odd_text(standard: Standard) -> None:
    fields = [replace(f, not_before=None, required_when=None) for f in (*standard.header, *standard.fields)]
    cells = pa.array(EVERYTHING, pa.string())
    demand_equal(pa.RecordBatch.from_arrays([cells] * len(fields), names=[f.name for f in fields]), fields)


@pytest.mark.parametrize("standard", all_standards(), ids=lambda s: s.no)
def test_whole_rows_of_every_standard_are_judged_alike(standard: Standard) -> None:
    fields = (*standard.header, *standard.fields)
    rng = Random(standard.no)
    columns = {f.name: pa.array(rng.choices(EVERYTHING, k=40), pa.string()) for f in fields}
    demand_equal(pa.RecordBatch.from_pydict(columns), fields)


HOSTILE = [
    "９１１１００００６０００３７３４１Ｌ",
    "91110000600037341L\n",
    "\x0091110000600037341L",
    "\u200b1",
    "\U0010ffff",
    "é\u0301",
    "\ufeff",
    "\u2028A",
]


@pytest.mark.parametrize(
    "name", ["producer_uscc", "trace_code", "executed_standards", "model_spec", "quantity", "produced_on"]
)
def test_columns_of_many_odd_cells_are_judged_like_their_rows(name: str) -> None:
    (field,) = (
        f
        for standard in all_standards()
        for f in standard.fields
        if f.name == name and standard.table == "traceability"
    )
    # More cells than are done one by one, all different, so that every way of working on a whole column is taken.
    odd = [text for text in (*WORTHY, *SHAPED, *HOSTILE) if text]
    cells = [
        None,
        "",
        *odd,
        *(
            f"{a}{text}{b}{n}\n"
            for n, text in enumerate(odd)
            for a, b in (("\u3000", ""), ("９", " "), ("", "\x00"), ("", "；A;"), ("\ufeff", "\uffff"))
        ),
    ]
    assert len(cells) > 512
    demand_equal(pa.RecordBatch.from_arrays([pa.array(cells, pa.string())], names=[name]), [field])


def test_the_comparison_covers_flags_and_losses() -> None:
    assert set(Severity) == {Severity.REJECT, Severity.FLAG}
    batch = pa.RecordBatch.from_pydict({"cell": ["6921168509256", "6921168509257", "x" * 20]})
    field = Field("X1", "cell", "", "", Kind.STRING, Sensitivity.PUBLIC, Sharing.OPEN, max_length=18, check="gtin")
    seen = verdicts(batch, [field])
    assert seen.of("cell", "GTIN_CHECKSUM").tolist() == [False, True, True]
    assert seen.of("cell", "cell:length").tolist() == [False, False, True]
