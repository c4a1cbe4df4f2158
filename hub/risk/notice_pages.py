"""What people read of notices: the list, a page's facts, the PDF and the feed; published ones only."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from sqlalchemy import Connection

from agreements.calendar import CHINA
from catalog.codes import code_list
from exporters.rules.notices import Channel, Notice, Part, page, rss
from exporters.rules.notices.guards import concerns
from exporters.rules.notices.page import KINDS
from hub.state.notices import PUBLISHED, Filed, all_filed, filed

CURRENT: Final = "current"
UPDATED: Final = "updated"
CANCELLED: Final = "cancelled"


@dataclass(frozen=True, slots=True)
class NoticePage:
    """A published notice for a page: ``kind`` in both languages, its parts, and how it stands today.

    ``standing`` is current, updated or cancelled; ``by`` the number of the notice that did so, "" for none.
    """

    notice: Notice
    kind: tuple[str, str]
    parts: tuple[Part, ...]
    standing: str
    by: str


def published(connection: Connection, region: str = "", state: str = PUBLISHED) -> list[Notice]:
    """Published (or archived) notices, newest first: all, or those that concern a region or a place in it."""
    every = (one.notice for one in all_filed(connection, state))
    return [one for one in every if not region or any(concerns(area.code, region) for area in one.areas)]


def notice_page(connection: Connection, number: str) -> NoticePage | None:
    """The facts of a notice's page; None when no published notice has this number."""
    found = filed(connection, number)
    if found is None or not found.is_out:
        return None
    return NoticePage(found.notice, KINDS[found.notice.kind], page(found.notice), *standing(found))


def standing(found: Filed) -> tuple[str, str]:
    """How a published notice stands, and the notice that updated or cancelled it."""
    if found.cancelled_by:
        return CANCELLED, found.cancelled_by
    return (UPDATED, found.updated_by) if found.updated_by else (CURRENT, "")


def feed(connection: Connection, address: str, region: str = "") -> bytes:
    """RSS 2.0 of the published notices; ``address`` is the API's own public one."""
    notices = f"{address.rstrip('/')}/api/v1/notices"
    name = code_list("gbt2260").entries[region][0] if region in code_list("gbt2260").entries else ""
    own = f"{notices}/feed.rss" + (f"?region={region}" if region else "")
    title = "工业产品质量安全消费提示 Product safety notices" + (f" · {name}" if name else "")
    return rss(published(connection, region), Channel(title, notices, own, f"{notices}/"))


def pdf(notice: Notice, pictures: Sequence[bytes] = ()) -> bytes:
    """The notice on A4 with Chinese type, its pictures (JPEG) at the end; equal notices give equal bytes."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Image, Paragraph, SimpleDocTemplate, Spacer

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle("text", fontName="STSong-Light", fontSize=11, leading=18, wordWrap="CJK")
    head = ParagraphStyle("head", parent=style, fontSize=12.5, leading=20, spaceBefore=8)
    title = ParagraphStyle("title", parent=style, fontSize=17, leading=26, alignment=1)
    room = io.BytesIO()
    name = f"{notice.notice_no} {KINDS[notice.kind][1]}"
    document = SimpleDocTemplate(room, pagesize=A4, title=name, invariant=1, author="")
    day = f"{notice.sent.astimezone(CHINA):%Y年%-m月%-d日}"
    story = [Paragraph(escape(notice.title), title), Spacer(1, 6)]
    story.append(Paragraph(escape(f"{notice.issuer.name} · {day} · {KINDS[notice.kind][0]} {notice.notice_no}"), style))
    for part in page(notice):
        story.append(Paragraph(escape(f"{part.zh} {part.en}"), head))
        lines = [f"{at}. {line}" if part.numbered else line for at, line in enumerate(part.lines, 1)]
        story += [Paragraph(escape(line), style) for line in lines]
    story += [Image(io.BytesIO(one), width=400, height=300, kind="proportional") for one in pictures]
    document.build(story)
    return room.getvalue()
