"""An exchange on a real loopback port, for clients that are not ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.exchange_api import Exchange, exchange
from tests.loopback import listening


def _closing(inner: Any) -> Any:
    """The application with its answers read and closed here: werkzeug's server forgets to close for a dropped caller."""

    def serve(environ: Any, start: Any) -> list[bytes]:
        pieces = inner(environ, start)
        try:
            return [b"".join(pieces)]
        finally:
            if hasattr(pieces, "close"):
                pieces.close()

    return serve


@contextmanager
def served_exchange(folder: Path, **more: str) -> Iterator[tuple[str, Exchange]]:
    """The address and the exchange behind it, in a thread of this process."""
    with listening() as server:
        address = f"http://127.0.0.1:{server.server_port}"
        made = exchange(folder, HUB_API_URL=address, HUB_API_PLAIN_LOOPBACK="yes", **more)
        server.app = _closing(made.api.app)
        yield address, made
