"""Datasets and schedules: what is declared, when it runs, how the last window and the last run went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import render_template

from catalog.derive.dictionary import rows as dictionary_rows
from catalog.model import Dataset
from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.state import overview
from hub.state.overview import Window
from hub.state.releases import releases_of
from hub.state.runs import Run
from hub.timetable.schedule import trigger
from hub.web.house.area import ask, ends_of, of_house, pages


@dataclass(frozen=True, slots=True)
class Line:
    """A dataset with its next window, its latest one, its latest run and how that ended; None where there is none."""

    dataset: Dataset
    next_at: datetime | None
    window: Window | None
    run: Run | None
    end: str


@pages.page("/house/datasets")
@of_house
def datasets() -> str:
    """All declared datasets and their schedules."""
    return render_template("house/datasets.html", lines=lines())


@pages.page("/house/datasets/<name>", name="datasets_one")
@of_house
def dataset(name: str) -> str:
    """One dataset: its declaration, its columns and how each is treated, its versions."""
    found = here().datasets.get(name)
    if found is None:
        raise Refused("not-found")
    (line,) = (one for one in lines() if one.dataset is found)
    releases = ask(lambda connection: releases_of(connection, name))
    return render_template("house/dataset.html", line=line, columns=dictionary_rows(found), releases=releases)


def lines() -> list[Line]:
    """All datasets as they stand at this moment."""
    windows = ask(overview.windows)
    runs = ask(overview.newest_runs)
    ends = ask(lambda connection: ends_of(connection, list(runs.values())))
    every = here().datasets.values()
    return [
        Line(one, next_window(one), windows.get(one.id), run := runs.get(one.id), ends[run.id] if run else "")
        for one in every
    ]


def next_window(dataset: Dataset) -> datetime | None:
    """When the scheduler will run the dataset next; None when it runs by hand only."""
    if not dataset.cron:
        return None
    found: datetime | None = trigger(dataset.cron, here().settings.timezone).get_next_fire_time(None, here().now())
    return found
