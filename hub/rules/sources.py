"""Derivations as sources of the main job: a declared dataset names one, and its result is extracted like a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

import polars as pl

from catalog.errors import DeclarationError
from catalog.model import Field, SourceSpec
from exporters.derived import Derivation, DerivedSource
from exporters.rules.accept import Facts
from hub.rules.derivations import Asked, classes, tables_of
from hub.rules.facts import gather
from hub.settings import Settings

_STARTS: Final = date(1970, 1, 1)


def producers(facts: Facts, day: date) -> pl.DataFrame:
    """Every producer with its area and its classes on the day: ``record_id`` is that of its register entry."""
    firms = facts["enterprise_basic"].sort("updated_at", "record_id").unique("uscc", keep="last", maintain_order=True)
    now = classes(facts, Asked(day)).select("uscc", "risk_class", "class_2012")
    return now.join(firms.select("uscc", "record_id", "region_code"), on="uscc", how="inner").sort("uscc")


SOURCES: Final[Mapping[str, Callable[[Facts, date], pl.DataFrame]]] = {"producer_classes": producers}
"""Derivations that a dataset's ``[source]`` may name."""


def derived_source(
    spec: SourceSpec, fields: Sequence[Field], settings: Settings, override: str | None = None
) -> DerivedSource:
    """The source of a derived table; DeclarationError where there is no such derivation."""
    if spec.derivation not in SOURCES:
        raise DeclarationError(
            f"No derivation is called {spec.derivation}.", todo=f"Use one of: {', '.join(sorted(SOURCES))}."
        )

    def derive(day: date | None) -> Derivation:
        facts = gather(settings, tables_of("classes"), source=override)
        on = day or newest(facts)
        return Derivation(SOURCES[spec.derivation](facts, on), on)

    return DerivedSource(fields, derive)


def newest(facts: Facts) -> date:
    """The day on which the newest record of the standards' tables changed: what is derived speaks of that day."""
    days = [frame["updated_at"].max() for frame in facts.values() if "updated_at" in frame.columns]
    return max((one for one in days if isinstance(one, date)), default=_STARTS)
