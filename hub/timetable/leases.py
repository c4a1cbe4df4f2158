"""Leases: one worker at a name at a time, also across processes and machines that share the database.

A lease that ran out belongs to a worker that died; the next one takes it over by compare-and-set. A worker of this
machine that was killed is known to be dead at once, so that the same command goes on without waiting.
"""

from __future__ import annotations

import hashlib
import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from catalog.errors import Busy, HubError
from hub import log
from hub.clock import Clock
from hub.db.engine import writing
from hub.db.tables import lease


def owner_name() -> str:
    """A name for this worker that no other worker has; ``place:process:random``."""
    return f"{_place()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


@cache
def _place() -> str:
    """This machine since its start, and this container: where a process number means one process only."""
    told = [socket.gethostname(), str(uuid.getnode())]
    with suppress(OSError):
        told += [Path("/proc/sys/kernel/random/boot_id").read_text(), str(Path("/proc/self/ns/pid").stat().st_ino)]
    return f"{told[0][:30].replace(':', '-')}-{hashlib.sha256('|'.join(told).encode()).hexdigest()[:8]}"


def _died(owner: str) -> bool:
    """Whether ``owner`` was a process of this place that is no more. In doubt it lives, and its lease decides."""
    place, _, process = owner.rpartition(":")[0].rpartition(":")
    if place != _place() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return state in {"Z", "X"}  # killed, and nobody has asked for its end yet


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def acquire(engine: Engine, name: str, owner: str, now: datetime, seconds: int) -> bool:
    """Take the lease if nobody holds it or the holder's time ran out."""
    until = _stamp(now + timedelta(seconds=seconds))
    with writing(engine) as connection:
        held = connection.execute(select(lease.c.owner, lease.c.until).where(lease.c.name == name)).one_or_none()
        if held is None:
            try:
                with connection.begin_nested():
                    connection.execute(insert(lease).values(name=name, owner=owner, until=until))
            except IntegrityError:
                return False
            return True
        if held.until > _stamp(now) and held.owner != owner and not _died(held.owner):
            return False
        taken = connection.execute(
            update(lease)
            .where(lease.c.name == name, lease.c.owner == held.owner, lease.c.until == held.until)
            .values(owner=owner, until=until),
        )
        return taken.rowcount == 1


def release(engine: Engine, name: str, owner: str) -> None:
    """Give the lease back."""
    with writing(engine) as connection:
        connection.execute(delete(lease).where(lease.c.name == name, lease.c.owner == owner))


def working(connection: Connection, now: datetime) -> frozenset[str]:
    """The names that somebody holds the lease of and, as far as can be told, still lives."""
    rows = connection.execute(select(lease.c.name, lease.c.owner).where(lease.c.until > _stamp(now)))
    return frozenset(row.name for row in rows if not _died(row.owner))


@contextmanager
def held(engine: Engine, name: str, clock: Clock, seconds: int) -> Iterator[None]:
    """Hold the lease while the body runs, renewing it in the background; Busy if somebody else has it."""
    owner = owner_name()
    if not acquire(engine, name, owner, clock.now(), seconds):
        raise Busy(
            f"Another process is working on '{name}'.",
            todo=f"Wait for it; if it died, its lease ends within {seconds} seconds.",
        )
    stop = threading.Event()

    def renew() -> None:
        while not stop.wait(seconds / 3):
            try:
                acquire(engine, name, owner, clock.now(), seconds)
            except HubError as error:
                # A database that is away for a moment is asked again; two tries are left before the lease runs out.
                log.failure("lease.renew-failed", error, name=name)

    thread = threading.Thread(target=renew, name=f"lease-{name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        release(engine, name, owner)
