"""What somebody typed survives an ended session and a form of before; other sites' forms and proofs are not given back."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web_people import COOKIE, People, people
from tests.web_world import BASE, token_of

TYPED = "第一行\n第二行 <b>与“引号”</b>"
_HELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> People:
    return people(tmp_path_factory.mktemp("kept"))


def held(page: str) -> dict[str, str]:
    """The fields that a page gives back."""
    return {name: unescape(text) for name, text in _HELD.findall(page.partition("<main")[2])}


def send(reader: FlaskClient, path: str, data: dict[str, Any], **headers: str) -> Any:
    return reader.post(path, data=data, base_url=BASE, headers={"Referer": BASE + path, **headers})


def draft(web: People, agent: FlaskClient) -> str:
    begun = web.post("/mine/apply", {}, agent, form="/mine")
    return str(begun.headers["Location"].rpartition("/")[0])


def test_a_session_that_ended_in_the_middle_of_an_application_costs_nothing_typed(web: People) -> None:
    agent = web.signed_in("agent")
    place = draft(web, agent) + "/purpose"
    sent = {"csrf_token": token_of(web.get(place, agent).text), "purpose": "research", "statement": TYPED}
    agent.delete_cookie(COOKIE, domain="hub.example")
    refused = send(agent, place, sent)
    assert refused.status_code == 401
    assert 'href="/sign-in" target="_blank"' in refused.text
    assert held(refused.text)["statement"] == TYPED
    # In another window the person signs in, which makes a new token too; then the page is sent again, twice at most.
    agent.set_cookie(COOKIE, web.session("agent"), domain="hub.example", secure=True, path="/")
    agent.delete_cookie("hub_forms", domain="hub.example")
    stale = send(agent, place, held(refused.text))
    assert (stale.status_code, held(stale.text)["statement"]) == (400, TYPED)
    assert send(agent, place, held(stale.text)).status_code == 422  # the other fields of this step are still empty
    assert unescape(web.get(place, agent).text).count("第二行 <b>与“引号”</b>") == 1


def test_a_form_of_another_site_is_not_given_back(web: People) -> None:
    reader = web.reader()
    for headers in (
        {"Referer": "https://evil.example/"},
        {"Referer": "", "Origin": "null"},
        {"Origin": "https://evil.example", "Referer": BASE},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        for path in ("/demands/new", "/mine/apply"):
            answer = send(reader, path, {"text": "FORGED"}, **headers)
            assert answer.status_code in {400, 401}
            assert "FORGED" not in answer.text, headers


def test_proofs_and_keys_are_never_given_back(web: People) -> None:
    reader = web.reader()
    proofs = dict.fromkeys(("password", "old", "again", "code", "secret", "pem", "csrf_token"), "CANARY-PROOF")
    for path in ("/mine/programs/profile", "/mine/keys", "/account/password", "/sign-in", "/sign-in/passkey"):
        answer = send(reader, path, {**proofs, "answer": "CANARY-PROOF" if "sign-in" in path else "x"})
        assert answer.status_code in {400, 401}, path
        assert "CANARY-PROOF" not in answer.text, path


def test_a_form_that_is_too_large_to_give_back_is_refused_as_before(web: People) -> None:
    answer = send(web.reader(), "/work/leaks", {"text": "a" * (1 << 19)})
    assert (answer.status_code, held(answer.text)) == (401, {})
