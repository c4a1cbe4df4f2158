"""Notices over the API (SM12): drafted, reviewed and published by different people, then read by everybody."""

from __future__ import annotations

import base64
import io
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import segno
import xmlschema
from sqlalchemy import select

from hub.db.engine import reading
from hub.db.notices import notice_file
from hub.risk.notice_pages import notice_page
from tests.api_world import is_problem
from tests.exchange_api import Exchange, exchange
from tests.unit.desensitise.test_pictures_and_papers import CANARY, photograph, written

DRAFT: dict[str, Any] = {
    "kind": "X",
    "title": "家用燃气灶具消费提示：点火延迟可致爆燃",
    "category": "燃气器具",
    "hazard": "点火延迟时燃气积聚，再次点火可能爆燃，灼伤使用者。",
    "level": "H",
    "basis": "监督抽查20批次，不合格3批次。",
    "source": "spot_check",
    "standards": ["GB 16410-2020"],
    "exposed": ["家庭用户"],
    "buying": ["查看CCC标志和能效标识"],
    "areas": [{"code": "370102", "name": "历下区"}],
    "contact": "12315",
}
PATH = "/api/v1/notices"
CAP = Path(__file__).resolve().parents[3] / "data" / "cap" / "CAP-v1.2.xsd"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Exchange:
    return exchange(tmp_path_factory.mktemp("notices"), ("grading",))


def _drafted(hub: Exchange, **changed: object) -> str:
    answer = hub.post("op1", f"{PATH}/drafts", {**DRAFT, **changed})
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["notice"]["notice_no"])


def _reviewed(hub: Exchange, number: str) -> None:
    for kind in ("technical", "legal"):
        assert hub.post("op2", f"{PATH}/{number}/reviews/{kind}").status_code == 200


def test_a_notice_is_out_only_after_reviews_and_a_second_person_s_approval(hub: Exchange) -> None:
    number = _drafted(hub)
    assert is_problem(hub.api.get(f"{PATH}/{number}"), 404)
    assert is_problem(hub.post("op1", f"{PATH}/{number}/reviews/legal"), 403, "not-permitted")
    early = hub.post("op2", f"{PATH}/{number}/publication")
    assert is_problem(early, 409, "out-of-step")
    assert "review:technical" in early.text
    _reviewed(hub, number)
    assert "approval:same_person" in hub.post("op1", f"{PATH}/{number}/publication").text
    out = hub.post("op2", f"{PATH}/{number}/publication")
    assert out.status_code == 200, out.text
    assert out.get_json()["state"] == "published"
    (shown,) = [one for one in hub.api.get(PATH).get_json() if one["notice_no"] == number]
    assert "点火延迟" in shown["text"]
    cap = hub.api.get(f"{PATH}/{number}/cap")
    assert cap.content_type == "application/cap+xml"
    assert f"<identifier>{number}</identifier>" in cap.text
    assert is_problem(hub.post("op2", f"{PATH}/{number}/publication"), 409, "out-of-step")


def test_a_named_producer_is_told_first_and_may_object(hub: Exchange) -> None:
    number = _drafted(hub, producer="示例燃具有限公司", facts_closed=True)
    _reviewed(hub, number)
    assert "producer:not_told" in hub.post("op2", f"{PATH}/{number}/publication").text
    hub.post("op1", f"{PATH}/{number}/producer", {})
    assert "producer:may_object" in hub.post("op2", f"{PATH}/{number}/publication").text
    clock = hub.api.parts.clock
    clock.moment += timedelta(days=4)  # type: ignore[attr-defined]
    assert hub.post("op2", f"{PATH}/{number}/publication").status_code == 200


def test_only_the_territorial_bureau_drafts_and_nobody_is_named(hub: Exchange) -> None:
    outside = hub.post("op1", f"{PATH}/drafts", {**DRAFT, "areas": [{"code": "330102", "name": "上城区"}]})
    assert is_problem(outside, 403, "refused")
    assert outside.get_json()["clause"] == "SM12"
    for reader in ("bureau", "neighbour", "platform", "agent", "auditor"):
        assert is_problem(hub.post(reader, f"{PATH}/drafts", DRAFT), 403, "refused"), reader
    number = _drafted(hub, basis="消费者张伟（手机13912345678）投诉。")
    _reviewed(hub, number)
    told = hub.post("op2", f"{PATH}/{number}/publication")
    assert "scan:findings" in told.text
    assert "13912345678" not in told.text
    assert number not in hub.api.get(PATH).text


