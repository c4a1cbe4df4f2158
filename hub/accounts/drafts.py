"""Drafts: what a person has typed into a long form so far. Nobody else sees it, and after ninety days it is gone."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from catalog.errors import OutOfStep
from hub.clock import moment, stamp
from hub.db.accounts import draft as table

LIFE: Final = timedelta(days=90)
MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it was left."""

    id: str
    typed: Mapping[str, Any]
    since: datetime


def of(connection: Connection, person: str) -> list[Draft]:
    """The person's drafts, the newest first."""
    rows = connection.execute(select(table).where(table.c.person == person).order_by(table.c.since.desc()))
    return [Draft(row.id, json.loads(row.body), moment(row.since)) for row in rows]


def find(connection: Connection, person: str, draft_id: str) -> Draft | None:
    """The person's own draft."""
    return next((one for one in of(connection, person) if one.id == draft_id), None)


def begin(connection: Connection, person: str, typed: Mapping[str, Any], now: datetime) -> str:
    """A new draft; its id. OutOfStep when the person has too many."""
    connection.execute(delete(table).where(table.c.since < stamp(now - LIFE)))
    if len(of(connection, person)) >= MOST:
        raise OutOfStep(f"You have {MOST} drafts already.", todo="Remove one that you need no more.")
    made = secrets.token_hex(8)
    connection.execute(insert(table).values(id=made, person=person, body=_text(typed), since=stamp(now)))
    return made


def keep(connection: Connection, person: str, draft_id: str, typed: Mapping[str, Any], now: datetime) -> None:
    """Keep what was typed."""
    mine = (table.c.id == draft_id) & (table.c.person == person)
    connection.execute(update(table).where(mine).values(body=_text(typed), since=stamp(now)))


def drop(connection: Connection, person: str, draft_id: str) -> None:
    """Forget a draft."""
    connection.execute(delete(table).where((table.c.id == draft_id) & (table.c.person == person)))


def _text(typed: Mapping[str, Any]) -> str:
    return json.dumps(dict(typed), ensure_ascii=False, sort_keys=True)
