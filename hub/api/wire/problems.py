"""Every refusal and failure as ``application/problem+json`` (RFC 9457), from one function.

A problem's ``type`` is the address of its row in the API's own page. What happened inside is never told: of an
unexpected failure the caller learns the request's number only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from flask import Flask, Response, current_app, g
from werkzeug.exceptions import HTTPException

from catalog.errors import HubError
from hub import log

MEDIA: Final = "application/problem+json"
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its status and its constant title."""

    status: int
    zh: str
    en: str


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "bad-request": Kind(400, "请求有误", "The request is malformed"),
        "token-in-request": Kind(400, "令牌只能放在 Authorization 头中", "Tokens belong into the Authorization header"),
        "unauthenticated": Kind(401, "需要有效令牌", "A valid token is needed"),
        "plain-http": Kind(403, "不接受明文访问", "Plain http is refused"),
        "not-permitted": Kind(403, "没有权限", "Not permitted"),
        "refused": Kind(403, "共享规则不允许", "The sharing matrix does not permit this"),
        "not-found": Kind(404, "没有此资源", "There is no such thing"),
        "wrong-method": Kind(405, "方法不允许", "The method is not allowed here"),
        "not-acceptable": Kind(406, "没有此格式", "There is no such format"),
        "out-of-step": Kind(409, "状态不符", "Not in the state that this step starts from"),
        "gone": Kind(410, "已撤回", "Withdrawn"),
        "precondition": Kind(412, "前提条件不成立", "A condition of the request does not hold"),
        "too-large": Kind(413, "请求过大", "The request is too large"),
        "wrong-media": Kind(415, "内容类型有误", "The content type is not accepted"),
        "range": Kind(416, "范围无效", "The range lies outside the file"),
        "unprocessable": Kind(422, "内容不符合要求", "The request's content is not acceptable"),
        "too-many": Kind(429, "请求过于频繁", "Too many requests"),
        "unexpected": Kind(500, "内部错误", "The hub failed"),
        "unavailable": Kind(503, "暂不可用", "The hub cannot answer now"),
    }
)

_OF_ERROR: Final[Mapping[str, str]] = MappingProxyType(
    {
        "not-permitted": "not-permitted",
        "out-of-step": "out-of-step",
        "proof": "unprocessable",
        "settings": "unprocessable",
        "busy": "unavailable",
        "storage": "unavailable",
        "source": "unavailable",
        "source-gone": "unavailable",
        "source-changed": "unavailable",
    }
)
_OF_STATUS: Final[Mapping[int, str]] = MappingProxyType(
    {kind.status: name for name, kind in KINDS.items()}
    | {
        400: "bad-request",
        403: "not-permitted",
    }
)


@dataclass
class Refused(Exception):
    """Raised by a view or a door to answer with a problem of ``kind``; ``members`` go beside the standard ones."""

    kind: str
    detail: str = ""
    members: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def problem(
    kind: str,
    detail: str = "",
    members: Mapping[str, Any] = _NOTHING,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """The answer that says what is the matter: the only place where one is made."""
    found = KINDS[kind]
    body = {
        "type": f"{current_app.config['HUB_URL']}/api/v1/docs#{kind}",
        "title": f"{found.zh} {found.en}",
        "status": found.status,
        "code": kind,
        "request_id": g.get("request_id", ""),
        **({"detail": detail} if detail else {}),
        **members,
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, found.status, {"Cache-Control": "no-store", **headers}, content_type=MEDIA)


def install(app: Flask) -> None:
    """Answer every exception of ``app`` with a problem."""
    app.register_error_handler(Refused, lambda error: problem(error.kind, error.detail, error.members, error.headers))
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _of_any)


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400 and error.response is not None:
        return Response(status=status, headers={"Location": error.get_response().headers.get("Location", "/")})
    kind = _OF_STATUS.get(status, "bad-request" if status < 500 else "unexpected")
    keep = {name: value for name, value in error.get_headers() if name in {"Allow", "Content-Range", "Retry-After"}}
    faults = _faults(getattr(error, "data", None))
    return problem(kind, members={"faults": faults} if faults else _NOTHING, headers=keep)


def _faults(data: object) -> list[dict[str, str]]:
    """Which fields of query or body are wrong; never what they held."""
    messages = data.get("messages") if isinstance(data, dict) else None
    if not isinstance(messages, dict):
        return []
    return [
        {"in": str(where), "field": str(name)[:64]}
        for where, fields in messages.items()
        for name in (fields if isinstance(fields, dict) else ())
    ]


def _of_any(error: Exception) -> Response:
    if isinstance(error, HubError):
        kind = _OF_ERROR.get(error.code, "unexpected")
        if KINDS[kind].status < 500:
            return problem(kind, error.happened, {"left": error.left, "todo": error.todo})
    else:
        kind = "unexpected"
    log.failure("api.failed", error, request=g.get("request_id", ""))
    return problem(kind)
