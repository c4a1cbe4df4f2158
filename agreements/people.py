"""People and machines, the roles they hold, and requests to change that (SM07).

A change is asked for by one person and approved by another, who neither asked nor gains by it. The two first
administrators are named together when a hub is founded; after that there is no other way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from agreements.permissions import Role


class Change(StrEnum):
    """What a request asks for."""

    GIVE = "give"
    TAKE = "take"


class RequestState(StrEnum):
    """A request is asked, then approved or refused."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Assignment:
    """``person`` (or machine) holds ``role`` for ``party`` by the approved ``request``. ``id`` is person/role.

    A role that was taken stays on record with ``held`` false.
    """

    id: str
    person: str
    party: str
    role: Role
    since: datetime
    request: str
    held: bool = True


@dataclass(frozen=True, slots=True)
class PermissionRequest:
    """A request to give or take a role."""

    id: str
    person: str
    party: str
    role: Role
    change: Change
    reason: str
    asked_by: str
    asked_at: datetime
    state: RequestState = RequestState.ASKED
    decided_by: str = ""
    decided_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person or machine, the party it acts for, the roles that were approved for it."""

    person: str
    party: str
    roles: frozenset[Role]
