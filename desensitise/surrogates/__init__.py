"""Surrogates: invented values of the same kind, right in every check digit, the same for equal values under one key.

Numbers (``id_card``, ``mobile``, ``uscc``, ``bank_card``, ``plate``) are moved by a keyed permutation without fixed
points: different numbers stay different and none stays itself. Texts (``name``, ``organisation``, ``address``) are
drawn by a keyed hash from Faker's Chinese lists and GB/T 2260; none stays itself, but two may meet in one: the lists
have fewer names than the country has people, and rows stream past without a memory of what was given out. The option
``apart`` writes a keyed hash behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import polars as pl

from desensitise.surrogates import numbers, texts


class Surrogate(Protocol):
    """Invented values for distinct texts, null where a text's shape is not the kind's."""

    def __call__(self, texts: pl.Series, key: bytes, *, keep: bool) -> pl.Series:
        """``keep`` leaves a value in its county, where it has one."""
        ...


SURROGATES: Mapping[str, Surrogate] = MappingProxyType(
    {
        "address": texts.address,
        "bank_card": numbers.bank_card,
        "id_card": numbers.id_card,
        "mobile": numbers.mobile,
        "name": texts.name,
        "organisation": texts.organisation,
        "plate": numbers.plate,
        "uscc": numbers.uscc,
    },
)
