"""The negative list as a derivation: all conditions over all facts, or over what a change touches.

Every condition looks at one producer's facts alone, but III-3, which compares peers. So a change recomputes the
producers that it names, and III-3 for the goods that it names; all other spans are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.book import Book
from exporters.rules.negative_list import access, penalties, prices, recalls, samples, standards, units
from exporters.rules.negative_list.spans import GENUINE, NOBODY, SPAN, UNDECIDED, Found, together

Condition = Callable[[Facts, Book], Found]

CONDITIONS: Mapping[str, tuple[Condition, tuple[str, ...]]] = {
    "I-1;III-1;III-4": (samples.failed_samples, ("spot_check",)),
    "I-2": (penalties.penalties, ("penalty_decision",)),
    "I-3": (access.unlicensed, ("product_basic", "production_licence", "enterprise_basic", "traceability")),
    "I-4": (recalls.recalls, ("recall",)),
    "I-4 ": (recalls.confirmed_risks, ("risk_monitoring",)),
    "I-5": (access.uncertified, ("product_basic", "ccc_certificate")),
    "I-6": (standards.old_editions, ("product_basic", "traceability", "replaced_standard")),
    "I-7a": (standards.eliminated, ("product_basic", "eliminated_product")),
    "I-7b": (standards.grave_findings, ("inspection_finding",)),
    "II-1;II-2;II-3": (units.registered_units, ("enterprise_basic",)),
    "II-4": (units.filed_cases, ("special_rectification", "case_closing")),
    "II-5": (samples.frequent_failures, ("spot_check",)),
    "III-2": (units.ordered_rectification, ("special_rectification",)),
    "III-3": (prices.low_prices, ("spot_check",)),
}
"""Rules -> their condition and the tables without which it is not asked (silence of an absent table proves nothing)."""

_SHARED = ("replaced_standard", "eliminated_product")
"""Catalogues that speak of no producer: a change in them touches everybody."""


def derive(facts: Facts, book: Book) -> Found:
    """All spans that the facts give under the rule set."""
    return together(*(condition(facts, book) for rules, (condition, _) in CONDITIONS.items() if _asked(rules, facts)))


def not_asked(facts: Facts) -> tuple[str, ...]:
    """Rules that were not asked because one of their tables was not delivered."""
    missing = [rules.strip() for rules in CONDITIONS if not _asked(rules, facts)]
    return tuple(sorted({rule for rules in missing for rule in rules.split(";")}))


def update(before: Found, facts: Facts, changed: Facts, book: Book) -> Found:
    """What ``derive(facts)`` gives, recomputing only what ``changed`` touches.

    ``changed`` holds, by table, the rows as they were and as they are; ``before`` was derived from the facts before.
    """
    if any(name in changed and changed[name].height for name in _SHARED):
        return derive(facts, book)
    touched = _touched(changed, facts)
    near: dict[str, pl.DataFrame] = {name: _of(frame, name, touched) for name, frame in facts.items()}
    anew = together(
        *(c(near, book) for rules, (c, _) in CONDITIONS.items() if rules != "III-3" and _asked(rules, facts))
    )
    prices_kept, prices_anew = _prices(before, facts, changed, book)
    others = before.spans.filter(pl.col("rule") != "III-3").join(touched, on="unit_key", how="anti")
    return together(
        Found(others, before.undecided.join(touched, on="unit_key", how="anti")),
        Found(*(frame.join(touched, on="unit_key", how="semi") for frame in (anew.spans, anew.undecided))),
        Found(prices_kept, UNDECIDED.to_frame()),
        Found(prices_anew, UNDECIDED.to_frame()),
    )


def _prices(before: Found, facts: Facts, changed: Facts, book: Book) -> tuple[pl.DataFrame, pl.DataFrame]:
    """III-3 of goods whose samples did not change, and worked out anew for all peers of the goods whose samples did."""
    kept = before.spans.filter(pl.col("rule") == "III-3")
    if "spot_check" not in changed or "spot_check" not in facts:
        return kept, SPAN.to_frame()
    goods = changed["spot_check"].select(prices.PEERS).unique()
    around = facts["spot_check"].join(goods, on=prices.PEERS, how="semi")
    return kept.join(goods, on=prices.PEERS, how="anti"), prices.low_prices({"spot_check": around}, book).spans


def _asked(rules: str, facts: Facts) -> bool:
    return all(name in facts for name in CONDITIONS[rules][1])


def _touched(changed: Facts, facts: Facts) -> pl.DataFrame:
    """Units that the changed rows bear on, and always those records that name nobody."""
    keys = [frame.select(_key(name)) for name, frame in changed.items() if name in _READ and name not in _KEYLESS]
    if "case_closing" in changed and "special_rectification" in facts:
        visits = facts["special_rectification"].join(changed["case_closing"], on="case_no", how="semi")
        keys.append(visits.select(_key("special_rectification")))
    return pl.concat([pl.DataFrame({"unit_key": [NOBODY]}), *keys]).unique()


_KEYLESS = ("case_closing", *_SHARED)
_READ = frozenset(name for _, names in CONDITIONS.values() for name in names)
_UNITS = ("enterprise_basic", "production_licence", "special_rectification")
_MAY_BE_FAKE = ("spot_check", "inspection_finding")


def _key(name: str) -> pl.Expr:
    """The unit that a row of this table bears on, as its condition attributes it."""
    if name in _UNITS:
        return pl.coalesce("uscc", pl.lit(NOBODY)).alias("unit_key")
    producer = pl.col("party_uscc" if name == "penalty_decision" else "producer_uscc")
    if name in _MAY_BE_FAKE:
        producer = pl.when(pl.col("counterfeit") == GENUINE).then(producer)
    if name == "penalty_decision":
        producer = pl.when(pl.col("party_role").is_in(penalties.MAKERS)).then(producer)
    return pl.coalesce(producer, pl.concat_str(pl.lit("goods:"), "product_name"), pl.lit(NOBODY)).alias("unit_key")


def _of(frame: pl.DataFrame, name: str, touched: pl.DataFrame) -> pl.DataFrame:
    """Rows that bear on one of the units."""
    if name in _KEYLESS or name not in _READ:
        return frame
    return frame.filter(_key(name).is_in(touched["unit_key"].implode()))
