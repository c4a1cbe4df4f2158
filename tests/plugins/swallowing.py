"""A proxy that lets chosen requests through to the server and then swallows the answer."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=60)
        headers = {key: value for key, value in self.headers.items() if key.lower() != "connection"}
        upstream.request(self.command, self.path, body, headers)
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        action = self.path.rpartition("/")[2]
        if self.server.swallow.get(action, 0) > 0:
            self.server.swallow[action] -= 1
            self.server.swallowed.append(action)
            self.close_connection = True
            self.connection.close()
            return
        self.send_response(answer.status)
        for key, value in answer.getheaders():
            if key.lower() not in {"transfer-encoding", "connection", "content-length", "server", "date"}:
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, upstream: str, swallow: dict[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(upstream).netloc
        self.swallow = swallow
        self.swallowed: list[str] = []

    def handle_error(self, *_: object) -> None:
        """A client that has gone is what these tests are about."""


@contextmanager
def swallowing(upstream: str, **swallow: int) -> Iterator[tuple[str, list[str]]]:
    """URL of the proxy, and the actions whose answers were swallowed; ``swallow`` says how often for each action."""
    server = _Server(upstream, dict(swallow))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", server.swallowed
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
