"""Consent: a person who signed in on these pages lets a program act for them (RFC 6749 section 4.1, PKCE S256).

A program sends the browser to ``/oauth/authorize``. Who is not signed in yet signs in first, by every proof that the
pages take, passkeys among them, and comes back to the same request.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from flask import Response, g, make_response, render_template, request

from agreements.permissions import Permission
from hub.api.guard import consent as api
from hub.api.process.context import here
from hub.web import frame
from hub.web.account.area import pages
from hub.web.doors import signed_in
from hub.web.words import N_

_P: Final = Permission
MEANT: Final = {
    _P.AGREEMENT_APPLY: N_("申请数据，办理申请"),
    _P.AGREEMENT_CHECK: N_("形式审查"),
    _P.AGREEMENT_DECIDE: N_("决定是否同意申请、终止协议"),
    _P.AGREEMENT_OFFER: N_("提出反要约"),
    _P.AGREEMENT_READ: N_("查看申请与协议"),
    _P.AGREEMENT_REVIEW: N_("提交审查意见"),
    _P.AGREEMENT_SIGN: N_("提交协议签名"),
    _P.AGREEMENT_SUSPEND: N_("暂停和恢复协议"),
    _P.CASE_EXPORT: N_("导出案卷"),
    _P.CASE_HANDLE: N_("办理案件"),
    _P.FEEDBACK_ANSWER: N_("答复纠错、申诉与需求"),
    _P.LEDGER_READ: N_("查看账本"),
    _P.LIST_LOOKUP: N_("查询负面清单"),
    _P.NOTICE_PUBLISH: N_("起草、审核和发布提示"),
    _P.PARTY_REGISTER: N_("登记单位与密钥"),
    _P.PARTY_SUSPEND: N_("暂停和恢复单位"),
    _P.PERMISSION_APPROVE: N_("核准角色"),
    _P.PERMISSION_REQUEST: N_("申请变更角色"),
    _P.RECORD_CORRECT: N_("申请更正本单位记录"),
    _P.RECORD_QUERY: N_("查询记录"),
    _P.RECORD_REVEAL: N_("凭授权查询单条记录"),
    _P.RELEASE_DOWNLOAD: N_("下载数据"),
    _P.RELEASE_PUBLISH: N_("审批发布"),
    _P.RISK_HANDLE: N_("处置风险"),
    _P.RUN_READ: N_("查看运行情况"),
    _P.SHARE_READ: N_("读取共享表"),
    _P.TICKET_AUTHORISE: N_("授权他人查询本单位记录"),
    _P.USE_READ: N_("查看使用记录"),
}
_HOST: Final = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+")


@pages.page("/oauth/authorize", methods=("GET", "POST"))
@signed_in()
def consent() -> Response:
    """The program, what it asks for, and the person's yes or no."""
    asked = api.asked_here()
    scopes = api.checked(asked)
    if isinstance(scopes, Response):
        return scopes
    if request.method == "GET":
        return _page(asked, scopes)
    if request.form.get("decision") != "allow":
        return api.back(asked, {"error": "access_denied"})
    return api.allowed(asked, scopes, g.standing.actor)


def _page(asked: dict[str, str], scopes: list[str]) -> Response:
    found = here().client(asked["client_id"])
    given = [one for one in Permission if one in set(scopes) & set(map(str, g.standing.permissions))]
    place = urlsplit(asked["redirect_uri"])
    body = render_template(
        "account/consent.html", program=found.name if found else "", to=place.netloc, given=given, meant=MEANT
    )
    answer = make_response(body)
    origin = f"{place.scheme}://{place.netloc}"
    if _HOST.fullmatch(origin):
        # Browsers hold the address that a form leads on to against form-action as well (Chromium does, CSP 3, 6.5.1).
        answer.headers["Content-Security-Policy"] = frame.POLICY.replace(
            "form-action 'self'", f"form-action 'self' {origin}"
        )
    return answer
