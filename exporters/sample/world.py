"""The world that all tables speak about: firms with their codes and roles, and the goods that they make."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from exporters.sample import care, codes, draw
from exporters.sample.pools import Pools, addresses, pools
from exporters.sample.units import GAS, OLD_EDITION, UNITS, Category

# Roles of EB03 in a fixed cycle, so that even the smallest province has every role.
_ROLES = tuple("12131221131211234521")
CATEGORIES: tuple[Category, ...] = tuple(dict.fromkeys(unit.category for unit in UNITS))
_CATEGORY_WEIGHTS = (24, 14, 16, 8, 14, 6, 8, 10)
_TRADES = ("线缆", "燃气具", "车业", "劳保用品", "木业", "板材", "钢材", "索具")
_SHOPS = ("电料行", "燃气具店", "电动车行", "劳保店", "建材店", "板材经营部", "钢材经营部", "五金店")
_FIRST = tuple(next(i for i, unit in enumerate(UNITS) if unit.category is category) for category in CATEGORIES)
_COUNT = tuple(sum(unit.category is category for unit in UNITS) for category in CATEGORIES)


@dataclass(frozen=True)
class World:
    """Pools, firms and goods under one seed. Firms and goods are numbered by their row."""

    seed: int
    rows: int
    pools: Pools
    firms: pl.DataFrame
    """name, uscc, role, place, address, phone, person, category, sole (92), licence,
    careless; one row a firm."""
    goods: pl.DataFrame
    """code, maker, unit, model, brand, gtin, ccc, access (licence or CCC number), standards; one row a product."""

    @cached_property
    def makers(self) -> draw.Ints:
        """Rows of firms that produce."""
        return _having(self.firms["role"], "1", "3")

    @cached_property
    def sellers(self) -> draw.Ints:
        """Rows of firms that sell."""
        return _having(self.firms["role"], "2", "3", "4")

    @cached_property
    def testers(self) -> draw.Ints:
        """Rows of testing bodies."""
        return _having(self.firms["role"], "5")

    def loose(self, firms: draw.Ints) -> draw.Mask:
        """Which of the firms in these rows are careless (``exporters.sample.care``)."""
        mask: draw.Mask = self.firms["careless"].to_numpy()[firms]
        return mask

    def of_firms(self, column: str, rows: draw.Ints) -> pl.Series:
        """A column of the firms in these rows."""
        return self.firms[column].gather(rows)

    def of_goods(self, column: str, rows: draw.Ints) -> pl.Series:
        """A column of the goods in these rows."""
        return self.goods[column].gather(rows)

    def of_places(self, column: str, rows: draw.Ints) -> pl.Series:
        """A column of the counties in these rows."""
        return self.pools.places[column].gather(rows)

    def people(self, rng: draw.Rng, n: int) -> pl.Series:
        """``n`` persons' names."""
        return draw.choose(rng, self.pools.names, n)

    def phones(self, rng: draw.Rng, n: int) -> pl.Series:
        """``n`` mobile numbers."""
        return draw.choose(rng, self.pools.phones, n)


def world(seed: int, rows: int, firms: int, goods: int) -> World:
    """The world of a sample with so many trace records, firms and goods."""
    base = pools(seed)
    made = _firms(base, draw.stream(seed, "firms"), firms)
    made = made.with_columns(care.careless(seed, base.places, made["place"].to_numpy()).alias("careless"))
    makers = _having(made["role"], "1", "3")
    return World(seed, rows, base, made, _goods(base, draw.stream(seed, "goods"), made, makers, goods))


def _having(column: pl.Series, *values: str) -> draw.Ints:
    return np.flatnonzero(column.is_in(list(values)).to_numpy()).astype(np.int64)


