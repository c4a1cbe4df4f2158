"""Modes, tasks and sampling after a change: only the producers and products that it bears on are worked out anew.

``touched`` frames name them; everybody else's rows are taken from the results before. What is told of a day is brought
to a later day of the same year by looking at the records that the days between make count.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.book import Book
from exporters.rules.supervision.modes import modes
from exporters.rules.supervision.sampling import LISTED, more_firms, more_products
from exporters.rules.supervision.tasks import state_on, tasks

_UNITS = {"enterprise_basic": "uscc", "special_rectification": "uscc", "spot_check": "producer_uscc"}
_ENTRY = ("entry_id", "producer_uscc", "product_name", "rule", "class")


def differing(was: pl.DataFrame, now: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """Rows of ``columns`` that stand in one of the two only."""
    one, two = was.select(columns), now.select(columns)
    pairs = ((one, two), (two, one))
    return pl.concat([a.join(b, on=columns, how="anti", nulls_equal=True) for a, b in pairs]).unique()


def modes_touched(
    classes: tuple[pl.DataFrame, pl.DataFrame], levels: tuple[pl.DataFrame, pl.DataFrame], changed: Facts, facts: Facts
) -> pl.DataFrame:
    """``uscc`` of producers with another class, other products, or a product of another level."""
    own = differing(*classes, ("uscc", "risk_class")).select("uscc")
    moved = differing(*levels, ("product_name", "level")).select("product_name")
    products = facts["product_basic"].join(moved, on="product_name", how="semi")
    frames = [products, *([changed["product_basic"]] if "product_basic" in changed else [])]
    makers = [frame.select(uscc="producer_uscc") for frame in frames]
    return pl.concat([own, *makers]).drop_nulls().unique()


def modes_after(
    known: pl.DataFrame, touched: pl.DataFrame, classes: pl.DataFrame, facts: Facts, levels: pl.DataFrame, book: Book
) -> pl.DataFrame:
    """What ``modes`` gives."""
    near = classes.join(touched, on="uscc", how="semi")
    products = facts["product_basic"].join(touched, left_on="producer_uscc", right_on="uscc", how="semi")
    kept = known.join(touched, on="uscc", how="anti")
    return pl.concat([kept, modes(near, products, levels, book)]).sort("uscc")


def tasks_touched(
    modes_: tuple[pl.DataFrame, pl.DataFrame], changed: Facts, facts: Facts, days: tuple[date, date]
) -> pl.DataFrame:
    """``uscc`` of producers with another mode or other records, and those whose records the days between make count."""
    came = {
        name: pl.any_horizontal(
            ((pl.col(c) > days[0]) & (pl.col(c) <= days[1])).fill_null(value=False) for c in columns
        )
        for name, columns in (
            ("special_rectification", ("inspected_on", "rectified_on")),
            ("spot_check", ("sampled_on",)),
        )
    }
    found = [differing(*modes_, tuple(modes_[0].columns)).select("uscc")]
    found += [changed[name].select(uscc=unit) for name, unit in _UNITS.items() if name in changed]
    if days[0] != days[1]:
        found += [facts[name].filter(when).select(uscc=_UNITS[name]) for name, when in came.items()]
    return pl.concat(found).drop_nulls().unique()


def tasks_after(
    known: pl.DataFrame, touched: pl.DataFrame, modes_: pl.DataFrame, facts: Facts, book: Book, day: date, seed: int
) -> pl.DataFrame:
    """What ``tasks`` gives; ``known`` is of the same year and seed."""
    near = {name: facts[name].join(touched, left_on=unit, right_on="uscc", how="semi") for name, unit in _UNITS.items()}
    made = tasks(modes_.join(touched, on="uscc", how="semi"), near, book, day, seed)
    kept = known.join(touched, on="uscc", how="anti").with_columns(state_on(day))
    return pl.concat([kept, made]).sort("tier", "bureau_region", "uscc")


def products_touched(
    entries: tuple[pl.DataFrame, pl.DataFrame], changed: Facts, facts: Facts, days: tuple[date, date]
) -> pl.DataFrame:
    """``product_name`` with other entries, other makers or other reports within the year up to the day."""
    found = [_listed_apart(entries).select("product_name")]
    found += [changed[name].select("product_name") for name in ("risk_monitoring", "product_basic") if name in changed]
    risks, when = facts["risk_monitoring"], pl.col("assessed_on")
    since = [pl.lit(day).dt.offset_by("-12mo") for day in days]
    moved = ((when > since[0]) & (when <= since[1])) | ((when > days[0]) & (when <= days[1]))
    if days[0] != days[1]:
        found.append(risks.filter(moved).select("product_name"))
    return pl.concat(found).drop_nulls().unique()


def products_after(
    known: pl.DataFrame, touched: pl.DataFrame, entries: pl.DataFrame, facts: Facts, book: Book, day: date
) -> pl.DataFrame:
    """What ``more_products`` gives."""
    near = {name: facts[name].join(touched, on="product_name", how="semi") for name in _NAMED}
    made = more_products(entries.join(touched, on="product_name", how="semi"), near, book, day)
    kept = known.join(touched, on="product_name", how="anti")
    return pl.concat([kept, made]).sort(["per_maker", "product_name"], descending=[True, False])


_NAMED = ("risk_monitoring", "product_basic")


def firms_touched(
    entries: tuple[pl.DataFrame, pl.DataFrame], modes_: tuple[pl.DataFrame, pl.DataFrame]
) -> pl.DataFrame:
    """``uscc`` with other entries or another mode."""
    listed = _listed_apart(entries).select(uscc="producer_uscc")
    return pl.concat([listed, differing(*modes_, ("uscc", "mode")).select("uscc")]).drop_nulls().unique()


def firms_after(
    known: pl.DataFrame, touched: pl.DataFrame, entries: pl.DataFrame, modes_: pl.DataFrame, book: Book
) -> pl.DataFrame:
    """What ``more_firms`` gives."""
    near = entries.join(touched, left_on="producer_uscc", right_on="uscc", how="semi")
    made = more_firms(near, modes_.join(touched, on="uscc", how="semi"), book)
    kept = known.join(touched, on="uscc", how="anti")
    return pl.concat([kept, made]).sort(["points", "uscc"], descending=[True, False])


def _listed_apart(entries: tuple[pl.DataFrame, pl.DataFrame]) -> pl.DataFrame:
    was, now = (one.filter(pl.col("state").is_in(LISTED)) for one in entries)
    return differing(was, now, _ENTRY)
