"""Code lists by name, and what a region code says about province, city and county.

The lists ship as data beside this module (``codelists/``, with their origins and licences). All answers are cached;
mappings are read-only by agreement and go straight into polars' ``replace`` and ``replace_strict``.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from catalog.errors import DeclarationError
from catalog.identifiers.gs1_table import titles as gs1_titles

_PLACE = files("catalog") / "codelists"
_SPECIAL_REGIONS = {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}
# Headings of GB/T 2260 that gather a province's or municipality's counties and are no places of their own.
_HEADINGS = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")


@dataclass(frozen=True, slots=True)
class CodeList:
    """A named list. ``entries`` maps code -> (Chinese, English or ""); ``parent`` maps code -> code one level up."""

    name: str
    title_zh: str
    title_en: str
    source: str
    entries: Mapping[str, tuple[str, str]]
    parent: Mapping[str, str]

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes in the order of the list."""
        return tuple(self.entries)


@dataclass(frozen=True, slots=True)
class TraceCategory:
    """A category of the trace list: its product units, GB/T 4754 class ("" if open) and market access regimes."""

    zh: str
    en: str
    industry: str
    access: tuple[str, ...]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """An outcome indicator of special rectification (OC01-OC30)."""

    code: str
    name: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    rule: str


def names() -> tuple[str, ...]:
    """Names of all code lists."""
    return ("gbt2260", "gbt4754", "gbt12402", "gs1_ai", *_small_lists())


@cache
def code_list(name: str) -> CodeList:
    """The list called ``name``; an unknown name is a ``DeclarationError``."""
    readers = {"gbt2260": _regions, "gbt4754": _industries, "gbt12402": _economic_types, "gs1_ai": _gs1}
    if name in readers:
        return readers[name]()
    small = _small_lists()
    if name not in small:
        raise DeclarationError(f"There is no code list '{name}'.", todo=f"Use one of: {', '.join(names())}.")
    return small[name]


@cache
def trace_list(version: str = "2024-draft") -> tuple[TraceCategory, ...]:
    """Categories of the first-batch trace list in one of its versions."""
    versions = {v["id"]: v for v in tomllib.loads(_text("trace_first_batch.toml"))["version"]}
    if version not in versions:
        raise DeclarationError(f"There is no trace list '{version}'.", todo=f"Use one of: {', '.join(versions)}.")
    return tuple(
        TraceCategory(c["zh"], c["en"], c["industry"], tuple(c["access"]), tuple(c["units"]))
        for c in versions[version]["category"]
    )


@cache
def indicators() -> tuple[Indicator, ...]:
    """The thirty outcome indicators of special rectification."""
    return tuple(Indicator(**row) for row in tomllib.loads(_text("rectification_indicators.toml"))["indicator"])


@cache
def province_of() -> Mapping[str, str]:
    """Every region code -> its province's code (370202 -> 370000)."""
    return {code: code[:2] + "0000" for code in code_list("gbt2260").entries}


@cache
def city_of() -> Mapping[str, str]:
    """City and county codes -> their city's code (370202 -> 370200).

    Counties run by their province have no city and stand for themselves (419001 -> 419001); provinces are left out.
    """
    regions = code_list("gbt2260")
    return {
        code: code if regions.parent[code].endswith("0000") else code[:4] + "00"
        for code in regions.entries
        if not code.endswith("0000")
    }


@cache
def county_of() -> Mapping[str, str]:
    """Codes of the lowest level -> themselves; a lookup thus tells whether a code is precise to the county.

    Three cities have no counties and are their own lowest level (东莞 441900, 中山 442000, 儋州 460400).
    """
    regions = code_list("gbt2260")
    above = set(regions.parent.values())
    return {code: code for code in regions.parent if code not in above}


@cache
def region_names() -> Mapping[str, str]:
    """Every region code -> its full name from the province down (370202 -> 山东省青岛市市南区)."""
    regions = code_list("gbt2260")
    return {code: _full_name(code, regions) for code in regions.entries}


def region_name(code: str) -> str:
    """Full name of a region, "" for a code that the list does not hold."""
    return region_names().get(code, "")


def _full_name(code: str, regions: CodeList) -> str:
    own = regions.entries[code][0]
    parent = regions.parent.get(code)
    if parent is None:
        return own
    above = _full_name(parent, regions)
    if own == "市辖区":
        return above
    if parent in regions.parent and regions.entries[parent][0] in _HEADINGS:
        above = _full_name(regions.parent[parent], regions)
    return above + own


def _text(name: str) -> str:
    return (_PLACE / name).read_text(encoding="utf-8")


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_text(name).splitlines()))


def _frozen(
    name: str, titles: tuple[str, str], source: str, entries: dict[str, tuple[str, str]], parent: dict[str, str]
) -> CodeList:
    return CodeList(name, *titles, source, MappingProxyType(entries), MappingProxyType(parent))


def _regions() -> CodeList:
    entries: dict[str, tuple[str, str]] = {}
    parent: dict[str, str] = {}
    for row in _rows("gbt2260_provinces.csv"):
        entries[row["code"] + "0000"] = (row["name"], "")
    entries |= {code: (name, "") for code, name in _SPECIAL_REGIONS.items()}
    for row in _rows("gbt2260_cities.csv"):
        if row["name"] not in _HEADINGS[2:]:
            entries[row["code"] + "00"] = (row["name"], "")
            parent[row["code"] + "00"] = row["provinceCode"] + "0000"
    for row in _rows("gbt2260_areas.csv"):
        city = row["cityCode"] + "00"
        if row["code"] == city:  # three cities without counties stand in both files
            continue
        entries[row["code"]] = (row["name"], "")
        parent[row["code"]] = city if city in entries else row["provinceCode"] + "0000"
    entries = dict(sorted(entries.items()))
    return _frozen("gbt2260", ("行政区划代码", "Administrative divisions"), "GB/T 2260, 2022-10-31", entries, parent)


def _industries() -> CodeList:
    rows = _rows("gbt4754_2017.csv")
    entries = {row["code"]: (row["name_zh"], "") for row in rows}
    parent = {row["code"]: row["parent"] for row in rows if row["parent"]}
    titles = ("国民经济行业分类", "Industrial classification of the national economy")
    return _frozen("gbt4754", titles, "GB/T 4754-2017", entries, parent)


def _economic_types() -> CodeList:
    rows = _rows("gbt12402_2000.csv")
    entries = {row["code"]: (row["name_zh"], "") for row in rows}
    parent = {row["code"]: row["parent"] for row in rows if row["parent"]}
    return _frozen("gbt12402", ("经济类型分类与代码", "Economic types"), "GB/T 12402-2000", entries, parent)


def _gs1() -> CodeList:
    entries = {ai: (title, title) for ai, title in gs1_titles().items()}
    titles = ("GS1应用标识符", "GS1 application identifiers")
    return _frozen("gs1_ai", titles, "GS1 Barcode Syntax Dictionary", entries, {})


@cache
def _small_lists() -> Mapping[str, CodeList]:
    return {
        name: _frozen(
            name,
            (table["title_zh"], table["title_en"]),
            table.get("source", "formats of the ten data standards"),
            {code: (zh, en) for code, zh, en in table["entries"]},
            {},
        )
        for name, table in tomllib.loads(_text("status.toml")).items()
    }
