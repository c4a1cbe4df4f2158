"""Signing in, one's own account, and what an attacker tries on the way."""

from __future__ import annotations

from pathlib import Path

import pyotp
import pytest

from agreements import roles
from agreements.people import Change
from agreements.permissions import Role
from hub.accounts import accounts, sessions
from hub.db.engine import reading, writing
from tests.web_people import COOKIE, PASSWORD, People, people
from tests.web_world import BASE, token_of, words_of


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> People:
    made = people(tmp_path_factory.mktemp("account"))
    for person in ("agent", "op1"):
        made.open_account(person)
    return made


def cookie(answer: object, name: str = COOKIE) -> str:
    found = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith(f"{name}=")]  # type: ignore[attr-defined]
    return found[-1] if found else ""


def test_a_person_signs_in_and_sees_who_they_are_here(web: People) -> None:
    reader = web.reader()
    answer = web.sign_in(reader, "agent")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    kept = cookie(answer)
    assert all(part in kept for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"))
    page = web.get("/account", reader)
    assert "示例研究院" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert web.get("/account", web.reader()).headers["Location"] == "/sign-in?to=/account"


def test_a_wrong_name_and_a_wrong_password_are_told_alike_and_the_name_stays_typed(web: People) -> None:
    texts = []
    for person in ("op1", "nobody"):
        answer = web.sign_in(web.reader(), person, "wrong password here")
        assert answer.status_code == 403
        assert f'value="{person}"' in answer.text
        assert "wrong password here" not in answer.text
        texts.append(words_of(answer.text).partition('"challenge"')[0])
    assert texts[0] == texts[1]
    assert "用户名或密码不正确" in texts[0]


def test_an_empty_form_says_so_beside_each_field(web: People) -> None:
    answer = web.sign_in(web.reader(), "", "")
    assert answer.status_code == 422
    for field in ("person", "password"):
        assert f'id="error-{field}"' in answer.text


def test_a_session_planted_before_signing_in_is_worth_nothing_after(web: People) -> None:
    reader = web.reader()
    web.sign_in(reader, "op1")
    planted = reader.get_cookie(COOKIE, domain="hub.example")
    assert planted is not None
    victim = web.reader()
    victim.set_cookie(COOKIE, planted.value, domain="hub.example", secure=True, path="/")
    before = token_of(web.get("/account", victim).text)
    answer = web.sign_in(victim, "agent")
    assert planted.value not in cookie(answer)
    # Neither the session nor the forms' token of before lives on.
    assert web.get("/account", reader).status_code == 303
    assert token_of(web.get("/account", victim).text) != before


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere_after_signing_in(web: People, to: str) -> None:
    answer = web.sign_in(web.reader(), "agent", to=to)
    assert answer.headers["Location"] == "/account"
    assert 'name="to" value=""' in web.get("/sign-in", web.reader(), query_string={"to": to}).text


def test_one_goes_on_to_the_page_one_came_from(web: People) -> None:
    assert web.sign_in(web.reader(), "agent", to="/account/codes").headers["Location"] == "/account/codes"


@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-in/passkey", "/sign-out", "/account/password", "/account/sign-out-everywhere",
             "/account/codes", "/account/codes/off", "/account/passkeys"],
)  # fmt: skip
def test_no_form_is_taken_without_its_token(web: People, path: str) -> None:
    reader = web.signed_in("agent")
    answer = reader.post(path, data={"person": "agent", "password": PASSWORD}, base_url=BASE)
    assert answer.status_code == 400
    from_elsewhere = {"Referer": "https://evil.example/"}
    token = token_of(web.get("/account", reader).text)
    answer = reader.post(path, data={"csrf_token": token}, base_url=BASE, headers=from_elsewhere)
    assert answer.status_code == 400


def test_signing_out_ends_the_session_on_the_server(web: People) -> None:
    reader = web.signed_in("agent")
    kept = reader.get_cookie(COOKIE, domain="hub.example")
    assert kept is not None
    answer = web.post("/sign-out", {}, reader, form="/account")
    assert answer.status_code == 303
    thief = web.reader()
    thief.set_cookie(COOKIE, kept.value, domain="hub.example", secure=True, path="/")
    assert web.get("/account", thief).status_code == 303


def test_one_signs_out_everywhere_else(web: People) -> None:
    here, there = web.signed_in("agent"), web.signed_in("agent")
    web.post("/account/sign-out-everywhere", {}, here, form="/account")
    assert web.get("/account", here).status_code == 200
    assert web.get("/account", there).status_code == 303


