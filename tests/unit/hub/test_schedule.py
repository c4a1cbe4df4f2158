from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import DeclarationError
from hub.timetable import claims
from hub.timetable.claims import Claimant
from hub.timetable.schedule import due, trigger
from tests.plugins.ports import PATIENCE
from tests.plugins.processes import START, together

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)  # a Monday, noon in Shanghai
LEASE = timedelta(seconds=60)


def at(hour, day=5, minute=0):
    return datetime(2026, 1, day, hour, minute, tzinfo=SHANGHAI)


def test_a_cron_expression_is_read_in_the_zone_of_the_schedule():
    assert due(trigger("0 3 * * *", SHANGHAI), at(2), at(4)) == at(3)
    assert due(trigger("0 3 * * mon", SHANGHAI), at(0, day=1), at(0, day=20)) == at(3, day=19)
    assert due(trigger("30 0 3 * * mon-fri", SHANGHAI), at(0), at(4)) == at(3) + timedelta(seconds=30)
    assert due(trigger("0 8 1 JAN,jul *", SHANGHAI), at(0, day=1), at(0, day=2)) == at(8, day=1)


@pytest.mark.parametrize(
    "cron",
    [
        "0 3 * * 1",
        "0 3 * * 0-6",
        "0 3 * *",
        "* * * * * * *",
        "61 3 * * *",
        "0 3 * * monday",
        "0 3 32 * *",
        "x",
        "",
        "0 3 * foo *",
        "0 3 * * mon;",
    ],
)
def test_a_malformed_cron_or_a_weekday_by_number_is_refused(cron):
    with pytest.raises(DeclarationError, match="weekdays by name"):
        trigger(cron, SHANGHAI)


def test_of_many_missed_windows_only_the_latest_is_due():
    hourly = trigger("0 * * * *", SHANGHAI)
    assert due(hourly, at(1, day=1), at(9, minute=59)) == at(9)
    assert due(hourly, at(9), at(9, minute=59)) is None
    assert due(hourly, at(9) - timedelta(seconds=1), at(9)) == at(9)


def test_a_year_of_missed_seconds_is_looked_through_quickly():
    every = trigger("* * * * * *", SHANGHAI)
    assert due(every, NOW - timedelta(days=365), NOW + timedelta(milliseconds=7)) == NOW


def test_a_window_that_never_comes_is_never_due():
    assert due(trigger("0 0 30 2 *", SHANGHAI), NOW - timedelta(days=1000), NOW) is None


FIELDS = st.tuples(
    st.sampled_from(["0", "*/15", "7", "1,2", "50-59"]),
    st.sampled_from(["*", "3", "*/6", "22-23"]),
    st.sampled_from(["*", "1", "last", "*/9"]),
    st.just("*"),
    st.sampled_from(["*", "mon", "sat-sun"]),
)


@given(FIELDS, st.integers(0, 90 * 86_400), st.integers(-100, 4 * 86_400), st.sampled_from([0, 1, 999_999]))
def test_the_latest_window_is_the_last_one_met_by_walking(fields, start, length, micro):
    cron = trigger(" ".join(fields), SHANGHAI)
    since = NOW + timedelta(seconds=start, microseconds=micro)
    until = since + timedelta(seconds=length)
    walked, window = None, cron.get_next_fire_time(None, since + timedelta(microseconds=1))
    while window is not None and window <= until:
        walked, window = window, cron.get_next_fire_time(None, window + timedelta(seconds=1))
    assert due(cron, since, until) == walked


def who(engine, owner, lease=LEASE, job="grading"):
    return Claimant(engine, job, owner, lease)


def test_a_window_is_claimed_once(engine):
    assert claims.claim(who(engine, "a"), NOW, NOW)
    assert not claims.claim(who(engine, "b"), NOW, NOW)
    assert not claims.claim(who(engine, "a"), NOW, NOW)
    assert claims.claim(who(engine, "b", job="traceability"), NOW, NOW)


def test_a_finished_window_is_never_claimed_again(engine):
    for state, window in ((claims.DONE, NOW), (claims.FAILED, NOW + LEASE)):
        assert claims.claim(who(engine, "a"), window, NOW)
        assert claims.finish(who(engine, "a"), window, NOW, state)
        assert not claims.claim(who(engine, "b"), window, NOW + LEASE * 9)
    assert claims.latest(engine, "grading").state == claims.FAILED


def test_a_window_whose_process_died_is_taken_over_once_after_its_lease(engine):
    assert claims.claim(who(engine, "a"), NOW, NOW)
    assert not claims.claim(who(engine, "b"), NOW, NOW + LEASE)
    later = NOW + LEASE + timedelta(microseconds=1)
    assert claims.latest(engine, "grading").open_at(later)
    assert [claims.claim(who(engine, owner), NOW, later) for owner in ("b", "c")] == [True, False]
    assert not claims.finish(who(engine, "a"), NOW, later, claims.DONE)
    assert not claims.renew(who(engine, "a"), NOW, later)
    assert claims.finish(who(engine, "b"), NOW, later, claims.DONE)
    assert claims.latest(engine, "grading").owner == "b"


def test_a_renewed_lease_holds(engine):
    assert claims.claim(who(engine, "a"), NOW, NOW)
    assert claims.renew(who(engine, "a"), NOW, NOW + LEASE)
    assert not claims.claim(who(engine, "b"), NOW, NOW + LEASE * 2)
    assert claims.claim(who(engine, "b"), NOW, NOW + LEASE * 3)


def test_the_next_window_waits_until_the_one_before_is_finished(engine):
    following = NOW + timedelta(hours=1)
    assert claims.claim(who(engine, "a"), NOW, NOW)
    assert not claims.claim(who(engine, "b"), following, NOW)
    assert claims.finish(who(engine, "a"), NOW, NOW, claims.DONE)
    assert claims.claim(who(engine, "b"), following, NOW)


def test_the_next_window_replaces_one_whose_process_died(engine):
    following = NOW + timedelta(hours=1)
    assert claims.claim(who(engine, "a"), NOW, NOW)
    assert claims.claim(who(engine, "b"), following, following)
    assert not claims.renew(who(engine, "a"), NOW, following)
    assert not claims.claim(who(engine, "a"), NOW, following + LEASE * 2)


def test_a_claim_given_back_can_be_taken_again(engine):
    assert claims.claim(who(engine, "a"), NOW, NOW)
    claims.give_back(who(engine, "b"), NOW)
    assert not claims.claim(who(engine, "b"), NOW, NOW)
    claims.give_back(who(engine, "a"), NOW)
    assert claims.latest(engine, "grading") is None
    assert claims.claim(who(engine, "b"), NOW, NOW)


def _grab(url, owner, gate, out):
    from hub.db.engine import connect

    mine = Claimant(connect(url), "grading", owner, LEASE)
    gate.wait(PATIENCE)
    for number in range(30):
        window = NOW + timedelta(seconds=number)
        if claims.claim(mine, window, NOW):
            claims.finish(mine, window, NOW, claims.DONE)
            out.put(number)


def test_processes_that_grab_the_same_windows_get_each_once(database, engine):
    gate, out = START.Barrier(3), START.Queue()
    assert together(_grab, *[(database, owner, gate, out) for owner in ("a", "b", "c")]) == [0, 0, 0]
    won = [out.get(timeout=PATIENCE) for _ in range(out.qsize())]
    assert len(won) == len(set(won))
    assert max(won) == 29
