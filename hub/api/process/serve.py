"""``hub serve``: the API under gunicorn's threads. A stream that fails midway ends as a failed stream there."""

from __future__ import annotations

import faulthandler
import os
import shutil
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from gunicorn.app.base import BaseApplication

from catalog.errors import SettingsError
from hub.settings import Settings

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Where several processes put their numbers together; prometheus-client reads this name when it is imported."""


STALLED: Final = 120
"""Seconds after which a reader that takes nothing is cut off."""
_WAITING: Final = 1_000
"""Connections that may be kept open beside those that are being answered."""


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no annotations
    def __init__(self, make: Callable[[], Any], options: dict[str, Any]) -> None:
        self._make = make
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        # A library that breaks the process leaves the places of all threads on standard error, and no value.
        faulthandler.enable()
        # Arrow's own pool keeps megabytes for each thread that ever asked it; there may be a thousand.
        pa.set_memory_pool(pa.system_memory_pool())
        # In the worker, after the fork: no database connection is shared between processes.
        return self._make()


def options(settings: Settings, bind: str) -> dict[str, Any]:
    """Gunicorn's options. SettingsError when a certificate lacks its key or the other way round."""
    pair = (settings.api_certificate, settings.api_certificate_key)
    if any(pair) != all(pair):
        raise SettingsError(
            "Of HUB_API_CERTIFICATE and HUB_API_CERTIFICATE_KEY only one is set.", todo="Set both or none."
        )
    tls = {"certfile": str(pair[0]), "keyfile": str(pair[1])} if all(pair) else {}
    return {
        "bind": bind,
        "worker_class": "hub.api.process.worker.Worker",
        "workers": settings.api_workers,
        # A slow reader waits in a thread of its own, which costs little; none is started before it is needed.
        "threads": settings.api_threads,
        "worker_connections": settings.api_threads + _WAITING,
        "when_ready": _impatient,
        "timeout": 120,
        "graceful_timeout": 30,
        "keepalive": 15,
        "limit_request_line": 8_190,
        "limit_request_fields": 60,
        "forwarded_allow_ips": settings.api_proxies or "",
        "accesslog": None,
        # gunicorn would listen for commands on a socket in the home folder of whoever runs it.
        "control_socket_disable": True,
        "errorlog": str(settings.home / "gunicorn.log"),
        "proc_name": "hub",
        **tls,
    }


def _impatient(server: Any) -> None:
    """Let no piece of an answer wait longer than this for a reader who takes nothing at all."""
    for one in server.LISTENERS:
        # Accepted connections inherit it.
        one.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", STALLED, 0))


def run(make: Callable[[], Any], settings: Settings, bind: str) -> None:
    """Serve until a signal ends it. ``make`` imports the application itself: the metrics' place is set before that."""
    if settings.api_workers > 1:
        os.environ[SHARED] = str(_fresh(settings.home / "work" / "metrics"))
    _Server(make, options(settings, bind)).run()


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return folder
