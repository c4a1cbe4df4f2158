"""Every treatment's vectorised expression gives what its slow twin gives, value by value."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desensitise.reference import REFERENCE
from desensitise.treatments import TREATMENTS

ALPHABET = "张欧阳娜三 、A0１-省"
TEXTS = {
    "mask_name": st.text(ALPHABET, max_size=24) | st.sampled_from(["欧阳", "欧阳娜娜", "张", "李四、王五", "A B", ""]),
    "mask_phone": st.text("01389657-+() 转", max_size=18) | st.from_regex(r"\A(?:\+86|0086|86|)1[3-9][0-9]{9}\Z"),
    "mask_id": st.text("0123Xx ", max_size=20) | st.from_regex(r"\A[0-9]{17}[0-9X]\Z|\A[0-9]{15}\Z"),
    "mask_email": st.text("az@.- ", max_size=14) | st.emails(),
    "redact": st.text("张先生电话138 0", max_size=20),
}
PLACES = st.lists(
    st.sampled_from(
        [
            "中国",
            "浙江省",
            "浙江",
            "杭州市",
            "杭州",
            "西湖区",
            "北京市",
            "朝阳区",
            "文三路1号",
            "鼓楼区",
            " ",
            "330106",
            "0",
        ]
    ),
    max_size=5,
).map("".join)
DAYS = st.dates().map(str) | st.sampled_from(
    ["2024-02-30", "2024-5-1", "", "20240501", "2024-05-01T10:00:00+08:00", "x"]
)
TEXTS |= dict.fromkeys(("county", "city", "province", "mask_address"), PLACES) | dict.fromkeys(
    ("month", "quarter", "year"), DAYS
)
TEXTS["keep"] = TEXTS["mask_name"]


def treated(name: str, values: list[object], options: dict[str, str | int], dtype: pl.DataType) -> list[object]:
    frame = pl.DataFrame({"value": pl.Series(values, dtype=dtype)})
    return frame.select(TREATMENTS[name](pl.col("value"), options))["value"].to_list()


@pytest.mark.parametrize("name", sorted(set(TREATMENTS) & set(TEXTS)))
def test_fast_and_slow_treatments_of_text_agree(name):
    @settings(deadline=None, max_examples=40)
    @given(st.lists(st.none() | TEXTS[name], max_size=6))
    def agree(values):
        assert treated(name, values, {}, pl.String) == [REFERENCE[name](value, {}) for value in values]

    agree()


@settings(deadline=None)
@given(st.lists(st.none() | st.integers(-3, 30), max_size=6), st.integers(1, 12))
def test_fast_and_slow_withholding_of_small_counts_agree(values, threshold):
    options = {"threshold": threshold}
    expected = [REFERENCE["withhold_small"](value, options) for value in values]
    assert treated("withhold_small", values, options, pl.Int64) == expected


@settings(deadline=None)
@given(st.lists(st.none() | st.dates(), max_size=6))
def test_typed_days_are_generalised_like_their_text(values):
    for name in ("month", "quarter", "year"):
        assert treated(name, values, {}, pl.Date) == [REFERENCE[name](value, {}) for value in values]


NUMBERS = st.integers(-(10**12), 10**12) | st.integers(-50, 50)
DECIMALS = st.decimals(-100_000, 100_000, places=3) | st.decimals(-3, 3, places=1)
STEPS = st.integers(1, 500) | st.sampled_from(["0.5", "0.25", "0.001", "12.5"])
LIMITS = st.integers(-60, 60) | st.sampled_from(["0.5", "-2.125"])
BOUNDS = st.lists(st.integers(-50, 50), min_size=1, max_size=4, unique=True).map(
    lambda b: ";".join(map(str, sorted(b)))
)
STATED = {
    "round": STEPS.map(lambda to: {"to": to}),
    "top_code": LIMITS.map(lambda at: {"at": at}),
    "bottom_code": LIMITS.map(lambda at: {"at": at}),
    "band": STEPS.map(lambda width: {"width": width}) | BOUNDS.map(lambda bounds: {"bounds": bounds}),
}


@pytest.mark.parametrize("name", sorted(STATED))
@pytest.mark.parametrize(("values", "dtype"), [(NUMBERS, pl.Int64), (DECIMALS, pl.Decimal(20, 3))])
def test_fast_and_slow_treatments_of_numbers_agree(name, values, dtype):
    @settings(deadline=None, max_examples=60)
    @given(st.lists(st.none() | values, max_size=6), STATED[name])
    def agree(column, options):
        assert treated(name, column, options, dtype) == [REFERENCE[name](value, options) for value in column]

    agree()


def test_every_treatment_has_a_slow_twin():
    assert set(REFERENCE) == set(TREATMENTS)
