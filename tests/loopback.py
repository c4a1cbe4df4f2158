"""A WSGI server in a thread of the test's process, on a free loopback port."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        pass


@contextmanager
def listening(site: Any = None) -> Iterator[BaseWSGIServer]:
    """A running server; its ``app`` may be set later, when it needs to know ``server_port`` first."""
    server = make_server("127.0.0.1", 0, site or Flask("placeholder"), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def serving(site: Any) -> Iterator[str]:
    """The address of a WSGI application."""
    with listening(site) as server:
        yield f"http://127.0.0.1:{server.server_port}"
