"""gunicorn's worker, whose own refusals of what is no request at all are problems too (RFC 9457), and tell nothing."""

from __future__ import annotations

import json
from http import HTTPStatus
from ssl import SSLError
from typing import Any, Final

from gunicorn.http import errors
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from hub import log

_STATUS: Final[tuple[tuple[type[Exception], HTTPStatus], ...]] = (
    (errors.LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG),
    (errors.LimitRequestHeaders, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (errors.ExpectationFailed, HTTPStatus.EXPECTATION_FAILED),
    (errors.UnsupportedTransferCoding, HTTPStatus.NOT_IMPLEMENTED),
    # What the application answered, not what it was asked.
    (errors.InvalidResponseHeader, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.InvalidResponseHeaderName, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.ConfigurationProblem, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.ParseException, HTTPStatus.BAD_REQUEST),
    (SSLError, HTTPStatus.BAD_REQUEST),
)


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no annotations
    """Threads that answer; what gunicorn itself cannot read is answered without repeating it, also not to the log."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer ``client`` with a problem, as the last thing on this connection."""
        del req, addr
        status = next((one for kind, one in _STATUS if isinstance(exc, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            log.failure("api.failed", exc)
        try:
            write_nonblock(client, answer(status))
        except OSError as error:
            log.failure("api.unanswered", error)


def answer(status: HTTPStatus) -> bytes:
    """The whole answer, head and body."""
    said = {"type": "about:blank", "title": status.phrase, "status": status.value}
    body = json.dumps(said, separators=(",", ":")).encode()
    head = {
        "Connection": "close",
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {value}" for name, value in head.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body
