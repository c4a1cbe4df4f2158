"""The area's list of pages; each module of the area adds its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Response, flash, g, make_response, redirect

from agreements.model import PartyKind
from agreements.permissions import Permission
from catalog.errors import HubError
from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.db.engine import reading
from hub.state.notices import Filed, filed
from hub.web.areas import Pages
from hub.web.forms import Form
from hub.web.saying import said
from hub.web.words import N_

pages = Pages("work", __file__)
WORKS: Final = (
    Permission.AGREEMENT_CHECK,
    Permission.AGREEMENT_DECIDE,
    Permission.CASE_HANDLE,
    Permission.FEEDBACK_ANSWER,
    Permission.NOTICE_PUBLISH,
    Permission.PERMISSION_APPROVE,
    Permission.RELEASE_PUBLISH,
    Permission.LEDGER_READ,
)
"""Who has something on the work list."""


def demand_house() -> None:
    """Refuse everybody but the bureau's own people."""
    party = g.standing.party
    if party is None or not party.house:
        raise Refused("not-permitted", N_("此页面仅供本局人员使用。"))


def demand_regulator() -> None:
    """Refuse everybody but people of a regulator."""
    party = g.standing.party
    if party is None or not party.is_a(PartyKind.REGULATOR):
        raise Refused("not-permitted", N_("此页面仅供市场监督管理部门使用。"))


def notice_here(number: str) -> Filed:
    """A draft or notice of the reader's own bureau; the house sees all. Refused (404) otherwise."""
    demand_regulator()
    with reading(here().parts.engine) as connection:
        found = filed(connection, number[:120])
    party = g.standing.party
    if found is None or not (party.house or found.notice.issuer.uscc == party.id):
        raise Refused("not-found")
    return found


def done(act: Callable[[], object], form: Form, field: str, place: str, page: Callable[[Form], str]) -> Response:
    """Do it and go on to ``place``; a refusal of the rules stands beside ``field`` of the page, with what was typed."""
    try:
        act()
    except (HubError, Refused) as error:
        return make_response(page(form.wrong(**{field: said(error)})), 422)
    flash(N_("已办理。"))
    return make_response(redirect(place, 303))
