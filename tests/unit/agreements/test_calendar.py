"""Working days agree with an independent calendar of China's holidays, day by day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.calendar import read_calendar
from catalog.errors import DeclarationError

CALENDAR = read_calendar()
DAYS = st.dates(date(2024, 1, 1), date(2026, 11, 30))


def test_every_day_of_every_known_year_agrees_with_chinesecalendar() -> None:
    day = date(min(CALENDAR.years), 1, 1)
    while day.year <= max(CALENDAR.years):
        assert CALENDAR.works(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


@given(DAYS, st.integers(1, 20))
def test_a_deadline_is_a_working_day_and_counting_back_gives_its_length(start: date, days: int) -> None:
    day = CALENDAR.after(start, days)
    assert CALENDAR.works(day)
    assert CALENDAR.between(start, day) == days == -CALENDAR.between(day, start)


@pytest.mark.parametrize(
    "text",
    [
        "years = [2026]",
        "years = [2026]\nholidays = [2025-01-01]\nmake_up = []",
        "years = [2026]\nholidays = [2026-02-14]\nmake_up = [2026-02-14]",
        "years = [2026]\nholidays = []\nmake_up = [2026-03-02]",
        "years = [2026]\nholidays = []\nmake_up = []\nholiday = []",
        "years = ",
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calendar.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError):
        read_calendar(path)


def test_a_bureau_s_own_calendar_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "calendar.toml"
    path.write_text(
        "years = [2026]\nholidays = [2026-03-02]\nmake_up = []\n[deadlines]\nreview = 3\n", encoding="utf-8"
    )
    found = read_calendar(path)
    assert (found.after(date(2026, 3, 1), 1), found.deadlines) == (date(2026, 3, 3), {"review": 3})
