"""Quality: the six dimensions of GB/T 36344 of each dataset, from version to version."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template

from catalog.folder.words import DIMENSIONS
from catalog.model import Dataset
from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.state.releases import Sealed, releases_of
from hub.web.house.area import ask, of_house, pages
from hub.web.words import label


@dataclass(frozen=True, slots=True)
class Trend:
    """A dataset's releases, oldest first; None for a dimension that was not measured."""

    dataset: Dataset
    releases: tuple[Sealed, ...]

    def scores(self, dimension: str) -> list[float | None]:
        """The dimension's scores, of 100, one a release."""
        return [one.release.quality.get(dimension) for one in self.releases]

    def change(self, dimension: str) -> float | None:
        """Points gained or lost since the release before the last."""
        last = self.scores(dimension)[-2:]
        return last[1] - last[0] if len(last) == 2 and last[0] is not None and last[1] is not None else None


@pages.page("/house/quality")
@of_house
def quality() -> str:
    """The last scores of all datasets, with what changed since the version before."""
    trends = [_trend(dataset) for dataset in here().datasets.values()]
    return render_template("house/quality.html", trends=trends, dimensions=DIMENSIONS)


@pages.page("/house/quality/<name>", name="quality_one")
@of_house
def quality_of(name: str) -> str:
    """One dataset's scores over all its versions."""
    dataset = here().datasets.get(name)
    if dataset is None:
        raise Refused("not-found")
    trend = _trend(dataset)
    return render_template("house/quality_one.html", trend=trend, dimensions=DIMENSIONS, chart=_chart(trend))


def _chart(trend: Trend) -> dict[str, object]:
    measured = [one for one in DIMENSIONS if any(score is not None for score in trend.scores(one))]
    series = [{"name": label("quality", one), "values": trend.scores(one)} for one in measured]
    return {"names": [str(one.release.version) for one in trend.releases], "series": series}


def _trend(dataset: Dataset) -> Trend:
    found = ask(lambda connection: releases_of(connection, dataset.id))
    return Trend(dataset, tuple(sorted(found, key=lambda one: one.release.version)))
