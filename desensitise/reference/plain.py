"""Slow, obvious twins of the treatments without a key."""

# ruff: noqa: D103 - each function's words stand at its twin
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from types import MappingProxyType

from desensitise.detect import Mode
from desensitise.detect import redact as redact_texts
from desensitise.detect.surnames import COMPOUND
from desensitise.places import Places, places
from desensitise.treatments import WITHHELD, Options
from desensitise.treatments.masks import LONGEST_NAME

Cell = str | int | Decimal | date | datetime | None
_AREA = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})")


def keep(value: Cell, options: Options) -> Cell:
    del options
    return value


def mask_name(value: Cell, options: Options) -> Cell:
    del options
    if value is None or not str(value).strip():
        return None
    pieces = re.split(r"([、,，;；/|\s]+)", str(value).strip())
    if any(len(piece) > LONGEST_NAME for piece in pieces[::2]):
        return None
    return "".join(piece if at % 2 else _masked(piece) for at, piece in enumerate(pieces))


def _masked(name: str) -> str:
    if not name:
        return ""
    family = next(
        (c for c in sorted(COMPOUND, key=len, reverse=True) if name.startswith(c) and len(name) > len(c)), name[0]
    )
    return family + "*"


def mask_phone(value: Cell, options: Options) -> Cell:
    del options
    if value is None:
        return None
    digits = re.sub(r"[\s\-()（）－—]", "", str(value))
    for prefix in ("+86", "0086", "86"):
        if digits.startswith(prefix):
            digits = digits[len(prefix) :]
            break
    if re.fullmatch(r"1[3-9][0-9]{9}", digits):
        return digits[:3] + "****" + digits[7:]
    area = _AREA.match(digits)
    if area and re.fullmatch(r"[0-9]{7,8}(?:[转,，][0-9]{1,6})?", digits[area.end() :]):
        return area.group() + "-********"
    return None


def mask_id(value: Cell, options: Options) -> Cell:
    del options
    text = "" if value is None else str(value).strip().upper()
    if re.fullmatch(r"[0-9]{17}[0-9X]|[0-9]{15}", text):
        return text[:6] + "*" * (len(text) - 10) + text[-4:]
    return None


def mask_email(value: Cell, options: Options) -> Cell:
    del options
    text = "" if value is None else str(value).strip()
    name, at, host = text.partition("@")
    if at and name and not re.search(r"\s", name) and re.fullmatch(r"[A-Za-z0-9.-]+\.[A-Za-z]{2,}", host):
        return f"{name[0]}***@{host}"
    return None


def mask_address(value: Cell, options: Options) -> Cell:
    place = county(value, options)
    return place if place is None or place == options.get("withheld", WITHHELD) else f"{place}****"


def county(value: Cell, options: Options) -> Cell:
    return _place(value, options, places(), "county")


def city(value: Cell, options: Options) -> Cell:
    return _place(value, options, places(), "city")


def province(value: Cell, options: Options) -> Cell:
    return _place(value, options, places(), "province")


def _place(value: Cell, options: Options, table: Places, level: str) -> Cell:
    if value is None:
        return None
    text = re.sub(r"[\s,，]", "", str(value))
    text = re.sub(r"\A(?:中国|中华人民共和国)", "", text)
    if re.fullmatch(r"[0-9]{6}", text):
        return {"county": text, "city": text[:4] + "00", "province": text[:2] + "0000"}[level]
    names = {"county": table.county, "city": table.city, "province": table.province}[level]
    begins = [spelling for spelling in names if text.startswith(spelling)]
    return names[max(begins, key=len)] if begins else str(options.get("withheld", WITHHELD))


def _day(value: Cell) -> date | None:
    if value is None:
        return None
    text = str(value)[:10]
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def month(value: Cell, options: Options) -> Cell:
    del options
    day = _day(value)
    return day and f"{day.year:04}-{day.month:02}"


def quarter(value: Cell, options: Options) -> Cell:
    del options
    day = _day(value)
    return day and f"{day.year:04}Q{(day.month + 2) // 3}"


def year(value: Cell, options: Options) -> Cell:
    del options
    day = _day(value)
    return day and f"{day.year:04}"


def band(value: Cell, options: Options) -> Cell:
    if value is None:
        return None
    number = Decimal(str(value))
    if "width" in options:
        width = Decimal(str(options["width"]))
        low = number // width * width
        if low > number:  # Decimal cuts towards nought
            low -= width
        return f"[{_plain(low)},{_plain(low + width)})"
    bounds = [Decimal(part) for part in str(options["bounds"]).split(";")]
    below = [bound for bound in bounds if bound <= number]
    above = [bound for bound in bounds if bound > number]
    if not below:
        return f"<{_plain(bounds[0])}"
    return f"[{_plain(below[-1])},{_plain(above[0])})" if above else f">={_plain(bounds[-1])}"


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"", "-", "-0"} else text


def rounded(value: Cell, options: Options) -> Cell:
    if value is None:
        return None
    step = Decimal(str(options["to"]))
    return (Decimal(str(value)) / step).quantize(Decimal(1), ROUND_HALF_EVEN) * step


def top_code(value: Cell, options: Options) -> Cell:
    return None if value is None else min(Decimal(str(value)), Decimal(str(options["at"])))


def bottom_code(value: Cell, options: Options) -> Cell:
    return None if value is None else max(Decimal(str(value)), Decimal(str(options["at"])))


def redact(value: Cell, options: Options) -> Cell:
    if value is None:
        return None
    mode: Mode = "balanced" if options.get("mode") == "balanced" else "recall"
    return redact_texts([str(value)], mode=mode, secrets=options.get("secrets") != "keep")[0]


def withhold_small(value: Cell, options: Options) -> Cell:
    if isinstance(value, int) and 1 <= value < int(options.get("threshold", 5)):
        return None
    return value


REFERENCE: Mapping[str, Callable[[Cell, Options], Cell]] = MappingProxyType(
    {
        "keep": keep,
        "mask_name": mask_name,
        "mask_phone": mask_phone,
        "mask_id": mask_id,
        "mask_email": mask_email,
        "mask_address": mask_address,
        "county": county,
        "city": city,
        "province": province,
        "month": month,
        "quarter": quarter,
        "year": year,
        "band": band,
        "round": rounded,
        "top_code": top_code,
        "bottom_code": bottom_code,
        "redact": redact,
        "withhold_small": withhold_small,
    },
)