def test_a_person_without_any_role_left_is_nobody(web: People) -> None:
    web.world.give("leaver", web.world.do(lambda desk: desk.find(_party())[0].id), Role.QUERY)
    reader = web.signed_in("leaver")
    assert web.get("/account", reader).status_code == 200
    asked = web.world.do(
        roles.request, "admin1", "leaver", web.world.do(lambda desk: desk.find(_party())[0].id), Role.QUERY, "离职",
        Change.TAKE,
    )  # fmt: skip
    web.world.do(roles.approve, "admin2", asked.id)
    assert web.get("/account", reader).status_code == 303


def _party() -> type:
    from agreements.model import Party

    return Party


def test_a_link_opens_an_account_and_signs_in(web: People) -> None:
    with writing(web.parts.engine) as connection:
        link = accounts.invite(connection, "admin1", "op2", web.app.extensions["hub"].now())
    reader, place = web.reader(), f"/account/welcome/{link}"
    assert "op2" in web.get(place, reader).text
    short = web.post(place, {"password": "short", "again": "short"}, reader)
    assert "密码至少 12 个字符" in short.text
    unlike = web.post(place, {"password": PASSWORD, "again": "other"}, reader)
    assert 'id="error-again"' in unlike.text
    answer = web.post(place, {"password": PASSWORD, "again": PASSWORD}, reader)
    assert answer.status_code == 303
    assert "op2" in web.get("/account", reader).text
    assert web.get(place, web.reader()).status_code == 410
    assert web.get("/account/welcome/" + "x" * 300, web.reader()).status_code == 410


def test_the_password_is_changed_by_who_knows_it(web: People) -> None:
    web.open_account("auditor")
    reader, other = web.signed_in("auditor"), web.signed_in("auditor")
    new = "another good password"
    sent = {"old": "wrong", "password": new, "again": new}
    wrong = web.post("/account/password", sent, reader, form="/account")
    assert (wrong.status_code, "原密码不正确" in wrong.text) == (422, True)
    right = web.post("/account/password", {**sent, "old": PASSWORD}, reader, form="/account")
    assert right.status_code == 303
    assert web.get("/account", reader).status_code == 200
    assert web.get("/account", other).status_code == 303
    assert web.sign_in(web.reader(), "auditor", new).status_code == 303


def test_codes_are_turned_on_by_scanning_and_asked_for_from_then_on(web: People) -> None:
    web.open_account("admin2")
    reader = web.signed_in("admin2")
    page = web.get("/account/codes", reader).text
    assert "<svg" in page
    secret = page.split('<code class="wide">')[1].split("<")[0]
    sealed = page.split('name="sealed" value="')[1].split('"')[0]
    clock = web.app.extensions["hub"]
    wrong = web.post("/account/codes", {"sealed": sealed, "code": "000000"}, reader)
    assert (wrong.status_code, secret in wrong.text) == (422, True)
    code = pyotp.TOTP(secret).at(clock.now())
    assert web.post("/account/codes", {"sealed": sealed, "code": code}, reader).status_code == 303
    asked = web.sign_in(web.reader(), "admin2")
    assert asked.status_code == 403
    assert "请输入当前动态口令" in asked.text
    later = pyotp.TOTP(secret).at(int(clock.now().timestamp()) + 30)
    assert web.sign_in(web.reader(), "admin2", code=later).status_code == 303
    assert web.post("/account/codes/off", {}, reader, form="/account").status_code == 303
    assert web.sign_in(web.reader(), "admin2").status_code == 303


def test_proofs_are_changed_only_a_short_while_after_signing_in(web: People) -> None:
    reader = web.signed_in("agent")
    web.parts.clock.moment = web.parts.clock.moment.replace(hour=web.parts.clock.moment.hour)  # type: ignore[attr-defined]
    from datetime import timedelta

    web.parts.clock.moment += timedelta(minutes=16)  # type: ignore[attr-defined]
    for path in ("/account/codes", "/account/passkeys"):
        assert web.get(path, reader).headers["Location"].startswith("/sign-in?to=")
    assert web.post("/account/codes/off", {}, reader, form="/account").headers["Location"].startswith("/sign-in")


def test_a_hostile_name_is_shown_as_text(web: People) -> None:
    hostile = '"><script>alert(1)</script>'
    page = web.sign_in(web.reader(), hostile, "wrong password here").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_passkey_that_was_made_up_lets_nobody_in(web: People) -> None:
    page = web.get("/sign-in", web.reader()).text
    sealed = page.split('name="sealed" value="')[1].split('"')[0]
    for answer in ("", "{}", "[]", "nonsense", '{"rawId": "AAAA", "id": "AAAA", "type": "public-key", "response": {}}'):
        given = web.post("/sign-in/passkey", {"sealed": sealed, "answer": answer}, web.reader(), form="/sign-in")
        assert given.status_code == 422
        assert "通行密钥未被接受" in given.text


