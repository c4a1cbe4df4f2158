"""Requests over the API against a bare Flask route on the same gunicorn server in the same run, in CPU seconds.

``python -m benchmarks.api [--requests N] [--database URL]``. Two requests are measured: the caller's own standing
(token, client, roles and party looked up anew, one line in the log), and a record query of one row (the same, decided,
filtered, and a Use written to the ledger before the answer). The floor is a route that answers ``ok``.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from hub.api.app import create_app
from hub.api.process.serve import run
from hub.parts import assemble
from hub.settings import Settings
from tests.exchange_api import exchange

CLIENTS = 8


def serve(home: Path, port: int, database: str, send_buffer: int = 0) -> None:
    """The server: the hub's application, and a bare route beside it."""
    settings = _settings(home, port, database)
    bare = Flask("bare")
    bare.add_url_rule("/", "ok", lambda: "ok")

    def make() -> Any:
        if send_buffer:
            _small(port, send_buffer)
        app = create_app(assemble(settings, "bench"), settings)
        app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/bare": bare})  # type: ignore[method-assign]
        return app

    run(make, settings, f"127.0.0.1:{port}")


def _small(port: int, size: int) -> None:
    """Give the listening sockets, and so all connections, a small buffer: readers are to be waited for."""
    for path in Path("/proc/self/fd").iterdir():
        try:
            with socket.socket(fileno=os.dup(int(path.name))) as one:
                if one.family == socket.AF_INET and one.getsockname()[1] == port:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)
        except OSError:
            continue


def _settings(home: Path, port: int, database: str) -> Settings:
    environ = {"HUB_HOME": str(home), "HUB_API_PLAIN_LOOPBACK": "yes", "HUB_API_RATE": "1000000"}
    more = {"HUB_DATABASE": database} if database else {}
    return Settings.read({**environ, **more, "HUB_API_URL": f"http://127.0.0.1:{port}"})


def prepare(folder: Path, port: int, database: str) -> str:
    """A small house with an exchange; a token of the bureau's machine."""
    exchange(folder, **({"HUB_DATABASE": database} if database else {}))
    settings = _settings(folder / "home", port, database)
    app = create_app(assemble(settings, "bench"), settings)
    context = app.extensions["hub"]
    token, _ = context.tokens.make("bureau", "test-client", ["record:query", "list:lookup"], context.now())
    return str(token)


def ask(port: int, path: str, headers: dict[str, str], count: int) -> None:
    """``count`` requests over kept connections by eight clients; every answer must be 200."""

    def client(number: int) -> None:
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for _ in range(number):
            wire.request("GET", path, headers=headers)
            answer = wire.getresponse()
            answer.read()
            if answer.status != 200:
                os._exit(1)
        wire.close()

    threads = [threading.Thread(target=client, args=(count // CLIENTS,)) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def cpu(process: psutil.Process) -> float:
    """CPU seconds of the server and its workers."""
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return float(sum(one.user + one.system for one in times))


def measured(server: psutil.Process, port: int, path: str, headers: dict[str, str], count: int) -> tuple[float, float]:
    """CPU and wall microseconds a request, after a warm-up."""
    ask(port, path, headers, 80)
    before, started = cpu(server), time.perf_counter()
    ask(port, path, headers, count)
    return (cpu(server) - before) / count * 1e6, (time.perf_counter() - started) / count * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1_600)
    parser.add_argument("--database", default="")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", nargs=2)
    parser.add_argument("--send-buffer", type=int, default=0)
    given = parser.parse_args()
    if given.serve:
        serve(Path(given.serve[0]), int(given.serve[1]), given.database, given.send_buffer)
        return
    with socket.socket() as one, tempfile.TemporaryDirectory() as folder:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
        one.close()
        token = prepare(Path(folder), port, given.database)
        command = [sys.executable, "-m", "benchmarks.api", "--serve", f"{folder}/home", str(port)]
        child = subprocess.Popen([*command, "--database", given.database])
        try:
            figures = _legs(psutil.Process(child.pid), port, token, given.requests)
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(40)
    _report(figures, as_json=given.json)


def wait_for(port: int) -> None:
    """Return when the server listens."""
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)


def _legs(server: psutil.Process, port: int, token: str, count: int) -> dict[str, tuple[float, float]]:
    bearer = {"Authorization": f"Bearer {token}"}
    wait_for(port)
    paths = {
        "bare Flask route": ("/bare/", {}),
        "standing (token, roles, log)": ("/api/v1/me", bearer),
        "one row (decided, Use in the ledger)": ("/api/v1/datasets/licences/records?limit=1", bearer),
    }
    return {name: measured(server, port, path, headers, count) for name, (path, headers) in paths.items()}


def _report(figures: dict[str, tuple[float, float]], *, as_json: bool) -> None:
    floor = figures["bare Flask route"][0]
    if as_json:
        print(
            json.dumps(
                {name: {"cpu_us": one[0], "wall_us": one[1], "ratio": floor / one[0]} for name, one in figures.items()}
            )
        )
        return
    for name, (spent, waited) in figures.items():
        print(f"{name:<40} cpu {spent:8.0f} us   wall {waited:8.0f} us   rate against bare {floor / spent:5.2f}")


if __name__ == "__main__":
    main()
