"""Styles, scripts and icons of the pages, in memory with their packed form; the folder portal's style is shared."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from flask import Flask, Response, request, url_for

from hub.api.wire.problems import Refused
from hub.web.doors import still

_HERE: Final = Path(__file__).parent / "static"
_KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
_YEAR: Final = 31_536_000


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, the same packed by gzip, its media type and the start of its SHA-256."""

    raw: bytes
    packed: bytes
    media: str
    tag: str


@cache
def known() -> dict[str, Asset]:
    """Everything that may be asked for, by name; nothing else is looked for on the disk."""
    shared = files("catalog.folder") / "static"
    found = {name: (shared / name).read_bytes() for name in ("style.css", "icon.svg")}
    found |= {path.name: path.read_bytes() for path in sorted(_HERE.iterdir()) if path.suffix in _KINDS}
    return {name: _asset(name, raw) for name, raw in found.items()}


def address(name: str) -> str:
    """The address of an asset, which changes with its content, so that browsers may keep it for ever."""
    return url_for("asset", name=name, v=known()[name].tag)


def install(app: Flask) -> None:
    """Answer ``/static/<name>``."""
    app.add_url_rule("/static/<name>", "asset", asset)
    app.jinja_env.globals["asset"] = address


@still
def asset(name: str) -> Response:
    """One asset."""
    found = known().get(name)
    if found is None:
        raise Refused("not-found")
    answer = Response(found.raw, content_type=f"{found.media}; charset=utf-8")
    answer.set_etag(found.tag)
    answer.vary.add("Accept-Encoding")
    is_this = request.args.get("v") == found.tag
    answer.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable" if is_this else "public, max-age=60"
    if request.accept_encodings.quality("gzip") > 0:
        answer.set_data(found.packed)
        answer.headers["Content-Encoding"] = "gzip"
    answer.make_conditional(request)
    return answer


def _asset(name: str, raw: bytes) -> Asset:
    tag = hashlib.sha256(raw).hexdigest()[:16]
    return Asset(raw, gzip.compress(raw, 9, mtime=0), _KINDS[Path(name).suffix], tag)
