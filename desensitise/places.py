"""Addresses generalised to the county, city or province of GB/T 2260, by the longest place name they begin with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

import polars as pl

from catalog import codes

# What people leave out when they write a place's name.
_PROVINCE_ENDINGS = ("特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市")
# Lengths at which most addresses have named their place.
_CUTS = (9, 13)
# Headings of the list that are no place's name.
_HEADINGS = ("市辖区", "县")


@dataclass(frozen=True, slots=True)
class Places:
    """Spellings of places, and the official full name of the county, city and province behind each.

    A spelling that stops at a province or city stands for what it says, never for more.
    """

    county: Mapping[str, str]
    city: Mapping[str, str]
    province: Mapping[str, str]
    longest: int

    def at(self, level: str) -> Mapping[str, str]:
        """Spellings and full names of ``county``, ``city`` or ``province``."""
        return {"county": self.county, "city": self.city, "province": self.province}[level]

    def of(self, address: str, level: str) -> str | None:
        """The place with the longest spelling that the address begins with, as its ``level`` tells it; or None."""
        names = self.at(level)
        for end in range(min(self.longest, len(address)), 1, -1):
            name = names.get(address[:end])
            if name is not None:
                return name
        return None


def named(addresses: pl.Series, level: str) -> pl.Series:
    """The shipped list's ``Places.of`` for addresses; null for null.

    Few spellings go on beyond a place's name, so most addresses are told by their first letters, which few others have.
    """
    found = pl.Series([None], dtype=pl.String).new_from_index(0, addresses.len())
    rows, waiting = pl.int_range(addresses.len(), eager=True), addresses
    for cut in (*_CUTS, places().longest):
        heads = waiting.str.slice(0, cut).to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode()
        told = [_named(head, level, cut) for head in heads.dictionary.to_pylist()]
        index = pl.Series(pl.from_arrow(heads.indices))
        names = pl.Series([name for name, _ in told], dtype=pl.String).gather(index)
        final = pl.Series([last for _, last in told], dtype=pl.Boolean).gather(index).fill_null(value=True)
        found = found.scatter(rows.filter(final), names.filter(final))
        rows, waiting = rows.filter(~final), waiting.filter(~final)
        if rows.is_empty():
            break
    return found


# The batches of a run name the same places again and again.
@lru_cache(maxsize=1 << 16)
def _named(head: str, level: str, cut: int) -> tuple[str | None, bool]:
    """The place that an address of this head begins with, and whether no longer spelling begins with the head."""
    return places().of(head, level), len(head) < cut or head not in _begun(cut)


@cache
def _begun(cut: int) -> frozenset[str]:
    """What the spellings of more than ``cut`` letters begin with."""
    return frozenset(spelling[:cut] for spelling in places().county if len(spelling) > cut)


def build(regions: Mapping[str, str], own: Mapping[str, str], parent: Mapping[str, str]) -> Places:
    """Places of a list: code -> full name, code -> own name, code -> code one level up.

    A spelling that fits places in two cities is not taken, because the address would be moved.
    """
    found: dict[str, set[str]] = {}
    for code in regions:
        for spelling in _spellings(code, own, parent):
            found.setdefault(spelling, set()).add(code)
    one = {spelling: next(iter(fits)) for spelling, fits in found.items() if len(fits) == 1}
    county = {spelling: regions[code] for spelling, code in one.items()}
    city = {spelling: regions[_city(code, own, parent)] for spelling, code in one.items()}
    province = {spelling: regions[_province(code, parent)] for spelling, code in one.items()}
    longest = max(map(len, one), default=0)
    return Places(MappingProxyType(county), MappingProxyType(city), MappingProxyType(province), longest)


@cache
def places() -> Places:
    """The places of the GB/T 2260 list that the hub ships."""
    regions = codes.code_list("gbt2260")
    own = {code: names[0] for code, names in regions.entries.items()}
    return build(codes.region_names(), own, regions.parent)


def _city(code: str, own: Mapping[str, str], parent: Mapping[str, str]) -> str:
    above = parent.get(code)
    if above is None or (above.endswith("0000") and own[code] not in _HEADINGS):
        return code
    return _city(above, own, parent) if own[above] in _HEADINGS else above


def _province(code: str, parent: Mapping[str, str]) -> str:
    above = parent.get(code)
    return code if above is None else _province(above, parent)


def _spellings(code: str, own: Mapping[str, str], parent: Mapping[str, str]) -> Iterable[str]:
    name = own[code]
    above = parent.get(code)
    if above is None:
        return _short(name)
    if name in _HEADINGS:
        return ()
    alone = (name,) if len(name) > 2 else ()
    befores = _befores(above, own, parent)
    names = (name, name.removesuffix("市")) if above.endswith("0000") and len(name) > 2 else (name,)
    return (*alone, *(before + written for before in befores for written in names))


def _befores(code: str, own: Mapping[str, str], parent: Mapping[str, str]) -> tuple[str, ...]:
    """Ways to write everything above a place: province, city, both, and the short form of the province."""
    above = parent.get(code)
    if above is None:
        return (*_short(own[code]), *(short + own[code] for short in _short(own[code])))
    if own[code] in _HEADINGS:
        return _befores(above, own, parent)
    cities = (own[code], own[code].removesuffix("市"))
    return (*cities, *(province + city for province in _short(own[above]) for city in cities))


def _short(name: str) -> tuple[str, ...]:
    for ending in _PROVINCE_ENDINGS:
        if name.endswith(ending):
            return (name, name.removesuffix(ending))
    return (name,)
