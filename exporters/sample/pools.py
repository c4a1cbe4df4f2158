"""Pools that are drawn once: the province's places, and people with names, telephones, addresses and numbers.

Faker writes some ten thousand values a second, which is too slow for each row of a million. So a few thousand are
drawn from a seeded instance, and rows pick from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from faker import Faker

from catalog import codes as lists
from exporters.sample import codes, draw

PROVINCE = "370000"
# Rough size of a city's industry against its neighbours; cities that are not named count 2.
_CITY_WEIGHTS = {"370200": 10, "370100": 8, "370600": 7, "370700": 7, "371300": 7, "370300": 5, "370800": 4}
_NAMES, _PHONES, _STREETS, _IDS = 1_500, 1_500, 400, 600


@dataclass(frozen=True, slots=True)
class Pools:
    """What rows pick from. ``places``: code, number, name, city, county, bureau, bureau_uscc, weight per county."""

    places: pl.DataFrame
    names: pl.Series
    phones: pl.Series
    landlines: pl.Series
    streets: pl.Series
    ids: pl.Series
    emails: pl.Series
    brands: pl.Series


@lru_cache(maxsize=4)
def pools(seed: int) -> Pools:
    """The pools under ``seed``; kept, because Faker needs longer for them than a small sample takes."""
    fake = Faker("zh_CN")
    fake.seed_instance(seed)
    rng = draw.stream(seed, "pools")
    return Pools(
        places=_places(rng),
        names=pl.Series([fake.name() for _ in range(_NAMES)], dtype=pl.String),
        phones=pl.Series([fake.phone_number() for _ in range(_PHONES)], dtype=pl.String),
        landlines=draw.glue("05", codes.number(rng.integers(31, 40, 500), 2), "-8", codes.number(_serials(rng), 7)),
        streets=pl.Series([fake.street_name() for _ in range(_STREETS)], dtype=pl.String),
        ids=pl.Series([fake.ssn() for _ in range(_IDS)], dtype=pl.String),
        emails=pl.Series([fake.email() for _ in range(_IDS)], dtype=pl.String),
        brands=_brands(),
    )


def _serials(rng: draw.Rng) -> draw.Ints:
    return rng.integers(10**6, 10**7, 500)


def _places(rng: draw.Rng) -> pl.DataFrame:
    regions, full = lists.code_list("gbt2260"), lists.region_names()
    codes_here = [code for code in lists.county_of() if lists.province_of()[code] == PROVINCE]
    numbers = np.array([int(code) for code in codes_here], dtype=np.int64)
    cities = [lists.city_of()[code] for code in codes_here]
    names = [full[code] for code in codes_here]
    jitter = rng.integers(20, 180, len(codes_here))
    return pl.DataFrame(
        {
            "code": codes_here,
            "number": numbers,
            "name": names,
            "city": [regions.entries[city][0] for city in cities],
            "county": [regions.entries[code][0] for code in codes_here],
            "bureau": [name + "市场监督管理局" for name in names],
            "bureau_uscc": codes.uscc(np.full_like(numbers, 11), numbers, numbers % 10**6),
            "weight": [_CITY_WEIGHTS.get(city, 2) * int(j) for city, j in zip(cities, jitter, strict=True)],
        }
    )


def _brands() -> pl.Series:
    first = "岱沂泉泺岚澜禾铭朔昱瑾琅峄汶洙沭淄潍莱崂"
    second = "川舟峰野桥岭湾林原禄祥和安宁远达恒信诺科"
    third = ("", "瑞", "盛", "新", "联", "宏")
    return pl.Series([a + b + c for c in third for a in first for b in second], dtype=pl.String)


def addresses(world: Pools, place: draw.Ints, rng: draw.Rng) -> pl.Series:
    """Full postal addresses in the given places."""
    n = len(place)
    street = draw.choose(rng, world.streets, n)
    return draw.glue(
        world.places["name"].gather(place), street, pl.Series(draw.whole(rng, 1, 899, n)).cast(pl.String), "号"
    )
