"""Files with the conditions and ranges of RFC 9110, where werkzeug takes some of them otherwise."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, cast

from flask import Response, request
from werkzeug.utils import send_file

from hub.api.wire.problems import Refused

_ONE_RANGE: Final = re.compile(r"bytes\s*=[\s,]*[^\s,]*[\s,]*", re.IGNORECASE)


def sent(path: Path, media: str, etag: str, seconds: int, name: str = "") -> Response:
    """The file, a range of it, or what its conditions ask for; downloaded as ``name``. Refused (412, 416)."""
    answer: Any = send_file(
        path,
        _environ(etag),
        mimetype=media,
        as_attachment=bool(name),
        download_name=name or None,
        conditional=True,
        etag=etag,
        max_age=seconds,
        response_class=Response,
    )
    until = None if "HTTP_IF_MATCH" in request.environ else request.if_unmodified_since
    late = until is not None and answer.last_modified is not None and answer.last_modified > until
    if late or answer.status_code == 412:
        answer.close()
        raise Refused("precondition", "The file is another one than the request was meant for.")
    return cast("Response", answer)


def _environ(etag: str) -> dict[str, Any]:
    """The request's environment without the conditions that hold anyway and the ranges that are to be ignored."""
    environ = dict(request.environ)
    if environ.get("HTTP_IF_MATCH", "").strip() == "*":
        del environ["HTTP_IF_MATCH"]
    asked, only_if = environ.get("HTTP_RANGE", ""), environ.get("HTTP_IF_RANGE")
    # A range of unknown unit has to be ignored, several ranges may be (14.2); a weak tag or a date proves nothing
    # about bytes (13.1.5): the whole file is always a right answer.
    if asked and (_ONE_RANGE.fullmatch(asked.strip()) is None or only_if not in {None, f'"{etag}"'}):
        del environ["HTTP_RANGE"]
    elif asked:
        environ["HTTP_RANGE"] = re.sub(r"[\s,]", "", asked)
    environ.pop("HTTP_IF_RANGE", None)
    return environ
