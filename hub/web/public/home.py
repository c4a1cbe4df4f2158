"""The first page, and the search over everything that is public."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from catalog.identifiers.trace_codes import Scheme, scheme_of
from hub.web.doors import openly
from hub.web.paging import page_of
from hub.web.public import notices
from hub.web.public.area import pages
from hub.web.public.shelf import matching, shelf

_LONGEST = 200
_NEWEST = 6
_NOTICES = 5


@pages.page("/")
@openly
def home() -> str:
    """What there is, and where to look for it."""
    shown = list(shelf().values())
    newest = sorted(shown, key=lambda one: one.sealed.sealed_at, reverse=True)
    return render_template(
        "public/home.html",
        count=len(shown),
        rows=sum(one.sealed.release.rows for one in shown if one.dataset.is_open),
        files=sum(
            1 for one in shown if one.dataset.is_open for file in one.sealed.release.resources if file.rows is not None
        ),
        latest=max((one.as_of for one in shown), default=None),
        newest=newest[:_NEWEST],
        notices=notices.newest(_NOTICES),
    )


@pages.page("/search")
@openly
def search() -> str | Response:
    """Datasets and notices that have all the words; a trace code leads to its own page."""
    asked = request.args.get("q", "").strip()[:_LONGEST]
    if asked and looks_like_code(asked):
        return redirect(url_for("public.trace", code=asked), 303)
    found = matching(asked, shelf().values()) if asked else []
    told = [one for one in notices.published() if notices.says(one, asked)] if asked else []
    return render_template("public/search.html", asked=asked, page=page_of(found), notices=told[:20])


def looks_like_code(text: str) -> bool:
    """Whether a text is a trace code that is known by its form; 数字身份码 has none, and may be any word."""
    return scheme_of(text) in {Scheme.GTIN, Scheme.GS1, Scheme.ECODE, Scheme.CCC}
