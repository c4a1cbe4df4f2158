"""From points to classes over time: a sweep over all dates at which anything begins or ends.

High risk is held until a producer was clean for some months after its last adverse fact, however the points fall.
"""

from __future__ import annotations

import polars as pl

from exporters.rules.book import Book
from exporters.rules.chains import last_of_chain

HISTORY = pl.Schema(
    {
        "uscc": pl.String,
        "from_on": pl.Date,
        "until_on": pl.Date,
        "score": pl.Int64,
        "risk_class": pl.String,
        "class_abcd": pl.String,
        "class_2012": pl.String,
        "because": pl.String,
    }
)
"""One row for each change of a class. ``risk_class`` is high or low (浙江2022, 嘉兴), ``class_abcd`` A-D (广东 2021),
``class_2012`` AA A B C (2012年第74号). ``because`` names the rules that counted on the day of the change."""

_UNIT = "uscc"
_CREDITS = ("clean_years", "award", "graded_best")
"""Rules that take points away; each counts once at a time, however many awards stand."""


def history(units: pl.DataFrame, points: pl.DataFrame, red: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Classes of ``units`` (uscc, born) from their first day on.

    ``red`` holds ``uscc``, ``from_on``, ``until_on`` of red entries of the negative list: high risk while they stand.
    """
    mine = points.join(units, on=_UNIT, how="semi")
    reds = red.join(units, on=_UNIT, how="semi")
    adverse = pl.concat(
        [mine.filter(pl.col("points") > 0).select(_UNIT, "from_on"), reds.select(_UNIT, "from_on")]
    ).unique()
    clean = _clean_years(units, adverse, book)
    bad = mine.filter(pl.col("points") > 0).select(_UNIT, "from_on", "until_on", "points")
    credits_ = {rule: _ones(mine.filter(pl.col("rule") == rule)) for rule in _CREDITS[1:]}
    lanes = {"score": bad, "red": _ones(reds), "clean_years": _ones(clean), **credits_}
    score = _score(book)
    raw = _sweep(units, lanes).with_columns(score)
    high = (pl.col("score") >= book.whole("high_from")) | (pl.col("red") > 0)
    held = _held(raw.filter(high).select(_UNIT, "from_on", "until_on"), adverse, f"{book.whole('clean_months')}mo")
    swept = _sweep(units, {**lanes, "held": _ones(held)}).with_columns(score).with_columns(_classes(book))
    return _with_reasons(_changes(swept), mine, reds, clean)


def _ones(spans: pl.DataFrame) -> pl.DataFrame:
    return spans.select(_UNIT, "from_on", "until_on", points=pl.lit(1, pl.Int64))


def _sweep(units: pl.DataFrame, lanes: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Stretches of time in which the sums of all lanes stand still, from each unit's first day on."""
    moves = [units.select(_UNIT, on="born")]
    for name, spans in lanes.items():
        moves.append(spans.select(_UNIT, pl.col("points").alias(name), on="from_on"))
        ends = spans.filter(pl.col("until_on").is_not_null())
        moves.append(ends.select(_UNIT, (-pl.col("points")).alias(name), on="until_on"))
    together = pl.concat(moves, how="diagonal").group_by(_UNIT, "on").agg(pl.col(list(lanes)).sum())
    summed = together.sort(_UNIT, "on").with_columns(pl.col(list(lanes)).cum_sum().over(_UNIT))
    return summed.rename({"on": "from_on"}).with_columns(pl.col("from_on").shift(-1).over(_UNIT).alias("until_on"))


def _clean_years(units: pl.DataFrame, adverse: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Times in which the last adverse fact (or the first day) lies so many years back."""
    years = f"{book.whole('clean_years')}y"
    marks = pl.concat([units.select(_UNIT, from_on="born"), adverse]).unique().sort(_UNIT, "from_on")
    follows = pl.col("from_on").shift(-1).over(_UNIT)
    spans = marks.with_columns(pl.col("from_on").dt.offset_by(years), follows.alias("until_on"))
    return spans.filter(pl.col("until_on").is_null() | (pl.col("until_on") > pl.col("from_on")))


def _held(high: pl.DataFrame, adverse: pl.DataFrame, months: str) -> pl.DataFrame:
    """Times of high risk, each prolonged until so many months after the last adverse fact, as new ones may come."""
    known = adverse.rename({"from_on": "_on"})
    last = high.sort("from_on").join_asof(
        known.sort("_on"), left_on="from_on", right_on="_on", by=_UNIT, strategy="backward", check_sortedness=False
    )
    chained = last_of_chain(last.drop("_on").with_columns(last["_on"].alias("_from")), known, _UNIT, months)
    clean = pl.max_horizontal("_from", "_last").dt.offset_by(months)
    ends = pl.when(pl.col("until_on").is_not_null()).then(pl.max_horizontal("until_on", clean))
    return chained.select(_UNIT, "from_on", ends.alias("until_on"))


def _score(book: Book) -> pl.Expr:
    taken = [pl.when(pl.col(rule) > 0).then(book.of(rule).points).otherwise(0) for rule in _CREDITS]
    return pl.max_horizontal(pl.sum_horizontal("score", *taken), 0).cast(pl.Int64).alias("score")


def _classes(book: Book) -> tuple[pl.Expr, ...]:
    score = pl.col("score")
    limits = [book.whole(f"from_{letter}") for letter in "bcd"]
    letter = pl.lit("A")
    for name, limit in zip("BCD", limits, strict=True):
        letter = pl.when(score >= limit).then(pl.lit(name)).otherwise(letter)
    best = (letter == "A") & (pl.col("clean_years") > 0)
    old = pl.when(best).then(pl.lit("AA")).when(letter == "D").then(pl.lit("C")).otherwise(letter)
    risk = pl.when(pl.col("held") > 0).then(pl.lit("high")).otherwise(pl.lit("low"))
    return risk.alias("risk_class"), letter.alias("class_abcd"), old.alias("class_2012")


def _changes(swept: pl.DataFrame) -> pl.DataFrame:
    """Stretches joined as long as no class changes; the score is that of the first day."""
    names = ["risk_class", "class_abcd", "class_2012"]
    moved = pl.any_horizontal(
        (pl.col(name) != pl.col(name).shift(1).over(_UNIT)).fill_null(value=True) for name in names
    )
    kept = swept.filter(moved)
    return kept.with_columns(pl.col("from_on").shift(-1).over(_UNIT).alias("until_on"))


def _with_reasons(changes: pl.DataFrame, points: pl.DataFrame, red: pl.DataFrame, clean: pl.DataFrame) -> pl.DataFrame:
    named = [
        points.select(_UNIT, "rule", _start="from_on", _end="until_on"),
        red.select(_UNIT, rule=pl.lit("red"), _start="from_on", _end="until_on"),
        clean.select(_UNIT, rule=pl.lit("clean_years"), _start="from_on", _end="until_on"),
    ]
    here = (pl.col("_start") <= pl.col("from_on")) & (pl.col("_end").is_null() | (pl.col("_end") > pl.col("from_on")))
    met = changes.select(_UNIT, "from_on").join(pl.concat(named), on=_UNIT, how="inner").filter(here)
    told = met.group_by(_UNIT, "from_on").agg(pl.col("rule").unique().sort().str.join(";").alias("because"))
    joined = changes.join(told, on=[_UNIT, "from_on"], how="left").with_columns(pl.col("because").fill_null(""))
    return joined.select(pl.col(name).cast(kind) for name, kind in HISTORY.items()).sort(_UNIT, "from_on")
