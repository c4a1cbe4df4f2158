"""The scheduler as it runs: real threads, real processes, real signals, on both databases."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from catalog.errors import Busy, DeclarationError, HubError
from hub.clock import FixedClock, SystemClock
from hub.db.engine import connect, reading
from hub.db.tables import claim as table
from hub.timetable import claims
from hub.timetable.claims import Claimant
from hub.timetable.schedule import Job, serve
from tests.plugins.ports import PATIENCE
from tests.plugins.processes import start

pytestmark = pytest.mark.slow  # waits for schedulers in processes of their own

NOW = datetime(2026, 1, 5, 4, 30, tzinfo=UTC)
HOURLY = "0 * * * *"
EVERY_SECOND = "* * * * * *"


def until(true, seconds=PATIENCE):
    """Wait for something; a test that waits in vain fails here."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def rows(engine):
    with reading(engine) as connection:
        return connection.execute(select(table).order_by(table.c.job, table.c.window)).all()


def counted(engine, state):
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(table).where(table.c.state == state))


@contextmanager
def serving(engine, run, *jobs, clock=None, lease_seconds=2):
    """A scheduler in a thread of this process; what broke it is raised at the end."""
    stop, broken = threading.Event(), []
    clock = clock or FixedClock(NOW)

    def target():
        try:
            serve(jobs, run, engine, owner="me", clock=clock, stop=stop, timezone=UTC, lease_seconds=lease_seconds)
        except HubError as error:
            broken.append(error)

    thread = threading.Thread(target=target)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()
        assert broken == []


def done_at(engine, window, job="grading"):
    """A window that was run before the downtime."""
    before = Claimant(engine, job, "earlier", timedelta(seconds=60))
    assert claims.claim(before, window, window)
    assert claims.finish(before, window, window, claims.DONE)


def test_windows_missed_in_a_downtime_are_caught_up_by_one_run(engine):
    done_at(engine, NOW - timedelta(days=3, minutes=30))
    ran = []
    with serving(engine, ran.append, Job("grading", HOURLY)):
        until(lambda: counted(engine, claims.DONE) == 2)
        time.sleep(1.5)  # the watch looks again meanwhile and must find nothing
    assert ran == ["grading"]
    assert rows(engine)[-1].window == "2026-01-05T04:00:00.000000Z"


def test_a_job_that_never_ran_has_missed_nothing(engine):
    ran = []
    done_at(engine, NOW - timedelta(hours=2), "traceability")
    with serving(engine, ran.append, Job("grading", HOURLY), Job("traceability", HOURLY), Job("never", "")):
        until(lambda: counted(engine, claims.DONE) == 2)
    assert ran == ["traceability"]


def test_a_failing_run_is_marked_and_logged_without_its_text_and_stops_nothing(engine, caplog):
    canary = "canary-13800138000"

    def run(name):
        if name == "grading":
            raise ValueError(canary)
        if name == "licences":
            raise SystemExit(canary)

    for job in ("grading", "licences", "traceability"):
        done_at(engine, NOW - timedelta(hours=2), job)
    with serving(engine, run, *(Job(job, HOURLY) for job in ("grading", "licences", "traceability"))):
        until(lambda: counted(engine, claims.RUNNING) == 0 and len(rows(engine)) == 6)
    assert [(row.job, row.state) for row in rows(engine)[1::2]] == [
        ("grading", "failed"),
        ("licences", "failed"),
        ("traceability", "done"),
    ]
    failed = [record for record in caplog.records if record.msg == "schedule.run-failed"]
    assert {record.hub_facts["error"] for record in failed} == {"ValueError", "SystemExit"}
    assert canary not in caplog.text + str([record.__dict__ for record in caplog.records])


def test_a_dataset_that_is_busy_is_tried_again(engine):
    tries = []

    def run(name):
        tries.append(name)
        if len(tries) == 1:
            raise Busy("Another process is working on 'grading'.")

    done_at(engine, NOW - timedelta(hours=2))
    with serving(engine, run, Job("grading", HOURLY)):
        until(lambda: counted(engine, claims.DONE) == 2)
    assert tries == ["grading", "grading"]


def test_a_run_longer_than_its_lease_keeps_it(engine):
    kept = threading.Event()

    def run(_name):
        first = rows(engine)[-1].lease_until
        until(lambda: rows(engine)[-1].lease_until > first)
        kept.set()

    with serving(engine, run, Job("grading", EVERY_SECOND), clock=SystemClock(), lease_seconds=1) as stop:
        until(kept.is_set)
        stop.set()
    assert rows(engine)[0].state == "done"