def test_the_consent_page_asks_no_password_of_who_is_signed_in(web: People, tmp_path: Path) -> None:
    from hub.oauth import clients
    from hub.oauth.clients import Method, Wish

    with writing(web.parts.engine) as connection:
        now = web.app.extensions["hub"].now()
        wish = Wish("lab-app", "检测应用", Method.NONE, redirects=("https://app.example/back",))
        clients.register(connection, "admin1", wish, now)
    asked = {
        "client_id": "lab-app", "redirect_uri": "https://app.example/back", "response_type": "code",
        "scope": "agreement:read", "state": "s", "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }  # fmt: skip
    reader = web.api.app.test_client()
    with writing(web.parts.engine) as connection:
        token = sessions.begin(connection, "agent", "password", web.app.extensions["hub"].now())
    reader.set_cookie(COOKIE, token, domain="hub.example", secure=True, path="/")
    page = reader.get("/oauth/authorize", query_string=asked, base_url=BASE).text
    assert "agent" in page
    assert 'type="password"' not in page
    sealed = page.split('name="request" value="')[1].split('"')[0]
    sent = {"request": sealed, "decision": "allow"}
    stranger = web.api.app.test_client().post("/oauth/authorize", data=sent, base_url=BASE)
    assert stranger.status_code == 403  # the form was made for somebody who signed in
    answer = reader.post("/oauth/authorize", data=sent, base_url=BASE)
    assert answer.status_code == 303
    assert "code=" in answer.headers["Location"]


def test_every_event_of_an_account_is_in_the_ledger(web: People) -> None:
    from sqlalchemy import select

    from hub.db.tables import ledger_leaf

    with reading(web.parts.engine) as connection:
        kinds = set(connection.execute(select(ledger_leaf.c.kind)).scalars())
    wanted = {"invited", "opened", "signed-in", "signed-out", "sessions-ended", "password-changed", "codes-on"}
    assert {f"account.{one}" for one in wanted} <= kinds


def test_what_a_signed_in_person_sees_is_kept_by_no_cache(web: People) -> None:
    reader = web.signed_in("agent")
    for path in ("/", "/datasets", "/mine", "/mine/data", "/account", "/mine/agreements/none", "/notices/feed.rss"):
        answer = web.get(path, reader)
        assert "no-store" in answer.headers["Cache-Control"], path
        assert "Cookie" in answer.headers["Vary"], path
    assert "no-store" not in web.get("/datasets", web.reader()).headers["Cache-Control"]


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded;charset=utf-7"])
def test_a_form_that_another_site_sends_as_something_else_is_no_form(web: People, kind: str) -> None:
    reader = web.signed_in("agent")
    told = {"Referer": "https://evil.example/", "Content-Type": kind}
    for path in ("/account/sign-out-everywhere", "/mine/apply", "/sign-out"):
        answer = reader.post(path, data=b'{"csrf_token": "x"}', base_url=BASE, headers=told)
        assert answer.status_code == 400, path
    assert web.get("/account", reader).status_code == 200


def test_a_session_begins_only_with_the_second_proof_and_is_another_one_than_before(web: People) -> None:
    web.open_account("op2")
    reader = web.signed_in("op2")
    page = web.get("/account/codes", reader).text
    secret = page.split('<code class="wide">')[1].split("<")[0]
    sealed = page.split('name="sealed" value="')[1].split('"')[0]
    clock = web.app.extensions["hub"]
    first = pyotp.TOTP(secret).at(clock.now())
    assert web.post("/account/codes", {"sealed": sealed, "code": first}, reader).status_code == 303
    victim = web.reader()
    victim.set_cookie(COOKIE, "planted", domain="hub.example", secure=True, path="/")
    asked = web.sign_in(victim, "op2")
    assert asked.status_code == 403
    assert web.get("/account", victim).status_code == 303  # the password alone opens nothing
    later = pyotp.TOTP(secret).at(int(clock.now().timestamp()) + 30)
    done = web.sign_in(victim, "op2", code=later)
    assert done.status_code == 303
    assert "planted" not in cookie(done)
    again = web.sign_in(web.reader(), "op2", code=later)
    assert again.status_code == 403  # a code is good once
