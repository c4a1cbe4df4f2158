"""Loopback ports for servers that cannot choose one themselves."""

from __future__ import annotations

import secrets
import socket
from contextlib import ExitStack
from typing import Final

PATIENCE: Final = 300.0
"""Seconds that a test waits for what must happen, however busy the machine is: long after it would have happened."""
_LOWEST, _HIGHEST = 15_000, 32_000


def free_ports(count: int) -> tuple[int, ...]:
    """Ports that nobody listens at, drawn below those that systems give to outgoing connections.

    A port that the system chose could become some other test's outgoing connection before its server starts.
    """
    found: list[int] = []
    with ExitStack() as stack:
        while len(found) < count:
            probe = stack.enter_context(socket.socket())
            port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    return tuple(found)


def free_port() -> int:
    """One such port."""
    return free_ports(1)[0]
