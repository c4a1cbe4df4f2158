"""Every page as every role: nobody sees a page that their role does not open, and no page fails."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.routing import Rule

from agreements.acting import standing_of
from agreements.people import Assignment
from agreements.permissions import Role
from hub.web.doors import OPEN, door_of
from hub.web.words import ROOT
from tests.exchange_api import CITY
from tests.exchange_world import HOUSE
from tests.web_people import PEOPLE, People, people
from tests.web_world import BASE, token_of

KNOWN = {
    "number": "2026-0001", "step": "suspend", "draft_id": "0" * 16, "token": "x", "form": "pdf", "name": "statistics",
    "version": 1, "passkey_id": "x", "decision": "approve", "key": "0" * 64, "act": "answer",
    "run_id": "statistics-000001", "field": "verdict", "rule": "verdict:code", "seq": 1, "uscc": HOUSE,
    "sort": "corrections", "file": "grading.csv", "code": "en", "choice": "large",
}  # fmt: skip
READERS = ("", "inspector", *PEOPLE)
"""One person at least of every role; ``inspector`` handles risks (处置) in a city's bureau."""


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> People:
    made = people(tmp_path_factory.mktemp("roles"))
    made.world.give("inspector", CITY, Role.HANDLING)
    made.world.active()
    return made


def rules(web: People) -> list[Rule]:
    """Every page; what styles and scripts lie at is none."""
    return [one for one in web.app.url_map.iter_rules() if one.endpoint != "asset"]


def address(web: People, rule: Rule) -> str:
    adapter = web.app.url_map.bind("hub.example", url_scheme="https")
    return str(adapter.build(rule.endpoint, {name: KNOWN[name] for name in rule.arguments}))


@pytest.mark.parametrize("person", READERS)
def test_a_page_answers_who_may_see_it_and_nobody_else(web: People, person: str) -> None:
    reader = web.signed_in(person) if person else web.reader()
    held: frozenset[Any] = frozenset()
    if person:
        with web.world.desk() as desk:
            held = standing_of(desk, person).permissions
    for rule in rules(web):
        if "GET" not in (rule.methods or ()):
            continue
        place, door = address(web, rule), door_of(web.app.view_functions[rule.endpoint])
        answer = web.get(place, reader)
        assert answer.status_code < 500, place
        if door == OPEN:
            continue
        assert isinstance(door, frozenset), place
        if not person:
            assert answer.headers.get("Location", "").startswith("/sign-in"), place
        elif door and door.isdisjoint(held):
            assert answer.status_code == 403, (person, place)
        elif rule.rule.startswith("/house") or (
            rule.rule.startswith("/work") and person not in {"admin1", "admin2", "op1", "op2", "auditor"}
        ):
            assert answer.status_code in {200, 403, 404}, (person, place)
        else:
            assert answer.status_code in {200, 303, 400, 404, 409}, (person, place, answer.status_code)


@pytest.mark.parametrize("person", READERS)
def test_no_form_is_taken_without_its_token_or_from_who_may_not_send_it(web: People, person: str) -> None:
    reader = web.signed_in(person) if person else web.reader()
    for rule in rules(web):
        if "POST" in (rule.methods or ()):
            answer = reader.post(address(web, rule), data={"note": "x", "text": "x"}, base_url=BASE)
            assert answer.status_code in {303, 400, 401, 403}, (person, rule.rule, answer.status_code)
            assert answer.status_code != 303, (person, rule.rule)


def test_there_is_a_reader_of_every_role(web: People) -> None:
    with web.world.desk() as desk:
        held = {one.role for one in desk.find(Assignment) if one.held and one.person in READERS}
    assert held == set(Role)


def test_an_institute_sees_nothing_of_another_party(web: People) -> None:
    page = web.get("/mine/agreements/2026-0001", web.signed_in("lab"))
    assert page.status_code == 404
    assert web.get("/mine/agreements/2026-0001", web.signed_in("agent")).status_code == 200
    for path in ("/work/agreements/2026-0001", "/work/agreements", "/work/cases", "/work/leaks"):
        assert web.get(path, web.signed_in("agent")).status_code == 403, path


NAMES = sorted({
    name
    for path in ROOT.rglob("*.html")
    for name in re.findall(r'(?:f\.\w+\(\w+, |name=)"(\w+)"', path.read_text(encoding="utf-8"))
} - {"csrf_token"})  # fmt: skip
"""Every field of every form."""
HOSTILE = ("", '"><script>alert(1)</script>', "\x00\u202e%s{{7*7}}\r\nSet-Cookie: a=b", "9" * 5_000)
DESK = {"account": "agent", "mine": "agent", "work": "op1", "public": "agent", "house": "op1"}


@pytest.mark.parametrize("value", HOSTILE, ids=["empty", "script", "control", "long"])
def test_no_form_fails_whatever_is_typed_and_nothing_of_it_is_run(web: People, value: str) -> None:
    sent = dict.fromkeys(NAMES, value)
    for rule in rules(web):
        area = rule.endpoint.split(".")[0]
        if "POST" not in (rule.methods or ()) or "sign_out" in rule.endpoint or area not in DESK:
            continue
        reader = web.signed_in(DESK[area])
        form = {**sent, "csrf_token": token_of(web.get("/account", reader).text)}
        answer = reader.post(address(web, rule), data=form, base_url=BASE, headers={"Referer": f"{BASE}/"})
        assert answer.status_code < 500, rule.rule
        assert "<script>alert" not in answer.text, rule.rule
        assert "Set-Cookie: a" not in str(answer.headers), rule.rule
