"""Start, find and stop a stack that runs in a process of its own."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.plugins.ckan_stack.install import MissingStackError, install
from tests.plugins.ckan_stack.serve import PATIENCE, Options, Running

ROOT = Path(__file__).parents[3]


def start(options: Options, user: int | None = None) -> Running:
    """The running stack of ``options.home``, started if nobody has; it runs while process ``user`` (this one) does."""
    install()
    home = options.home
    (home / "clients").mkdir(parents=True, exist_ok=True)
    (home / "clients" / str(user or os.getpid())).touch()
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return find(home) or _launch(options)


def find(home: Path) -> Running | None:
    """The stack that runs in ``home``, or None."""
    try:
        pid = int((home / "serve.pid").read_text())
        os.kill(pid, 0)
        # What a killed stack left behind may name a process that is somebody else's by now.
        told = Path(f"/proc/{pid}/cmdline")
        if told.exists() and b"ckan_stack" not in told.read_bytes():
            return None
        return Running(**json.loads((home / "ready.json").read_text()))
    except (OSError, ValueError):
        return None


def stop(home: Path) -> bool:
    """End the stack of ``home`` and remove its files; False when there was none."""
    try:
        pid = int((home / "serve.pid").read_text())
        os.kill(pid, signal.SIGTERM)
    except (OSError, ValueError):
        shutil.rmtree(home, ignore_errors=True)
        return False
    end = time.monotonic() + PATIENCE
    while (home / "serve.pid").exists() and time.monotonic() < end:
        time.sleep(0.1)
    shutil.rmtree(home, ignore_errors=True)
    return True


def _launch(options: Options) -> Running:
    home = options.home
    for name in ("solr", "storage", "webassets"):
        shutil.rmtree(home / name, ignore_errors=True)
    flags = ["--home", str(home), "--port", str(options.port), "--megabytes", str(options.megabytes)]
    flags += ["--xloader"] * options.xloader + ["--stay"] * options.stay
    with (home / "serve.log").open("ab") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.plugins.ckan_stack", "serve", *flags],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    end = time.monotonic() + PATIENCE
    while (found := find(home)) is None:
        if server.poll() is not None or time.monotonic() > end:
            last = (home / "serve.log").read_text(errors="replace").strip().splitlines()[-1:]
            raise MissingStackError(f"The stack did not start: {' '.join(last)}")
        time.sleep(0.2)
    # The server outlives whoever started it and ends by itself; Python need not warn of a child left running.
    server.returncode = 0
    return found
