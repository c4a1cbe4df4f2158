"""Claims: which process runs which window of which job. A window is claimed exactly once.

Whoever inserts the row of (job, window) runs it, under a lease that is renewed while the run lasts. A claim whose
lease ended belongs to a process that died and is taken over by compare-and-set. Clocks of machines that share a
database must agree to well within the lease.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.clock import moment, stamp
from hub.db.engine import reading, writing
from hub.db.tables import claim as claims

RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
ABANDONED: Final = "abandoned"


@dataclass(frozen=True, slots=True)
class Claimant:
    """One process at one job: the database, the job, the process's own name, and how long its leases last."""

    engine: Engine
    job: str
    owner: str
    lease: timedelta


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed window: who has it, in which state (running, done, failed, abandoned), until when it is leased."""

    window: datetime
    owner: str
    state: str
    lease_until: datetime

    def open_at(self, now: datetime) -> bool:
        """Whether the window can still be taken: its process died."""
        return self.state == RUNNING and self.lease_until < now


def claim(who: Claimant, window: datetime, now: datetime) -> bool:
    """Take a window: True for exactly one caller, and once more for one caller when the first one's lease ended.

    False also while an earlier window of the job is still being run, and when a later one was claimed already.
    """
    row = {
        "job": who.job,
        "window": stamp(window),
        "owner": who.owner,
        "state": RUNNING,
        "claimed_at": stamp(now),
        "lease_until": stamp(now + who.lease),
    }
    on_postgres = who.engine.dialect.name == "postgresql"
    with writing(who.engine) as connection:
        if on_postgres:  # where, unlike on SQLite, two of us may stand here at once
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"hub.claim:{who.job}"))))
        if _refused(connection, who.job, row["window"], stamp(now)):
            return False
        new = (postgresql if on_postgres else sqlite).insert(claims).values(row).on_conflict_do_nothing()
        # A row comes back only if it was inserted; the count of an INSERT is not told alike by both drivers.
        if connection.execute(new.returning(claims.c.window)).first() is not None:
            stale = claims.c.job == who.job, claims.c.state == RUNNING, claims.c.window < row["window"]
            connection.execute(update(claims).where(*stale).values(state=ABANDONED))
            return True
        ended = claims.c.state == RUNNING, claims.c.lease_until < stamp(now)
        here = claims.c.job == who.job, claims.c.window == row["window"]
        taken = {name: row[name] for name in ("owner", "claimed_at", "lease_until")}
        return connection.execute(update(claims).where(*here, *ended).values(taken)).rowcount == 1


def renew(who: Claimant, window: datetime, now: datetime) -> bool:
    """Prolong one's own lease; False when somebody took the window over."""
    with writing(who.engine) as connection:
        change = update(claims).where(*_own(who, window)).values(lease_until=stamp(now + who.lease))
        return connection.execute(change).rowcount == 1


def finish(who: Claimant, window: datetime, now: datetime, state: str) -> bool:
    """Close one's own claim as ``done`` or ``failed``; False when somebody took the window over."""
    with writing(who.engine) as connection:
        change = update(claims).where(*_own(who, window)).values(state=state, finished_at=stamp(now))
        return connection.execute(change).rowcount == 1


def give_back(who: Claimant, window: datetime) -> None:
    """Undo one's own claim, because the work could not begin."""
    with writing(who.engine) as connection:
        connection.execute(delete(claims).where(*_own(who, window)))


def latest(engine: Engine, job: str) -> Claim | None:
    """The claim of the latest window of ``job`` that anybody ever took."""
    query = select(claims).where(claims.c.job == job).order_by(claims.c.window.desc()).limit(1)
    with reading(engine) as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else Claim(moment(row.window), row.owner, row.state, moment(row.lease_until))


def _own(who: Claimant, window: datetime) -> tuple[Any, ...]:
    cells = claims.c
    return cells.job == who.job, cells.window == stamp(window), cells.owner == who.owner, cells.state == RUNNING


def _refused(connection: Connection, job: str, window: str, now: str) -> bool:
    live = and_(claims.c.state == RUNNING, claims.c.lease_until >= now)
    query = select(claims.c.window).where(claims.c.job == job, or_(live, claims.c.window > window)).limit(1)
    return connection.execute(query).first() is not None
