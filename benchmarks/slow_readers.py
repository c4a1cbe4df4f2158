"""How a quick request fares while many slow readers are being served by the same server.

``python -m benchmarks.slow_readers [--readers N] [--quick N]``. Each reader asks for a whole dataset as NDJSON and
takes a few bytes a second; its own and the server's socket buffers are small, so the server must wait. Meanwhile a
kept connection asks for the caller's standing again and again.
"""

from __future__ import annotations

import argparse
import http.client
import json
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from benchmarks.api import prepare, wait_for

SLOW = "/api/v1/datasets/grading/records"
BUFFER = 4_096


@dataclass
class Readers:
    """Connections that read slowly, in one thread."""

    port: int
    count: int
    sockets: list[socket.socket] = field(default_factory=list)
    begun: int = 0
    ended: int = 0
    stop: bool = False

    def open(self) -> None:
        """Connect and ask; what is read here is only the beginning of each answer."""
        asked = f"GET {SLOW} HTTP/1.1\r\nHost: a\r\nAccept: application/x-ndjson\r\n\r\n".encode()
        for _ in range(self.count):
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            one.settimeout(120)
            one.connect(("127.0.0.1", self.port))
            one.sendall(asked)
            self.sockets.append(one)
        for one in self.sockets:
            self.begun += one.recv(64).startswith(b"HTTP/1.1 200")
            one.setblocking(False)

    def sip(self) -> None:
        """Take a little from every connection, about once a second."""
        while not self.stop:
            for one in self.sockets:
                with suppress(BlockingIOError):
                    self.ended += one.recv(256) == b""
            time.sleep(1)


def quick(port: int, token: str, count: int) -> list[float]:
    """Milliseconds that each of some small requests took by the clock."""
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    took = []
    for _ in range(count):
        began = time.perf_counter()
        wire.request("GET", "/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        answer = wire.getresponse()
        answer.read()
        if answer.status != 200:
            sys.exit(f"a quick request was answered {answer.status}")
        took.append((time.perf_counter() - began) * 1_000)
    wire.close()
    return took


def measured(port: int, token: str, readers: int, count: int, server: psutil.Process) -> dict[str, float]:
    """Both legs, and what the server holds meanwhile."""
    quick(port, token, 20)
    alone = quick(port, token, count)
    crowd = Readers(port, readers)
    crowd.open()
    sipping = threading.Thread(target=crowd.sip)
    sipping.start()
    beside = quick(port, token, count)
    every = [server, *server.children(recursive=True)]
    held = sum(one.memory_info().rss for one in every) / 2**20
    threads = max(one.num_threads() for one in every)
    crowd.stop = True
    sipping.join()
    for one in crowd.sockets:
        one.close()
    return {
        "readers being served": crowd.begun - crowd.ended,
        "quick median ms, alone": statistics.median(alone),
        "quick median ms, beside them": statistics.median(beside),
        "quick slowest of 20 ms, alone": statistics.quantiles(alone, n=20)[-1],
        "quick slowest of 20 ms, beside them": statistics.quantiles(beside, n=20)[-1],
        "server MiB": held,
        "server threads": threads,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=1_000)
    parser.add_argument("--quick", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with socket.socket() as one, tempfile.TemporaryDirectory() as folder:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
        one.close()
        token = prepare(Path(folder), port, "")
        command = [sys.executable, "-m", "benchmarks.api", "--serve", f"{folder}/home", str(port)]
        child = subprocess.Popen([*command, "--send-buffer", str(BUFFER)])
        try:
            wait_for(port)
            found = measured(port, token, given.readers, given.quick, psutil.Process(child.pid))
        finally:
            child.send_signal(signal.SIGTERM)
            time.sleep(1)
            child.kill()
            child.wait()
    if given.json:
        print(json.dumps(found))
        return
    for name, figure in found.items():
        print(f"{name:<40} {figure:10.1f}")


if __name__ == "__main__":
    main()
