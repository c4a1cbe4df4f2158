"""Treatments: what may be done to a column so that it can leave the house. One pure polars expression each.

A builder takes the column as an expression and its options and gives the treated column; those of ``KEYED`` are first
given their key. What a treatment cannot
handle becomes null or its ``withheld`` word, never the value itself (fail closed). ``desensitise.reference`` holds an
obvious twin of each; a property test demands equality.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from desensitise.treatments.common import WITHHELD, Builder, Options
from desensitise.treatments.generalise import band, city, county, month, province, quarter, year
from desensitise.treatments.keyed import ENTITY, KEYED, purpose
from desensitise.treatments.masks import mask_address, mask_email, mask_id, mask_name, mask_phone
from desensitise.treatments.numbers import bottom_code, rounded, top_code, withhold_small
from desensitise.treatments.texts import keep, redact

__all__ = ["DROP", "ENTITY", "KEYED", "TREATMENTS", "WITHHELD", "Builder", "Options", "builder_of", "purpose"]

TREATMENTS: Mapping[str, Builder] = MappingProxyType(
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
DROP = "drop"
"""The treatment of a column that does not leave the house at all."""


def builder_of(name: str, key: bytes) -> Builder:
    """The builder of a known treatment; ``key`` is asked for by those of ``KEYED`` only."""
    return KEYED[name](key) if name in KEYED else TREATMENTS[name]
