"""Published notices: the list with its filters, each on a page of its own, as PDF, and as RSS by region."""

from __future__ import annotations

from typing import Final

from flask import Response, render_template, request

from catalog.codes import code_list, region_name
from exporters.rules.notices import Channel, Kind, Level, Notice, rss
from exporters.rules.notices.guards import concerns
from exporters.rules.notices.page import KINDS, LEVELS
from hub.api.guard.reach import saw
from hub.api.process.context import here
from hub.api.views.notices import told_file
from hub.api.wire.problems import Refused
from hub.db.engine import reading
from hub.risk import enclosures, notice_pages
from hub.risk.notice_pages import NoticePage
from hub.state.notices import ARCHIVED, PUBLISHED, filed
from hub.web.doors import openly
from hub.web.paging import page_of
from hub.web.public.area import pages
from hub.web.words import language

_RSS: Final = "application/rss+xml; charset=utf-8"


@pages.page("/notices")
@openly
def notices() -> str:
    """Published notices, by region, kind and words."""
    region = request.args.get("region", "")[:6]
    kind = request.args.get("kind", "")[:1]
    words = request.args.get("q", "").strip()[:200]
    archived = request.args.get("archived", "") == "1"
    found = [
        one
        for one in published(ARCHIVED if archived else PUBLISHED)
        if (not region or any(concerns(area.code, region) for area in one.areas))
        and (not kind or one.kind == kind)
        and says(one, words)
    ]
    return render_template(
        "public/notices.html",
        page=page_of(found),
        regions=_regions(),
        kinds=[(str(one), kind_of(one)) for one in Kind],
        level_of=level_of,
        kind_of=kind_of,
        asked={"region": region, "kind": kind, "q": words, "archived": "1" if archived else ""},
    )


@pages.page("/notices/<number>")
@openly
def notice(number: str) -> str:
    """One notice."""
    found = _found(number)
    saw(found.notice.notice_no, "page")
    return render_template("public/notice.html", found=found, level_of=level_of, kind_of=kind_of)


@pages.page("/notices/<number>/notice.pdf")
@openly
def notice_pdf(number: str) -> Response:
    """The notice on paper."""
    found = _found(number)
    with reading(here().parts.engine) as connection:
        one = filed(connection, found.notice.notice_no)
        pictures = [data for _, data in enclosures.pictures_of(connection, one)] if one else []
    saw(found.notice.notice_no, "pdf")
    made = Response(notice_pages.pdf(found.notice, pictures), content_type="application/pdf")
    made.headers["Content-Disposition"] = "inline; filename=notice.pdf"
    return made


@pages.page("/notices/<number>/files/<name>")
@openly
def notice_file(number: str, name: str) -> Response:
    """A picture or paper that goes with the notice."""
    found = _found(number)
    with reading(here().parts.engine) as connection:
        one = filed(connection, found.notice.notice_no)
        told = told_file(enclosures.file_of(connection, one, name[:120]) if one else None)
    saw(found.notice.notice_no, "file")
    return told


@pages.page("/notices/feed.rss")
@openly
def notice_feed() -> Response:
    """The newest notices, of all places or those that concern one, for feed readers."""
    region = request.args.get("region", "")
    entries = code_list("gbt2260").entries
    known = region if region in entries else ""
    base = here().settings.api_address
    own = f"{base}/notices/feed.rss" + (f"?region={known}" if known else "")
    title = "工业产品质量安全消费提示 Product safety notices" + (f" · {entries[known][0]}" if known else "")
    with reading(here().parts.engine) as connection:
        told = notice_pages.published(connection, known)
    saw(known, "rss")
    return Response(rss(told, Channel(title, f"{base}/notices", own, f"{base}/notices/")), content_type=_RSS)


def published(state: str = PUBLISHED) -> list[Notice]:
    """All published (or archived) notices, newest first."""
    with reading(here().parts.engine) as connection:
        return notice_pages.published(connection, state=state)


def newest(most: int) -> list[Notice]:
    """The newest few."""
    return published()[:most]


def says(one: Notice, words: str) -> bool:
    """Whether a notice has every word somewhere."""
    text = " ".join((one.notice_no, one.title, one.category, one.product, one.hazard, *one.codes, *one.to_do)).lower()
    return all(word in text for word in words.lower().split())


def kind_of(kind: Kind) -> str:
    """What kind of notice it is, in the reader's language."""
    zh, en = KINDS[kind]
    return zh if language() == "zh" else en


def level_of(level: Level) -> tuple[str, str]:
    """What a level of risk is called in the reader's language, and its colour."""
    zh, en, colour = LEVELS[level]
    return (f"{zh}风险" if language() == "zh" else f"{en} risk"), colour


def _found(number: str) -> NoticePage:
    with reading(here().parts.engine) as connection:
        found = notice_pages.notice_page(connection, number[:120])
    if found is None:
        raise Refused("not-found")
    return found


def _regions() -> list[tuple[str, str]]:
    """Places that some notice is about, and their provinces."""
    codes = {area.code for one in published() for area in one.areas}
    every = codes | {code[:2] + "0000" for code in codes}
    return [(code, region_name(code) or code) for code in sorted(every)]