@pytest.mark.parametrize("change", [{"level": "X"}, {"areas": []}, {"exposed": []}, {"hazard": ""}, {"more": 1}])
def test_a_draft_that_lacks_what_a_notice_needs_is_refused(hub: Exchange, change: dict[str, object]) -> None:
    assert is_problem(hub.post("op1", f"{PATH}/drafts", {**DRAFT, **change}), 422)


def test_everybody_reads_a_published_notice_as_pdf_and_in_the_feed_of_its_region(hub: Exchange) -> None:
    number = _drafted(hub)
    assert is_problem(hub.api.get(f"{PATH}/{number}/pdf"), 404)
    assert number not in hub.api.get(f"{PATH}/feed.rss").text
    _reviewed(hub, number)
    assert hub.post("op2", f"{PATH}/{number}/publication").status_code == 200
    assert hub.api.get(f"{PATH}/{number}/pdf").data.startswith(b"%PDF-")
    for region, there in (("", True), ("370102", True), ("370100", True), ("370202", False), ("330000", False)):
        answer = hub.api.get(f"{PATH}/feed.rss?region={region}")
        assert (answer.status_code, answer.content_type) == (200, "application/rss+xml")
        assert (number in answer.text) is there, region
    assert is_problem(hub.api.get(f"{PATH}/feed.rss?region=37"), 422)


def _out(hub: Exchange, **changed: object) -> dict[str, Any]:
    """A published notice as everybody reads it."""
    number = _drafted(hub, **changed)
    _reviewed(hub, number)
    answer = hub.post("op2", f"{PATH}/{number}/publication")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = hub.api.get(f"{PATH}/{number}").get_json()
    return shown


def _reference(shown: dict[str, Any]) -> dict[str, Any]:
    return {"notice_no": shown["notice_no"], "sender": shown["issuer"]["uscc"], "sent": shown["sent"]}


def test_an_update_and_a_cancellation_refer_to_what_they_change(hub: Exchange) -> None:
    first = _out(hub)
    second = _out(hub, message="Update", references=[_reference(first)], basis="监督抽查40批次，不合格5批次。")
    again = {**DRAFT, "message": "Update", "references": [_reference(first)]}
    assert is_problem(hub.post("op1", f"{PATH}/drafts", again), 409), "the first was updated already"
    third = _out(hub, message="Cancel", references=[_reference(second)])
    assert "撤销" in third["text"]
    assert f"{second['notice_no']},{second['sent']}" in hub.api.get(f"{PATH}/{third['notice_no']}/cap").text
    with reading(hub.api.parts.engine) as connection:
        stands = {one["notice_no"]: notice_page(connection, one["notice_no"]) for one in (first, second, third)}
    told = [(page.standing, page.by) for page in stands.values() if page]
    assert told == [("updated", second["notice_no"]), ("cancelled", third["notice_no"]), ("current", "")]
    assert "【撤销】" in hub.api.get(f"{PATH}/feed.rss").text


@pytest.mark.parametrize("change", [{"notice_no": "370000-2026-X-9999"}, {"sent": "2026-01-01T00:00:00+08:00"}])
def test_a_reference_to_no_published_notice_is_refused(hub: Exchange, change: dict[str, str]) -> None:
    reference = {**_reference(_out(hub)), **change}
    answer = hub.post("op1", f"{PATH}/drafts", {**DRAFT, "message": "Update", "references": [reference]})
    assert answer.status_code >= 400
    assert "N07" in answer.text


@pytest.mark.parametrize(
    ("field", "text", "kind"),
    [
        ("hazard", "该批产品销往济南好邻居超市有限公司，存在风险。", "TRADE_SECRET"),
        ("basis", "订单编号：PO-2026-00017的产品不合格。", "TRADE_SECRET"),
        ("to_do", ["联系张伟，电话13912345678"], "MOBILE"),
    ],
)
def test_the_scan_names_field_and_kind_and_blocks_until_the_text_is_mended(
    hub: Exchange, field: str, text: object, kind: str
) -> None:
    answer = hub.post("op1", f"{PATH}/drafts", {**DRAFT, field: text})
    assert f"{field}:{kind}" in answer.get_json()["review"]["found"]
    number = answer.get_json()["notice"]["notice_no"]
    _reviewed(hub, number)
    assert "scan:findings" in hub.post("op2", f"{PATH}/{number}/publication").text
    mended = hub.post("op1", f"{PATH}/{number}/text", DRAFT)
    assert mended.get_json()["review"]["found"] == []
    assert "review:technical" in hub.post("op2", f"{PATH}/{number}/publication").text, "reviews begin anew"
    _reviewed(hub, number)
    assert hub.post("op2", f"{PATH}/{number}/publication").status_code == 200


