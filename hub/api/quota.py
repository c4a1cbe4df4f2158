"""Quotas of grants: rows in 24 hours, counted from the uses themselves, refused before anything is delivered."""

from __future__ import annotations

from datetime import timedelta

from flask import g

from agreements.model import Standing, Verdict
from agreements.use import left_of
from hub.api.context import here
from hub.api.problems import Refused
from hub.state.uses import SqlUses

_DAY = timedelta(days=1)


def demand(who: Standing, verdict: Verdict, rows: int) -> None:
    """Refuse (429) what goes beyond the grant's rows; the headers say what is left after this answer."""
    grant = next((one for one in who.grants if one.id == verdict.grant), None)
    if grant is None or not grant.quota_rows or who.party is None:
        return
    now = here().now()
    left = left_of(grant, SqlUses(here().parts.engine).taken(who.party.id, now - _DAY, now, grant.id)) or 0
    after = max(left - rows, 0) if rows <= left else left
    g.rate_headers = {
        **g.get("rate_headers", {}),
        "RateLimit-Policy": f'"rows";q={grant.quota_rows};w=86400',
        "RateLimit": f'"rows";r={after};t=86400',
    }
    if rows > left:
        detail = f"The grant has {left} rows left of {grant.quota_rows} in 24 hours; this answer has {rows}."
        raise Refused("too-many", detail, {"rows": rows, "left": left}, {"Retry-After": "3600"})
