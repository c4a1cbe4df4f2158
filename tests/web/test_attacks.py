"""Attacks on the pages: hostile names in records and addresses, forged forms, paths, pictures, sizes."""

from __future__ import annotations

import io
import sqlite3
import struct
import zlib
from contextlib import closing
from typing import Any

import pytest

from exporters.sample import invent
from hub.job.pipeline import release
from hub.parts import datasets
from hub.web.public import qr
from tests.api_world import Api, with_rates_that_stand
from tests.house import Ticking, house, settings
from tests.web_world import BASE, Web, token_of

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
FORMULA = '=HYPERLINK("http://evil.example","x")'


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Web:
    """A house whose records bear hostile names: products, brands and firms."""
    folder = tmp_path_factory.mktemp("hostile")
    source = f"sqlite:///{folder / 'p.sqlite'}"
    invent(source, 200, seed=5, drop_folder=folder / "drop")
    with closing(sqlite3.connect(folder / "p.sqlite")) as database, database:
        for column, text in (("product_name", SCRIPT), ("brand", IMAGE), ("product_model", FORMULA)):
            database.execute(f"UPDATE quality_grading SET {column} = ?", (text,))
    parts = house(folder / "home", source, folder / "drop", clock=Ticking())
    for dataset in datasets(settings(folder / "home", source, folder / "drop"), ("grading",)):
        release(dataset, parts)
    return Web(Api(parts, folder / "home", source, folder / "drop"))


def test_hostile_names_in_records_are_text_on_every_page(hostile: Web) -> None:
    seen = 0
    for path in ("/", "/datasets", "/datasets/grading", "/grading", "/statistics"):
        page = hostile.get(path)
        assert page.status_code == 200
        assert SCRIPT not in page.text
        assert "<img src=x" not in page.text
        seen += page.text.count("&lt;script&gt;") + page.text.count("\\u003cscript")
    assert seen > 0


@pytest.mark.parametrize(
    "attack", [SCRIPT, IMAGE, "'-alert(1)-'", "{{ 1234*5678 }}", "javascript:alert(1)", "\u202egnp.exe"]
)
def test_what_is_asked_for_comes_back_as_text(house: Web, attack: str) -> None:
    for path, name in (
        ("/search", "q"), ("/datasets", "q"), ("/datasets", "format"), ("/datasets", "by"), ("/trace", "code"),
        ("/notices", "q"), ("/notices", "region"), ("/corrections/new", "dataset"), ("/feedback/corrections", "before"),
        ("/", "page"), ("/no-such-page", "q"),
    ):  # fmt: skip
        text = house.get(path, query_string={name: attack}).text
        assert SCRIPT not in text
        assert "<img src=x" not in text
        assert "\u202e" not in text
        assert f'href="{attack}"' not in text
        assert "7006652" not in text


def test_a_form_without_its_own_token_changes_nothing(house: Web) -> None:
    before = len(house.api.get("/api/v1/demands").get_json())
    reader, other = house.reader(), house.reader()
    token = token_of(house.get("/demands/new", other).text)
    for sent, headers in (
        ({}, {"Referer": f"{BASE}/demands/new"}),
        ({"csrf_token": "x"}, {"Referer": f"{BASE}/demands/new"}),
        ({"csrf_token": token}, {"Referer": f"{BASE}/demands/new"}),
        ({"csrf_token": token_of(house.get("/demands/new", reader).text)}, {"Referer": "https://evil.example/"}),
    ):
        answer = reader.post("/demands/new", data={"text": "forged", **sent}, base_url=BASE, headers=headers)
        assert answer.status_code == 400
    assert len(house.api.get("/api/v1/demands").get_json()) == before


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../settings.py", "/static/%2e%2e%2fapp.py", "/static/..%5capp.py", "/static/echarts.txt/..",
        "/datasets/grading/v1/..%2f..%2f..%2fkeys%2fledger.pem", "/datasets/grading/v1/%2fetc%2fpasswd",
        "/datasets/..%2fkeys", "/notices/..%2f..%2fkeys", "/r/..%2f..", "/feedback/..%2fetc/passwd",
        "/datasets/grading/v99999999999999999999/grading.csv", "/datasets/grading/v1/.hidden",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_what_is_published(house: Web, path: str) -> None:
    answer = house.get(path)
    assert answer.status_code in {200, 400, 404}
    assert b"PRIVATE KEY" not in answer.data
    assert b"root:" not in answer.data
    if answer.status_code == 200:
        assert "不是本平台的记录" in answer.text


def test_a_picture_that_would_unpack_to_gigabytes_is_refused_unread(house: Web) -> None:
    assert _upload(house, _png(30_000, 30_000)).status_code == 422
    with pytest.raises(qr.Unreadable, match="尺寸过大"):
        qr.code_in(_png(6_000, 6_000))


@pytest.mark.parametrize(
    "raw",
    [b"not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff"],
)  # fmt: skip
def test_what_is_no_picture_is_told_beside_the_field(house: Web, raw: bytes) -> None:
    answer = _upload(house, raw)
    assert answer.status_code == 422
    assert 'id="error-picture"' in answer.text


def test_uploads_and_forms_that_are_too_large_are_refused(house: Web) -> None:
    # The bytes themselves: the test client would lay a large upload down in a file of its own.
    head = b'--x\r\nContent-Disposition: form-data; name="picture"; filename="x.png"\r\n\r\n'
    body = head + bytes(qr.LARGEST + (1 << 17)) + b"\r\n--x--\r\n"
    sent = {"data": body, "content_type": "multipart/form-data; boundary=x", "base_url": BASE}
    assert house.client.post("/trace/picture", **sent).status_code in {400, 413}
    assert house.post("/demands/new", {"text": "x" * (1 << 19)}).status_code == 413
    many = {f"field{number}": "x" for number in range(2_000)}
    assert house.post("/demands/new", many).status_code in {413, 422}


def test_going_through_codes_ends_soon(hostile: Web) -> None:
    """Nobody finds products by trying numbers: too many misses close the lookup for a while."""
    with_rates_that_stand(hostile.app)
    codes = (f"E=1{number:08d}" for number in range(40))
    answers = [hostile.get("/trace", query_string={"code": code}).status_code for code in codes]
    assert 429 in answers


def _upload(house: Web, raw: bytes) -> Any:
    return house.post("/trace/picture", {"picture": (io.BytesIO(raw), "x.png")}, form="/trace")


def _png(width: int, height: int) -> bytes:
    """A small file that claims to be a large picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(bytes(1 << 20), 9))
    return b"\x89PNG\r\n\x1a\n" + head + rows + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:443", 'hub.example"><script>', "hub.example@evil.example"]
)
def test_a_made_up_host_is_found_in_no_answer(house: Web, host: str) -> None:
    for path in ("/", "/datasets/grading", "/notices/feed.rss", "/mine", "/language/en?to=/datasets"):
        answer = house.reader().get(path, base_url=BASE, headers={"Host": host, "X-Forwarded-Host": host})
        assert "evil" not in answer.text, path
        assert "<script>" not in answer.text, path
        assert "evil" not in answer.headers.get("Location", ""), path


def test_a_file_name_of_an_upload_comes_back_nowhere(house: Web) -> None:
    name = 'x"; filename="evil.html\r\nSet-Cookie: a=b'
    sent = {"picture": (io.BytesIO(_png(8, 8) + b"<script>alert(1)</script>"), name)}
    answer = house.post("/trace/picture", sent, form="/trace")
    assert answer.status_code == 422
    assert "evil.html" not in answer.text + str(answer.headers)
    assert "alert(1)" not in answer.text
