"""Modes, colours and states of tasks: tables of ``docs/supervision.md``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MODES: tuple[tuple[str, Sequence[str | None], str | None, str], ...] = (
    # class, levels of the products made, mode, flags
    ("low", ("1",), "routine", ""),
    ("low", ("2",), "routine", ""),
    ("low", ("3",), "credit", ""),
    ("high", ("1",), "strict", ""),
    ("high", ("2",), "strict", ""),
    ("high", ("3",), "strict", ""),
    ("low", ("3", "1"), "routine", ""),
    ("low", ("3", None), None, "UNKNOWN:product_level"),
    ("low", ("2", None), "routine", "UNKNOWN:product_level"),
    ("high", (None,), "strict", "UNKNOWN:product_level"),
    ("low", (), None, "UNKNOWN:product_level"),
)


@dataclass(frozen=True)
class Area:
    """Producers by county as (all, high), and colour with the area that it is taken from, by area."""

    what: str
    counties: dict[str, tuple[int, int]]
    told: dict[str, tuple[str | None, str | None]]


AREAS = (
    Area("各档 all four", {"370202": (10, 2), "370203": (10, 1), "370212": (20, 1), "370213": (21, 1)},
         {"370202": ("red", "370202"), "370203": ("orange", "370203"), "370212": ("yellow", "370212"), "370213": ("green", "370213"),
          "370200": ("yellow", "370200"), "370000": ("yellow", "370000")}),
    Area("县不足十家，随市 a county of fewer than ten takes its city's colour", {"370202": (9, 9), "370203": (91, 1)},
         {"370202": ("orange", "370200"), "370203": ("green", "370203"), "370200": ("orange", "370200")}),
    Area("市也不足，随省 the city too few as well: the province's", {"370202": (9, 9), "370102": (91, 1)},
         {"370202": ("orange", "370000"), "370200": ("orange", "370000"), "370102": ("green", "370102")}),
    Area("全省不足，不分色 the province too few: no colour", {"370202": (9, 9)}, {"370202": (None, None), "370000": (None, None)}),
    Area("省直辖县直接随省 a county that its province runs", {"419001": (3, 3), "410102": (97, 2)}, {"419001": ("yellow", "410000"), "410102": ("green", "410102")}),
)  # fmt: skip
