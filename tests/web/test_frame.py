"""What holds for every page: doors, headers, languages, display, words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, render_template_string

from hub.web import words
from hub.web.doors import door_of
from hub.web.places import local
from tests.web_world import Web


def test_every_view_says_who_may_see_it(house: Web) -> None:
    silent = [rule.rule for rule in house.app.url_map.iter_rules() if door_of(_view(house.app, rule.endpoint)) is None]
    assert silent == []


def test_a_view_that_says_nothing_does_not_answer(house: Web) -> None:
    view = house.app.view_functions["public.home"]
    house.app.view_functions["public.home"] = lambda: "open by mistake"
    try:
        assert house.get("/").status_code == 404
    finally:
        house.app.view_functions["public.home"] = view


def test_pages_forbid_inline_scripts_frames_and_sniffing(house: Web) -> None:
    for path in ("/", "/no-such-page", "/static/style.css"):
        headers = house.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_cookies_are_for_this_site_alone_and_not_for_scripts(house: Web) -> None:
    answer = house.get("/language/en?to=/", house.reader())
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Secure"))


def test_the_reader_chooses_english_and_large_type_and_stays_where_they_were(house: Web) -> None:
    reader = house.reader()
    answer = house.get("/language/en?to=/?q=1", reader)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?q=1")
    house.get("/display/large+contrast?to=/", reader)
    page = house.get("/", reader).text
    assert '<html lang="en" class="large contrast">' in page
    assert "Skip to content" in page


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
        "/\t/evil.example", "evil.example", "", "/" + "a" * 3_000, "/a\r\nSet-Cookie: a=b", "http:evil.example",
    ],
)  # fmt: skip
def test_no_link_of_ours_leads_elsewhere(address: str, house: Web) -> None:
    assert local(address) == "/"
    answer = house.get("/language/en", house.reader(), query_string={"to": address})
    assert answer.headers["Location"] == "/"


def test_everything_the_pages_say_is_said_in_english_too() -> None:
    english = words.english()
    missing = sorted({text for _, _, text in words.said() if not (english.get(text) and english.get(text).string)})  # type: ignore[union-attr]
    assert not missing, "add to translations/en.po of the area:\n" + "\n".join(
        f'msgid "{text}"\nmsgstr ""\n' for text in missing
    )


def test_a_text_that_comes_as_a_variable_is_neither_markup_nor_a_format(house: Web) -> None:
    with house.app.test_request_context():
        shown = render_template_string("{{ _(it) }}|{{ _('共 %(n)s 条', n=it) }}", it="<b>100%</b>")
    assert shown == "&lt;b&gt;100%&lt;/b&gt;|共 &lt;b&gt;100%&lt;/b&gt; 条"


def test_a_percent_sign_is_doubled_only_where_something_is_put_in() -> None:
    wrong = [text for _, _, text in words.said() if "%%" in text and not re.search(r"%\(\w+\)s", text)]
    assert wrong == []


def test_a_page_that_is_not_there_says_so_in_the_same_frame(house: Web) -> None:
    answer = house.get("/no-such-page")
    assert answer.status_code == 404
    assert 'id="content"' in answer.text


def _view(app: Flask, endpoint: str) -> Callable[..., Any]:
    return app.view_functions[endpoint]
