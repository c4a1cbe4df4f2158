"""Body of 2.5 ``risk_monitoring``: complaints, injuries and opinions with the free text that comes with them."""

from __future__ import annotations

import numpy as np
import polars as pl

from exporters.sample import codes, draw
from exporters.sample.rectification import stories
from exporters.sample.spot_checks import PLATFORMS
from exporters.sample.units import UNITS
from exporters.sample.world import World

_SUMMARIES = (
    "消费者{person}（手机{phone}）反映购买的产品使用中冒烟，家住{address}。",
    "{person}，身份证{idno}，投诉商家拒绝退货，要求回电{phone}。",
    "接12315转办：{firm}所售产品漏电致一名儿童手部灼伤，家长{person}，电话 {phone}。",
    "网友发帖称安全帽帽壳开裂，邮箱{mail}，留言人{person}。",
    "监测发现{firm}产品甲醛释放量超标，统一社会信用代码{code}。",
    "医院报告：患者{person}，男，46岁，因燃气泄漏入院；住址{address}；联系人电话{phone}。",
    "平台投诉同类问题集中，未涉及个人。",
)
_SCENARIOS = (
    "充电过程中电池热失控，引燃周边可燃物，人员逃生不及。",
    "软管老化开裂，燃气泄漏并积聚，遇明火爆燃。",
    "高处坠物击穿帽壳，造成头部损伤。",
    "绝缘层过薄，受潮后漏电，使用者触电。",
)
_INJURIES = ("烧伤", "触电", "中毒", "割伤", "挫伤")
_LEVEL = np.array(list("HSSSMSSSLHSSLMHSLLMHLLLMLLLL")).reshape(7, 4)
"""Cells of the matrix: probability I-VII (rows) against severity 1-4 (columns)."""


def risks(world: World, first: int, times: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    """Rows ``first`` … of risk information about the world's goods."""
    n = len(times)
    good = draw.skewed(rng, world.goods.height, n)
    maker = world.of_goods("maker", good).to_numpy()
    parts = [
        _collected(world, first, good, maker, rng),
        _people(world, maker, rng),
        _assessed(world, times, rng),
        _disposal(world, maker, times, rng),
    ]
    return pl.concat(parts, how="horizontal")


def _collected(world: World, first: int, good: draw.Ints, maker: draw.Ints, rng: draw.Rng) -> pl.DataFrame:
    n = len(good)
    unit = world.of_goods("unit", good).to_numpy()
    seller = world.sellers[draw.skewed(rng, len(world.sellers), n)]
    place = world.of_firms("place", seller).to_numpy()
    number = codes.number(first + np.arange(n) + 1, 9)
    known = draw.chance(rng, 0.8, n)
    return pl.DataFrame(
        {
            "_place": place,
            "risk_info_no": draw.glue("FX37", number),
            "source_type": draw.choose(rng, tuple("123456789"), n, (10, 5, 8, 10, 4, 6, 45, 10, 2)),
            "source_ref": draw.glue("https://12315.example.cn/t/", number),
            "collect_method": draw.choose(rng, ("1", "2", "3"), n, (5, 4, 1)),
            "product_category": draw.coded(unit, [u.category.name for u in UNITS]),
            "product_name": draw.coded(unit, [u.name for u in UNITS]),
            "product_model": draw.only(known, world.of_goods("model", good)),
            "producer_name": draw.only(known, world.of_firms("name", maker)),
            "producer_uscc": draw.only(known, world.of_firms("uscc", maker)),
            "seller_name": world.of_firms("name", seller),
            "seller_platform": draw.only(draw.chance(rng, 0.3, n), draw.choose(rng, PLATFORMS, n)),
            "region_code": world.of_places("code", place),
        }
    )


def _people(world: World, maker: draw.Ints, rng: draw.Rng) -> pl.DataFrame:
    n = len(maker)
    named, hurt = draw.chance(rng, 0.7, n), draw.chance(rng, 0.12, n)
    injury = draw.choose(rng, _INJURIES, n)
    return pl.DataFrame(
        {
            "summary": stories(world, maker, _SUMMARIES, rng),
            "reporter_name": draw.only(named, world.people(rng, n)),
            "reporter_phone": draw.only(named, world.phones(rng, n)),
            "victim_age_band": draw.only(hurt, draw.choose(rng, ("0-3", "4-14", "15-59", "60+"), n)),
            "victim_injury": draw.only(hurt, draw.glue(injury, "，送医处理")),
            "injury_type": draw.only(hurt, injury),
        }
    )


def _assessed(world: World, times: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    n = len(times)
    severity, probability = draw.weighted(rng, (40, 35, 20, 5), n), draw.weighted(rng, (1, 3, 8, 18, 25, 25, 20), n)
    level = _LEVEL[probability, severity]
    return pl.DataFrame(
        {
            "hazard_class": draw.choose(rng, ("1", "2", "3", "4"), n, (70, 25, 2, 3)),
            "injury_scenario": draw.choose(rng, _SCENARIOS, n),
            "exposed_users": draw.choose(rng, ("一般", "一般;儿童", "专业", "一般;老年人"), n),
            "severity": draw.coded(severity, ("1", "2", "3", "4")),
            "probability": draw.coded(probability, ("I", "II", "III", "IV", "V", "VI", "VII")),
            "risk_level": pl.Series(level, dtype=pl.String),
            "tolerable": level == "L",
            "method": draw.constant("风险矩阵；敏感性分析：严重程度±1级，结论不变", n),
            "assessors": draw.glue('["', world.people(rng, n), '","', world.people(rng, n), '"]'),
            "assessed_on": draw.days(draw.before(times, rng, 60, 4_000)),
            "alert_level": pl.Series(level, dtype=pl.String).replace_strict({"S": "1", "H": "2", "M": "3", "L": "4"}),
        }
    )


def _disposal(world: World, maker: draw.Ints, times: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    n = len(times)
    place = world.of_firms("place", maker).to_numpy()
    done, told = draw.chance(rng, 0.75, n), draw.chance(rng, 0.1, n)
    year = codes.number(times.astype("datetime64[Y]").astype(np.int64) + 1970, 4)
    notice = draw.glue(world.of_places("code", place), "-", year, "-X-", codes.number(draw.whole(rng, 1, 9_999, n), 4))
    return pl.DataFrame(
        {
            "measures": draw.choose(rng, ("抽查", "抽查;检查", "约谈;下架", "召回;发布提示", "通报;协查"), n),
            "handler": world.of_places("bureau", place),
            "due_on": draw.days(draw.later(times, draw.whole(rng, 3, 30, n))),
            "outcome_result": draw.only(done, draw.choose(rng, ("已完成处置", "问题不成立", "已责令整改"), n)),
            "notice_no": draw.only(told, notice),
        }
    )
