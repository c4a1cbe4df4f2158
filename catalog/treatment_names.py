"""Names of the treatments that a column may declare, what each does to a value, and with which options.

``desensitise.treatments`` implements them. The names stand here so that a declaration can be judged without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from catalog.model import Kind
from catalog.treatment_options import (
    COUNTY_KEPT,
    SURROGATES,
    Option,
    Value,
    a_name,
    a_number,
    a_step,
    a_text,
    an_alphabet,
    needed,
    number,
    one_of,
    options_trouble,
    rising,
    whole,
)


class Effect(StrEnum):
    """What is left of a value."""

    KEEP = "keep"  # the value as it is
    GENERALISE = "generalise"  # a coarser value that is still true
    MASK = "mask"  # the value's shape with characters covered
    REDACT = "redact"  # a text in which persons and secrets are covered
    REMOVE = "remove"  # nothing; the column does not leave the house
    WITHHOLD = "withhold"  # the value, or nothing where it counts too few
    REPLACE = "replace"  # another value, found by a key: equal values stay equal, nothing of the first is left
    SHIFT = "shift"  # the day moved by a number of days that the key gives to its entity


@dataclass(frozen=True, slots=True)
class Known:
    """A treatment as declarations know it: the kinds it treats (none named: all), and whether the kind stays."""

    effect: Effect
    kinds: tuple[Kind, ...] = ()
    options: Mapping[str, Option] = field(default_factory=lambda: MappingProxyType({}))
    keeps_kind: bool = False
    keyed: bool = False


_TEXT = (Kind.STRING,)
_DAYS = (Kind.DATE, Kind.DATETIME)
_PLACES = (Kind.STRING, Kind.CODE)
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL)
_WORD = {"withheld": Option(a_text)}

_KEY = {"family": Option(a_name), "scope": one_of(("dataset", "release"))}

KNOWN: Mapping[str, Known] = MappingProxyType(
    {
        "keep": Known(Effect.KEEP, keeps_kind=True),
        "drop": Known(Effect.REMOVE),
        "mask_name": Known(Effect.MASK, _TEXT),
        "mask_phone": Known(Effect.MASK, _TEXT),
        "mask_id": Known(Effect.MASK, _TEXT),
        "mask_email": Known(Effect.MASK, _TEXT),
        "mask_address": Known(Effect.MASK, _TEXT, _WORD),
        "county": Known(Effect.GENERALISE, _PLACES, _WORD),
        "city": Known(Effect.GENERALISE, _PLACES, _WORD),
        "province": Known(Effect.GENERALISE, _PLACES, _WORD),
        "month": Known(Effect.GENERALISE, _DAYS),
        "quarter": Known(Effect.GENERALISE, _DAYS),
        "year": Known(Effect.GENERALISE, _DAYS),
        "band": Known(Effect.GENERALISE, _NUMBERS, {"width": Option(a_step), "bounds": Option(rising)}),
        "round": Known(Effect.GENERALISE, _NUMBERS, {"to": needed(Option(a_step))}, keeps_kind=True),
        "top_code": Known(Effect.GENERALISE, _NUMBERS, {"at": needed(Option(a_number))}, keeps_kind=True),
        "bottom_code": Known(Effect.GENERALISE, _NUMBERS, {"at": needed(Option(a_number))}, keeps_kind=True),
        "pseudonym": Known(
            Effect.REPLACE,
            (Kind.STRING, Kind.CODE, Kind.INTEGER),
            {"mac": one_of(("sm3", "sha256")), "length": whole(16, 64), **_KEY},
            keyed=True,
        ),
        "fpe": Known(
            Effect.REPLACE,
            (Kind.STRING, Kind.CODE),
            {
                "alphabet": needed(Option(an_alphabet)),
                "cipher": one_of(("sm4", "aes")),
                "min_length": whole(2, 64),
                **_KEY,
            },
            keyed=True,
        ),
        "surrogate": Known(
            Effect.REPLACE,
            (Kind.STRING,),
            {"of": needed(one_of(SURROGATES)), "keep": one_of(("county",)), "apart": whole(8, 32), **_KEY},
            keyed=True,
        ),
        "date_shift": Known(
            Effect.SHIFT,
            _DAYS,
            {"entity": needed(Option(a_name)), "days": needed(whole(1, 3650)), **_KEY},
            keeps_kind=True,
            keyed=True,
        ),
        "redact": Known(
            Effect.REDACT,
            (Kind.STRING, Kind.JSON),
            {"mode": one_of(("balanced", "recall")), "secrets": one_of(("cover", "keep"))},
        ),
        "withhold_small": Known(Effect.WITHHOLD, _NUMBERS, {"threshold": whole(2, 1000)}, keeps_kind=True),
    }
)

TREATMENTS: Mapping[str, Effect] = MappingProxyType({name: known.effect for name, known in KNOWN.items()})


def effect_of(name: str) -> Effect:
    """The effect of a known treatment."""
    return TREATMENTS[name]


def keeps_kind(name: str) -> bool:
    """Whether treated values are still of the field's own kind; otherwise they are texts."""
    return KNOWN[name].keeps_kind


def option_trouble(name: str, options: Mapping[str, Value], decimals: int) -> str:
    """What is wrong with the options of a treatment, or "". ``decimals`` is how many the field's numbers have."""
    if why := options_trouble(KNOWN[name].options, options):
        return why
    if "keep" in options and options["of"] not in COUNTY_KEPT:
        return f"option 'keep' is for {', '.join(COUNTY_KEPT)} only"
    if name == "band" and not options:
        return "option 'width' or 'bounds' is missing"
    if name in {"round", "top_code", "bottom_code"}:
        (key,) = KNOWN[name].options
        stated = number(options[key])
        if stated is not None and stated != round(stated, decimals):
            return f"option '{key}' has more decimals than the field's {decimals}"
    return ""
