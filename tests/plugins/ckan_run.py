"""Which CKAN belongs to this run of the tests, and its end. Kept apart so that other tests load none of it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def run_process() -> int:
    """The process that the whole run belongs to: the parent of pytest-xdist's workers, else this one."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def run_home() -> Path:
    """Where the stack of this run lives, the same for all workers."""
    return Path(tempfile.gettempdir()) / f"hub-ckan-{os.getuid()}-{run_process()}"


def pytest_unconfigure() -> None:
    """End the run's stack before pytest itself ends; were pytest killed, the stack would notice and end as well."""
    if "PYTEST_XDIST_WORKER" not in os.environ and run_home().exists():
        from tests.plugins.ckan_stack import client

        client.stop(run_home())