def test_a_stop_lets_the_run_that_is_under_way_finish(engine):
    begun, let_go, ended = threading.Event(), threading.Event(), []

    def run(name):
        begun.set()
        assert let_go.wait(PATIENCE)
        ended.append(name)

    for job in ("grading", "traceability"):
        done_at(engine, NOW - timedelta(hours=2), job)
    with serving(engine, run, Job("grading", HOURLY), Job("traceability", HOURLY)) as stop:
        assert begun.wait(PATIENCE)
        stop.set()
        let_go.set()
    assert ended == ["grading"]  # and the one that waited in the queue was not begun
    assert [row.state for row in rows(engine)] == ["done", "done", "done"]


def test_a_database_that_cannot_be_used_is_logged_and_looked_at_again(tmp_path, caplog):
    engine = connect(f"sqlite:///{tmp_path / 'empty.db'}")
    with serving(engine, lambda _name: None, Job("grading", HOURLY)):
        until(lambda: sum(record.msg == "schedule.check-failed" for record in caplog.records) >= 2)
    engine.dispose()


def test_a_wrong_cron_stops_the_start(engine):
    with pytest.raises(DeclarationError):
        serve(
            [Job("grading", "0 3 * * 1")],
            lambda _name: None,
            engine,
            owner="me",
            clock=SystemClock(),
            stop=threading.Event(),
            timezone=UTC,
            lease_seconds=60,
        )


def _scheduler(url, owner, cron, lease_seconds, diary, seconds):
    """One scheduler process; each run, ended early by a stop, notes its begin and its end in the diary."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    diary.with_name(f"ready-{owner}").touch()

    def note(word):
        with diary.open("a", encoding="utf-8") as file:
            file.write(f"{word} {owner}\n")

    def run(_name):
        note("begin")
        if stop.wait(seconds):
            time.sleep(0.5)  # longer than a stop takes that waits for nobody
        note("end")

    serve(
        [Job("grading", cron)],
        run,
        connect(url),
        owner=owner,
        clock=SystemClock(),
        stop=stop,
        timezone=UTC,
        lease_seconds=lease_seconds,
    )


def noted(diary):
    return diary.read_text(encoding="utf-8").splitlines() if diary.exists() else []


def test_three_schedulers_run_each_window_exactly_once(database, engine, tmp_path):
    diary = tmp_path / "diary"
    processes = [start(_scheduler, database, owner, EVERY_SECOND, 600, diary, 0.01) for owner in ("a", "b", "c")]
    until(lambda: len(list(tmp_path.glob("ready-*"))) == len(processes) and counted(engine, claims.DONE) >= 4)
    for process in processes:
        os.kill(process.pid, signal.SIGTERM)
    for process in processes:
        process.join(PATIENCE)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert {row.state for row in rows(engine)} == {"done"}
    assert len([line for line in noted(diary) if line.startswith("begin")]) == len(rows(engine))


def missed_once(engine):
    """A cron expression with one window in this year, a moment ago: whoever serves it first catches it up."""
    moment = datetime.now(UTC) - timedelta(seconds=1)
    done_at(engine, moment - timedelta(hours=1))
    return f"{moment.second} {moment.minute} {moment.hour} {moment.day} {moment.month} *"


def test_a_scheduler_killed_in_a_window_is_followed_by_another_after_its_lease(database, engine, tmp_path):
    diary = tmp_path / "diary"
    cron = missed_once(engine)
    victim = start(_scheduler, database, "victim", cron, 2, diary, 600)
    until(lambda: noted(diary) == ["begin victim"])
    heir = start(_scheduler, database, "heir", cron, 2, diary, 0.01)
    os.kill(victim.pid, signal.SIGKILL)
    victim.join(PATIENCE)
    until(lambda: counted(engine, claims.DONE) == 2)
    os.kill(heir.pid, signal.SIGTERM)
    heir.join(PATIENCE)
    assert noted(diary) == ["begin victim", "begin heir", "end heir"]
    row = rows(engine)[-1]
    assert (row.owner, row.state) == ("heir", "done")


def test_sigterm_lets_the_run_that_is_under_way_finish(database, engine, tmp_path):
    diary = tmp_path / "diary"
    process = start(_scheduler, database, "a", missed_once(engine), 30, diary, 600)
    until(lambda: noted(diary) == ["begin a"])
    os.kill(process.pid, signal.SIGTERM)
    process.join(PATIENCE)
    assert process.exitcode == 0
    assert noted(diary) == ["begin a", "end a"]
    assert [row.state for row in rows(engine)] == ["done", "done"]
