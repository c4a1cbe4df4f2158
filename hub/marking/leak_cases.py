"""From a named leak to a case: the party behind the grant is suspended with it, and may appeal."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from agreements.case import Case
from agreements.cases import open_case
from agreements.desk import Desk
from agreements.model import Grant, Party
from hub.ledger.store import canonical
from hub.marking.mark_report import answers

RULE = "traced-leak"


def cases_of(desk: Desk, report: dict[str, Any], by: str) -> tuple[Case, ...]:
    """Open a case for each named grant that a party holds; the hub's own copies (portal, store) have none.

    The facts are identifiers and counts: the report's digest, the copies and the bound, never a record.
    """
    body = report["report"]
    digest = sha256(canonical(body).encode()).hexdigest()
    opened = []
    named = [(told, one) for told in answers(body) for one in told["named"]]
    # Copies of several versions may have been merged: one case for each grant, by its strongest evidence.
    named.sort(key=lambda pair: float(pair[1]["bound"]))
    for answer, one in {one["grant"]: (told, one) for told, one in reversed(named)}.values():
        party = party_behind(desk, one["grant"])
        if party is None:
            continue
        facts = (
            ("report", digest),
            ("dataset", f"{answer['dataset']}/{answer['version']}"),
            ("grant", one["grant"]),
            ("copies", ",".join(str(copy["number"]) for copy in one["copies"])),
            ("bound", f"{one['bound']:.3g}"),
        )
        opened.append(open_case(desk, by, party, RULE, facts))
    return tuple(opened)


def party_behind(desk: Desk, grant: str) -> str | None:
    """The party that a copy was made for: by its grant, or by the clause under which it was served."""
    known = desk.get(Grant, grant)
    if known is not None:
        return known.party
    party = grant.rpartition("-")[2]
    return party if desk.get(Party, party) is not None else None
