"""Body of 2.7 ``quality_grading``: grades AAAAA to A with the indicators' grades and measured values."""

from __future__ import annotations

import numpy as np
import polars as pl

from exporters.rules.quality_grading import GRADES, shipped_catalogue
from exporters.rules.quality_grading.catalogue import Indicator
from exporters.sample import codes, draw
from exporters.sample.units import UNITS
from exporters.sample.world import CATEGORIES, World

_LEVELS = ("国标", "行标", "团标")
_NUMBERS = ("GB/T 4{:04d}-2025", "JB/T 1{:04d}-2024", "T/CAQI {:03d}-2025")


def gradings(world: World, first: int, times: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    """Rows ``first`` … of grading results of the world's goods."""
    n = len(times)
    good = draw.skewed(rng, world.goods.height, n)
    unit = world.of_goods("unit", good).to_numpy()
    category = np.array([CATEGORIES.index(u.category) for u in UNITS])[unit]
    lower = draw.weighted(rng, (8, 17, 35, 28, 12), n)
    better = np.minimum(lower + rng.integers(0, 3, n), 4)
    parts = [
        _product(world, good, unit, rng),
        _standard(category, rng),
        _indicators(category, lower, better, rng),
        _result(first, _overall(lower, better), times, rng),
        _assessor(world, rng, n),
    ]
    return pl.concat(parts, how="horizontal")


def _product(world: World, good: draw.Ints, unit: draw.Ints, rng: draw.Rng) -> pl.DataFrame:
    maker = world.of_goods("maker", good).to_numpy()
    return pl.DataFrame(
        {
            "_place": world.of_firms("place", maker),
            "catalogue_item": draw.coded(unit, [f"FJ-{i:03d}" for i in range(1, len(UNITS) + 1)]),
            "product_name": draw.coded(unit, [u.name for u in UNITS]),
            "product_model": world.of_goods("model", good),
            "brand": world.of_goods("brand", good),
            "gtin": draw.only(draw.chance(rng, 0.8, len(good)), world.of_goods("gtin", good)),
            "producer_name": world.of_firms("name", maker),
            "producer_uscc": world.of_firms("uscc", maker),
        }
    )


def _standard(category: draw.Ints, rng: draw.Rng) -> pl.DataFrame:
    level = draw.weighted(rng, (96, 2, 2), len(category))
    numbers = [form.format(100 + place) for place in range(len(CATEGORIES)) for form in _NUMBERS]
    return pl.DataFrame(
        {
            "grading_standard_no": draw.coded(3 * category + level, numbers),
            "grading_standard_title": draw.coded(category, [f"{c.name}质量分级" for c in CATEGORIES]),
            "grading_standard_level": draw.coded(level, _LEVELS),
        }
    )


def _indicators(category: draw.Ints, first: draw.Ints, second: draw.Ints, rng: draw.Rng) -> pl.DataFrame:
    """Two indicators a product, measured within the bands of their grades (0 is A)."""
    book = [next(one for one in shipped_catalogue().standard if one.title == f"{c.name}质量分级") for c in CATEGORIES]
    grade = (first, second)
    values = [pl.Series(_within([one.indicator[k] for one in book], category, grade[k], rng)) for k in (0, 1)]
    rules = [
        "["
        + ",".join(
            f'{{"code":"{i.code}","name":"{i.name}","unit":"{i.unit}","weight":{i.weight}}}' for i in one.indicator
        )
        + "]"
        for one in book
    ]
    names = [draw.coded(category, [one.indicator[k].name for one in book]) for k in (0, 1)]
    told = [draw.coded(one, GRADES) for one in grade]
    measured = [one.cast(pl.String) for one in values]
    return pl.DataFrame(
        {
            "indicators": draw.coded(category, rules),
            "measured_values": draw.glue(
                '[{"code":"I1","value":', measured[0], '},{"code":"I2","value":', measured[1], "}]"
            ),
            "indicator_grade_list": draw.glue(names[0], ":", told[0], ";", names[1], ":", told[1]),
        }
    )


def _within(indicators: list[Indicator], category: draw.Ints, grade: draw.Ints, rng: draw.Rng) -> draw.Ints:
    """A whole value that earns each row's grade: from its limit a third of the way to the next."""
    limits = np.array([one.limits for one in indicators])[category]
    more = np.array([one.better == "more" for one in indicators])[category]
    own = limits[np.arange(len(grade)), grade]
    above = np.minimum(grade + 1, 4)
    way = np.abs(limits[np.arange(len(grade)), above] - own)
    step = np.floor(np.where(grade == 4, own * 0.1, way / 3) * rng.random(len(grade)))
    return np.where(more, own + step, own - step).astype(np.int64)


def _overall(first: draw.Ints, second: draw.Ints) -> tuple[draw.Ints, draw.Ints]:
    """Score in tenths and grade (0 is A) of two indicators, as the catalogue weighs them."""
    book = shipped_catalogue()
    weights = [one.share for one in book.standard[0].indicator]
    tenths = ((first + 1) * weights[0] + (second + 1) * weights[1]) * 2 // 10
    least = np.array(sorted(least for least, _ in book.bands))
    return tenths, (np.searchsorted(least, tenths, side="right") - 1).astype(np.int64)


def _result(first: int, overall: tuple[draw.Ints, draw.Ints], times: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    n = len(times)
    number = codes.number(first + np.arange(n) + 1, 9)
    score, grade = overall
    graded = draw.before(times, rng, 60, 6_000)
    objection = '{"text":"竞争企业对分级依据提出异议"}'
    return pl.DataFrame(
        {
            "grading_no": draw.glue("FJ37", number),
            "score": draw.exact(score, 1),
            "grade": draw.coded(grade, GRADES),
            "evidence_type": draw.choose(rng, ("1", "2"), n, (3, 7)),
            "evidence_no": draw.glue("BG", number),
            "evidence_on": draw.days(draw.later(graded, -draw.whole(rng, 5, 300, n))).cast(pl.String),
            "graded_on": draw.days(graded),
            "valid_until": draw.days(draw.later(graded, np.full(n, 3 * 365))),
            "status": draw.choose(rng, tuple("12345"), n, (92, 2, 2, 2, 2)),
            "mark_no": draw.glue("QM", number),
            "raw_records": draw.glue("file:raw/", number, ".zip"),
            "objection": draw.only(draw.chance(rng, 0.02, n), draw.constant(objection, n)),
        }
    )


def _assessor(world: World, rng: draw.Rng, n: int) -> pl.DataFrame:
    body = world.testers[rng.integers(0, len(world.testers), n)]
    return pl.DataFrame(
        {
            "assessor_name": world.of_firms("name", body),
            "assessor_uscc": world.of_firms("uscc", body),
            "assessor_cma_no": draw.glue("21", codes.number(body + 1, 10)),
        }
    )
