"""From what the portal knows to the bytes of its pages. No clock, no disk: equal entries give equal pages."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from catalog.datasets.licences import LICENCES
from catalog.derive import dictionary
from catalog.folder import words
from catalog.folder.entry import Entry
from catalog.folder.preview import Preview
from catalog.model import Audience, Column
from catalog.release import Release, Resource, Role

if TYPE_CHECKING:
    import jinja2

EXTENSION = {"zh": "", "en": "en/"}
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{2,20}")


@dataclass(frozen=True, slots=True)
class Bar:
    """One dimension of quality: ``score`` in per cent, or None where it was not evaluated."""

    name: str
    note: str
    score: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """A version in the history. ``files`` is empty where this site has none of its files."""

    release: Release
    is_current: bool
    files: tuple[Resource, ...]


def pages_of(entry: Entry, preview: Preview | None, stocked: Callable[[Release], bool]) -> dict[str, bytes]:
    """Both pages of a dataset, the English one first: the Chinese page, which readers come to, links to it."""
    template = "dataset.html" if entry.current else "gone.html"
    lines = tuple(
        Line(release, release is entry.current, release.resources if stocked(release) else ())
        for release in entry.releases
    )
    return {
        f"{EXTENSION[language]}datasets/{entry.id}/index.html": _render(
            template,
            language,
            f"datasets/{entry.id}/index.html",
            entry=entry,
            dataset=entry.dataset,
            release=entry.current,
            lines=lines,
            preview=preview,
            labels={column.name: _pick(column, language=language) for column in entry.dataset.columns},
            dictionary=dictionary.rows(entry.dataset) if entry.current else (),
            quality=_bars(entry, language),
        )
        for language in reversed(words.LANGUAGES)
    }


def front_pages(entries: Sequence[Entry], extra: Sequence[str]) -> dict[str, bytes]:
    """The about pages and then the index pages, the Chinese index last; ``extra`` names further files to link."""
    living = [entry for entry in entries if entry.current]
    facts: dict[str, Any] = {
        "groups": _groups(living),
        "gone": [entry for entry in entries if not entry.current],
        "extra": tuple(extra),
        "publishers": tuple({e.dataset.publisher.zh: e.dataset.publisher for e in entries}.values()),
        "total_rows": sum(e.current.rows for e in living if e.current and e.dataset.is_open),
        "total_files": sum(len(_data_files(e.current)) for e in living if e.current),
        "latest": max((e.current.as_of for e in living if e.current), default=None, key=words.in_china),
    }
    return {
        f"{EXTENSION[language]}{page}": _render(page, language, page, **facts)
        for page in ("about.html", "index.html")
        for language in reversed(words.LANGUAGES)
    }


def static_files() -> dict[str, bytes]:
    """Style and icon, copied beside the pages."""
    folder = files("catalog.folder") / "static"
    return {f"static/{name}": (folder / name).read_bytes() for name in ("style.css", "icon.svg")}


@cache
def _environment() -> jinja2.Environment:
    # Loaded for pages, which few commands make.
    import jinja2

    folder = str(files("catalog.folder") / "templates")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        finalize=lambda value: words.clean(value) if type(value) is str else value,
    )
    environment.filters.update(thousands=words.count, size=words.size, share=words.share, path=urllib.parse.quote)
    environment.filters.update(iso=lambda at: words.in_china(at).isoformat())
    environment.tests["web"] = _is_web
    environment.tests["email"] = lambda text: bool(_EMAIL.fullmatch(text))
    environment.tests["phone"] = lambda text: bool(_PHONE.fullmatch(text))
    environment.tests["open"] = lambda dataset: dataset.audience is Audience.PUBLIC
    return environment


def _render(template: str, language: str, page: str, **facts: Any) -> bytes:
    other = next(tag for tag in words.LANGUAGES if tag != language)
    up = "../" * (EXTENSION[language] + page).count("/")
    text = (
        _environment()
        .get_template(template)
        .render(
            w=words.page_words(language),
            lang=language,
            tag=words.TAGS[language],
            other_tag=words.TAGS[other],
            up=up,
            home=up + EXTENSION[language],
            twin=up + EXTENSION[other] + page,
            pick=partial(_pick, language=language),
            label=partial(_label, language=language),
            moment=partial(_moment, language=language),
            licence=LICENCES.get,
            data_files=_data_files,
            other_files=_other_files,
            treated=_treated,
            **facts,
        )
    )
    return text.encode("utf-8", "replace")


def _pick(thing: object, name: str = "", *, language: str) -> Any:
    """The text of a thing in the page's language: its field ``name_zh`` or ``zh``; Chinese where English is empty."""
    stem = f"{name}_" if name else ""
    return getattr(thing, stem + language) or getattr(thing, f"{stem}zh")


def _label(section: str, key: str, *, language: str) -> str:
    return words.label(section, key, language)


def _moment(at: Any, *, language: str) -> str:
    return words.moment(at, language)


def _is_web(text: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and text.isprintable() and " " not in text


def _data_files(release: Release) -> tuple[Resource, ...]:
    return tuple(resource for resource in release.resources if resource.role is Role.DATA)


def _other_files(release: Release) -> tuple[Resource, ...]:
    return tuple(resource for resource in release.resources if resource.role is not Role.DATA)


def _treated(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if column.treatment.name != "keep"]


def _groups(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.dataset.domain, []).append(entry)
    return sorted(found.items())


def _bars(entry: Entry, language: str) -> tuple[Bar, ...]:
    scores: Mapping[str, float] = entry.current.quality if entry.current else {}
    table = words.tables()["quality"]
    known = [
        Bar(table[key][language], table[key][f"note_{language}"], scores.get(key, scores.get(table[key]["zh"])))
        for key in words.DIMENSIONS
    ]
    named = {*words.DIMENSIONS, *(table[key]["zh"] for key in words.DIMENSIONS)}
    return (*known, *(Bar(key, "", score) for key, score in sorted(scores.items()) if key not in named))
