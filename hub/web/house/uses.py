"""Uses: who took which data, when, by which grant and clause, how much."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import render_template, request
from sqlalchemy import Connection

from agreements.permissions import Permission
from hub.api.process.context import here
from hub.state import overview
from hub.state.overview import UsesAsked
from hub.web.house.area import ask, chosen, for_house, listed, names_of_parties, pages
from hub.web.house.names import ACTIONS

SPANS: Final = ("30", "1", "7", "184")
"""Days that can be looked at; logs are kept for 184 at least."""


@pages.page("/house/uses")
@for_house(Permission.USE_READ)
def uses() -> str:
    """Uses of the last days, newest first."""
    dataset, days = chosen("dataset", tuple(here().datasets)), chosen("days", SPANS) or SPANS[0]
    party = request.args.get("party", "").strip()[:18]
    action = chosen("action", tuple(ACTIONS))
    wanted = UsesAsked(here().now() - timedelta(days=int(days)), dataset, party, action)

    def look(connection: Connection) -> str:
        total = overview.use_count(connection, wanted)
        page = listed(total, lambda part: overview.use_list(connection, part, wanted))
        facts = {"dataset": dataset, "days": days, "party": party, "action": action, "spans": SPANS}
        return render_template(
            "house/uses.html", page=page, datasets=here().datasets, names=names_of_parties(), **facts
        )

    return ask(look)
