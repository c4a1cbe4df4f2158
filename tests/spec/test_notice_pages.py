"""Notices as people read them: parts of a page, RSS for readers of feeds, PDF with Chinese type."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

import feedparser
import pytest

from exporters.rules.notices import (
    Channel,
    Heard,
    Kind,
    Level,
    Message,
    Notice,
    cap_xml,
    drafted,
    faults,
    page,
    rss,
    text_of,
)
from hub.papers.agreement_pdf import pages_of
from hub.risk import notice_pages
from hub.risk.impersonal import findings
from hub.risk.notices import words
from tests.spec.notice_cases import BUREAU, EARLIER, NAMED, NOTICE, NOW
from tests.spec.test_notices import NOTICES

CHANNEL = Channel(
    "提示", "https://hub.example.org/n", "https://hub.example.org/n/feed.rss", "https://hub.example.org/n/"
)
ATOM = "{http://www.w3.org/2005/Atom}"


def _feed(*notices: Notice) -> ET.Element:
    root = ET.fromstring(rss(notices, CHANNEL))
    assert (root.tag, root.get("version"), len(root)) == ("rss", "2.0", 1)
    return root[0]


def _text(element: ET.Element, name: str) -> str:
    found = element.find(name)
    assert found is not None, name
    return found.text or ""


def test_a_feed_holds_what_rss_asks_for() -> None:
    channel = _feed(*NOTICES.values())
    assert all(_text(channel, name) for name in ("title", "link", "description", "language", "lastBuildDate"))
    link = channel.find(f"{ATOM}link")
    assert link is not None
    assert (link.get("rel"), link.get("type"), link.get("href")) == ("self", "application/rss+xml", CHANNEL.feed)
    for item in channel.findall("item"):
        assert _text(item, "link").startswith("https://")
        assert parsedate_to_datetime(_text(item, "pubDate")) == NOTICE.sent
        guid = item.find("guid")
        assert guid is not None
        assert guid.get("isPermaLink") == "false"


def test_a_reader_of_feeds_that_is_not_ours_takes_it_without_complaint() -> None:
    read = feedparser.parse(rss(list(NOTICES.values()), CHANNEL))
    assert (read.bozo, read.version) == (False, "rss20")
    assert read.feed.title == CHANNEL.title
    assert len(read.entries) == len(NOTICES)
    assert {entry.title for entry in read.entries} >= {NOTICE.title, "【撤销】" + NOTICE.title}
    assert all(entry.published_parsed and entry.id.startswith("urn:notice:") for entry in read.entries)
    assert {tag.term for tag in read.entries[0].tags if tag.scheme == "GB/T 2260"} == {"370102"}


def test_an_empty_feed_is_a_feed() -> None:
    assert not _feed().findall("item")


def test_the_newest_comes_first_and_an_update_says_so() -> None:
    later = replace(NOTICE, message=Message.UPDATE, references=(EARLIER,), notice_no="370100-2026-X-0002")
    titles = [_text(item, "title") for item in _feed(NOTICE, later).findall("item")]
    assert titles == [f"【更新】{NOTICE.title}", NOTICE.title]


def test_markup_and_characters_that_xml_forbids_do_no_harm() -> None:
    (item,) = _feed(replace(NOTICE, title="<b>\x00\x0b&")).findall("item")
    assert _text(item, "title") == "<b>&"


def test_a_page_names_no_producer_while_facts_are_open() -> None:
    told = [line for part in page(replace(NAMED, facts_closed=False)) for line in part.lines]
    assert NAMED.producer not in "".join(told)
    assert NAMED.producer in "".join(line for part in page(NAMED) for line in part.lines)


@pytest.mark.parametrize("name", NOTICES)
def test_every_part_of_a_page_has_lines_and_both_languages(name: str) -> None:
    parts = page(NOTICES[name])
    assert all(part.zh and part.en and all(part.lines) for part in parts)
    assert {"危害", "依据", "风险等级", "影响区域", "反馈渠道"} <= {part.zh for part in parts}


def test_the_pdf_says_what_the_page_says_and_is_the_same_each_time() -> None:
    made = notice_pages.pdf(replace(NOTICES["recall"], level=Level.SERIOUS))
    assert made == notice_pages.pdf(replace(NOTICES["recall"], level=Level.SERIOUS))
    text = "".join("".join(pages_of(made)).split())
    assert NOTICE.notice_no in text
    for part in page(NOTICES["recall"]):
        assert "".join(part.zh.split()) in text


PRODUCTS = (
    ("燃气器具", "家用燃气灶具"), ("电线电缆", "聚氯乙烯绝缘电线"), ("儿童用品", "儿童滑板车"), ("电动自行车", "电动自行车"),
    ("建筑材料", "瓷质砖"), ("家用电器", "电热毯"), ("消防产品", "手提式灭火器"), ("老年用品", "老年鞋"),
)  # fmt: skip


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(("category", "product"), PRODUCTS)
def test_a_draft_from_a_template_is_sound_and_says_nothing_that_the_scan_stops(
    kind: Kind, category: str, product: str
) -> None:
    heard = Heard(product, category, Level.HIGH, 5, 2, 1, ("灼伤", "触电"), 30)
    recall = NOTICES["recall"].recall if kind is Kind.RECALL else None
    made = drafted(heard, kind, BUREAU, NOTICE.areas, "12315", NOW, recall)
    numbered = replace(made, notice_no=f"370100-2026-{kind}-0001")
    assert faults(numbered) == ()
    assert findings(words(numbered)) == ()
    assert product in numbered.title
    assert "投诉和舆情5件、伤害事件2起" in text_of(numbered) or recall


def test_the_template_fits_the_product() -> None:
    of = {product: drafted(Heard(product, category, Level.LOW, 0, 0, 1, (), 30), Kind.TIP, BUREAU, NOTICE.areas, "12315", NOW)
          for category, product in PRODUCTS}  # fmt: skip
    assert "熄火保护" in "".join(of["家用燃气灶具"].buying)
    assert "楼道" in "".join(of["电动自行车"].using)
    assert of["儿童滑板车"].exposed == ("儿童", "监护人")
    assert of["瓷质砖"].exposed == ("消费者",)


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("hazard", "刘某某购买后触电。", ("hazard:PERSON",)),  # only likely: the balanced scan passes it
        ("hazard", "张小泉牌剪刀断裂，方圆牌压力锅漏气。", ()),
        ("contact", "12315；0531-88880000；示例市市场监督管理局", ()),
        ("contact", "欧阳娜 13912345678", ("contact:MOBILE", "contact:PERSON")),
        ("hotline", "13912345678", ()),
        ("standards", "李建国标准", ("standards:PERSON",)),
    ],
)
def test_the_scan_looks_for_what_is_likely_and_knows_brands_and_offices(
    field: str, text: str, told: tuple[str, ...]
) -> None:
    assert findings({**words(NOTICE), field: text}) == told


def test_a_message_of_utc_is_told_as_cap_tells_it() -> None:
    told = cap_xml(replace(NOTICE, sent=NOW.astimezone(UTC))).decode()
    assert "<sent>2026-03-02T01:00:00-00:00</sent>" in told
