"""The first page."""

from __future__ import annotations

from flask import render_template

from hub.web.doors import openly
from hub.web.public.area import pages


@pages.page("/")
@openly
def home() -> str:
    """What there is, and where to look for it."""
    return render_template("public/home.html")
