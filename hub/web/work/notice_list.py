"""All notices of a bureau with what became of each: drafts, published and archived ones, and how far each reached."""

from __future__ import annotations

from typing import Final

from flask import g, render_template, request

from agreements.permissions import Permission
from exporters.rules.notices.page import KINDS
from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.db.engine import reading
from hub.state.notices import ARCHIVED, DRAFT, PUBLISHED, all_filed
from hub.state.reach import reach_of
from hub.web.doors import signed_in
from hub.web.paging import page_of
from hub.web.words import N_, language
from hub.web.work.area import demand_regulator, pages

STATES: Final = {DRAFT: N_("审核中"), PUBLISHED: N_("已发布"), ARCHIVED: N_("已归档")}


@pages.page("/work/notices")
@signed_in(Permission.NOTICE_PUBLISH)
def notices() -> str:
    """Notices of the reader's own bureau, newest first; the house sees all."""
    demand_regulator()
    state, party = request.args.get("state", ""), g.standing.party
    if state and state not in STATES:
        raise Refused("not-found")
    with reading(here().parts.engine) as connection:
        found = [one for one in all_filed(connection, state) if party.house or one.notice.issuer.uscc == party.id]
        page = page_of(found)
        reached = {one.notice.notice_no: reach_of(connection, one.notice) for one in page.things if one.is_out}
    kinds = {kind: names[language() == "en"] for kind, names in KINDS.items()}
    return render_template("work/notices.html", page=page, states=STATES, state=state, kinds=kinds, reached=reached)
