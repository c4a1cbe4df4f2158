"""Quotas of grants: rows in 24 hours, counted from the uses themselves in the transaction that writes the next one."""

from __future__ import annotations

from flask import g

from agreements.model import Standing, Verdict
from agreements.use import UNLIMITED, Use
from hub.api.context import here
from hub.api.problems import Refused


def record(who: Standing, verdict: Verdict, use: Use) -> None:
    """Write the use, or refuse (429) what goes beyond the grant's rows; the headers say what is left either way."""
    grant = next((one for one in who.grants if one.id == verdict.grant), None)
    quota = grant.quota_rows if grant else 0
    left = here().recorder.record(use, quota)
    here().metrics.delivered(use.dataset, use.rows if left == UNLIMITED or use.rows <= left else 0)
    if left == UNLIMITED:
        return
    after = left - use.rows if use.rows <= left else left
    g.rate_headers = {
        **g.get("rate_headers", {}),
        "RateLimit-Policy": f'"rows";q={quota};w=86400',
        "RateLimit": f'"rows";r={after};t=86400',
    }
    if use.rows > left:
        detail = f"The grant has {left} rows left of {quota} in 24 hours; this answer has {use.rows}."
        raise Refused("too-many", detail, {"rows": use.rows, "left": left}, {"Retry-After": "3600"})
