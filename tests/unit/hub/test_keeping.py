"""Derivations that are kept: whole, numbered without gaps, and never without the event that tells of them."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import select
from sqlalchemy.engine import default

from hub.db.engine import reading
from hub.db.tables import ledger_leaf
from hub.parts import Parts
from hub.rules import keeping
from hub.rules.keeping import keep, kept, last
from tests.house import house
from tests.plugins.ports import PATIENCE

NAME = "negative-list"
FRAME = pl.DataFrame({"rule": ["I-1"]})
context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["hub.rules.keeping", "hub.parts", "tests.house"])


def _told(parts: Parts) -> int:
    with reading(parts.engine) as connection:
        query = select(ledger_leaf.c.seq).where(ledger_leaf.c.kind == f"{NAME}.made")
        return len(connection.execute(query).all())


def _before_each_effect(patch: pytest.MonkeyPatch, act: Callable[[int], None]) -> None:
    seen = 0

    def counted(effect: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            nonlocal seen
            seen += 1
            act(seen)
            return effect(*args, **kwargs)

        return wrapper

    effects = ((os, "rename"), (os, "mkdir"), (shutil, "rmtree"), (default.DefaultDialect, "do_commit"))
    for owner, name in (*effects, (keeping.derivations, "enter")):
        patch.setattr(owner, name, counted(getattr(owner, name)))


def test_a_kill_at_any_effect_leaves_no_list_without_its_event(tmp_path: Path) -> None:
    home, copies = tmp_path / "home", tmp_path / "copies"
    copies.mkdir()
    parts = house(home, "sqlite:///nowhere")
    keep(parts, NAME, {"entries": FRAME}, {"day": "2026-01-01"})
    steps = 0

    def act(n: int) -> None:
        nonlocal steps
        steps = n
        subprocess.run(["cp", "-a", str(home), str(copies / str(n))], check=True)

    with pytest.MonkeyPatch.context() as patch:
        _before_each_effect(patch, act)
        keep(parts, NAME, {"entries": FRAME}, {"day": "2026-01-02"})
    assert steps >= 5
    for step in range(1, steps + 1):
        gone_on = house(copies / str(step), "sqlite:///nowhere")
        found = last(gone_on, NAME)
        assert found is not None
        assert found.number == _told(gone_on), f"a kill before effect {step} shows a list without its event"
        assert found.frame("entries").equals(FRAME)
        made = keep(gone_on, NAME, {"entries": FRAME}, {"day": "2026-01-03"})
        assert (made.number, made.number) == (found.number + 1, _told(gone_on))
        assert not list(gone_on.work.iterdir()), f"what a kill before effect {step} left is still there"


def _die_before_commit(home: Path) -> None:
    def killed(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    parts = house(home, "sqlite:///nowhere")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(default.DefaultDialect, "do_commit", killed)
        keep(parts, NAME, {"entries": FRAME}, {})


def test_a_real_kill_after_the_renaming_leaves_a_folder_that_nobody_reads(tmp_path: Path) -> None:
    parts = house(tmp_path, "sqlite:///nowhere")
    process = context.Process(target=_die_before_commit, args=(tmp_path,))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL
    assert (keeping.home_of(parts, NAME) / "000001" / "entries.parquet").is_file()
    assert last(parts, NAME) is None
    assert kept(parts, NAME, 1) is None
    keep(parts, NAME, {"entries": FRAME.clear()}, {})
    found = last(parts, NAME)
    assert found is not None
    assert (found.number, found.frame("entries").height, _told(parts)) == (1, 0, 1)


def test_what_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    parts = house(tmp_path, "sqlite:///nowhere")
    with pytest.raises(TypeError):
        keep(parts, NAME, {"entries": FRAME}, {"day": object()})
    assert last(parts, NAME) is None
    assert not [path for path in parts.work.iterdir() if path.name.startswith(NAME)]
