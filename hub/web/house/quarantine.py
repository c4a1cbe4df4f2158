"""Quarantine: which rules keep records back, and which records those are."""

from __future__ import annotations

from flask import render_template, request
from sqlalchemy import Connection

from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.state import overview
from hub.state.overview import Broken
from hub.web.house.area import ask, chosen, listed, of_house, pages


@pages.page("/house/quarantine")
@of_house
def quarantine() -> str:
    """Records kept back, counted by run, field and rule."""
    dataset = chosen("dataset", tuple(here().datasets))
    found = ask(lambda connection: overview.broken(connection, dataset))
    page = listed(len(found), lambda part: found[part.offset : part.offset + part.limit])
    return render_template("house/quarantine.html", page=page, dataset=dataset, datasets=here().datasets)


@pages.page("/house/quarantine/<run_id>/<field>/<rule>", name="quarantine_records")
@of_house
def records(run_id: str, field: str, rule: str) -> str:
    """The ids of the records that one rule kept back in one run, to be looked up at the source."""

    def look(connection: Connection) -> str:
        found = _asked(overview.broken(connection, run_id=run_id), field, rule)
        page = listed(found.records, lambda part: overview.broken_records(connection, found, part))
        return render_template("house/quarantine_records.html", found=found, page=page, datasets=here().datasets)

    return ask(look)


def _asked(found: list[Broken], field: str, rule: str) -> Broken:
    for one in found:
        if (one.field, one.rule) == (field, rule) and one.dataset == request.args.get("dataset", one.dataset):
            return one
    raise Refused("not-found")
