"""Codes that a national list defines: regions, industries, economic types.

Lists grow old: 9.7 % of real codes name a region that was renamed since. So a code that is not in the list is flagged,
never refused (DOMAIN 1.1). A region may also be told by the name of its province, as the published tables do.
"""

from __future__ import annotations

from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from catalog.codes import code_list
from catalog.identifiers.arrays import Bools

_ENDINGS = ("维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "省", "市")


def known(name: str, text: str) -> bool:
    """Whether the code stands in the list ``name``."""
    return text in code_list(name).entries


def known_column(name: str, array: pa.StringArray) -> Bools:
    """``known`` for a column."""
    return _in(array, _codes(name))


def is_region(text: str) -> bool:
    """A code of GB/T 2260, or the full or short name of a province."""
    return known("gbt2260", text) or text in province_names()


def region_column(array: pa.StringArray) -> Bools:
    """``is_region`` for a column."""
    return _in(array, _regions())


@cache
def _codes(name: str) -> pa.StringArray:
    return pa.array(code_list(name).codes, pa.string())


@cache
def _regions() -> pa.StringArray:
    return pa.array([*code_list("gbt2260").codes, *province_names()], pa.string())


@cache
def province_names() -> dict[str, str]:
    """Full and short names of the provinces -> their codes (浙江省 and 浙江 -> 330000)."""
    names: dict[str, str] = {}
    for code, (zh, _) in code_list("gbt2260").entries.items():
        if code.endswith("0000"):
            names[zh] = code
            names[next((zh.removesuffix(end) for end in _ENDINGS if zh.endswith(end)), zh)] = code
    return names


def _in(array: pa.StringArray, values: pa.StringArray) -> Bools:
    found: Bools = pc.is_in(array, value_set=values).to_numpy(zero_copy_only=False)
    return found
