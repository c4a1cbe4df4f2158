"""Shares: every grant in force is one, and so is every clause that gives whole datasets without a grant.

A share is named after what it rests on (``2026-0001-statistics``, ``sm03``) and holds one schema, ``data``, whose
tables are datasets. The protocol has no word for a purpose: a grant speaks for its own purposes, a clause share is
what the clause gives without one. Where a purpose must be stated (SM04) ask ``/records``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from agreements.decide import decide
from agreements.model import Action, Grant, Purpose, PurposeKind, Standing, Subject, Verdict
from agreements.subject import subject_of
from catalog.model import Dataset

SCHEMA: Final = "data"


@dataclass(frozen=True, slots=True)
class Offer:
    """A table of a share before it was decided on: who asks for which dataset, by which grant or by none."""

    share: str
    dataset: Dataset
    who: Standing
    what: Subject
    purpose: Purpose

    def verdict(self, now: datetime) -> Verdict:
        """What ``decide`` says of it at ``now``."""
        return decide(self.who, Action.SHARE, self.what, self.purpose, now)


def offers(who: Standing, datasets: Iterable[Dataset], now: datetime) -> tuple[Offer, ...]:
    """What the caller may read as shares at ``now``, by share and table."""
    every = tuple(datasets)
    by_clause = [one for dataset in every for one in _by_clause(who, dataset, now)]
    allowed = [one for one in granted(who, every) if one.verdict(now).allowed]
    return tuple(sorted((*allowed, *by_clause), key=lambda one: (one.share, one.dataset.id)))


def granted(who: Standing, datasets: Iterable[Dataset]) -> Iterator[Offer]:
    """A table for each grant, allowed or not: a grant that was stopped is refused by name, not denied to exist."""
    known = {one.id: one for one in datasets}
    for grant in who.grants:
        if grant.dataset in known:
            dataset = known[grant.dataset]
            alone = replace(who, grants=(grant,))
            yield Offer(name_of(grant), dataset, alone, subject_of(dataset, grant.fields), Purpose(grant.purposes[0]))


def _by_clause(who: Standing, dataset: Dataset, now: datetime) -> Iterator[Offer]:
    alone = replace(who, grants=())
    what, why = subject_of(dataset), Purpose(PurposeKind.PUBLIC)
    verdict = decide(alone, Action.SHARE, what, why, now)
    if verdict.allowed:
        yield Offer(verdict.clause.lower(), dataset, alone, what, why)


def name_of(grant: Grant) -> str:
    """The share's name: the grant's number without what addresses and clients' dots would trip over."""
    return grant.id.replace("/", "-").replace(".", "-")
