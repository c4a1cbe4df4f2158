"""Leases: one worker at a name at a time, also across processes and machines that share the database.

A lease that ran out belongs to a worker that died; the next one takes it over by compare-and-set.
"""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from catalog.errors import Busy
from hub.clock import Clock
from hub.db.engine import writing
from hub.db.tables import lease


def owner_name() -> str:
    """A name for this worker that no other worker has."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


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
        if held.until > _stamp(now) and held.owner != owner:
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
            acquire(engine, name, owner, clock.now(), seconds)

    thread = threading.Thread(target=renew, name=f"lease-{name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        release(engine, name, owner)
