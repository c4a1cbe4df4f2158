"""The area's list of pages; each module of the area adds its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Response, flash, g, make_response, redirect

from agreements.permissions import Permission
from catalog.errors import HubError
from hub.api.problems import Refused
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


def done(act: Callable[[], object], form: Form, field: str, place: str, page: Callable[[Form], str]) -> Response:
    """Do it and go on to ``place``; a refusal of the rules stands beside ``field`` of the page, with what was typed."""
    try:
        act()
    except (HubError, Refused) as error:
        return make_response(page(form.wrong(**{field: said(error)})), 422)
    flash(N_("已办理。"))
    return make_response(redirect(place, 303))
