"""What was looked at and taken: views of datasets' pages and downloads, by dataset and month."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import render_template

from agreements.calendar import CHINA
from hub.api.process.context import here
from hub.state.views import Views, figures
from hub.web.doors import openly
from hub.web.public.area import pages
from hub.web.public.shelf import shelf

_DAYS: Final = 365
_EXTENSION: Final = "hub_views"


@pages.page("/statistics")
@openly
def statistics() -> str:
    """The last year, for everybody."""
    context = here()
    since = (context.now().astimezone(CHINA) - timedelta(days=_DAYS)).strftime("%Y-%m-%d")
    found = figures(context.parts.engine, since)
    months = sorted({*found.views_by_month, *found.downloads_by_month})
    lines = sorted(shelf().values(), key=lambda one: -found.downloads.get(one.id, 0))
    shown = {one.id for one in lines}
    return render_template(
        "public/statistics.html",
        since=since,
        found=found,
        lines=lines,
        months=months,
        by_month=[
            [sums.get(month, 0) for month in months] for sums in (found.views_by_month, found.downloads_by_month)
        ],
        views=sum(count for name, count in found.views.items() if name in shown),
        downloads=sum(count for name, count in found.downloads.items() if name in shown),
        records=sum(one.sealed.release.rows for one in lines),
    )


def saw(dataset: str) -> None:
    """Count a view of a dataset's page."""
    context = here()
    _views().saw(dataset, context.now(), context.seconds())


def _views() -> Views:
    from flask import current_app

    found: Views = current_app.extensions.setdefault(_EXTENSION, Views(here().parts.engine))
    return found
