"""Notices at work: drafted, illustrated, published by second persons, sent to who asked; no other bureau's."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from io import BytesIO

import pytest
from PIL import Image

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


def picture() -> bytes:
    """A small photograph."""
    made = BytesIO()
    Image.new("RGB", (40, 30), "#88aacc").save(made, "JPEG")
    return made.getvalue()


def test_a_picture_goes_with_a_draft_and_can_be_taken_out_again(web: People) -> None:
    place, _ = drafted(web, "inspector")
    reader = web.signed_in("inspector")
    sent = {"kind": "picture", "says": "灶具正面的旋钮"}
    for wrong in (
        {**sent, "file": (BytesIO(b"no picture"), "a.jpg")},
        {**sent, "file": (BytesIO(b"<html><script>alert(1)</script>"), "a.jpg")},
        {**sent, "says": "", "file": (BytesIO(picture()), "a.jpg")},
        {**sent, "kind": "video", "file": (BytesIO(picture()), "a.jpg")},
        sent,
    ):
        answer = web.post(f"{place}/files", wrong, reader, form=place)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
        assert wrong["says"] in answer.text
    hostile = {**sent, "file": (BytesIO(picture()), '../../"><script>.jpg')}
    assert web.post(f"{place}/files", hostile, reader, form=place).status_code == 303
    page = web.get(place, reader).text
    assert "灶具正面的旋钮" in page
    assert "<script>" not in page
    drop = re.search(rf'action="({re.escape(place)}/files/[0-9a-f]+\.[a-z]+/drop)"', page)
    assert drop
    assert web.post(drop[1], {}, web.signed_in("op1"), form=place).status_code == 422
    assert web.post(drop[1], {}, reader, form=place).status_code == 303
    assert "灶具正面的旋钮" not in web.get(place, reader).text


def test_a_platform_asks_to_be_sent_notices_and_the_house_sees_how_far_each_reached(web: People) -> None:
    shop, bureau = web.signed_in("shop"), web.signed_in("op1")
    for wrong in ("http://shop.example/in", "https://127.0.0.1/in", "javascript:alert(1)", "", "长" * 301):
        answer = web.post("/mine/followers/new", {"address": wrong, "region": "370100"}, shop, form="/mine/followers")
        assert (answer.status_code, 'id="error-address"' in answer.text) == (422, True), wrong
        assert 'value="370100"' in answer.text
    there = {"address": "https://shop.example/in", "region": "370100"}
    for region in ("济南", "999999"):
        answer = web.post("/mine/followers/new", {**there, "region": region}, shop, form="/mine/followers")
        assert (answer.status_code, 'id="error-region"' in answer.text) == (422, True), region
    assert web.post("/mine/followers/new", there, shop, form="/mine/followers").status_code == 303
    assert web.post("/mine/followers/new", there, shop, form="/mine/followers").status_code == 422
    assert "提示推送申请" in words_of(web.get("/work", bureau).text)
    agree = re.search(r'action="(/work/followers/[^"]+/agree)"', web.get("/work/followers", bureau).text)
    assert agree
    assert web.post(agree[1], {}, bureau, form="/work/followers").status_code == 303
    number = publish(web)
    assert web.get(f"/notices/{number}").status_code == 200
    listed = words_of(web.get("/work/notices?state=published", bureau).text)
    assert number in listed
    told = words_of(web.get(f"/work/notices/{number}", bureau).text)
    assert "网页" in told
    assert "待推送 1" in told
    end = agree[1].replace("agree", "end").replace("/work/", "/mine/")
    assert web.post(end, {}, web.signed_in("agent"), form="/mine/followers").status_code == 422
    assert web.post(end, {}, shop, form="/mine/followers").status_code == 303
    assert "已终止" in words_of(web.get("/work/followers", bureau).text)
    for path in ("/work/followers", "/work/notices"):
        assert web.get(path, shop).status_code == 403
    assert web.get("/work/followers", web.signed_in("inspector")).status_code == 403
    assert web.get("/work/notices?state=lost", bureau).status_code == 404


def publish(web: People) -> str:
    """The number of a notice that the city's bureau published."""
    place, _ = drafted(web, "inspector")
    second = web.signed_in("inspector2")
    for step in ("technical", "legal", "publish"):
        assert web.post(f"{place}/{step}", {}, second, form=place).status_code == 303
    return place.rpartition("/")[2]
