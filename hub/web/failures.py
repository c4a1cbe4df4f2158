"""Refusals and failures as pages in the site's own frame. What happened inside is never told."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, g, render_template
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from catalog.errors import HubError
from hub import log
from hub.api.wire.problems import KINDS, Refused
from hub.web.held import Fields, typed
from hub.web.words import N_, language

_OF_ERROR: Final = {"not-permitted": 403, "out-of-step": 409, "proof": 422, "settings": 422}
_NEXT: Final = {
    400: N_("请检查地址或返回上一页重试。"),
    401: N_("请登录后再试。"),
    403: N_("如需此权限，请联系本单位管理人员。"),
    404: N_("地址可能有误，或内容尚未公开。可从首页检索。"),
    405: N_("请从页面上的链接或按钮进入。"),
    409: N_("状态已变化，请刷新页面后再操作；未做任何改动。"),
    410: N_("该内容已撤回，如持有副本请停止使用并删除。"),
    413: N_("请缩小文件后重新上传。"),
    415: N_("请使用页面上的表单提交。"),
    422: N_("请返回修改后重新提交；未做任何改动。"),
    429: N_("请稍候再试。"),
    500: N_("请稍后再试；若持续出现，请将请求编号告知运维人员。"),
    503: N_("请稍后再试。"),
}


def install(app: Flask) -> None:
    """Answer every exception of ``app`` with a page."""
    app.register_error_handler(Refused, _of_refused)
    app.register_error_handler(CSRFError, _of_stale)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _of_any)


def page(
    status: int, title: str, detail: str = "", headers: dict[str, str] | None = None, held: Fields = ()
) -> Response:
    """The page that says what is the matter: the only place where one is made. ``held`` can be sent again from it."""
    todo = _NEXT.get(status, _NEXT[500] if status >= 500 else _NEXT[400])
    number = g.get("request_id", "")
    body = render_template(
        "failure.html", status=status, title=title, detail=detail, todo=todo, number=number, held=held
    )
    return Response(
        body, status, {"Cache-Control": "no-store", **(headers or {})}, content_type="text/html; charset=utf-8"
    )


def _named(kind: str) -> str:
    found = KINDS[kind]
    return found.zh if language() == "zh" else found.en


def _of_refused(error: Refused) -> Response:
    kind = KINDS[error.kind]
    keep = {name: value for name, value in error.headers.items() if name == "Retry-After"}
    if error.kind == "unauthenticated":
        return page(kind.status, gettext("请先登录"), headers=keep, held=typed())
    return page(kind.status, _named(error.kind), error.detail, keep)


def _of_stale(_: CSRFError) -> Response:
    held = typed()
    return page(400, gettext("表单已过期"), "" if held else N_("请返回表单页面，刷新后重新提交。"), held=held)


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400 and error.response is not None:
        return Response(status=status, headers={"Location": error.get_response().headers.get("Location", "/")})
    title = _named(next((name for name, kind in KINDS.items() if kind.status == status), "bad-request"))
    keep = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    return page(status, title, headers=keep)


def _of_any(error: Exception) -> Response:
    status = _OF_ERROR.get(error.code, 500) if isinstance(error, HubError) else 500
    if status < 500 and isinstance(error, HubError):
        return page(status, _named("out-of-step" if status == 409 else "unprocessable"), error.happened)
    log.failure("web.failed", error, request=g.get("request_id", ""))
    return page(500, _named("unexpected"))
