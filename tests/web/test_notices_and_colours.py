"""Notices, colours, showcase and counts of views on the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import polars as pl
import pytest

from catalog.errors import SettingsError
from exporters.rules.notices import Bureau, Notice
from hub.risk import notices as filing
from hub.rules import colour_map
from hub.state.exchange import desk
from hub.state.views import Views, figures
from hub.web.public.about import uses_of
from hub.web.public.colours import tiles_of
from tests.exchange_world import HOUSE, world
from tests.house import NOON
from tests.unit.hub.api.test_notices import DRAFT
from tests.web_world import Web, web, words_of

ISSUER = Bureau("示例省市场监督管理局", HOUSE, "370000")
AREAS = {
    "area_code": ["370100", "370200", "370102", "370103"],
    "level": ["city", "city", "county", "county"],
    "producers": [40, None, 5, None],
    "counted": [10, None, None, None],
    "share": [25.0, None, None, None],
    "colour": ["red", None, "red", None],
    "coloured_as": ["370100", None, "370100", None],
    "withheld": [False, True, True, True],
    "scheme": ["area_colours 2026.1"] * 4,
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Web:
    """A house with a bureau, two published notices and public colours."""
    found = web(tmp_path_factory.mktemp("told"), ("grading", "area-colours"))
    world(found.parts.engine)
    for title, area in (("灶具<b>提示</b>", ("370102", "历下区")), ("头盔提示", ("370200", "青岛市"))):
        _published(found, title, area)
    return found


def test_notices_are_listed_by_region_and_hostile_titles_are_text(told: Web) -> None:
    every = told.get("/notices").text
    assert "灶具&lt;b&gt;提示&lt;/b&gt;" in every
    assert "头盔提示" in every
    here = told.get("/notices?region=370100").text
    assert "灶具" in here
    assert "头盔提示" not in here
    assert "灶具" in told.get("/").text
    assert "灶具" in told.get("/search?q=灶具").text


def test_a_notice_has_a_page_and_a_pdf(told: Web) -> None:
    number = "370000-2026-X-0001"
    page = words_of(told.get(f"/notices/{number}").text)
    assert "点火延迟时燃气积聚" in page
    paper = told.get(f"/notices/{number}/notice.pdf")
    assert paper.data.startswith(b"%PDF")
    assert told.get("/notices/370000-2026-X-0999").status_code == 404


def test_the_feed_is_by_region_and_leads_to_the_pages(told: Web) -> None:
    items = ET.fromstring(told.get("/notices/feed.rss?region=370200").data).findall(".//item")
    assert [one.findtext("title") for one in items] == ["头盔提示"]
    assert str(items[0].findtext("link")).startswith("https://hub.example/notices/")


def test_colours_tell_only_what_may_be_told(told: Web) -> None:
    jinan, qingdao = tiles_of(pl.DataFrame(AREAS))
    assert (jinan.colour, jinan.share, [one.as_above for one in jinan.within]) == ("red", 25.0, [True, False])
    assert (qingdao.colour, qingdao.producers) == (None, None)


def test_the_page_of_colours_shows_the_release_that_readers_have(told: Web) -> None:
    page, made = told.get("/colours").text, colour_map.last(told.parts)
    assert made is not None
    assert str(made.day) in page
    shares = {f"{share:.1f}%" for share in made.areas.filter(pl.col("level") != "all")["share"].drop_nulls()}
    assert shares
    assert all(share in page for share in shares)
    few = pl.any_horizontal(pl.col("producers", "counted").is_between(1, 4))
    assert made.areas.filter(few).is_empty()


def test_views_are_counted_and_nothing_of_who_looked(told: Web) -> None:
    views = Views(told.parts.engine)
    for _ in range(3):
        views.saw("grading", NOON, 0.0)
    views.flush()
    found = figures(told.parts.engine, "2025-01-01")
    assert found.views["grading"] >= 3
    before = found.downloads.get("grading", 0)
    told.get("/datasets/grading/v1/grading.csv")
    assert figures(told.parts.engine, "2025-01-01").downloads["grading"] == before + 1


def test_the_showcase_reads_a_file_and_refuses_other_addresses(tmp_path: Path) -> None:
    place = tmp_path / "uses.toml"
    place.write_text(
        '[[use]]\nzh = "线缆质量指数"\nwho = "示例研究院"\nwhat_zh = "季度指数"\nurl = "https://a.example/"\n'
    )
    assert [one.zh for one in uses_of(place)] == ["线缆质量指数"]
    bad = tmp_path / "bad.toml"
    bad.write_text('[[use]]\nzh = "x"\nwho = "y"\nwhat_zh = "z"\nurl = "javascript:alert(1)"\n')
    with pytest.raises(SettingsError):
        uses_of(bad)


def _published(found: Web, title: str, area: tuple[str, str]) -> None:
    now = found.parts.clock.now()
    facts: dict[str, Any] = {**DRAFT, "title": title, "areas": [{"code": area[0], "name": area[1]}]}
    facts |= {"issuer": ISSUER, "notice_no": "", "sent": now, "status": "Draft", "message": "Alert", "expires": None}
    made = msgspec.convert(facts, Notice, from_attributes=True)
    with desk(found.parts.engine, now) as at:
        number = filing.draft(at, "op1", made).notice.notice_no
        for kind in ("technical", "legal"):
            filing.review(at, "op2", number, kind)
        filing.publish(at, "op2", number, ISSUER)
