"""What a rule set's options must be: said of the whole set before any rule is asked; no wrong threshold decides.

Every option has a shape; between options stand orders (``level_1_from`` above ``level_2_from``). Options and rules that
nobody would read are refused, for they are most likely misspelt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from catalog.codes import code_list, province_of
from exporters.rules.tables import register_codes

Value = int | float | str | tuple[str, ...]
Shape = Callable[[Value], str]
"""What is wrong with a value; the empty text where nothing is."""

_MODES: Final = ("strict", "routine", "credit")
_LEVELS: Final = ("S", "H", "M", "L")
_CLASSES: Final = {"risk_class": ("high", "low"), "class_2012": ("AA", "A", "B", "C"), "class_abcd": tuple("ABCD")}


def faults(name: str, rules: Sequence[str], options: Mapping[str, Value]) -> list[str]:
    """What is wrong with the rule set ``name``, each with its option or rule; nothing is said of unknown sets."""
    known = next((one for one in _SHAPES if name == one or name.startswith(f"{one}_")), None)
    if known is None:
        return []
    shapes = _SHAPES[known]
    found = [f"'{one}' is missing" for one in shapes if one not in options]
    found += [f"'{one}' is no option of {known}" for one in options if one not in shapes]
    found += [f"'{one}' is no rule of {known}" for one in rules if _RULES.get(known) and one not in _RULES[known]]
    each = [(one, shape(options[one])) for one, shape in shapes.items() if one in options]
    found += [f"'{one}' {wrong}" for one, wrong in each if wrong]
    # Orders are told of values that are sound by themselves.
    return found or [f"'{low}' must be {word} '{high}'" for low, word, high, holds in _orders(options) if not holds]


def _orders(options: Mapping[str, Value]) -> list[tuple[str, str, str, bool]]:
    told = []
    for low, high in _RISING:
        if low in options and high in options:
            told.append((low, "below", high, float(str(options[low])) < float(str(options[high]))))
    if "measure" in options:
        told.append(("counts", "a class of", "measure", options["counts"] in _CLASSES[str(options["measure"])]))
    return told


_RISING: Final = (
    ("level_2_from", "level_1_from"), ("from_b", "from_c"), ("from_c", "from_d"), ("fairly_frequent", "frequent"),
)  # fmt: skip


def _number(least: float, most: float = float("inf"), *, whole: bool = True) -> Shape:
    def wrong(value: Value) -> str:
        kind = int if whole else int | float
        if isinstance(value, bool) or not isinstance(value, kind):
            return "must be a whole number" if whole else "must be a number"
        return "" if least <= value <= most else f"must lie between {least:g} and {most:g}"

    return wrong


def _codes(*known: str) -> Shape:
    return lambda value: "must be a list of codes" if isinstance(value, int | float | str) else _strangers(value, known)


def _strangers(found: Sequence[str], known: Sequence[str]) -> str:
    if twice := sorted({one for one in found if found.count(one) > 1}):
        return f"says {', '.join(twice)} twice"
    return f"holds unknown codes: {', '.join(other)}" if (other := [one for one in found if one not in known]) else ""


def _text(*known: str) -> Shape:
    return lambda value: "" if value in known else f"must be one of {', '.join(known)}"


def _pairs(value: Value, mark: str = ":") -> list[tuple[str, str]] | None:
    """The pairs of a list of ``code:value``; None where it is none."""
    if isinstance(value, int | float | str) or any(one.count(mark) != 1 for one in value):
        return None
    return [(one.split(mark)[0], one.split(mark)[1]) for one in value]


def _each(keys: Sequence[str], shape: Shape, *, falling: bool = False, mark: str = ":") -> Shape:
    """A list that gives each of ``keys`` one value, and no other key; ``falling``: from the first key on."""

    def wrong(value: Value) -> str:
        pairs = _pairs(value, mark)
        if pairs is None:
            return f"must be a list of code{mark}value"
        names = tuple(name for name, _ in pairs)
        if stranger := _strangers(names, keys):
            return stranger
        if gap := [key for key in keys if key not in names]:
            return f"says nothing of {', '.join(gap)}"
        if bad := next((one for _, text in pairs if (one := shape(_read(text)))), ""):
            return f"holds a value that {bad}"
        told = dict(pairs)
        points = [float(told[key]) for key in keys] if falling else []
        return "must fall with the level" if points != sorted(points, reverse=True) else ""

    return wrong


def _read(text: str) -> Value:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _bands(first: float | None = None) -> Shape:
    """Steps ``lower limit:value`` whose limits differ and whose values rise; ``first``: the limit of the lowest."""

    def wrong(value: Value) -> str:
        pairs = _pairs(value)
        try:
            steps = sorted((float(limit), int(points)) for limit, points in pairs or [])
        except ValueError:
            steps = []
        if not steps:
            return "must be a list of limit:points"
        limits, points = [one for one, _ in steps], [two for _, two in steps]
        if len(set(limits)) != len(limits):
            return "names a limit twice"
        if first is not None and limits[0] != first:
            return f"leaves a gap: its lowest limit must be {first:g}"
        return "" if points == sorted(points) and points[0] >= 0 else "must give more points at higher limits"

    return wrong


def _colours(value: Value) -> str:
    steps = [] if isinstance(value, int | float | str) else [one.partition(":") for one in value]
    limits = [limit for _, _, limit in steps[:-1]]
    if len(steps) < 2 or steps[-1][1] or not all(one.isascii() and one.isdecimal() for one in limits):
        return "must be a list of colour:per cent, whole numbers, with a last colour for the rest"
    whole = [int(one) for one in limits]
    if any(one <= two for one, two in pairwise(whole)) or not 0 < whole[-1] <= whole[0] <= 100:
        return "must name falling limits between 1 and 100"
    return "" if len({name for name, _, _ in steps}) == len(steps) else "names a colour twice"


def _province(value: Value) -> str:
    return _codes(*{one[:2] for one in province_of()})(value)


_ANY_POINTS: Final = _number(0, 1000)
_MONTHS: Final = _number(1, 1200)
_SHARE: Final = _number(0, 1, whole=False)
_SHAPES: Final[Mapping[str, Mapping[str, Shape]]] = {
    "product_risk": {
        "window_months": _MONTHS,
        "risk_points": _each(_LEVELS, _ANY_POINTS, falling=True),
        "access_points": _each(
            ("in_licence_catalogue", "in_ccc_catalogue", "in_mandatory_std_catalogue"), _ANY_POINTS
        ),
        "rate_bands": _bands(0),
        "fewest_batches": _number(1),
        "wilson_z": _number(0, 10, whole=False),
        "opinion_bands": _bands(),
        "injury_bands": _bands(),
        "vulnerable_users": _codes(*code_list("target_users").codes),
        "vulnerable_points": _ANY_POINTS,
        "level_1_from": _number(1),
        "level_2_from": _number(1),
    },
    "enterprise_class": {
        **dict.fromkeys(("points_months", "repeat_months", "penalty_months", "clean_months"), _MONTHS),
        "complaint_quantile": _SHARE,
        "clean_years": _number(1, 100),
        **dict.fromkeys(("high_from", "from_b", "from_c", "from_d"), _number(1)),
    },
    "area_colours": {
        "measure": _text(*_CLASSES),
        "counts": lambda value: "" if isinstance(value, str) else "must be a class",
        "colours": _colours,
        "fewest_producers": _number(1),
    },
    "supervision": {
        "modes": _each([f"{level}/{risk}" for risk in ("low", "high") for level in "123"], _text(*_MODES), mark="="),
        **dict.fromkeys(("inspections", "checks"), _each(_MODES, _number(0, 366))),
        **dict.fromkeys(("random_inspections", "random_checks"), _each(_MODES, _SHARE)),
        "duty": _each(_MODES, lambda value: "" if isinstance(value, str) else "must be the name of a text"),
        "tiers": _each(code_list("enterprise_size").codes, _number(1, 4)),
        "listed_points": _each(("I", "II", "III"), _ANY_POINTS, falling=True),
        "risk_points": _each(("6", "7", "8"), _ANY_POINTS),
        "strict_points": _ANY_POINTS,
        "factors": _bands(),
    },
    "negative_list": {
        "no_batch": lambda value: "must be a list of texts" if isinstance(value, int | float | str) else "",
        "producing_roles": _codes(*code_list("unit_role").codes),
        "clean_months": _MONTHS,
        "penalty_days": _number(1),
        "quality_causes": _codes(*(code for code, _, _ in register_codes()["penalty_cause"])),
        "licence_register_covers": _province,
        "confirming_sources": _codes(*code_list("risk_source").codes),
        "gone_statuses": _codes(*code_list("registration_status").codes),
        "frequent_window_months": _MONTHS,
        **dict.fromkeys(("frequent", "fairly_frequent"), _number(2)),
        "price_peers": _number(2),
        "price_share": _SHARE,
    },
}  # fmt: skip
_RULES: Final = {"product_risk": ("risk", "access", "rate", "opinion", "injuries", "vulnerable", "order")}
"""Rules that a scheme chooses from; of the other sets each rule is asked by its name."""
