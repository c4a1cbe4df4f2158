"""Kill -9 at any step, run again: the result is the same as without the kill.

What a killed process leaves is what lies on the disk at that moment. So one run is copied before each of its durable
effects, and each copy is gone on with; some of these kills are done for real as well, and must leave the same.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exporters.sample import invent
from tests.house import NOON, Ticking, house, tree
from tests.plugins.ports import PATIENCE

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["hub.job.pipeline", "hub.parts", "tests.house"])

# The proof carries a signed checkpoint whose size depends on how many attempts the ledger saw.
DIFFERS = ("proof.json",)


EFFECTS = ((os, "replace"), (os, "rename"), (os, "unlink"), (os, "mkdir"), (shutil, "rmtree"))


@contextmanager
def _before_each_effect(act: Callable[[int], None]) -> Iterator[None]:
    """``act(n)`` right before the n-th durable effect of this process: files that appear or go, commits."""
    from sqlalchemy.engine import default

    seen, one_at_a_time, commit = 0, threading.RLock(), default.DefaultDialect.do_commit

    def counted(effect: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            nonlocal seen
            # Files are made by several threads: none of them may take one away while another's act copies.
            with one_at_a_time:
                seen += 1
                act(seen)
                if effect is not commit:
                    return effect(*args, **kwargs)
            # A commit may wait for another thread's, which must not wait for it.
            return effect(*args, **kwargs)

        return wrapper

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in (*EFFECTS, (default.DefaultDialect, "do_commit")):
            patch.setattr(owner, name, counted(getattr(owner, name)))
        yield


def _killed_at(home: Path, source: str, name: str, step: int) -> None:
    """One process that runs a dataset and dies by SIGKILL right before durable effect number ``step``."""

    def act(n: int) -> None:
        if n == step:
            os.kill(os.getpid(), signal.SIGKILL)

    with _before_each_effect(act):
        _attempt(home, source, name)


def _attempt(home: Path, source: str, name: str, hours: int = 0) -> None:
    """Run a dataset ``hours`` later than noon, so that a dead worker's lease has run out."""
    from hub.job.pipeline import release
    from hub.parts import datasets
    from tests.house import settings

    # Renewed every twenty minutes, so never here: on a slow machine a commit by the renewing thread would be one more
    # effect, and the home would be copied while this thread writes.
    lease = {"HUB_LEASE_SECONDS": "3600"}
    parts = house(home, source, clock=Ticking(NOON + timedelta(hours=hours)), **lease)
    (dataset,) = datasets(settings(home, source, **lease), (name,))
    release(dataset, parts)
    parts.engine.dispose()


def _copied_before_each_effect(home: Path, source: str, name: str, copies: Path) -> int:
    """Run undisturbed; ``copies/<n>`` is the home as a kill right before effect n would leave it. Gives their number."""
    steps = 0

    def act(n: int) -> None:
        nonlocal steps
        steps = n
        # By another process: closing a database's file here would drop the locks that this run holds on it.
        subprocess.run(["cp", "-a", str(home), str(copies / str(n))], check=True)

    with _before_each_effect(act):
        _attempt(home, source, name)
    return steps


def _what_readers_have(home: Path) -> dict[str, str]:
    return tree(home / "releases") | {f"portal/{k}": v for k, v in tree(home / "portal", DIFFERS).items()}


def _house_ready(home: Path, source: str) -> None:
    """Migrations and the key are made beforehand: the kill is about the main job."""
    house(home, source)


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> str:
    source = f"sqlite:///{tmp_path_factory.mktemp('province')}/p.sqlite"
    invent(source, 400, seed=3)
    # Few inspections: to protect the aggregate of all takes seconds at every kill, and has the same durable effects.
    with closing(sqlite3.connect(source.removeprefix("sqlite:///"))) as database, database:
        database.execute("DELETE FROM special_rectification WHERE rowid % 60")
    return source


@pytest.mark.slow
@pytest.mark.parametrize(("name", "every"), [("grading", 1), ("rectification", 3), ("licences", 3)])
def test_a_kill_before_any_durable_effect_changes_nothing_in_the_end(
    tmp_path: Path, province: str, name: str, every: int
) -> None:
    """A published dataset at each effect; an aggregate, and one that is kept in the store, at one of ``every`` three.

    Theirs are mostly the same effects.
    """
    home, copies = tmp_path / "undisturbed", tmp_path / "copies"
    copies.mkdir()
    _house_ready(home, province)
    effects = _copied_before_each_effect(home, province, name, copies)
    expected = _what_readers_have(home)
    assert effects > 20
    for step in range(1, effects + 1, every):
        _attempt(copies / str(step), province, name, hours=2)
        assert _what_readers_have(copies / str(step)) == expected, f"a kill at step {step} shows in the result"
        _nothing_left_over(copies / str(step))
        shutil.rmtree(copies / str(step))


@pytest.mark.slow
@pytest.mark.parametrize("step", [3, 17, 31, 45, 59])
def test_a_real_kill_leaves_what_the_copies_hold(tmp_path: Path, province: str, step: int) -> None:
    whole, copies, killed = tmp_path / "whole", tmp_path / "copies", tmp_path / "killed"
    copies.mkdir()
    _house_ready(whole, province)
    subprocess.run(["cp", "-a", str(whole), str(killed)], check=True)
    assert _copied_before_each_effect(whole, province, "grading", copies) >= step
    process = context.Process(target=_killed_at, args=(killed, province, "grading", step))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL
    assert _files(killed) == _files(copies / str(step))
    _attempt(killed, province, "grading", hours=2)
    assert _what_readers_have(killed) == _what_readers_have(whole)


def _files(home: Path) -> dict[str, str]:
    """Everything but the database, whose pages tell of the connections that were open, and the log."""
    return {
        name: digest for name, digest in tree(home).items() if not name.startswith(("hub.db", "hub.sqlite", "hub.log"))
    }


def _nothing_left_over(home: Path) -> None:
    assert not list(home.rglob("*.partial"))
    assert not list((home / "work").iterdir())
    from hub.ledger.audit import verify_ledger

    parts = house(home, "sqlite:///none.sqlite")
    with parts.engine.connect() as connection:
        assert verify_ledger(connection, [parts.signer.verifier]).holds
