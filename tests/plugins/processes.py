"""Real processes for tests of concurrency: forked from a small server that has the heavy libraries loaded already."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any, Final

from tests.plugins.ports import PATIENCE

START: Final = multiprocessing.get_context("forkserver")
START.set_forkserver_preload(["hub.db.migrate", "hub.timetable.schedule", "hub.ledger.store", "psycopg"])


def start(target: Callable[..., None], *arguments: Any) -> BaseProcess:
    """A process that runs ``target`` (a function of a test module)."""
    process = START.Process(target=target, args=arguments)
    process.start()
    return process


def together(target: Callable[..., None], *each: tuple[Any, ...], seconds: float = PATIENCE) -> list[int | None]:
    """Run one process a tuple of arguments, all at once; their exit codes."""
    processes = [start(target, *arguments) for arguments in each]
    for process in processes:
        process.join(seconds)
    return [process.exitcode for process in processes]
