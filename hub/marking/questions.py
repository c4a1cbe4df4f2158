"""Which versions found tables are weighed beside: by the rows they show and the copies that their tokens claim.

Every table belongs to the dataset of which it shows most. Of that dataset the version is asked that fits best, and
others that fit nearly as well or whose copies are claimed, as copies of several releases may have been merged. No key
plays a part in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Place: TypeAlias = tuple[str, int]
"""A dataset and its version."""
_MOST_VERSIONS: Final = 32
_NEARLY: Final = 0.5


@dataclass(frozen=True, slots=True)
class Met:
    """What a table shows of a version: cells and rows of it, and tokens that claim one of its copies."""

    agreeing: int
    claims: int

    @property
    def total(self) -> int:
        return self.agreeing + self.claims


def questions(met: Mapping[Place, Sequence[Met]]) -> list[tuple[Place, list[int]]]:
    """Versions to ask about, what fits best first, each with the numbers of the tables that belong to its dataset.

    ``met`` tells of each version what every table shows of it. Where no table shows anything, one version is asked
    about all of them.
    """
    tables = range(max(map(len, met.values())))
    best = {n: max(met, key=lambda place: (met[place][n].total, place)) for n in tables}
    there = [n for n in tables if met[best[n]][n].total] or list(tables)
    asked: list[tuple[int, Place, list[int]]] = []
    for dataset in dict.fromkeys(best[n][0] for n in there) or {max(met)[0]: None}:
        among = [n for n in there if best[n][0] == dataset]
        fits = {place: sum(met[place][n].total for n in among) for place in met if place[0] == dataset}
        claimed = {place for place in fits if any(met[place][n].claims for n in among)}
        ranked = sorted(fits, key=lambda place: (fits[place], place), reverse=True)
        nearly = [p for p in ranked[1:] if fits[p] and (p in claimed or fits[p] >= _NEARLY * fits[ranked[0]])]
        asked += [(fits[place], place, among) for place in [ranked[0], *nearly][:_MOST_VERSIONS]]
    return [(place, among) for _, place, among in sorted(asked, key=lambda one: (-one[0], one[1]))]


def shares(count: int) -> list[float]:
    """How the chance of error is shared among so many questions: half, a sixth, a twelfth …, in all one."""
    parts = [1 / (n * (n + 1)) for n in range(1, count + 1)]
    return [part / sum(parts) for part in parts]
