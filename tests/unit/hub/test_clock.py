"""Times of sources that name no zone."""

from datetime import UTC, datetime

from hub.clock import in_zone


def test_a_time_without_a_zone_is_chinas_and_one_with_a_zone_stays():
    assert in_zone(datetime(2026, 3, 1, 8)).isoformat() == "2026-03-01T08:00:00+08:00"
    assert in_zone(datetime(2026, 3, 1, tzinfo=UTC)).isoformat() == "2026-03-01T00:00:00+00:00"
