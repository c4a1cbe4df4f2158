"""Body of 2.1 ``production_licence``: applications, reviews, decisions and the certificates' states."""

from __future__ import annotations

import numpy as np
import polars as pl

from exporters.sample import care, codes, draw
from exporters.sample.units import UNITS
from exporters.sample.world import CATEGORIES, World

PROVINCIAL_BUREAU = "山东省市场监督管理局"
_REASONS = (
    "证书有效期届满未延续",
    "企业主动申请注销",
    "以欺骗手段取得许可",
    "企业迁址后不再具备条件",
    "生产不合格产品情节严重",
)
_REFUSALS = ("实地核查不合格", "产品检验不合格", "申请材料不实")


def licences(world: World, first: int, times: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    """Rows ``first`` … of applications by the makers of licensed goods; a firm comes again to renew."""
    n = len(times)
    holders = np.flatnonzero(world.firms["licence"].is_not_null().to_numpy())
    number = first + np.arange(n)
    firm = holders[number % len(holders)]
    decision = draw.weighted(rng, (93, 5, 2), n)
    status = np.where(decision == 0, draw.weighted(rng, (84, 7, 4, 2, 1, 2), n), 4)
    stands = care.kept(world.seed, world.loose(firm), "licence", first, 0.01)
    decision, status = np.where(stands, 0, decision), np.where(stands, 0, status)
    decided = draw.before(times, rng, 60, 9_000)
    who = pl.concat([_applicant(world, firm, number, stands, rng), _review(world, decided, rng)], how="horizontal")
    return pl.concat([who, _outcome(world.of_firms("licence", firm), decided, decision, status, rng)], how="horizontal")


def _applicant(world: World, firm: draw.Ints, number: draw.Ints, stands: draw.Mask, rng: draw.Rng) -> pl.DataFrame:
    n = len(firm)
    category = world.of_firms("category", firm).to_numpy()
    unit = [next(u.name for u in UNITS if u.category is c and not u.ccc) if c.licence else "" for c in CATEGORIES]
    place = world.of_firms("place", firm)
    kind = draw.choose(rng, tuple("12345678"), n, (50, 25, 8, 3, 5, 4, 3, 2))
    # Who keeps the rules held a licence before its goods were told, and renews it.
    kind = draw.either(stands & (kind == "1").to_numpy(), draw.constant("2", n), kind)
    return pl.DataFrame(
        {
            "_place": place,
            "application_no": draw.glue("SQ37", codes.number(number + 1, 9)),
            "application_type": kind,
            "applicant_name": world.of_firms("name", firm),
            "uscc": world.of_firms("uscc", firm),
            "production_address": world.of_firms("address", firm),
            "licence_category": draw.coded(category, [c.name for c in CATEGORIES]),
            "licence_unit": draw.coded(category, unit),
            "applicant_contact_name": world.people(rng, n),
            "applicant_contact_phone": world.phones(rng, n),
            "process_equipment_file": draw.glue("file:process/", codes.opaque(number, 10), ".pdf"),
        }
    )


def _review(world: World, decided: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    n = len(decided)
    tester = world.testers[rng.integers(0, len(world.testers), n)]
    reviewed = draw.chance(rng, 0.8, n)
    return pl.DataFrame(
        {
            "applied_on": draw.days(draw.later(decided, -draw.whole(rng, 31, 60, n))),
            "accepting_authority": draw.constant(PROVINCIAL_BUREAU, n),
            "accepted_on": draw.days(draw.later(decided, -draw.whole(rng, 20, 30, n))),
            "approval_mode": draw.coded((~reviewed).astype(np.int64), ("1", "2")),
            "onsite_review_on": draw.days(draw.later(decided, -draw.whole(rng, 5, 19, n))).set(
                pl.Series(~reviewed), None
            ),
            "reviewers": draw.only(reviewed, draw.glue('["', world.people(rng, n), '","', world.people(rng, n), '"]')),
            "onsite_conclusion": draw.only(reviewed, draw.choose(rng, ("1", "2", "3"), n, (85, 3, 12))),
            "test_body": world.of_firms("name", tester),
            "test_report_no": draw.glue("JC", codes.opaque(draw.whole(rng, 0, 10**7 - 1, n), 10)),
            "test_conclusion": draw.choose(rng, ("1", "2"), n, (97, 3)),
            "approving_authority": draw.constant(PROVINCIAL_BUREAU, n),
        }
    )


def _outcome(
    licence: pl.Series, decided: draw.Times, decision: draw.Ints, status: draw.Ints, rng: draw.Rng
) -> pl.DataFrame:
    n = len(licence)
    granted, ended = decision == 0, (decision == 0) & (status > 0)
    # Certificates last five years. Those that have run out were issued that much earlier.
    issued = draw.later(decided, np.where(status == 1, -5 * 365 - 20, 0).astype(np.int64))
    no_date = pl.Series(~granted)
    return pl.DataFrame(
        {
            "decision": draw.coded(decision, ("1", "2", "3")),
            "decided_on": draw.days(decided),
            "licence_no": draw.only(granted, licence),
            "issued_on": draw.days(issued).set(no_date, None),
            "valid_until": draw.days(draw.later(issued, np.full(n, 5 * 365))).set(no_date, None),
            "licence_status": draw.coded(status, ("1", "2", "3", "4", "5", "6")),
            "status_changed_on": draw.days(decided).set(pl.Series(~ended), None),
            "status_change_reason": draw.only(ended, draw.coded((status - 1).clip(0, 4), _REASONS)),
            "refusal_reason": draw.only(decision == 1, draw.choose(rng, _REFUSALS, n)),
        }
    )
