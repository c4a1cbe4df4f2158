"""Bounds on guessing that an attacker cannot turn against the account's owner.

A browser that its person signed in from before is counted by itself ("device cookies", OWASP): strangers who guess
wear out the bound of strangers only. Passkeys cannot be guessed and are not bound by a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select, update

from hub.clock import stamp
from hub.db.accounts import guess


@dataclass(frozen=True, slots=True)
class Bound:
    """At most ``most`` guesses in ``seconds`` for ``who``."""

    who: str
    most: int
    seconds: int

    @property
    def id(self) -> str:
        """Its row; who is guessed at is not told by it."""
        return sha256(self.who.encode()).hexdigest()


def bounds(person: str, peer: str, device: str) -> tuple[Bound, ...]:
    """The bounds of one guess: by a known device, or by a stranger at this address."""
    if device:
        return (Bound(f"device {device}", 10, 600),)
    return (
        Bound(f"peer {peer}", 60, 600),
        Bound(f"person {person} peer {peer}", 10, 600),
        Bound(f"person {person}", 100, 3_600),
    )


def count(connection: Connection, all_bounds: Sequence[Bound], now: datetime) -> bool:
    """Count one guess before it is tried; False when a bound is reached, and then nothing may be tried."""
    connection.execute(delete(guess).where(guess.c.until < stamp(now)))
    free = True
    for bound in all_bounds:
        found = connection.execute(select(guess.c.count).where(guess.c.id == bound.id)).scalar()
        if found is None:
            until = stamp(now + timedelta(seconds=bound.seconds))
            connection.execute(insert(guess).values(id=bound.id, count=1, until=until))
            continue
        connection.execute(update(guess).where(guess.c.id == bound.id).values(count=guess.c.count + 1))
        free = free and found < bound.most
    return free


def reached(connection: Connection, all_bounds: Sequence[Bound]) -> bool:
    """Whether this very guess was the first one too many of some bound: the moment to write it down, once."""
    wanted = {one.id: one.most + 1 for one in all_bounds}
    found = connection.execute(select(guess.c.id, guess.c.count).where(guess.c.id.in_(list(wanted))))
    return any(times == wanted[bound] for bound, times in found)


def forget(connection: Connection, all_bounds: Sequence[Bound]) -> None:
    """Who came in guesses no more; the bound of an address as a whole stands."""
    gone = [one.id for one in all_bounds if not one.who.startswith("peer ")]
    connection.execute(delete(guess).where(guess.c.id.in_(gone)))
