"""Pages that explain: about, terms, privacy, accessibility, and the showcase of uses."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from flask import render_template

from catalog.errors import SettingsError
from catalog.typed import converted
from hub.api.process.context import here
from hub.web.doors import openly
from hub.web.public.area import pages
from hub.web.public.shelf import shelf


@dataclass(frozen=True, slots=True)
class Use:
    """One use of open data, told by who made it: title, maker, what it is, its address, and the datasets it uses."""

    zh: str
    who: str
    what_zh: str
    en: str = ""
    what_en: str = ""
    url: str = ""
    datasets: tuple[str, ...] = ()


@pages.page("/about")
@openly
def about() -> str:
    """What this site is."""
    return render_template("public/about.html")


@pages.page("/terms")
@openly
def terms() -> str:
    """On which terms data may be used."""
    return render_template("public/terms.html")


@pages.page("/privacy")
@openly
def privacy() -> str:
    """What this site knows of its readers."""
    publishers = {one.dataset.publisher.zh: one.dataset.publisher for one in shelf().values()}
    return render_template("public/privacy.html", publishers=publishers.values())


@pages.page("/accessibility")
@openly
def accessibility() -> str:
    """How the pages can be used, and what is not yet as it should be."""
    return render_template("public/accessibility.html")


@pages.page("/showcase")
@openly
def showcase() -> str:
    """Uses of the data that the bureau shows."""
    place = here().settings.showcase
    return render_template("public/showcase.html", uses=uses_of(place) if place else (), shelf=shelf())


@cache
def uses_of(place: Path) -> tuple[Use, ...]:
    """The uses in a TOML file (``[[use]]``). SettingsError when it cannot be read as such, without quoting it."""
    try:
        body = tomllib.loads(place.read_text(encoding="utf-8"))
        found = converted(body.get("use", []), tuple[Use, ...])
    except (OSError, ValueError, msgspec.ValidationError):
        raise SettingsError(
            "The file of HUB_SHOWCASE cannot be read.", todo="See docs/pages.md for its form."
        ) from None
    if any(one.url and urlsplit(one.url).scheme not in {"http", "https"} for one in found):
        raise SettingsError("An address in the file of HUB_SHOWCASE is no web address.", todo="Use http or https.")
    return found
