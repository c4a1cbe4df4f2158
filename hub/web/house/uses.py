"""Uses: who took which data, when, by which grant and clause, how much."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import render_template, request
from sqlalchemy import Connection

from agreements.permissions import Permission
from hub.api.context import here
from hub.state import overview
from hub.web.house.area import ask, chosen, for_house, listed, names_of_parties, pages

SPANS: Final = ("30", "1", "7", "184")
"""Days that can be looked at; logs are kept for 184 at least."""


@pages.page("/house/uses")
@for_house(Permission.USE_READ)
def uses() -> str:
    """Uses of the last days, newest first, with their number by day."""
    dataset, days = chosen("dataset", tuple(here().datasets)), chosen("days", SPANS) or SPANS[0]
    party = request.args.get("party", "").strip()[:18]
    since = here().now() - timedelta(days=int(days))

    def look(connection: Connection) -> str:
        total = overview.use_count(connection, since, dataset, party)
        page = listed(total, lambda part: overview.use_list(connection, part, since, dataset, party))
        facts = {"dataset": dataset, "days": days, "party": party, "spans": SPANS, "datasets": here().datasets}
        by_day = overview.uses_by_day(connection, since)
        return render_template("house/uses.html", page=page, by_day=by_day, names=names_of_parties(), **facts)

    return ask(look)
