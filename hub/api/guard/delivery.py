"""What truly left: bytes are counted as the server takes them, and written down when the answer ends or is cut.

A view that recorded a Use before its first byte puts it into ``follow``; the second Use that this module writes has
no rows, and the bytes that were taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from flask import Flask, Response, g, request

from agreements.use import Use
from catalog.errors import HubError
from hub import log
from hub.api.process.context import Context, here

_NAME: Final = "hub_delivery"


def follow(use: Use) -> None:
    """Count this answer's bytes for ``use``."""
    setattr(g, _NAME, use)


def install(app: Flask) -> None:
    """Count what goes out; to be installed before whatever else changes answers, so that it sees their last form."""
    app.after_request(_counted)


def _counted(answer: Response) -> Response:
    use: Use | None = g.get(_NAME)
    if use is None or request.method == "HEAD" or answer.status_code not in {200, 206}:
        return answer
    # Bytes must pass through here: a file handed to the server's own sendfile could not be counted.
    answer.response = _Counter(here(), use, answer.response)
    return answer


class _Counter:
    """The pieces of one answer. A piece that was still under way when the connection broke counts not."""

    def __init__(self, context: Context, use: Use, source: Iterable[bytes] | Iterable[str]) -> None:
        self._context, self._use, self._source = context, use, source
        self._pieces: Iterator[bytes | str] = iter(source)
        self._sent = self._under_way = 0
        self._over = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        # Who asks for the next piece has got rid of the last one.
        self._sent, self._under_way = self._sent + self._under_way, 0
        piece: bytes | str = next(self._pieces)
        raw = piece.encode() if isinstance(piece, str) else piece
        self._under_way = len(raw)
        return raw

    def close(self) -> None:
        """Write the count. When it cannot be written the answer has left anyway, and the log says so."""
        close = getattr(self._source, "close", None)
        if close is not None:
            close()
        if self._over:
            return
        self._over = True
        try:
            now = self._context.now()
            self._context.recorder.record(replace(self._use, at=now, rows=0, missed=0, bytes=self._sent))
        except HubError as error:
            log.failure("use.unfinished", error, bytes=self._sent)
