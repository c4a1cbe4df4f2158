"""Drafting a notice: from a template to publication by second persons; what is typed wrong stays; no other bureau's."""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser

import pytest

from agreements.permissions import Role
from hub.web.work.draft_form import RECALL
from tests.exchange_api import CITY
from tests.web_people import People, people
from tests.web_world import token_of, words_of

BEGIN = {"begin": "1", "kind": "X", "product": "家用燃气灶具", "category": "燃气器具", "level": "H", "areas": "370102"}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> People:
    made = people(tmp_path_factory.mktemp("drafting"))
    made.world.give("inspector", CITY, Role.HANDLING)
    made.world.give("inspector2", CITY, Role.HANDLING)
    return made


class Fields(HTMLParser):
    """Reads what stands in a form's fields, as a browser would send it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.area = self.chosen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "input" and told.get("type") not in {"checkbox", "file"} and told.get("name"):
            self.found[str(told["name"])] = told.get("value") or ""
        self.area = str(told["name"]) if tag == "textarea" else ""
        self.chosen = str(told.get("name") or "") if tag == "select" else self.chosen
        if tag == "option" and "selected" in told:
            self.found[self.chosen] = told.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area] = unescape(data).strip()
            self.area = ""


def typed(page: str) -> dict[str, str]:
    """What stands in the page's form, without its token."""
    read = Fields()
    read.feed(page)
    return {name: value for name, value in read.found.items() if name != "csrf_token"}


def drafted(web: People, person: str) -> tuple[str, dict[str, str]]:
    """A draft's page, filed by this person from the template; and what its form held."""
    reader = web.signed_in(person)
    form = web.post("/work/notices/new", BEGIN, reader)
    assert form.status_code == 200, words_of(form.text)
    sent = typed(form.text)
    filed = web.post("/work/notices/new", {**sent, "file": "1"}, reader)
    assert filed.status_code == 303, words_of(filed.text)
    return filed.headers["Location"], sent


def test_a_notice_goes_from_a_template_to_everybody_by_second_persons(web: People) -> None:
    place, sent = drafted(web, "inspector")
    assert "点火" in sent["using"]  # the template of gas appliances
    first, second = web.signed_in("inspector"), web.signed_in("inspector2")
    shown = web.post("/work/notices/new", {**sent, "preview": "1"}, first)
    assert "&lt;alert xmlns" in shown.text
    assert sent["title"] in shown.text
    assert "本草稿由您起草" in web.get(place, first).text
    assert web.post(f"{place}/technical", {}, first, form=place).status_code == 422
    assert web.get("/work", second).text.count(place) == 1
    changed = web.post(f"{place}/edit", {**sent, "title": "家用燃气灶具消费提示：谨防爆燃", "file": "1"}, first)
    assert changed.status_code == 303
    for step in ("technical", "legal", "publish"):
        answer = web.post(f"{place}/{step}", {}, second, form=place)
        assert answer.status_code == 303, words_of(answer.text)
    number = place.rpartition("/")[2]
    assert "谨防爆燃" in web.get(f"/notices/{number}").text
    assert web.get(f"{place}/edit", first).status_code == 409


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(web: People) -> None:
    reader = web.signed_in("inspector")
    form = typed(web.post("/work/notices/new", BEGIN, reader).text)
    for name, value in (("title", ""), ("title", "长" * 61), ("areas", "999999"), ("areas", "济南"), ("level", "Z")):
        answer = web.post("/work/notices/new", {**form, name: value, "file": "1"}, reader)
        assert answer.status_code == 422, (name, value)
        assert f'id="error-{name}"' in answer.text
        assert form["hazard"] in answer.text
    recall = web.post("/work/notices/new", {**form, "kind": "Z", "file": "1"}, reader)
    assert all(f'id="error-recall_{name}"' in recall.text for name in RECALL if name != "ends")
    hostile = web.post("/work/notices/new", {**form, "title": "<script>alert(1)</script>", "preview": "1"}, reader)
    assert "<script>alert" not in hostile.text
    outside = web.post("/work/notices/new", {**form, "areas": "320102", "file": "1"}, reader)
    assert (outside.status_code, "只能为本部门辖区起草提示" in outside.text) == (422, True)


def test_a_bureau_sees_and_changes_only_its_own_drafts(web: People) -> None:
    place, sent = drafted(web, "op1")
    city = web.signed_in("inspector")
    assert web.get(place, city).status_code == 404
    token = {"csrf_token": token_of(web.get("/work/notices/new", city).text)}
    for step in ("edit", "technical", "publish"):
        headers = {"Referer": "https://hub.example/work"}
        answer = city.post(f"{place}/{step}", data={**sent, **token}, base_url="https://hub.example", headers=headers)
        assert answer.status_code == 404, step
    assert web.get("/work/notices/new", web.signed_in("agent")).status_code == 403
