"""Names of the treatments that a column may declare, and what each does to a value.

``desensitise.treatments`` implements them. The names stand here so that a declaration can be judged without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Effect(StrEnum):
    """What is left of a value."""

    KEEP = "keep"  # the value as it is
    GENERALISE = "generalise"  # a coarser value that is still true
    MASK = "mask"  # the value's shape with characters covered
    REDACT = "redact"  # a text in which persons and secrets are covered
    REMOVE = "remove"  # nothing; the column does not leave the house
    WITHHOLD = "withhold"  # the value, or nothing where it counts too few


TREATMENTS: Mapping[str, Effect] = MappingProxyType(
    {
        "keep": Effect.KEEP,
        "drop": Effect.REMOVE,
        "mask_name": Effect.MASK,
        "mask_phone": Effect.MASK,
        "mask_id": Effect.MASK,
        "mask_email": Effect.MASK,
        "mask_address": Effect.MASK,
        "county": Effect.GENERALISE,
        "city": Effect.GENERALISE,
        "month": Effect.GENERALISE,
        "quarter": Effect.GENERALISE,
        "year": Effect.GENERALISE,
        "redact": Effect.REDACT,
        "withhold_small": Effect.WITHHOLD,
    }
)


def effect_of(name: str) -> Effect:
    """The effect of a known treatment."""
    return TREATMENTS[name]
