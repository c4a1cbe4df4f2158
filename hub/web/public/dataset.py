"""One dataset: what it holds, how good it is, how to take it, check it and ask for it by program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from catalog.derive import dictionary
from catalog.folder import words as folder_words
from catalog.folder.preview import Preview
from catalog.folder.preview import read as read_preview
from catalog.release import Release, Resource, Role
from hub.api.data import datasets as api
from hub.api.data import rows
from hub.api.data.records import verified
from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.db.engine import reading
from hub.marking.downloads import is_marked
from hub.parts import shown_on_portal
from hub.state.releases import Sealed, releases_of
from hub.web.doors import openly
from hub.web.public.area import pages
from hub.web.public.pictures import Picture, pictures
from hub.web.public.shelf import Shown, shelf
from hub.web.public.statistics import saw
from hub.web.words import language

_STATES: Final = ("current", "superseded", "withdrawn")


@dataclass(frozen=True, slots=True)
class Bar:
    """One dimension of quality in per cent, None where it was not evaluated."""

    name: str
    note: str
    score: float | None


@pages.page("/datasets/<name>")
@openly
def dataset(name: str) -> str:
    """The page of a dataset."""
    shown = _shown(name)
    saw(name)
    release = shown.sealed.release
    region, time = _pictures(shown)
    return render_template(
        "public/dataset.html",
        shown=shown,
        dataset=shown.dataset,
        release=release,
        versions=_versions(name),
        data=[one for one in release.resources if one.role is Role.DATA],
        more=[one for one in release.resources if one.role is not Role.DATA],
        is_marked=is_marked,
        dictionary=dictionary.rows(shown.dataset),
        quality=_quality(release),
        preview=_preview(shown),
        labels={column.name: column for column in shown.dataset.columns},
        by_region=region,
        by_time=time,
        treated=[one for one in shown.dataset.columns if one.treatment.name != "keep"],
        address=here().settings.api_address,
        example=_example(release),
    )


@pages.page("/datasets/<name>/v<int:version>/<file>")
@openly
def dataset_file(name: str, version: int, file: str) -> Any:
    """A file of a release; data comes as a copy marked for this download."""
    _shown(name)
    return api.file({"download": request.args.get("download", "")[:64]}, name, version, file)


@pages.page("/r/<token>")
@openly
def record(token: str) -> str:
    """Whether a record is the hub's and stands unchanged; what it says is not shown."""
    return render_template("public/record.html", found=verified(token))


@pages.page("/records")
@openly
def records() -> str | Response:
    """A record's address, pasted."""
    asked = request.args.get("address", "").strip()[:400]
    if asked:
        token = asked.rstrip("/").rpartition("/")[2]
        return redirect(url_for("public.record", token=token or "-"), 303)
    return render_template("public/records.html")


def _shown(name: str) -> Shown:
    found = shelf().get(name)
    if found is None:
        # What once stood here says so; its name alone is told.
        raise Refused("gone" if name in here().datasets and _withdrawn(name) else "not-found")
    return found


def _withdrawn(name: str) -> bool:
    return shown_on_portal(here().datasets[name]) and any(one.state == "withdrawn" for one in _versions(name))


def _versions(name: str) -> list[Sealed]:
    def read() -> list[Sealed]:
        with reading(here().parts.engine) as connection:
            return releases_of(connection, name, _STATES)

    return here().known.get(("pages", "versions", name), read)


def _preview(shown: Shown) -> Preview | None:
    """The first rows of the released file; none of what is open on conditions only."""
    if not shown.dataset.is_open:
        return None
    release = shown.sealed.release
    folder = here().parts.releases / shown.id / str(release.version)
    return here().known.get(("pages", "preview", release.name), lambda: read_preview(folder, release))


def _pictures(shown: Shown) -> tuple[Picture | None, Picture | None]:
    release = shown.sealed.release
    if not shown.dataset.is_open:
        return None, None

    def make() -> tuple[Picture | None, Picture | None]:
        try:
            return pictures(shown.dataset, rows.released(shown.id, release.version))
        except Refused:
            return None, None

    return here().known.get(("pages", "pictures", release.name), make)


def _quality(release: Release) -> list[Bar]:
    table = folder_words.tables()["quality"]
    scores = release.quality
    said = language()
    return [
        Bar(table[key][said], table[key][f"note_{said}"], scores.get(key, scores.get(table[key]["zh"])))
        for key in folder_words.DIMENSIONS
    ]


def _example(release: Release) -> Resource | None:
    data = [one for one in release.resources if one.role is Role.DATA]
    return next((one for one in data if one.format.lower() == "csv"), data[0] if data else None)