def _firms(base: Pools, rng: draw.Rng, n: int) -> pl.DataFrame:
    number = np.arange(n, dtype=np.int64)
    role = draw.coded(number % len(_ROLES), _ROLES)
    place = draw.weighted(rng, base.places["weight"].to_list(), n)
    category = draw.weighted(rng, _CATEGORY_WEIGHTS, n)
    sole = (role == "2").to_numpy() & draw.chance(rng, 0.35, n)
    prefix = np.where(sole, 92, np.where(draw.chance(rng, 0.02, n), 93, 91)).astype(np.int64)
    made = pl.DataFrame(
        {
            "uscc": codes.uscc(prefix, base.places["number"].to_numpy()[place], number + 1),
            "role": role,
            "place": place,
            "address": addresses(base, place, rng),
            "phone": draw.either(
                draw.chance(rng, 0.7, n), draw.choose(rng, base.phones, n), draw.choose(rng, base.landlines, n)
            ),
            "person": draw.choose(rng, base.names, n),
            "category": category,
            "sole": sole,
            "licence": _licences(role, category, number),
        }
    )
    return made.with_columns(_names(base, rng, made).alias("name"))


def _names(base: Pools, rng: draw.Rng, firms: pl.DataFrame) -> pl.Series:
    """Names of firms; sole traders are called after the person, as many are."""
    n, role, place, category = firms.height, firms["role"], firms["place"].to_numpy(), firms["category"].to_numpy()
    brand = draw.choose(rng, base.brands, n)
    city = draw.either(draw.chance(rng, 0.75, n), base.places["city"].gather(place), draw.constant("山东", n))
    kinds = draw.either((role == "5").to_numpy(), draw.constant("检测技术", n), draw.coded(category, _TRADES))
    kinds = draw.either((role == "4").to_numpy(), draw.constant("电子商务", n), kinds)
    form = draw.choose(rng, ("有限公司", "股份有限公司", "科技有限公司", "集团有限公司"), n, (80, 8, 10, 2))
    company = draw.glue(city, brand, kinds, form)
    shop = draw.glue(base.places["county"].gather(place), firms["person"], draw.coded(category, _SHOPS))
    return draw.either(firms["sole"].to_numpy(), shop, company)


def _licences(role: pl.Series, category: draw.Ints, number: draw.Ints) -> pl.Series:
    stem = draw.coded(category, [c.licence for c in CATEGORIES])
    full = draw.glue("(鲁)", stem, "-", codes.number(number + 1, 5))
    return draw.only(role.is_in(["1", "3"]).to_numpy() & (stem != "").to_numpy(), full)


def _goods(base: Pools, rng: draw.Rng, firms: pl.DataFrame, makers: draw.Ints, n: int) -> pl.DataFrame:
    number = np.arange(n, dtype=np.int64)
    maker = makers[(number * 7_919) % len(makers)]
    category = firms["category"].to_numpy()[maker]
    unit = np.array(_FIRST)[category] + rng.integers(0, 10**6, n) % np.array(_COUNT)[category]
    models = [unit.models for unit in UNITS]
    starts = np.cumsum([0, *(len(m) for m in models)])[unit]
    model = draw.coded(
        starts + rng.integers(0, 10**6, n) % np.array([len(m) for m in models])[unit], [m for ms in models for m in ms]
    )
    certified = np.array([u.ccc for u in UNITS])[unit]
    classes = np.array([c.ccc_class for c in CATEGORIES])[category]
    ccc = draw.only(certified, codes.ccc(draw.whole(rng, 2019, 2025, n), classes, number + 1))
    standards = [s for c in CATEGORIES for s in (";".join(c.standards[:2]), c.standards[0])]
    told = draw.coded(2 * category + rng.integers(0, 2, n), standards)
    old = told.str.replace(GAS.standards[0], OLD_EDITION, literal=True)
    return pl.DataFrame(
        {
            "code": draw.glue("P37", codes.number(number + 1, 8)),
            "maker": maker,
            "unit": unit,
            "model": model,
            "brand": draw.glue(draw.choose(rng, base.brands, n), "牌"),
            "gtin": codes.gtin13(maker + 1, number % 10_000),
            "ccc": ccc,
            "access": draw.either(certified, ccc, firms["licence"].gather(maker)),
            "standards": draw.either(firms["careless"].to_numpy()[maker], old, told),
        }
    )
