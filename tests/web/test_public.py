"""The public pages: what they show, in both languages, and what they keep to themselves."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.web.app import API
from tests.web_world import Web, words_of

OPEN = (
    "/", "/search?q=%E8%BF%BD%E6%BA%AF", "/datasets", "/datasets?q=quality&format=csv", "/datasets/traceability", "/datasets/grading",
    "/datasets/statistics", "/trace", "/notices", "/colours", "/grading", "/feedback", "/feedback/corrections",
    "/feedback/rights", "/feedback/demands", "/corrections/new", "/rights/new", "/demands/new", "/statistics",
    "/about", "/terms", "/privacy", "/accessibility", "/showcase", "/records",
)  # fmt: skip


@pytest.mark.parametrize("path", OPEN)
def test_a_public_page_answers_in_both_languages_within_its_weight(house: Web, path: str) -> None:
    chinese, english = house.reader(), house.reader()
    house.get("/language/en?to=/", english)
    for reader, tag in ((chinese, "zh-CN"), (english, "en")):
        answer = house.get(path, reader)
        assert answer.status_code == 200
        assert f'<html lang="{tag}">' in answer.text
        assert answer.text.count("<h1") == 1
        assert len(answer.data) < 300_000


@pytest.mark.parametrize("path", OPEN)
def test_no_link_of_a_page_leads_nowhere(house: Web, path: str) -> None:
    pages = house.app.url_map.bind("hub.example", url_scheme="https")
    for link in re.findall(r'href="(/[^"#]*)', house.get(path).text):
        address = urlsplit(unescape(link))
        for place in (address.path, *parse_qs(address.query).get("to", ())):
            assert place.startswith(API) or pages.match(urlsplit(place).path), (path, place)


def test_datasets_are_found_by_words_and_filters(house: Web) -> None:
    assert "产品质量分级结果" in house.get("/datasets?q=分级").text
    assert "产品质量分级结果" not in house.get("/datasets?q=分级&openness=institutes").text
    assert "没有符合条件的数据集" in house.get("/datasets?q=xyzzy").text


def test_what_agencies_share_is_not_on_the_pages(house: Web) -> None:
    assert house.get("/datasets/licences").status_code == 404
    assert "licences" not in house.get("/datasets").text


def test_a_dataset_open_on_conditions_shows_neither_rows_nor_files(house: Web) -> None:
    page = house.get("/datasets/statistics").text
    assert 'id="conditions"' in page
    assert 'id="preview"' not in page
    assert "by-region" not in page
    assert house.get("/datasets/statistics/v1/statistics.csv").status_code in {401, 403, 404}


def test_a_file_is_marked_for_the_download_and_counted(house: Web) -> None:
    page = house.get("/datasets/grading").text
    assert "/datasets/grading/v1/grading.csv" in page
    answer = house.get("/datasets/grading/v1/grading.csv")
    assert answer.status_code == 200
    assert "Repr-Digest" in answer.headers
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "产品质量分级结果" in words_of(house.get("/statistics").text)


def test_a_code_is_shown_in_three_visibilities(house: Web) -> None:
    code = _code(house)
    page = words_of(house.get("/trace", query_string={"code": code}).text)
    assert all(part in page for part in ("任何人可见", "由企业逐项决定", "仅列名称与依据", code))


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("06930064800924", 422, "校验位"),
        ("06930064800923", 404, "未查询到"),
        ("a b", 422, "不应有空格"),
        ("", 422, "请填写此项"),
        ("9" * 600, 422, "内容过长"),
    ],
)
def test_a_code_that_is_wrong_or_unknown_is_told_beside_the_field(
    house: Web, code: str, status: int, said: str
) -> None:
    answer = house.get("/trace", query_string={"code": code})
    assert answer.status_code == status
    assert said in answer.text
    assert f'value="{code}"' in answer.text


def test_a_code_is_read_from_a_picture(house: Web) -> None:
    code = _code(house)
    answer = _upload(house, _qr(code))
    assert answer.status_code == 303
    shown = house.get(answer.headers["Location"])
    assert "查询结果" in shown.text


def test_a_correction_is_kept_until_it_is_right_and_then_has_a_number(house: Web) -> None:
    _founded(house)
    wrong = house.post("/corrections/new", {"dataset": "no-such", "text": "等级有误<b>", "column": "grade"})
    assert wrong.status_code == 422
    assert "等级有误&lt;b&gt;</textarea>" in wrong.text
    assert 'aria-invalid="true"' in wrong.text
    done = house.post("/corrections/new", {"dataset": "grading", "text": "等级有误", "column": "grade"})
    assert done.status_code == 303
    page = house.get(done.headers["Location"]).text
    assert "办理中" in page
    assert "等级有误" not in page


@pytest.mark.parametrize(("path", "sent"), [("/rights/new", {"dataset": "grading"}), ("/demands/new", {"dataset": ""})])
def test_complaints_and_demands_are_received_with_a_deadline(house: Web, path: str, sent: dict[str, str]) -> None:
    _founded(house)
    done = house.post(path, {**sent, "text": "请核查"})
    assert done.status_code == 303
    assert "前公开答复" in house.get(done.headers["Location"]).text


def _founded(house: Web) -> None:
    """A bureau that answers."""
    from tests.exchange_world import world

    if "bureau" not in house.notes:
        world(house.parts.engine)
        house.notes.add("bureau")


def _code(house: Web) -> str:
    import polars as pl

    table = pl.read_parquet(house.parts.releases / "traceability" / "1" / "traceability.parquet")
    return str(table["trace_code"][0])


def _qr(text: str) -> bytes:
    import segno

    room = io.BytesIO()
    segno.make_qr(text).save(room, kind="png", scale=6)
    return room.getvalue()


def _upload(house: Web, raw: bytes) -> Any:
    return house.post("/trace/picture", {"picture": (io.BytesIO(raw), "code.png")}, form="/trace")
