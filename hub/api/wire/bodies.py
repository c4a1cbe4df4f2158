"""Queries and bodies: what says one thing twice, is no JSON, or is nested too deep to be read is refused as such."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

from flask import Request
from marshmallow import Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser

from hub.api.wire.problems import Refused

_NUL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class BodyParser(FlaskParser):
    """The parser of arguments, that refuses where the one it is made of would choose, overlook or fail."""

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """The query. What is declared to be said once may not be said twice: either would be somebody's mistake."""
        for name, field in schema.fields.items():
            key = field.data_key or name
            if not isinstance(field, fields.List) and len(req.args.getlist(key)) > 1:
                raise ValidationError({key: ["Said more than once."]})
        return super().load_querystring(req, schema)

    def _raw_load_json(self, req: Request) -> Any:
        if req.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise Refused("wrong-media", "Send the body as it is, without Content-Encoding.")
        if not req.is_json and (req.content_length or "Transfer-Encoding" in req.headers):
            raise Refused("wrong-media", "Send the body as application/json.")
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
