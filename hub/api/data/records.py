"""Whether a record's address is the hub's: genuine, current or superseded, unchanged; and nothing else."""

from __future__ import annotations

from dataclasses import asdict
from threading import BoundedSemaphore

from hub.api.guard.doors import openly
from hub.api.process import limits
from hub.api.process.context import here, peer
from hub.api.process.limits import Rate
from hub.api.shapes.common import RecordShape
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.marking.identify import verify_record

routes = Routes("records", "Verification of single records 单条记录核验")
RATE = Rate("records", 20, 60)
# A genuine token costs a reading of two releases: strangers may keep one thread busy with that, never all of them.
_ONE_AT_A_TIME = BoundedSemaphore(1)


@routes.route("/records/<token>", RecordShape)
@openly
def record(token: str) -> dict[str, object]:
    """Whether this record is the hub's, and stands unchanged today."""
    return verified(token)


def verified(token: str) -> dict[str, object]:
    """The answer about a token, for strangers who may ask seldom and one at a time."""
    context = here()
    limits.demand(context.limiter, RATE, peer(), context.seconds())
    if not _ONE_AT_A_TIME.acquire(timeout=5):
        raise Refused("unavailable", headers={"Retry-After": "5"})
    try:
        return asdict(verify_record(context.parts, context.marks, token))
    finally:
        _ONE_AT_A_TIME.release()
