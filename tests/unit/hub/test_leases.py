"""Who may work on what, after a worker was killed."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest

from catalog.errors import StorageError
from hub.db.engine import connect
from hub.db.migrate import migrate
from hub.timetable import leases
from hub.timetable.leases import acquire, held, owner_name
from tests.house import Ticking
from tests.plugins.ports import PATIENCE

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path):
    made = connect(f"sqlite:///{tmp_path / 'hub.db'}")
    migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def worker():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_the_work_of_a_killed_worker_goes_on_at_once_and_that_of_a_living_one_is_left_alone(engine, worker):
    theirs = owner_name().replace(f":{os.getpid()}:", f":{worker.pid}:")
    assert acquire(engine, "run:grading", theirs, NOW, 300)
    assert not acquire(engine, "run:grading", owner_name(), NOW, 300)
    worker.kill()
    worker.wait()
    assert acquire(engine, "run:grading", owner_name(), NOW, 300)


@pytest.mark.parametrize("theirs", ["another-machine:{pid}:x", "no name", "{place}:x:y"])
def test_of_workers_elsewhere_only_the_lease_tells_whether_they_live(engine, worker, theirs):
    worker.kill()
    worker.wait()
    place = owner_name().partition(":")[0]
    assert acquire(engine, "run:grading", theirs.format(pid=worker.pid, place=place), NOW, 300)
    assert not acquire(engine, "run:grading", owner_name(), NOW, 300)


def test_a_lease_is_kept_when_the_database_was_away_for_a_moment(engine, monkeypatch):
    asked, again = [], threading.Event()

    def acquired(*given):
        asked.append(given)
        if len(asked) == 2:
            raise StorageError("The hub's database went away (gone).")
        if len(asked) > 2:
            again.set()
        return acquire(*given)

    monkeypatch.setattr(leases, "acquire", acquired)
    with held(engine, "dataset:grading", Ticking(), 1):
        assert again.wait(PATIENCE)
