"""Kill -9 at any step, run again: the result is the same as without the kill."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exporters.sample import invent
from tests.house import NOON, Ticking, house, tree

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["hub.pipeline", "hub.parts", "tests.house"])

# The proof carries a signed checkpoint whose size depends on how many attempts the ledger saw.
DIFFERS = ("proof.json",)


def _die_at(step: int, trace: Path) -> None:
    """Count every durable effect of this process and die by SIGKILL right before number ``step``."""
    seen = 0

    def counted(effect: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)
            trace.write_text(str(seen))
            return effect(*args, **kwargs)

        return wrapper

    from sqlalchemy.engine import default

    os.replace = counted(os.replace)
    os.rename = counted(os.rename)
    os.unlink = counted(os.unlink)
    os.mkdir = counted(os.mkdir)
    shutil.rmtree = counted(shutil.rmtree)
    default.DefaultDialect.do_commit = counted(default.DefaultDialect.do_commit)


def _attempt(home: Path, source: str, name: str, step: int, hours: int) -> None:
    """One process that runs a dataset; ``hours`` later than noon, so that a dead worker's lease has run out."""
    from hub.parts import datasets
    from hub.pipeline import release

    parts = house(home, source, clock=Ticking(NOON + timedelta(hours=hours)))
    (dataset,) = datasets(_settings(home, source), (name,))
    if step:
        _die_at(step, home / "effects")
    release(dataset, parts)


def _settings(home: Path, source: str) -> Any:
    from tests.house import settings

    return settings(home, source)


def _run(home: Path, source: str, name: str, step: int, hours: int = 0) -> int:
    process = context.Process(target=_attempt, args=(home, source, name, step, hours))
    process.start()
    process.join(120)
    assert process.exitcode is not None
    return process.exitcode


def _what_readers_have(home: Path) -> dict[str, str]:
    return tree(home / "releases") | {f"portal/{k}": v for k, v in tree(home / "portal", DIFFERS).items()}


def _house_ready(home: Path, source: str) -> None:
    """Migrations and the key are made beforehand: the kill is about the main job."""
    house(home, source)


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> str:
    source = f"sqlite:///{tmp_path_factory.mktemp('province')}/p.sqlite"
    invent(source, 400, seed=3)
    return source


@pytest.mark.slow
@pytest.mark.parametrize(("name", "every"), [("grading", 1), ("rectification", 5), ("licences", 5)])
def test_a_kill_before_any_durable_effect_changes_nothing_in_the_end(
    tmp_path: Path,
    province: str,
    name: str,
    every: int,
) -> None:
    """Every effect of a published dataset; for an aggregate and for one kept in the store, every fifth."""
    undisturbed = tmp_path / "undisturbed"
    _house_ready(undisturbed, province)
    template = tmp_path / "template"
    shutil.copytree(undisturbed, template)
    assert _run(undisturbed, province, name, step=10**9) == 0
    effects = int((undisturbed / "effects").read_text())
    expected = _what_readers_have(undisturbed)
    assert effects > 20
    for step in range(1, effects + 1, every):
        home = tmp_path / f"killed-{step}"
        shutil.copytree(template, home)
        assert _run(home, province, name, step) == -signal.SIGKILL, f"step {step} was not reached"
        assert _run(home, province, name, step=0, hours=2) == 0, f"the run after a kill at step {step} failed"
        assert _what_readers_have(home) == expected, f"a kill at step {step} shows in the result"
        _nothing_left_over(home)
        shutil.rmtree(home)


def _nothing_left_over(home: Path) -> None:
    assert not list(home.rglob("*.partial"))
    assert not list((home / "work").iterdir())
    from hub.ledger.audit import verify_ledger

    parts = house(home, "sqlite:///none.sqlite")
    with parts.engine.connect() as connection:
        assert verify_ledger(connection, [parts.signer.verifier]).holds
