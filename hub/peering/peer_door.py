"""The door by which peers' messages come in: WSGI, opened by signatures alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from agreements.peers import message
from agreements.peers.message import Request
from catalog.errors import HubError, ProofError
from hub.peering.peers import LARGEST, PATH, Now, Station, receive


def application(station: Station, now: Now) -> Callable[..., list[bytes]]:
    """The station as a WSGI application for ``POST /peers/v1/messages``; refusals say nothing but that they are."""

    def serve(environ: Mapping[str, Any], start: Callable[..., Any]) -> list[bytes]:
        if environ.get("REQUEST_METHOD") != "POST":
            return refused(start, HTTPStatus.METHOD_NOT_ALLOWED, ("allow", "POST"))
        try:
            size = int(environ.get("CONTENT_LENGTH") or 0)
        except ValueError:
            size = LARGEST + 1
        if not 0 <= size <= LARGEST:
            return refused(start, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        headers = {
            name[5:].replace("_", "-").lower(): str(value)
            for name, value in environ.items()
            if name.startswith("HTTP_")
        } | {"content-type": str(environ.get("CONTENT_TYPE", ""))}
        asked = Request("POST", f"{station.address}{PATH}", headers, environ["wsgi.input"].read(size))
        try:
            made = receive(station, asked, now())
        except ProofError:
            # How to come back is told to everybody alike (RFC 9110 section 11.6.1, RFC 9421 section 5.1).
            wanted = ("accept-signature", message.WANTED)
            return refused(start, HTTPStatus.UNAUTHORIZED, ("www-authenticate", 'Signature realm="peers"'), wanted)
        except HubError:
            return refused(start, HTTPStatus.SERVICE_UNAVAILABLE)
        start(f"{made.status_code} Answered", [*made.headers.items(), ("content-length", str(len(made.body)))])
        return [made.body]

    return serve


def refused(start: Callable[..., Any], status: HTTPStatus, *headers: tuple[str, str]) -> list[bytes]:
    """A problem (RFC 9457) that nobody signed. Peers read plain JSON only, so it comes as that."""
    said = {"type": "about:blank", "title": status.phrase, "status": status.value}
    body = json.dumps(said, separators=(",", ":")).encode()
    told = [("content-type", "application/json"), ("content-length", str(len(body))), *headers]
    start(f"{status.value} {status.phrase}", told)
    return [body]
