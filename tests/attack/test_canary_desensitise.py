"""Planted values must not come out of the room by any door: errors, reports, logs, prints, temporary files."""

import datetime as dt
import logging

import polars as pl
import pyarrow as pa
import pytest

from catalog.errors import HubError
from catalog.model import Kind, Sensitivity
from catalog.rows import Raw
from desensitise.apply import treat
from desensitise.detect import scan_column
from desensitise.disclosure import parse_spec, protect
from desensitise.gate import assess
from desensitise.parts import load, save
from desensitise.policy import policy_of
from tests.factories import a_column, a_dataset, a_field

CANARIES = ("13812345678", "11010519491231002X", "canary@example.com", "金丝雀")
TEXT = "投诉人金丝雀，电话13812345678，身份证11010519491231002X，邮箱canary@example.com"


def told(*things):
    """Everything an operator could get to see of these things."""
    words = [repr(thing) + str(thing) for thing in things]
    for thing in things:
        behind = _behind(thing)
        while behind is not None:
            words.append(repr(behind) + str(behind))
            behind = _behind(behind)
    return "\n".join(words)


def _behind(thing):
    """The exception that a traceback would show beside this one."""
    if not isinstance(thing, BaseException):
        return None
    return thing.__cause__ or (None if thing.__suppress_context__ else thing.__context__)


def assert_silent(text):
    assert not [canary for canary in CANARIES if canary in text]


@pytest.fixture(autouse=True)
def nothing_is_logged_or_printed(caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        yield
    printed = capfd.readouterr()
    assert_silent(caplog.text + printed.out + printed.err)


@pytest.mark.parametrize(
    ("kind", "treatment", "values"),
    [
        (Kind.INTEGER, "keep", [TEXT]),
        (Kind.DECIMAL, "keep", [TEXT]),
        (Kind.DATE, "keep", [TEXT]),
        (Kind.DATETIME, "keep", [TEXT]),
        (Kind.BOOLEAN, "keep", [TEXT]),
        (Kind.STRINGS, "keep", [{"a": TEXT}]),
        (Kind.INTEGER, "withhold_small", [TEXT]),
    ],
)
def test_a_value_that_fits_no_type_is_not_told(kind, treatment, values):
    policy = policy_of(a_dataset((a_column("x", kind, treatment),)))
    with pytest.raises(HubError) as caught:
        treat(Raw(pa.RecordBatch.from_pydict({"x": values})), policy)
    assert_silent(told(caught.value))


@pytest.mark.parametrize(
    "treatment",
    [
        "mask_name",
        "mask_phone",
        "mask_id",
        "mask_email",
        "mask_address",
        "county",
        "city",
        "month",
        "quarter",
        "year",
        "redact",
    ],
)
@pytest.mark.parametrize("value", [TEXT, "金丝雀13812345678", "canary@example.com 金丝雀", "x11010519491231002X"])
def test_no_treatment_lets_a_whole_canary_pass(treatment, value):
    policy = policy_of(a_dataset((a_column("x", treatment=treatment),)))
    treated = treat(Raw(pa.RecordBatch.from_pydict({"x": [value]})), policy)
    numbers = [canary for canary in CANARIES[:3] if canary in str(treated.safe.batch.to_pydict())]
    assert numbers == []


def test_free_text_comes_out_without_its_persons():
    columns = (a_column("summary", treatment="redact", max_length=2000),)
    fields = (a_field("reporter_name", sensitivity=Sensitivity.PERSONAL),)
    policy = policy_of(a_dataset(columns, reads=fields))
    data = {"summary": [TEXT, "据金丝雀称冒烟"], "reporter_name": ["金丝雀"] * 2}
    assert_silent(str(treat(Raw(pa.RecordBatch.from_pydict(data)), policy).safe.batch.to_pydict()))


def test_findings_and_refusals_hold_no_value(tmp_path):
    dataset = a_dataset((a_column("product_name"),), id="canary")
    pl.DataFrame({"product_name": [TEXT, "金丝雀"]}).write_parquet(tmp_path / "canary.parquet")
    findings = assess(tmp_path, dataset)
    assert len(findings.items) >= 3
    assert_silent(told(findings))
    (tmp_path / "canary.parquet").write_text(TEXT)
    with pytest.raises(HubError) as caught:
        assess(tmp_path, dataset)
    assert_silent(told(caught.value))


def test_reports_of_columns_are_counts():
    assert_silent(told(scan_column(pl.Series([TEXT]), "备注")))


def test_protected_tables_fail_without_telling():
    spec = parse_spec(
        '[table]\nname = "t"\ncontributor = "firm"\n[[dimension]]\nname = "place"\n'
        '[[measure]]\nname = "n"\nkind = "count"',
        "t.toml",
    )
    for rows in (
        {"n": [TEXT], "firm": ["f"]},
        {"n": [13812345678], "firm": [None]},
        {"n": [-13812345678], "firm": ["f"]},
    ):
        with pytest.raises(HubError) as caught:
            protect(pa.table({"place": ["a"], **rows}), spec)
        assert_silent(told(caught.value))


def test_parts_leave_no_temporary_file_and_tell_nothing_when_broken(tmp_path):
    policy = policy_of(a_dataset((a_column("x"),)))
    safe = treat(Raw(pa.RecordBatch.from_pydict({"x": [TEXT]})), policy).safe

    def breaking():
        yield safe
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        save(breaking(), tmp_path / "p")
    assert list(tmp_path.iterdir()) == []
    save([safe], tmp_path / "p")
    with pytest.raises(HubError) as caught:
        list(load(tmp_path / "p", "0" * 64, policy.digest))
    assert_silent(told(caught.value))


def test_days_are_only_ever_generalised():
    policy = policy_of(a_dataset((a_column("on", Kind.DATE, "year"),)))
    batch = treat(Raw(pa.RecordBatch.from_pydict({"on": [dt.date(1949, 12, 31)]})), policy).safe.batch
    assert batch.to_pydict() == {"on": ["1949"]}
