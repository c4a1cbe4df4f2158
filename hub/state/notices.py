"""Notices (SM12) from draft to publication, as they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, delete, insert, select

from catalog.errors import StorageError
from catalog.typed import from_json
from exporters.rules.notices import Notice, Review
from hub.db.exchange import notice as table

DRAFT: Final = "draft"
PUBLISHED: Final = "published"
ARCHIVED: Final = "archived"


@dataclass(frozen=True, slots=True)
class Filed:
    """A notice and what was done with it; ``published_at`` once it is out, ``archived_at`` once it is put away.

    ``updated_by`` and ``cancelled_by`` are the numbers of later notices that did so; ``risk_task`` is the task whose
    clock it stops.
    """

    notice: Notice
    review: Review
    published_at: datetime | None = None
    updated_by: str = ""
    cancelled_by: str = ""
    risk_task: str = ""
    archived_at: datetime | None = None

    @property
    def state(self) -> str:
        """``draft``, ``published`` or ``archived``; an archived one is still read at its address."""
        if self.archived_at:
            return ARCHIVED
        return PUBLISHED if self.published_at else DRAFT

    @property
    def is_out(self) -> bool:
        """Whether everybody may read it."""
        return self.published_at is not None


def filed(connection: Connection, number: str) -> Filed | None:
    """The notice of this number, or None."""
    body = connection.execute(select(table.c.body).where(table.c.id == number)).scalar()
    return None if body is None else _read(body)


def file(connection: Connection, one: Filed) -> None:
    """Write the notice as it stands now, in the caller's transaction."""
    connection.execute(delete(table).where(table.c.id == one.notice.notice_no))
    body = msgspec.json.encode(one, order="deterministic").decode()
    connection.execute(insert(table).values(id=one.notice.notice_no, state=one.state, body=body))


def all_filed(connection: Connection, state: str = "") -> list[Filed]:
    """Notices of a state, or all, newest first."""
    query = select(table.c.body)
    query = query.where(table.c.state == state) if state else query
    found = [_read(body) for body in connection.execute(query).scalars()]
    return sorted(found, key=lambda one: (one.notice.sent, one.notice.notice_no), reverse=True)


def _read(body: str) -> Filed:
    try:
        return from_json(body, Filed)
    except msgspec.DecodeError:
        raise StorageError("A notice in the database is damaged.", todo="Restore it from a backup.") from None
