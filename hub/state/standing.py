"""A caller's standing in one statement: the way of every request, which must see a suspension at once and cost little.

``agreements.acting.standing_of`` is its slow, obvious twin.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from agreements.model import Grant, Party, Standing, Ticket
from agreements.people import Assignment
from agreements.permissions import permissions_of
from catalog.errors import NotPermitted, StorageError
from hub.state.exchange import read_thing

# A column joined to '' is compared but never searched by: without statistics SQLite would rather read every active
# grant of everybody than the few of one party.
_OWN: Final = "IN (SELECT party FROM exchange_assignment WHERE person = ? AND held || '' = '1')"
_STANDING: Final = f"""
SELECT 'role', id, body FROM exchange_assignment WHERE person = ? AND held || '' = '1'
UNION ALL SELECT 'party', id, body FROM exchange_party WHERE id {_OWN}
UNION ALL SELECT 'grant', id, body FROM exchange_grant WHERE state || '' = 'active' AND party {_OWN}
UNION ALL SELECT 'ticket', id, body FROM exchange_ticket WHERE party {_OWN}
ORDER BY 1, 2
"""  # noqa: S608 - constant text
_STANDING_POSTGRES: Final = _STANDING.replace("?", "%s")


def standing_now(connection: Connection, person: str) -> Standing:
    """All that ``decide`` may know of this person or machine at this moment. NotPermitted for one without a role."""
    query = _STANDING if connection.dialect.name == "sqlite" else _STANDING_POSTGRES
    rows = connection.exec_driver_sql(query, (person,) * 4).all()
    bodies: dict[str, list[str]] = {"role": [], "party": [], "grant": [], "ticket": []}
    for what, _, body in rows:
        bodies[what].append(body)
    if not bodies["role"]:
        raise NotPermitted(f"'{person}' holds no role in this hub.", todo="Ask an administrator.")
    if len(bodies["party"]) != 1:
        raise StorageError("A person acts for no one registered party.", todo="Restore the database from a backup.")
    return Standing(
        party=read_thing(Party, bodies["party"][0]),
        actor=person,
        permissions=permissions_of(read_thing(Assignment, body).role for body in bodies["role"]),
        grants=tuple(read_thing(Grant, body) for body in bodies["grant"]),
        tickets=tuple(read_thing(Ticket, body) for body in bodies["ticket"]),
    )
