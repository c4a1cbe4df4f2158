from __future__ import annotations

import io
import json
import logging
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from catalog.errors import SettingsError
from hub import log
from hub.clock import FixedClock, SystemClock, moment, stamp
from hub.settings import Settings

CANARY = "13800138000"


@pytest.fixture
def lines():
    stream = io.StringIO()
    root, hub = logging.getLogger(), logging.getLogger("hub")
    before = root.level, hub.level
    log.configure("debug", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for handler in [one for one in root.handlers if isinstance(one.formatter, log.Lines)]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(before[0])
    hub.setLevel(before[1])


def test_an_event_is_one_line_of_json(lines):
    log.event("run.finished", run="20260105T040000Z-ab12", dataset="grading", rows=5, released=True)
    (line,) = lines()
    assert line["event"] == "run.finished"
    assert (line["level"], line["run"], line["rows"], line["released"]) == ("info", "20260105T040000Z-ab12", 5, True)


@pytest.mark.parametrize("where", ["/dev/full", "."])
def test_a_log_file_that_cannot_be_written_stops_nothing_and_prints_nothing(lines, capsys, tmp_path, where):
    if where != "." and not Path(where).exists():
        pytest.skip(f"this system has no {where}")
    stream = io.StringIO()
    log.configure("info", stream=stream, file=tmp_path / where)
    log.failure("run.failed", ValueError(CANARY))
    assert '"event": "run.failed"' in stream.getvalue()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("value", ["张三", "a b", CANARY, "11010119900307123X", "+86-138-0013-8000", "x" * 201, "a\nb"])
def test_a_text_that_is_no_identifier_is_masked(lines, value):
    log.event("run.finished", run=value)
    assert lines()[0]["run"] == "…"


def test_facts_cannot_take_the_place_of_the_lines_own_keys(lines):
    log.event("run.finished", event="other", time="never")
    assert lines()[0]["event"] == "run.finished"
    assert lines()[0]["time"] != "never"


def test_an_event_name_is_a_constant_of_words():
    with pytest.raises(ValueError, match="constant"):
        log.event(f"row {CANARY} failed")


def test_an_exception_is_logged_by_type_and_place_without_its_text(lines):
    try:
        int(CANARY + "x")
    except ValueError as error:
        log.failure("unit.failed", error, unit=3)
    (line,) = lines()
    assert CANARY not in json.dumps(line)
    assert line["error"] == "ValueError"
    assert line["place"].startswith("test_log.py:") or "test_log.py:" in line["place"]


def test_an_error_of_the_hub_is_logged_with_its_code_and_frames(lines):
    try:
        Settings.read({"HUB_NOPE": CANARY})
    except SettingsError as error:
        log.failure("start.failed", error)
    (line,) = lines()
    assert line["code"] == "settings"
    assert "hub/settings.py:" in line["place"]
    assert CANARY not in json.dumps(line)


def test_records_of_libraries_lose_their_messages(lines):
    logger = logging.getLogger("somebody.else")
    try:
        Settings.read({"HUB_NOPE": CANARY})
    except SettingsError:
        logger.exception("row %s is bad: %s", 1, CANARY)
    (line,) = lines()
    assert CANARY not in json.dumps(line)
    assert (line["event"], line["logger"]) == ("library", "somebody.else")
    assert line["error"] == "catalog.errors.SettingsError"


def test_configuring_again_does_not_write_twice(lines):
    second = io.StringIO()
    log.configure("info", stream=second)
    log.event("run.finished")
    assert lines() == []
    assert len(second.getvalue().splitlines()) == 1


def test_the_log_goes_to_a_file_too(tmp_path, lines):
    log.configure("warning", stream=io.StringIO(), file=tmp_path / "hub.log")
    log.event("run.finished")
    log.failure("run.failed", ValueError(CANARY))
    (line,) = (tmp_path / "hub.log").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["event"] == "run.failed"


def test_stamps_order_like_time_and_come_back():
    early = datetime(2026, 1, 5, 12, tzinfo=timezone(timedelta(hours=8)))
    late = datetime(2026, 1, 5, 4, 0, 0, 1, tzinfo=UTC)
    assert stamp(early) == "2026-01-05T04:00:00.000000Z" < stamp(late)
    assert moment(stamp(late)) == late


def test_a_moment_without_a_zone_has_no_stamp():
    with pytest.raises(ValueError, match="time zone"):
        stamp(datetime(2026, 1, 5))


def test_clocks_tell_utc():
    at = datetime(2026, 1, 5, 12, tzinfo=timezone(timedelta(hours=8)))
    assert FixedClock(at).now() == at
    assert FixedClock(at).now().tzinfo is UTC
    assert SystemClock().now().tzinfo is UTC