def _enclose(hub: Exchange, actor: str, number: str, kind: str, raw: bytes, says: str = "燃气灶具正面") -> Any:
    said = {"kind": kind, "says": says, "data": base64.b64encode(raw).decode()}
    return hub.post(actor, f"{PATH}/{number}/files", said)


def test_a_picture_and_a_paper_go_out_with_the_notice_and_tell_nothing_of_who_made_them(hub: Exchange) -> None:
    number = _drafted(hub)
    _reviewed(hub, number)
    answer = _enclose(hub, "op1", number, "picture", photograph())
    assert answer.status_code == 201, answer.text
    assert answer.get_json()["review"]["technical_by"] == "", "what is reviewed is what goes out"
    assert _enclose(hub, "op1", number, "paper", written("Recalled: M1"), "召回型号清单").status_code == 201
    notice = hub.post("op2", f"{PATH}/{number}/reviews/technical").get_json()["notice"]
    (picture,), (paper,) = notice["images"], notice["attachments"]
    place = f"{PATH}/{number}/files/{picture['name']}"
    assert is_problem(hub.api.get(place), 404)
    assert is_problem(hub.get("platform", place), 404)
    assert hub.get("op2", place).status_code == 200
    hub.post("op2", f"{PATH}/{number}/reviews/legal")
    assert hub.post("op2", f"{PATH}/{number}/publication").status_code == 200
    for one in (picture, paper):
        told = hub.api.get(f"{PATH}/{number}/files/{one['name']}")
        assert (told.status_code, told.content_type) == (200, one["media"])
        assert sha256(told.data).hexdigest() == one["digest"] == one["name"][:64]
        assert CANARY.encode() not in told.data
        assert told.headers["X-Content-Type-Options"] == "nosniff"
    assert is_problem(hub.api.get(f"{PATH}/{number}/files/{'0' * 64}.jpg"), 404)
    cap = hub.api.get(f"{PATH}/{number}/cap").text
    assert f"<uri>https://localhost{place}</uri>" in cap.replace(
        hub.api.app.extensions["hub"].settings.api_address, "https://localhost"
    )
    xmlschema.XMLSchema(str(CAP)).validate(cap)
    assert len(hub.api.get(f"{PATH}/{number}/pdf").data) > len(picture["digest"])
    assert hub.post("op1", f"{PATH}/{number}/text", DRAFT).status_code == 409


def test_a_file_that_tells_a_person_is_refused_and_a_dropped_one_is_gone(hub: Exchange) -> None:
    number = _drafted(hub)
    room = io.BytesIO()
    segno.make(f"tel:{CANARY}").save(room, kind="png", scale=8)
    for kind, raw in (
        ("picture", room.getvalue()),
        ("paper", written(f"Call {CANARY}")),
        ("picture", b"no"),
        ("paper", b"no"),
    ):
        answer = _enclose(hub, "op1", number, kind, raw)
        assert is_problem(answer, 422), answer.text
        assert CANARY not in answer.text
    assert is_problem(_enclose(hub, "op1", number, "picture", photograph(), ""), 422)
    assert is_problem(_enclose(hub, "neighbour", number, "picture", photograph()), 403)
    one = _enclose(hub, "op1", number, "picture", photograph(size=(50, 20)), "张伟家的灶具").get_json()
    assert "images:PERSON" in one["review"]["found"]
    digest, name = (one["notice"]["images"][0][part] for part in ("digest", "name"))
    bearer = {"Authorization": f"Bearer {hub.token('op1')}"}
    left = hub.api.ask("DELETE", f"{PATH}/drafts/{number}/files/{name}", headers=bearer).get_json()
    assert (left["notice"]["images"], left["review"]["found"]) == ([], [])
    with reading(hub.api.parts.engine) as connection:
        kept = connection.execute(select(notice_file.c.digest)).scalars().all()
    assert digest not in kept
