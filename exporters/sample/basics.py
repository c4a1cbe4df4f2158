"""Bodies of the two basic tables: products (1.1) and firms (1.2)."""

from __future__ import annotations

import numpy as np
import polars as pl

from exporters.sample import codes, draw
from exporters.sample.units import UNITS
from exporters.sample.world import CATEGORIES, World

# Statuses and sizes as uneven as in a register: nearly all firms exist, nearly all are small.
_STATUS = (940, 20, 12, 6, 12, 4, 6)
_SIZE = (1, 9, 50, 40)


def products(world: World, first: int, times: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    """Rows ``first`` … of ``product_basic``: one for each of the world's goods, beginning again after the last."""
    n = len(times)
    good = (first + np.arange(n)) % world.goods.height
    maker = world.of_goods("maker", good).to_numpy()
    unit = world.of_goods("unit", good).to_numpy()
    category = world.of_firms("category", maker).to_numpy()
    certified = np.array([u.ccc for u in UNITS])[unit]
    mandatory = [";".join(c.mandatory) or None for c in CATEGORIES]
    has_mandatory = np.array([bool(c.mandatory) for c in CATEGORIES])[category]
    return pl.DataFrame(
        {
            "_place": world.of_firms("place", maker),
            "product_code": world.of_goods("code", good),
            "product_name": draw.coded(unit, [u.name for u in UNITS]),
            "category_code": draw.coded(category, [f"ZD{i:02d}" for i in range(1, len(CATEGORIES) + 1)]),
            "category_name": draw.coded(category, [c.name for c in CATEGORIES]),
            "product_unit": draw.coded(unit, [u.name for u in UNITS]),
            "industry_code": draw.coded(category, [c.industry for c in CATEGORIES]),
            "gtin": draw.only(draw.chance(rng, 0.85, n), world.of_goods("gtin", good)),
            "model_spec": world.of_goods("model", good),
            "brand": draw.only(draw.chance(rng, 0.8, n), world.of_goods("brand", good)),
            "executed_standards": world.of_goods("standards", good),
            "mandatory_standards": pl.Series(mandatory, dtype=pl.String).gather(category),
            "in_licence_catalogue": ~certified,
            "in_ccc_catalogue": certified,
            "in_mandatory_std_catalogue": has_mandatory,
            "in_spotcheck_catalogue": draw.chance(rng, 0.8, n),
            "in_campaign_catalogue": draw.chance(rng, 0.3, n),
            "in_trace_list": np.ones(n, dtype=np.bool_),
            "product_risk_level": draw.choose(rng, ("1", "2", "3"), n, (2, 5, 3)),
            "target_users": draw.choose(rng, ("一般", "一般;老年人", "专业", "一般;儿童"), n, (6, 1, 2, 1)),
            "warranty_period": draw.choose(rng, ("P1Y", "P2Y", "P18M", "P3Y"), n),
            "producer_uscc": world.of_firms("uscc", maker),
            "product_image": draw.glue("file:product/", world.of_goods("code", good), ".jpg"),
        }
    )


def enterprises(world: World, first: int, times: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    """Rows ``first`` … of ``enterprise_basic``: one for each of the world's firms, beginning again after the last."""
    n = len(times)
    firm = (first + np.arange(n)) % world.firms.height
    place = world.of_firms("place", firm).to_numpy()
    return pl.concat(
        [_register(world, firm, place, times, rng), _contacts(world, firm, rng), _goods_of(world, firm, rng)],
        how="horizontal",
    )


def _register(world: World, firm: draw.Ints, place: draw.Ints, times: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    n = len(firm)
    category = world.of_firms("category", firm).to_numpy()
    sole = world.of_firms("sole", firm).to_numpy()
    size = draw.weighted(rng, _SIZE, n)
    people = np.array([1000, 300, 20, 1])[size] + rng.integers(0, 10**6, n) % np.array([3000, 700, 280, 19])[size]
    scope = [f"一般项目：{c.name}制造、销售；货物进出口（依法须经批准的项目除外）。" for c in CATEGORIES]
    return pl.DataFrame(
        {
            "_place": place,
            "enterprise_name": world.of_firms("name", firm),
            "uscc": world.of_firms("uscc", firm),
            "unit_role": world.of_firms("role", firm),
            "entity_type": draw.either(sole, draw.constant("9500", n), draw.choose(rng, ("1130", "1000", "2130"), n)),
            "economic_type": draw.either(sole, draw.constant("175", n), draw.choose(rng, ("173", "159", "310"), n)),
            "industry_code": draw.coded(category, [c.industry for c in CATEGORIES]),
            "registered_address": world.of_firms("address", firm),
            "operating_address": world.of_firms("address", firm),
            "region_code": world.of_places("code", place),
            "registration_authority": world.of_places("bureau", place),
            "established_on": draw.days(draw.later(times, -draw.whole(rng, 200, 9_000, n))).cast(pl.String),
            "registration_status": draw.choose(rng, tuple("1234567"), n, _STATUS),
            "registered_capital": draw.exact(draw.whole(rng, 3, 5_000, n) * 1_000_000, 6),
            "business_scope": draw.coded(category, scope),
            "enterprise_size": draw.coded(size, ("1", "2", "3", "4")),
            "employee_count": people.astype(np.int64),
            "abnormal_list": draw.chance(rng, 0.03, n),
            "serious_violation_list": draw.chance(rng, 0.004, n),
            "quality_credit_grade": draw.choose(rng, tuple("ABCD"), n, (60, 30, 8, 2)),
        }
    )


def _contacts(world: World, firm: draw.Ints, rng: draw.Rng) -> pl.DataFrame:
    n = len(firm)
    east, north = draw.whole(rng, 1_150_000, 1_225_000, n), draw.whole(rng, 345_000, 382_000, n)
    coordinates = draw.exact(east, 4).cast(pl.String), draw.exact(north, 4).cast(pl.String)
    return pl.DataFrame(
        {
            "legal_representative": world.of_firms("person", firm),
            "legal_rep_id_no": draw.only(draw.chance(rng, 0.7, n), draw.choose(rng, world.pools.ids, n)),
            "contact_person": draw.only(draw.chance(rng, 0.8, n), world.people(rng, n)),
            "contact_phone": world.of_firms("phone", firm),
            "service_hotline": draw.only(
                draw.chance(rng, 0.5, n), draw.glue("400-", codes.number(draw.whole(rng, 10**6, 10**7 - 1, n), 7))
            ),
            "email": draw.only(draw.chance(rng, 0.6, n), draw.choose(rng, world.pools.emails, n)),
            "business_licence_file": draw.glue("file:licence/", world.of_firms("uscc", firm), ".jpg"),
            "longitude_latitude": draw.only(draw.chance(rng, 0.6, n), draw.glue(coordinates[0], ",", coordinates[1])),
        }
    )


def _goods_of(world: World, firm: draw.Ints, rng: draw.Rng) -> pl.DataFrame:
    """Licence and certificate numbers and product codes: those a maker makes, or one that a seller sells."""
    n = len(firm)
    made = (
        world.goods.lazy()
        .group_by("maker")
        .agg(
            pl.concat_str(pl.lit('"'), "code", pl.lit('"')).sort_by("code").head(8).str.join(",").alias("codes"),
            pl.col("ccc").sort_by("code").drop_nulls().head(4).str.join(";").alias("certificates"),
        )
        .collect()
    )
    joined = pl.DataFrame({"maker": firm}).join(made, on="maker", how="left", maintain_order="left")
    any_code = draw.glue('"', world.of_goods("code", rng.integers(0, world.goods.height, n)), '"')
    return joined.select(
        world.of_firms("licence", firm).alias("licence_nos"),
        pl.col("certificates").replace("", None).alias("ccc_cert_nos"),
        pl.concat_str(pl.lit("["), pl.col("codes").fill_null(any_code), pl.lit("]")).alias("products"),
    )
