"""The list of datasets with its filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from flask import render_template, request

from catalog.codes import region_name
from hub.web.doors import openly
from hub.web.paging import page_of
from hub.web.public.area import pages
from hub.web.public.shelf import Shown, matching, shelf
from hub.web.words import N_, label, pick

_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter: its name in the address, its title, the value of a dataset, and how a value is called."""

    name: str
    title: str
    values: Callable[[Shown], Iterable[str]]
    called: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Offer:
    """One value of a filter, how many datasets have it, and whether it is chosen."""

    value: str
    text: str
    count: int
    chosen: bool


FACETS: Final = (
    Facet("theme", N_("所属领域"), lambda one: (one.dataset.domain,), lambda value: label("domain", value)),
    Facet("openness", N_("开放属性"), lambda one: (one.dataset.audience,), lambda value: label("audience", value)),
    Facet("format", N_("文件格式"), lambda one: one.dataset.formats if one.dataset.is_open else (), str.upper),
    Facet("frequency", N_("更新频率"), lambda one: (one.dataset.frequency,), lambda value: label("frequency", value)),
    Facet(
        "region", N_("行政区划"), lambda one: (one.dataset.publisher.region,), lambda value: region_name(value) or value
    ),
)
SORTS: Final = {"new": N_("最近更新"), "name": N_("名称"), "rows": N_("数据量")}


@pages.page("/datasets")
@openly
def datasets() -> str:
    """Published datasets that have the words and the chosen values of each filter."""
    asked = request.args.get("q", "").strip()[:_LONGEST]
    chosen = {facet.name: set(request.args.getlist(facet.name)[:50]) for facet in FACETS}
    said = matching(asked, shelf().values())
    found = [one for one in said if all(_has(one, facet, chosen[facet.name]) for facet in FACETS)]
    by = request.args.get("by", "new" if not asked else "")
    return render_template(
        "public/datasets.html",
        asked=asked,
        facets=[(facet, _offers(facet, said, chosen)) for facet in FACETS],
        sorts=SORTS,
        by=by,
        filtered=any(chosen.values()),
        page=page_of(_sorted(found, by)),
    )


def _has(one: Shown, facet: Facet, wanted: set[str]) -> bool:
    return not wanted or not wanted.isdisjoint(facet.values(one))


def _offers(facet: Facet, said: list[Shown], chosen: dict[str, set[str]]) -> list[Offer]:
    """Values with the number of datasets that choosing them would leave, the other filters as they are."""
    others = [one for one in said if all(_has(one, each, chosen[each.name]) for each in FACETS if each is not facet)]
    counts = Counter(value for one in others for value in facet.values(one))
    values = sorted({*counts, *(chosen[facet.name] & {v for one in said for v in facet.values(one)})})
    return [Offer(value, facet.called(value), counts[value], value in chosen[facet.name]) for value in values]


def _sorted(found: list[Shown], by: str) -> list[Shown]:
    if by == "new":
        return sorted(found, key=lambda one: one.sealed.sealed_at, reverse=True)
    if by == "rows":
        return sorted(found, key=lambda one: -one.sealed.release.rows)
    if by == "name":
        return sorted(found, key=lambda one: str(pick(one.dataset)))
    return found
