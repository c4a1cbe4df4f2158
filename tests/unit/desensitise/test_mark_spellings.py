"""How days and numbers are read that somebody spelled otherwise than they were delivered."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desensitise.mark import Channel, Profile, identify
from desensitise.mark.days import readings
from desensitise.mark.long import wide
from desensitise.mark.observe import numbers
from tests.mark_world import candidates, copy, original, trace

ALPHABET = "0123456789999 -+/.,:()tzapmjune年月日万千%'"
DAY = (
    *("2026-11-22", "22.11.2026", "22-nov-2026", "nov 22, 2026", "sunday, 22 november 2026", "11/22/26", "26-11-22"),
    *("20261122", "46348", "46348.0", "2026-11-22 星期日", "2026 - 11 - 22", "2026-11-21 16:00:00.000z"),
    *("2026-11-22 00:00:00+08:00", "1795276800", "1795276800000", "2026年11月22日"),
)
MONTH = ("2026-11", "2026.11", "11.2026", "nov 2026", "nov-26", "november 2026", "202611", "2026年11月")
MOMENT = (
    "2026-11-22 13:05",
    "2026-11-22t13:05:00.000",
    "11/22/2026 01:05 pm",
    "2026-11-22 05:05:00z",
    "46348.5451388889",
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        *((day, "2026-11-22") for day in DAY),
        *((month, "2026-11") for month in MONTH),
        *((moment, "2026-11-22 13:05:00") for moment in MOMENT),
    ],
)
def test_days_months_and_moments_are_read_in_any_spelling(said, meant):
    assert meant in readings(said)


@pytest.mark.parametrize("said", ["9999-12-31t23:59:59z", "9999-12-31 23:59:59+00:00"])
def test_a_moment_that_no_other_zone_has_is_read_as_it_stands(said):
    assert readings(said) == ("9999-12-31 23:59:59",)


@given(st.text(ALPHABET, max_size=28))
def test_no_text_stops_the_reading(said):
    readings(said)
    numbers([said])


@pytest.mark.parametrize(
    "said", ["", "abc", "3:05", "1.5", "12-34-56-78", "2026-13-01", "2026-02-30", "2026-11-22 25:00"]
)
def test_what_is_no_day_reads_as_none(said):
    assert readings(said) == ()


NUMBERS = {
    -1234.0: ("-1,234.00", "(1,234)", "\u22121234", "1,234-", "-1.234,00", "-1 234,0", "-0.1234万元", "-1.234e3"),
    12345.0: ("1.2345万", "12.345千", "1234500%", "12345 件", "￥12,345", "12 345", "12345千克", "12.345,0"),
    0.5: ("0,50", "50%", "+0.5"),
}


@pytest.mark.parametrize(("said", "meant"), [(said, meant) for meant, ways in NUMBERS.items() for said in ways])
def test_numbers_are_read_in_any_spelling(said, meant):
    assert numbers([said]).tolist() == [meant]


def test_what_is_no_number_reads_as_none():
    assert np.isnan(numbers(["10-20", "元", "", None, "2026-11-22", "1e999"])).all()


def test_a_long_table_is_read_by_record_and_what_only_looks_like_one_is_not():
    records = pl.DataFrame({"no": [f"R{n}" for n in range(9)], "grade": ["A"] * 9, "count": range(9), "day": ["x"] * 9})
    long = records.cast(pl.String).unpivot(index="no")
    assert wide(long).sort("no").equals(records.cast(pl.String))
    assert wide(long[:-1]).equals(long[:-1])
    counts = long.with_columns(value=pl.lit("5"))
    assert wide(counts).equals(counts)


def test_moments_that_lost_their_letter_t_or_their_seconds_name_the_grant():
    draw = np.random.default_rng(3)
    rows = trace(500, seed=6)
    times = [f"2026-0{n % 9 + 1}-11T{n % 24:02}:{n % 59 + 1:02}:00" for n in draw.integers(0, 999, 500).tolist()]
    rows = rows.append_column("taken_at", pa.array(times))
    profile = Profile("moments", (Channel("taken_at", "precision", coarse="day"),), identity=("uscc", "batch"))
    found = copy(rows, profile, 7).sample(300, seed=1, shuffle=True)
    shown = found.with_columns(pl.col("taken_at").str.replace("T", " ").str.replace(":00$", ""))
    named = identify(shown, original(rows, profile), candidates(50)).named
    assert [one.grant for one in named] == ["g7"]
