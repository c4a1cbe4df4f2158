"""Body of 2.3 ``spot_check``: plan, sampling, test, verdict and post-processing of one sample."""

from __future__ import annotations

import numpy as np
import polars as pl

from exporters.sample import care, codes, draw
from exporters.sample.units import UNITS
from exporters.sample.world import CATEGORIES, World

PLATFORMS = ("惠泽商城", "快选网", "万家优品", "直播严选")
_ITEMS = max(len(c.items) for c in CATEGORIES)
_FOLLOW_UP = ("责令整改;复查", "责令停止生产销售;立案", "查封扣押;立案;移送", "责令停止生产销售;召回")


def spot_checks(world: World, first: int, times: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    """Rows ``first`` … of samples taken at makers, in shops and on platforms."""
    n = len(times)
    good = draw.skewed(rng, world.goods.height, n)
    stage = draw.weighted(rng, (45, 40, 15), n)
    sampled = draw.before(times, rng, 50 * 1440, 90 * 1440)
    # 0 conforming, 1 failing, 2 not tested, 3 at risk.
    verdict = draw.weighted(rng, (880, 95, 15, 10), n)
    verdict = care.judged(world.seed, world.loose(world.of_goods("maker", good).to_numpy()), verdict, first)
    parts = [
        _plan(first, stage, sampled, rng),
        _sample(world, good, stage, rng),
        _product(world, good, sampled, rng),
        _test(world, good, verdict, rng),
        _afterwards(world, sampled, verdict, rng),
    ]
    return pl.concat(parts, how="horizontal")


def _plan(first: int, stage: draw.Ints, sampled: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    n = len(stage)
    year = codes.number(sampled.astype("datetime64[Y]").astype(np.int64) + 1970, 4)
    plan = draw.whole(rng, 1, 40, n)
    number = codes.number(first + np.arange(n) + 1, 9)
    level = draw.weighted(rng, (15, 40, 25, 20), n)
    names = ("国家监督抽查计划", "山东省监督抽查计划", "市级监督抽查计划", "县级监督抽查计划")
    return pl.DataFrame(
        {
            "plan_no": draw.glue("CC", year, codes.number(plan, 3)),
            "plan_name": draw.glue(year, "年", draw.coded(level, names)),
            "level": draw.coded(level, ("1", "2", "3", "4")),
            "kind": draw.choose(rng, tuple("12345"), n, (60, 15, 10, 5, 10)),
            "rules_no": draw.glue("CCGF ", codes.number(100 + plan, 3), "-", year),
            "sampling_form_no": draw.glue("CY37", number),
            "sampled_on": draw.days(sampled).cast(pl.String),
            "stage": draw.coded(stage, ("1", "2", "3")),
            "report_no": draw.glue("ZJ", number),
        }
    )


def _sample(world: World, good: draw.Ints, stage: draw.Ints, rng: draw.Rng) -> pl.DataFrame:
    n = len(good)
    maker = world.of_goods("maker", good).to_numpy()
    unit = np.where(stage == 0, maker, world.sellers[draw.skewed(rng, len(world.sellers), n)])
    body = world.testers[rng.integers(0, len(world.testers), n)]
    online = stage == 2
    return pl.DataFrame(
        {
            "_place": world.of_firms("place", unit),
            "inspected_unit": world.of_firms("name", unit),
            "inspected_uscc": world.of_firms("uscc", unit),
            "inspected_address": world.of_firms("address", unit),
            "inspected_contact_name": world.people(rng, n),
            "inspected_contact_phone": world.of_firms("phone", unit),
            "platform": draw.only(online, draw.choose(rng, PLATFORMS, n)),
            "shop_name": draw.only(online, draw.glue(world.of_firms("name", unit), "旗舰店")),
            "sampling_body": world.of_firms("name", body),
            "samplers": draw.glue('["', world.people(rng, n), '","', world.people(rng, n), '"]'),
            "sample_qty": draw.choose(rng, ("2件", "3套", "6m×2", "1+1台", "12片"), n),
            "stock_base": draw.exact(draw.whole(rng, 10, 8_000, n) * 100, 2),
            "sample_price": draw.exact(draw.whole(rng, 900, 480_000, n), 2),
        }
    )


def _product(world: World, good: draw.Ints, sampled: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    n = len(good)
    unit = world.of_goods("unit", good).to_numpy()
    maker = world.of_goods("maker", good).to_numpy()
    place = world.of_firms("place", maker).to_numpy()
    # 0 genuine, 1 suspected, 2 counterfeit: the nominal producer may be missing then.
    fake = draw.weighted(rng, (970, 20, 10), n)
    named = (fake < 2) | draw.chance(rng, 0.6, n)
    region = draw.choose(rng, ("code", "name"), n, (7, 3)) == "code"
    region_text = draw.either(region.to_numpy(), world.of_places("code", place), draw.constant("山东省", n))
    return pl.DataFrame(
        {
            "product_kind": draw.coded(unit, [u.category.name for u in UNITS]),
            "product_name": draw.coded(unit, [u.name for u in UNITS]),
            "brand": draw.only(draw.chance(rng, 0.85, n), world.of_goods("brand", good)),
            "model_spec": world.of_goods("model", good),
            "batch": _batches(sampled, rng),
            "nominal_producer": draw.either(named, world.of_firms("name", maker), draw.constant("/", n)),
            "producer_uscc": draw.only(named, world.of_firms("uscc", maker)),
            "producer_region": region_text,
            "counterfeit": draw.coded(fake, ("0", "1", "2")),
            "standards": world.of_goods("standards", good),
        }
    )


def _batches(sampled: draw.Times, rng: draw.Rng) -> pl.Series:
    """生产日期/批号 in the spellings that real tables hold: dates of many shapes, batch numbers, both, neither."""
    made = draw.days(draw.later(sampled, -draw.whole(rng, 5, 300, len(sampled))))
    date = pl.lit(made)
    tomorrow = date + pl.duration(days=1)
    iso, slashed, compact = (date.dt.strftime(f) for f in ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"))
    spellings = (
        iso, iso, slashed, date.dt.strftime("%Y.%m.%d"), compact, date.dt.strftime("%Y年%-m月%-d日"),
        date.dt.strftime("%Y-%-m-%-d"), date.dt.strftime("%Y/%-m/%-d"), date.dt.strftime("%Y年%m月"),
        date.dt.strftime("%y%m%d"), pl.concat_str(iso, pl.lit("/"), tomorrow.dt.strftime("%Y-%m-%d")),
        pl.concat_str(iso, pl.lit("/"), compact), pl.concat_str(pl.lit("批号："), compact, pl.lit("A")),
        pl.concat_str(pl.lit("生产日期:"), iso), pl.concat_str(pl.lit("限用日期:"), iso),
        pl.concat_str(pl.lit("有效期至"), slashed), pl.concat_str(pl.lit("L"), compact), pl.lit("/"), pl.lit("见包装"),
        pl.concat_str(iso, pl.lit("\n"), compact), pl.concat_str(slashed, pl.lit(" 批次"), date.dt.strftime("%d")),
        date.dt.strftime("%Y.%-m"), date.dt.strftime("%d/%m/%Y"), pl.concat_str(compact, pl.lit("-01")),
        pl.concat_str(pl.lit("SN"), compact, pl.lit("0007")),
    )  # fmt: skip
    which = rng.integers(0, len(spellings), len(sampled))
    chosen = pl.coalesce(
        *(pl.when(pl.lit(pl.Series(which == number))).then(text) for number, text in enumerate(spellings))
    )
    return pl.select(chosen.alias("v")).to_series()


def _test(world: World, good: draw.Ints, verdict: draw.Ints, rng: draw.Rng) -> pl.DataFrame:
    n = len(good)
    maker = world.of_goods("maker", good).to_numpy()
    category = world.of_firms("category", maker).to_numpy()
    sizes = np.array([len(c.items) for c in CATEGORIES])[category]
    broken = verdict == 1
    culprit = rng.integers(0, 10**6, n) % sizes
    cycled = [(*c.items, *c.items)[:_ITEMS] for c in CATEGORIES]
    safety = np.array([[item.safety for item in items] for items in cycled])[category, culprit]
    names = draw.coded(category * _ITEMS + culprit, [item.name for items in cycled for item in items])
    star = draw.either(safety & draw.chance(rng, 0.5, n), draw.constant("*", n), draw.constant("", n))
    tester = world.testers[rng.integers(0, len(world.testers), n)]
    return pl.DataFrame(
        {
            "test_body": world.of_firms("name", tester),
            "cma_no": draw.glue("21", codes.number(tester + 1, 10)),
            "items": _items(category, np.where(broken, culprit, -1), rng),
            "verdict": draw.coded(verdict, ("1", "2", "3", "4")),
            "failed_items": draw.only(broken, draw.glue(names, star)),
            "safety_failed": broken & safety,
            "testers": draw.glue('["', world.people(rng, n), '"]'),
        }
    )


def _items(category: draw.Ints, culprit: draw.Ints, rng: draw.Rng) -> pl.Series:
    """SC32 as JSON: each inspected item with unit, limit, measured value, verdict and whether it is a safety item."""
    texts: list[str | pl.Series] = ["["]
    for place in range(_ITEMS):
        heads, tails = [], []
        for c in CATEGORIES:
            known = place < len(c.items)
            item = c.items[place if known else 0]
            safety = "true" if item.safety else "false"
            heads.append(f'{{"is_safety":{safety},"limit":{item.limit},"measured":' if known else "")
            tails.append(f',"name":"{item.name}","unit":"{item.unit}","verdict":"' if known else "")
        known_here = np.array([place < len(c.items) for c in CATEGORIES])[category]
        limits = np.array([(*c.items, *c.items)[place].limit for c in CATEGORIES])[category]
        measured = pl.Series(limits + rng.integers(0, 10**6, len(category)) % np.maximum(limits // 5, 2)).cast(
            pl.String
        )
        failed = culprit == place
        verdict = draw.either(failed, draw.constant('不合格"}', len(category)), draw.constant('合格"}', len(category)))
        whole = draw.glue(draw.coded(category, heads), measured, draw.coded(category, tails), verdict)
        comma = draw.constant("," if place else "", len(category))
        texts.append(draw.either(known_here, draw.glue(comma, whole), draw.constant("", len(category))))
    return draw.glue(*texts, "]")


def _afterwards(world: World, sampled: draw.Times, verdict: draw.Ints, rng: draw.Rng) -> pl.DataFrame:
    n = len(sampled)
    broken = verdict == 1
    objected = broken & draw.chance(rng, 0.12, n)
    published = verdict < 2
    settled = broken & draw.chance(rng, 0.8, n)
    day = draw.days(draw.later(sampled, np.full(n, 25)))
    objection = draw.glue(
        '{"date":"', day.cast(pl.String), '","reason":"对检验结果有异议，联系人', world.people(rng, n), '"}'
    )
    body = world.testers[rng.integers(0, len(world.testers), n)]
    url = draw.glue("https://amr.example.cn/cc/", codes.number(draw.whole(rng, 1, 40, n), 3), ".html")
    return pl.DataFrame(
        {
            "objection": draw.only(objected, objection),
            "recheck_body": draw.only(objected, world.of_firms("name", body)),
            "recheck_verdict": draw.only(objected, draw.choose(rng, ("1", "2"), n, (2, 8))),
            "follow_up": draw.only(broken, draw.choose(rng, _FOLLOW_UP, n, (60, 25, 5, 10))),
            "rectify_result_on": draw.days(draw.later(sampled, draw.whole(rng, 30, 49, n))).set(
                pl.Series(~settled), None
            ),
            "rectify_result": draw.only(settled, draw.choose(rng, ("1", "2"), n, (95, 5))),
            "published_on": draw.days(draw.later(sampled, draw.whole(rng, 26, 45, n))).set(pl.Series(~published), None),
            "published_url": draw.only(published, url),
        }
    )
