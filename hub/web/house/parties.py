"""Parties: who takes part, the people and machines that act for them, what they may take, their keys."""

from __future__ import annotations

from flask import render_template, request

from agreements.agreement import Agreement
from agreements.envelope import fingerprint
from agreements.keys import PartyKey
from agreements.model import Grant, Party, PartyKind, PartyState
from agreements.people import Assignment
from agreements.states import life
from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.state.exchange import reading_desk
from hub.web.house.area import chosen, listed, of_house, pages


@pages.page("/house/parties")
@of_house
def parties() -> str:
    """All parties, to be searched by name or code."""
    kind, state = chosen("kind", tuple(PartyKind)), chosen("state", tuple(PartyState))
    words = request.args.get("q", "").strip()[:100]
    with reading_desk(here().parts.engine, here().now()) as desk:
        every = desk.find(Party)
    found = [one for one in every if _fits(one, kind, state, words)]
    page = listed(len(found), lambda part: found[part.offset : part.offset + part.limit])
    return render_template("house/parties.html", page=page, kind=kind, state=state, words=words)


@pages.page("/house/parties/<uscc>", name="parties_one")
@of_house
def party(uscc: str) -> str:
    """One party with its people, keys, agreements and grants."""
    with reading_desk(here().parts.engine, here().now()) as desk:
        found = desk.get(Party, uscc)
        if found is None:
            raise Refused("not-found")
        facts = {
            "people": [one for one in desk.find(Assignment, party=uscc) if one.held],
            "keys": [(one, fingerprint(one.id)) for one in desk.find(PartyKey, party=uscc)],
            "grants": desk.find(Grant, party=uscc),
            "agreements": desk.find(Agreement, recipient=uscc),
        }
    return render_template("house/party.html", party=found, states=life().states, datasets=here().datasets, **facts)


def _fits(one: Party, kind: str, state: str, words: str) -> bool:
    return (not kind or kind in one.kinds) and (not state or one.state == state) and words in f"{one.id} {one.name}"
