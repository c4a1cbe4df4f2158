"""Bodies in JSON: what is nested too deep to be read, or holds what is no text, is malformed."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

from flask import Request
from webargs.flaskparser import FlaskParser

_NUL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class BodyParser(FlaskParser):
    """The parser of arguments, that answers 400 where the one it is made of would fail."""

    def _raw_load_json(self, req: Request) -> Any:
        try:
            found = super()._raw_load_json(req)
            if isinstance(found, dict | list) and not _is_text(json.dumps(found, ensure_ascii=False)):
                _malformed()
        except RecursionError:
            _malformed()
        return found


def _is_text(written: str) -> bool:
    """Whether JSON holds neither half a pair of surrogates, which is no character, nor NUL, which no database takes."""
    try:
        written.encode()
    except UnicodeEncodeError:
        return False
    return _NUL.search(written) is None


def _malformed() -> NoReturn:
    raise json.JSONDecodeError("not to be read", "", 0)
