"""Body of 2.2 ``special_rectification``: campaigns, inspections, problems found and what came of them."""

from __future__ import annotations

import numpy as np
import polars as pl

from exporters.sample import codes, draw
from exporters.sample.world import CATEGORIES, World

CAMPAIGNS = 24
_PROBLEMS = ("无证生产", "无CCC", "不合格", "假冒伪劣", "标识不符", "未履行进货查验", "主体责任未落实", "其他")
_TEXTS = (
    "现场检查时负责人{person}（电话{phone}）未能提供进货台账，仓库位于{address}。",
    "{person}称该批次产品由{firm}代加工，身份证号{idno}，联系电话：{phone}。",
    "标识与执行标准不符，当事人{person}签字确认；微信同手机{phone}。",
    "成品库存放未经检验的产品，质量安全总监空缺，{person}承诺整改。",
    "抽查绝缘厚度不达标，配方为回收料掺入三成；知情人{person}，住{address}。",
    "未按规定留存检验记录，营业执照{code}，经办人{person}，邮箱{mail}。",
    "检查发现铭牌缺失，已拍照取证，无个人信息。",
)
_STATE, _REPORTED, _PATROL = '{"kind":"上级交办"}', "举报", '{"kind":"日常巡查"}'


def inspections(world: World, first: int, times: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    """Rows ``first`` … of inspections, each under one of a year's campaigns."""
    n = len(times)
    firm = draw.skewed(rng, world.firms.height, n)
    place = world.of_firms("place", firm).to_numpy()
    found = draw.chance(rng, 0.32, n)
    # The record comes in when the case is over, so its visit lies weeks before.
    visited = draw.before(times, rng, 40 * 1440, 80 * 1440)
    parts = [
        _campaign(rng.integers(0, CAMPAIGNS, n), visited),
        _visit(world, first, firm, visited, rng),
        _problems(world, firm, found, rng),
        _consequences(world.of_places("county", place), found, visited, rng),
    ]
    return pl.concat(parts, how="horizontal")


def _campaign(campaign: draw.Ints, times: draw.Times) -> pl.DataFrame:
    names = [c.name for c in CATEGORIES]
    year = times.astype("datetime64[Y]").astype(np.int64) + 1970
    start = times.astype("datetime64[Y]").astype("datetime64[D]")
    topic = draw.coded(campaign % len(names), names)
    level = draw.coded(campaign % 4, ("1", "2", "3", "4"))
    organiser = ("国家市场监督管理总局", "山东省市场监督管理局", "青岛市市场监督管理局", "历下区市场监督管理局")
    year_text = codes.number(year, 4)
    return pl.DataFrame(
        {
            "campaign_id": draw.glue("ZX", year_text, codes.number(campaign + 1, 3)),
            "campaign_name": draw.glue(year_text, "年", topic, "质量安全专项整治"),
            "organiser": draw.coded(campaign % 4, organiser),
            "campaign_level": level,
            "target_categories": topic,
            "period_start": pl.Series(start),
            "period_end": pl.Series(start + np.timedelta64(364, "D")),
            "plan_document_no": draw.glue("鲁市监质字〔", year_text, "〕", codes.number(campaign + 11, 2), "号"),
        }
    )


def _visit(world: World, first: int, firm: draw.Ints, visited: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    n = len(firm)
    place = world.of_firms("place", firm).to_numpy()
    officers = draw.glue('["', world.people(rng, n), '","', world.people(rng, n), '"]')
    return pl.DataFrame(
        {
            "_place": place,
            "inspection_id": draw.glue("JC37", codes.number(first + np.arange(n) + 1, 9)),
            "unit_name": world.of_firms("name", firm),
            "uscc": world.of_firms("uscc", firm),
            "unit_role": world.of_firms("role", firm),
            "region_code": world.of_places("code", place),
            "inspected_on": draw.days(visited),
            "inspectors": officers,
        }
    )


def _problems(world: World, firm: draw.Ints, found: draw.Mask, rng: draw.Rng) -> pl.DataFrame:
    n = len(firm)
    one, two = draw.choose(rng, _PROBLEMS[:4], n, (6, 5, 20, 4)), draw.choose(rng, _PROBLEMS[4:], n)
    kinds = draw.either(draw.chance(rng, 0.3, n), draw.glue(one, ";", two), two)
    lead = draw.weighted(rng, (50, 20, 30), n)
    told = draw.glue('{"kind":"', _REPORTED, '","name":"', world.people(rng, n), '","phone":"')
    told = draw.glue(told, world.phones(rng, n), '"}')
    informant = draw.either(lead == 1, told, draw.coded(np.minimum(lead, 1), (_PATROL, _STATE)))
    return pl.DataFrame(
        {
            "result": draw.coded(found.astype(np.int64), ("1", "2")),
            "problem_types": draw.only(found, kinds),
            "problem_text": draw.only(found, stories(world, firm, _TEXTS, rng)),
            "informant": draw.only(draw.chance(rng, 0.4, n), informant),
        }
    )


def stories(world: World, firm: draw.Ints, templates: tuple[str, ...], rng: draw.Rng) -> pl.Series:
    """Free texts that hold what such texts hold: persons, telephones, identity numbers, homes, mail addresses."""
    n = len(firm)
    columns = {
        "person": world.people(rng, n),
        "phone": world.phones(rng, n),
        "idno": draw.choose(rng, world.pools.ids, n),
        "address": world.of_firms("address", rng.integers(0, world.firms.height, n)),
        "mail": draw.choose(rng, world.pools.emails, n),
        "firm": world.of_firms("name", firm),
        "code": world.of_firms("uscc", firm),
    }
    return draw.fill(rng, templates, columns, n)


def _consequences(county: pl.Series, found: draw.Mask, visited: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    n = len(visited)
    fixed, case = found & draw.chance(rng, 0.85, n), found & draw.chance(rng, 0.25, n)
    year = codes.number(visited.astype("datetime64[Y]").astype(np.int64) + 1970, 4)
    serial = pl.Series(draw.whole(rng, 1, 2_999, n)).cast(pl.String)
    penalty = draw.choose(rng, ("警告", "罚款", "罚款;没收", "罚款;责令停产", "其他"), n, (2, 5, 3, 1, 1))
    fine, value = draw.exact(draw.whole(rng, 500, 300_000, n) * 100, 2), draw.exact(_amounts(rng, n), 2)
    rechecked = draw.weighted(rng, (93, 7), n)
    return pl.DataFrame(
        {
            "rectify_by": draw.days(draw.later(visited, draw.whole(rng, 10, 30, n))).set(pl.Series(~found), None),
            "rectified_on": draw.days(draw.later(visited, draw.whole(rng, 1, 32, n))).set(pl.Series(~fixed), None),
            "recheck_result": draw.only(fixed, draw.coded(rechecked, ("1", "2"))),
            "case_no": draw.only(case, draw.glue("鲁", county.str.head(1), "市监处罚〔", year, "〕", serial, "号")),
            "penalty_types": draw.only(case, penalty),
            "fine_amount": fine.set(pl.Series(~case), None),
            "goods_value": value.set(pl.Series(~case), None),
            "transferred": pl.Series(case & draw.chance(rng, 0.03, n)).set(pl.Series(~case), None),
            "outcome_indicators": _indicators(found, fixed, case, rng),
        }
    )


def _amounts(rng: draw.Rng, n: int) -> draw.Ints:
    """Values of goods in cents: many small, few that dominate any sum."""
    return (np.exp(rng.random(n) * 9.0) * 10_000).astype(np.int64)


def _indicators(found: draw.Mask, fixed: draw.Mask, case: draw.Mask, rng: draw.Rng) -> pl.Series:
    """CR30 as JSON: counts of this inspection under the names that ``exporters.rules.outcomes`` reads."""
    n = len(found)
    sampled = draw.whole(rng, 0, 4, n)
    failed = np.where(found, np.minimum(sampled, 1), 0)
    problems = np.where(found, draw.whole(rng, 1, 4, n), 0)
    required = draw.chance(rng, 0.5, n)

    def of(rows: draw.Mask, share: float, most: int) -> draw.Ints:
        return np.where(rows & draw.chance(rng, share, n), draw.whole(rng, 1, most, n), 0)

    recalls, trained = of(case, 0.06, 1), of(np.ones(n, dtype=bool), 0.2, 1)
    before = draw.whole(rng, 0, 3, n)
    counts = {
        "assisted": of(found, 0.1, 1),
        "batches_failed": failed,
        "batches_sampled": sampled,
        "cases_closed": (case & draw.chance(rng, 0.7, n)).astype(np.int64),
        "ccc_withdrawn": of(case, 0.05, 1),
        "failed_before": np.where(draw.chance(rng, 0.18, n), np.minimum(before, 1), 0),
        "goods_off_shelf": np.where(found, draw.whole(rng, 0, 40, n), 0),
        "goods_recalled": recalls * draw.whole(rng, 20, 2_000, n),
        "inspectors_dispatched": draw.whole(rng, 2, 5, n),
        "interviews": of(found, 0.15, 1),
        "licences_withdrawn": of(case, 0.04, 1),
        "links_removed": of(found, 0.1, 12),
        "persons_trained": trained * draw.whole(rng, 1, 30, n),
        "problems_fixed": np.where(fixed, problems, 0),
        "problems_found": problems,
        "recalls": recalls,
        "safety_failed": np.where(draw.chance(rng, 0.4, n), failed, 0),
        "sampled_before": before,
        "tips_issued": of(found, 0.02, 1),
        "trace_coded": (required & draw.chance(rng, 0.7, n)).astype(np.int64),
        "trace_required": required.astype(np.int64),
        "units_trained": trained,
    }
    parts: list[str | pl.Series] = ["{"]
    for name, values in counts.items():
        parts += ['"' + name + '":', pl.Series(values).cast(pl.String), ","]
    return draw.glue(*parts[:-1], "}")
