"""Quotas of grants: rows in 24 hours, counted from the uses themselves in the transaction that writes the next ones."""

from __future__ import annotations

from math import ceil
from typing import Final

from agreements.model import Standing, Verdict
from agreements.use import UNLIMITED, Use
from hub.api.process import limits
from hub.api.process.context import here
from hub.api.wire.problems import Refused

_DAY: Final = 86_400


def record(who: Standing, verdict: Verdict, *uses: Use) -> None:
    """Write an answer's uses, or refuse (429) what goes beyond the grant's rows; the headers say what is left."""
    grant = next((one for one in who.grants if one.id == verdict.grant), None)
    quota, rows = grant.quota_rows if grant else 0, sum(one.rows for one in uses)
    left = here().recorder.record(*uses, quota=quota)
    if left == UNLIMITED or rows <= left:
        here().metrics.delivered(uses[0].dataset, rows)
    if left == UNLIMITED:
        return
    if rows <= left:
        limits.tell("rows", quota, _DAY, left - rows, _DAY)
        return
    room = here().recorder.room_at(uses[0], quota, rows)
    wait = max(ceil((room - uses[0].at).total_seconds()), 1) if room else _DAY
    limits.tell("rows", quota, _DAY, left, wait)
    detail = f"The grant has {left} rows left of {quota} in 24 hours; this answer has {rows}."
    # No time helps an answer that is larger than the whole quota.
    headers = {"Retry-After": str(wait)} if room else {}
    raise Refused("too-many", detail, {"rows": rows, "left": left}, headers)
