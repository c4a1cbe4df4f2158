"""Body of 2.6 ``traceability``: codes of all four schemes with the goods' way from maker to customer."""

from __future__ import annotations

import numpy as np
import polars as pl

from exporters.sample import codes, draw
from exporters.sample.units import UNITS
from exporters.sample.world import CATEGORIES, World

# What firms tick as 是否公开 (TR47): mostly nothing, sometimes more than should ever be opened.
_FLAGS = (
    "{}",
    '{"buyer_address":0,"buyer_name":0,"sold_at":0}',
    '{"key_quality_indicators":1}',
    '{"key_quality_indicators":1,"sold_at":1}',
    '{"buyer_name":1,"sold_at":1,"supplier_name":1}',
    '{"buyer_address":1,"buyer_contact":1,"buyer_name":1,"customer_name":1,"purchased_at":1,"sold_at":1,"sold_on":1}',
)
_HOUR = np.timedelta64(3_600, "s")


def traces(world: World, first: int, times: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    """Rows ``first`` … of trace records, one a code."""
    n = len(times)
    good = draw.skewed(rng, world.goods.height, n)
    maker = world.of_goods("maker", good).to_numpy()
    seller = world.sellers[draw.skewed(rng, len(world.sellers), n)]
    produced = draw.later(times, -draw.whole(rng, 30, 120, n))
    parts = [
        _firm(world, maker, "producer").with_columns(world.of_firms("place", maker).alias("_place")),
        _codes(world, first, good, produced, rng),
        _product(world, good, produced, rng),
        _flow(world, maker, seller, times, rng),
        _firm(world, seller, "seller"),
    ]
    return pl.concat(parts, how="horizontal")


def _firm(world: World, firm: draw.Ints, role: str) -> pl.DataFrame:
    code = world.of_firms("uscc", firm)
    return pl.DataFrame(
        {
            f"{role}_name": world.of_firms("name", firm),
            f"{role}_uscc": code,
            f"{role}_address": world.of_firms("address", firm),
            f"{role}_contact": world.of_firms("phone", firm),
            f"{role}_licence_file": draw.glue("file:licence/", code, ".jpg"),
        }
    )


def _codes(world: World, first: int, good: draw.Ints, produced: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    n = len(good)
    number = first + np.arange(n, dtype=np.int64)
    certified = world.of_goods("ccc", good).is_not_null().to_numpy()
    scheme = draw.weighted(rng, (55, 15, 10, 20), n)
    scheme = np.where((scheme == 3) & ~certified, 0, scheme)
    grain = draw.weighted(rng, (30, 40, 30), n)
    grain = np.select([scheme == 3, scheme == 1], [0, 2], grain)
    day = pl.Series(produced.astype("datetime64[D]")).dt.strftime("%y%m%d")
    batch = draw.glue("B", day, codes.number(draw.whole(rng, 1, 12, n), 2))
    serial = codes.opaque(number % 10**7, 10)
    texts = [
        _gs1(world.of_goods("gtin", good), batch, serial, grain, rng),
        draw.glue(draw.choose(rng, ("", "https://www.iotroot.com/"), n, (7, 3)), codes.ecode(good + 1, number)),
        draw.glue("https://www.hgzcloud.com/c/", codes.opaque(number % 10**7, 12)),
        world.of_goods("ccc", good),
    ]
    chosen = pl.coalesce(
        *(pl.when(pl.lit(pl.Series(scheme == kind))).then(pl.lit(text)) for kind, text in enumerate(texts))
    )
    return pl.DataFrame(
        {
            "trace_code": pl.select(chosen.alias("v")).to_series(),
            "trace_scheme": draw.coded(scheme, ("1", "2", "3", "4")),
            "granularity": draw.coded(grain, ("1", "2", "3")),
            "serial_or_batch": draw.either(grain == 2, serial, batch),
            "seller_trace_code": codes.ecode(good + 500_001, number),
        }
    )


def _gs1(gtin: pl.Series, batch: pl.Series, serial: pl.Series, grain: draw.Ints, rng: draw.Rng) -> pl.Series:
    """Element strings with and without brackets, and Digital Link addresses, as deep as the code's granularity."""
    n = len(gtin)
    form = draw.weighted(rng, (45, 40, 15), n)
    heads = draw.coded(form, ("(01)0", "https://id.example.cn/01/0", "010"))
    tens, ones = draw.coded(form, ("(10)", "/10/", "10")), draw.coded(form, ("(21)", "/21/", "21"))
    empty = draw.constant("", n)
    # Without brackets a batch of variable length needs a separator before the serial, so such codes leave it out.
    with_batch = (grain == 1) | ((grain == 2) & (form < 2))
    lots = draw.either(with_batch, draw.glue(tens, batch), empty)
    return draw.glue(heads, gtin, lots, draw.either(grain == 2, draw.glue(ones, serial), empty))


def _product(world: World, good: draw.Ints, produced: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    n = len(good)
    unit = world.of_goods("unit", good).to_numpy()
    category = np.array([CATEGORIES.index(u.category) for u in UNITS])[unit]
    report = draw.glue("file:report/", codes.opaque(draw.whole(rng, 0, 10**6, n), 8), ".pdf")
    quality = [
        f'{{"{c.items[0].name}":"{c.items[0].limit + k} {c.items[0].unit}"}}' for c in CATEGORIES for k in (0, 1, 3, 7)
    ]
    return pl.DataFrame(
        {
            "product_name": draw.coded(unit, [u.name for u in UNITS]),
            "product_type": draw.coded(unit, [u.category.name for u in UNITS]),
            "model_spec": world.of_goods("model", good),
            "produced_on": draw.days(produced),
            "warranty_period": draw.choose(rng, ("P1Y", "P2Y", "P18M", "P3Y"), n),
            "executed_standards": world.of_goods("standards", good),
            "licence_or_ccc_no": world.of_goods("access", good),
            "test_reports": report,
            "key_quality_indicators": draw.only(
                draw.chance(rng, 0.25, n), draw.coded(4 * category + rng.integers(0, 4, n), quality)
            ),
            "quality_control_archive": draw.only(
                draw.chance(rng, 0.1, n), draw.constant("file:archive/internal.zip", n)
            ),
        }
    )


def _flow(world: World, maker: draw.Ints, seller: draw.Ints, times: draw.Times, rng: draw.Rng) -> pl.DataFrame:
    """Sale by the maker and resale by the seller; about a third of the last customers are persons."""
    n = len(times)
    bought = draw.before(times, rng, 16 * 1440, 28 * 1440)
    resold = bought + draw.whole(rng, 24 * 60, 15 * 24 * 60, n).astype("timedelta64[m]")
    customer = world.of_firms("name", world.sellers[rng.integers(0, len(world.sellers), n)])
    return pl.DataFrame(
        {
            "sold_at": pl.Series(bought - _HOUR * draw.whole(rng, 1, 40, n)),
            "buyer_name": world.of_firms("name", seller),
            "buyer_address": world.of_firms("address", seller),
            "buyer_contact": world.of_firms("phone", seller),
            "supplier_name": world.of_firms("name", maker),
            "purchased_at": pl.Series(bought),
            "customer_name": draw.either(draw.chance(rng, 0.35, n), world.people(rng, n), customer),
            "sold_on": pl.Series(resold),
            "quantity": draw.exact(draw.whole(rng, 1, 400, n) * 1_000, 3),
            "public_flags": draw.choose(rng, _FLAGS, n, (30, 30, 15, 12, 8, 5)),
        }
    )
