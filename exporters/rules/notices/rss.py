"""Notices as RSS 2.0 (RSS Advisory Board, 2.0.11), for everybody or for one region; equal notices give equal bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote
from xml.etree import ElementTree as ET

from catalog.folder.words import clean
from exporters.rules.notices.draft import text_of
from exporters.rules.notices.model import Notice
from exporters.rules.notices.page import KINDS, LEVELS, MESSAGES

ATOM = "http://www.w3.org/2005/Atom"
NEWEST = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Channel:
    """Where the feed and its notices stand: absolute addresses; ``page`` ends where a notice's number follows."""

    title: str
    home: str
    feed: str
    page: str


def rss(notices: Sequence[Notice], channel: Channel) -> bytes:
    """The newest hundred notices, newest first, as UTF-8 XML; updates and cancellations are items of their own."""
    shown = sorted(notices, key=lambda one: (one.sent, one.notice_no), reverse=True)[:NEWEST]
    # ElementTree would write ns0: for a namespace that it does not know by a prefix.
    top = ET.Element("rss", {"version": "2.0", "xmlns:atom": ATOM})
    told = ET.SubElement(top, "channel")
    _add(told, "title", channel.title)
    _add(told, "link", channel.home)
    _add(told, "description", "消费提示、风险提示与召回公告 Consumer tips, risk notices and recalls")
    _add(told, "language", "zh-CN")
    _add(told, "lastBuildDate", format_datetime(shown[0].sent if shown else _EPOCH))
    ET.SubElement(told, "atom:link", {"rel": "self", "type": "application/rss+xml", "href": channel.feed})
    for one in shown:
        _item(ET.SubElement(told, "item"), one, channel)
    ET.indent(top)
    made: bytes = ET.tostring(top, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def _item(item: ET.Element, one: Notice, channel: Channel) -> None:
    doing = "" if one.message == "Alert" else f"【{MESSAGES[one.message][0]}】"
    _add(item, "title", f"{doing}{one.title}")
    _add(item, "link", f"{channel.page}{quote(one.notice_no)}")
    _add(item, "description", text_of(one))
    ET.SubElement(item, "guid", {"isPermaLink": "false"}).text = f"urn:notice:{one.issuer.uscc}:{one.notice_no}"
    _add(item, "pubDate", format_datetime(one.sent))
    for word in (KINDS[one.kind][0], f"风险等级 {one.level} {LEVELS[one.level][0]}", one.category):
        _add(item, "category", word)
    for area in one.areas:
        ET.SubElement(item, "category", {"domain": "GB/T 2260"}).text = area.code


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = clean(text)
