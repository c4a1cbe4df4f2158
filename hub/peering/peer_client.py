"""Sending to peers over HTTP. Failing to reach one is an OSError; its answer is for the caller to prove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import httpx

from agreements.peers.message import Request

TIMEOUT: Final = 20.0


def send(request: Request) -> tuple[int, Mapping[str, str], bytes]:
    """Send a signed message; redirects are not followed, for they would carry it to somebody else."""
    try:
        found = httpx.request(
            request.method, request.url, headers=request.headers, content=request.body, timeout=TIMEOUT
        )
    except httpx.HTTPError:
        raise OSError("the peer cannot be reached") from None
    return found.status_code, dict(found.headers), found.content
