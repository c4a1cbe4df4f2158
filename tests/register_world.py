"""Units of the sample as parties of an exchange: the owners of the records that registers answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agreements import register
from agreements.model import PartyKind
from agreements.permissions import Role
from catalog.identifiers.uscc import is_uscc
from tests.exchange_api import Exchange


def rows_of(folder: Path, query: str) -> Iterator[dict[str, Any]]:
    """Rows of the sample province itself."""
    with closing(sqlite3.connect(folder / "p.sqlite")) as source:
        source.row_factory = sqlite3.Row
        yield from (dict(row) for row in source.execute(query))


@dataclass(frozen=True)
class Unit:
    """A producer with its licence and its base record."""

    uscc: str
    name: str
    licence: str
    base: str
    phone: str


def units(folder: Path, count: int) -> list[Unit]:
    """Producers with one sound licence and one sound base record."""
    query = """
        SELECT l.uscc, l.applicant_name AS name, l.record_id AS licence, e.record_id AS base,
               l.applicant_contact_phone AS phone
        FROM production_licence l JOIN enterprise_basic e ON e.uscc = l.uscc
        WHERE l.record_status = '1' AND e.record_status = '1' AND l.uscc LIKE '91%'
          AND l.source_region_code = e.source_region_code AND phone LIKE '1__________'
        GROUP BY l.uscc HAVING count(*) = 1 ORDER BY l.record_id"""
    found = (Unit(**row) for row in rows_of(folder, query))
    sound = [one for one in found if is_uscc(one.uscc)]
    return sound[:count]


def joined(hub: Exchange, folder: Path, count: int = 2) -> list[Unit]:
    """Register units as producers, each with an account ``unit0``, ``unit1`` … that asks and acts for it."""
    found = units(folder, count)
    for number, one in enumerate(found):
        hub.world.do(register.register, "admin1", one.uscc, one.name, (PartyKind.PRODUCER,), "370000")
        for role in (Role.AGENT, Role.QUERY):
            hub.world.give(f"unit{number}", one.uscc, role)
    return found
