"""Papers of parties: keys they propose, tickets of an owner, certificates, offers that differ, complaints of rights."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from agreements import applying, ending, keys, tickets
from agreements.subject import offered_of
from hub import live
from tests.exchange_world import INSTITUTE, private_key, public_key
from tests.register_world import Unit, joined
from tests.web_desks import whole
from tests.web_people import People, people
from tests.web_world import token_of, words_of

CASE = "鲁市监案〔2026〕1号"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("papers")


@pytest.fixture(scope="module")
def web(place: Path) -> People:
    return people(place)


@pytest.fixture(scope="module")
def owner(web: People, place: Path) -> Unit:
    return joined(web.exchange, place, 1)[0]


def test_a_party_proposes_its_own_key_and_a_second_person_approves_it(web: People) -> None:
    agent, admin = web.signed_in("agent"), web.signed_in("admin1")
    made = keys.read_public(public_key(41))[1]
    assert web.post("/mine/keys", {"pem": public_key(41)}, agent).status_code == 303
    assert "待核准" in words_of(web.get("/mine/keys", agent).text)
    waiting = web.get("/work/keys", admin).text
    assert made[:4] in waiting
    assert "示例研究院" in waiting
    assert any("签署密钥" in one for one in [words_of(web.get("/work", admin).text)])
    assert web.post(f"/work/keys/{made}/approve", {}, admin, form="/work/keys").status_code == 303
    with web.world.desk() as desk:
        kept = desk.get(keys.PartyKey, made)
    assert kept is not None
    assert (kept.state, kept.proposed_by, kept.approved_by, kept.party) == ("active", "agent", "admin1", INSTITUTE)


def test_no_key_is_taken_that_is_private_known_or_one_of_too_many(web: People) -> None:
    agent = web.signed_in("agent")
    for wrong in ("", "no key", private_key(42), public_key(2)):
        answer = web.post("/mine/keys", {"pem": wrong}, agent)
        assert answer.status_code == 422, wrong
        assert 'id="error-pem"' in answer.text
    assert private_key(42)[30:60] not in web.post("/mine/keys", {"pem": private_key(42)}, agent).text
    for seed in (43, 44, 45):
        assert web.post("/mine/keys", {"pem": public_key(seed)}, agent).status_code == 303
    assert web.post("/mine/keys", {"pem": public_key(46)}, agent).status_code == 422
    mine = keys.read_public(public_key(43))[1]
    lab = web.signed_in("lab")
    sent = {"csrf_token": token_of(web.get("/mine/keys", lab).text)}
    other = lab.post(f"/mine/keys/{mine}/retire", data=sent, base_url="https://hub.example",
                     headers={"Referer": "https://hub.example/mine/keys"})  # fmt: skip
    assert other.status_code == 404
    assert web.post(f"/mine/keys/{mine}/retire", {}, agent, form="/mine/keys").status_code == 303
    assert web.post("/mine/keys", {"pem": public_key(46)}, agent).status_code == 303


def phone_of(owner: Unit) -> dict[str, str]:
    """The form that asks an owner for its telephone number."""
    return {
        "owner": owner.uscc, "record": owner.licence, "fields": "licences:applicant_contact_phone", "case": CASE,
        "purpose": "supervision", "statement": "核实联系人", "ends": "2026-03-20",
    }  # fmt: skip


def test_an_owner_authorises_one_query_sees_each_and_ends_it(web: People, owner: Unit) -> None:
    asker, own = web.signed_in("neighbour"), web.signed_in("unit0")
    asked = phone_of(owner)
    wrong = web.post("/mine/tickets/new", {**asked, "statement": "", "ends": "2030-01-01"}, asker)
    assert wrong.status_code == 422
    assert owner.licence in wrong.text
    assert web.post("/mine/tickets/new", {**asked, "ends": "2030-01-01"}, asker).status_code == 422
    place = web.post("/mine/tickets/new", asked, asker).headers["Location"]
    assert "查询一次" not in web.get(place, asker).text
    assert owner.licence in web.get("/mine/tickets", own).text
    assert web.get(place, web.signed_in("agent")).status_code in {403, 404}
    assert web.post(f"{place}/authorise", {}, own, form=place).status_code == 303
    shown = web.post(f"{place}/answer", {}, asker, form=place)
    assert owner.phone in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert owner.phone not in web.get(place, asker).text
    assert "neighbour" in web.get(place, own).text
    assert web.post(f"{place}/withdraw", {}, own, form=place).status_code == 303
    assert web.post(f"{place}/answer", {}, asker, form=place).status_code == 422


def test_what_an_owner_ends_while_the_source_is_read_is_not_shown(
    web: People, owner: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker, own = web.signed_in("neighbour"), web.signed_in("unit0")
    asked = phone_of(owner)
    place = web.post("/mine/tickets/new", asked, asker).headers["Location"]
    assert web.post(f"{place}/authorise", {}, own, form=place).status_code == 303
    look = live.look

    def look_for_long(*wanted: Any) -> Any:
        found = look(*wanted)
        web.world.do(tickets.withdraw, "unit0", place.rsplit("/", 1)[1])
        return found

    monkeypatch.setattr(live, "look", look_for_long)
    refused = web.post(f"{place}/answer", {}, asker, form=place)
    assert refused.status_code == 422
    assert owner.phone not in refused.text


def test_at_its_end_the_party_certifies_destruction_and_both_sides_read_it(web: People) -> None:
    offered = offered_of(web.app.extensions["hub"].datasets.values())
    found = web.world.active(whole(project="到期项目"), offered=offered)
    web.world.do(ending.leave, web.world.move(found.id, "agent", "研究完成"))
    agent, base = web.signed_in("agent"), f"/mine/agreements/{found.id}"
    assert "提交销毁证明" in web.get(base, agent).text
    method = "覆写后删除，介质粉碎"
    assert web.get(f"{base}/destruction?destroyed_on=2999-01-01&method=x", agent).status_code == 422
    worded = f"{base}/destruction?destroyed_on=2026-03-02&method={quote(method)}"
    assert method in web.get(worded, agent).text
    text = web.get(worded.replace("destruction?", "destruction.txt?"), agent).get_data()
    _, key, value = keys.sign(private_key(2), text)
    sent = {"destroyed_on": "2026-03-02", "method": method, "key": key, "value": value}
    forged = web.post(f"{base}/destruction", {**sent, "method": "未销毁"}, agent, form=worded)
    assert (forged.status_code, "签名与协议文本或密钥不符" in forged.text) == (422, True)
    assert web.post(f"{base}/destruction", sent, agent, form=worded).status_code == 303
    for reader, page in ((agent, base), (web.signed_in("op1"), f"/work/agreements/{found.id}")):
        assert method in web.get(page, reader).text
        kept = json.loads(web.get(f"{base}/certificate.json", reader).get_data())
        assert kept["certificate"].encode() == text
        assert kept["signature"]["value"] == value
    assert web.get(f"{base}/certificate.json", web.signed_in("lab")).status_code == 404


def test_an_offer_shows_what_differs_and_nothing_else(web: People) -> None:
    offered = offered_of(web.app.extensions["hub"].datasets.values())
    asked = whole(project="反要约", retention_days=365)
    found = web.world.do(applying.apply, web.world.move("", "agent"), asked, "")
    web.world.do(applying.check, web.world.move(found.id, "op1"), offered)
    agent = web.signed_in("agent")
    assert "<del>" not in web.get(f"/mine/agreements/{found.id}", agent).text
    web.world.do(applying.offer, web.world.move(found.id, "op1", "缩短"), replace(asked, retention_days=7))
    page = web.get(f"/mine/agreements/{found.id}", agent).text
    assert page.count("<del>") == 1
    assert "<del>365</del>" in page
    web.world.do(applying.resubmit, web.world.move(found.id, "agent"), replace(asked, retention_days=30))
    assert "<del>" not in web.get(f"/mine/agreements/{found.id}", agent).text


def test_a_complaint_of_rights_is_raised_and_read_over_the_api(web: People) -> None:
    body = {"dataset": "grading", "text": "等级侵犯商誉", "record": ""}
    made = web.api.ask("POST", "/api/v1/rights", json=body)
    assert made.status_code == 201, made.text
    told = made.get_json()
    assert (told["kind"], told["state"]) == ("rights", "open")
    assert "等级侵犯商誉" not in web.api.get("/api/v1/rights").text
    assert web.api.get(f"/api/v1/rights/{told['id']}").get_json()["due"] == told["due"]
    assert web.get(f"/feedback/rights/{told['id']}").status_code == 200
    assert web.api.ask("POST", "/api/v1/rights", json={"dataset": "no-such", "text": "x"}).status_code == 404
