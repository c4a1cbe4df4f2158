"""Compression of answers by zstd (RFC 8878) or gzip (RFC 1952), piece by piece, so that streams stay streams.

Files of releases are sent as they are: their entity tag is the hash of their bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import pyarrow as pa
from flask import Flask, Response, request

from hub.api.wire.problems import MEDIA
from hub.api.wire.streams import ARROW, NDJSON

_KINDS: Final = frozenset({"application/json", "text/html", NDJSON, ARROW, MEDIA})
_SMALLEST: Final = 1_024
_GZIP: Final = 31
"""Window bits that make zlib write gzip's frame."""


def install(app: Flask) -> None:
    """Compress what the caller accepts compressed."""
    app.after_request(_encoded)


def _encoded(response: Response) -> Response:
    if response.mimetype not in _KINDS or response.direct_passthrough or request.method == "HEAD":
        return response
    response.vary.add("Accept-Encoding")
    small = not response.is_streamed and len(response.get_data()) < _SMALLEST
    chosen = request.accept_encodings.best_match(["zstd", "gzip"])
    if small or chosen is None or request.accept_encodings[chosen] <= 0 or "Content-Encoding" in response.headers:
        return response
    pack: Callable[[Iterable[bytes]], Iterator[bytes]] = _zstd if chosen == "zstd" else _gzip
    response.headers["Content-Encoding"] = chosen
    if response.is_streamed:
        response.response = pack(response.iter_encoded())
    else:
        response.set_data(b"".join(pack([response.get_data()])))
    return response


def _zstd(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A frame for each piece; frames in a row are one stream."""
    for piece in pieces:
        yield pa.compress(piece, codec="zstd", asbytes=True)


def _gzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(5, wbits=_GZIP)
    for piece in pieces:
        yield packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()
