"""What a column is after its treatment: its kind, and whether the field's own conditions still hold for it."""

from __future__ import annotations

from catalog.datasets.gate import AGGREGATES
from catalog.model import Column, Kind, Required
from catalog.treatment_names import Effect, effect_of, keeps_kind

_PERIODS = {"month": "[0-9]{4}-[0-9]{2}", "quarter": "[0-9]{4}Q[1-4]", "year": "[0-9]{4}"}


def released_kind(column: Column) -> Kind:
    """The kind of the released values: whatever is masked, redacted or made coarser becomes text."""
    return column.field.kind if keeps_kind(column.treatment.name) and not column.steps else Kind.STRING


def is_exact(column: Column) -> bool:
    """Whether released values are the source's own, so that its pattern, lengths and codes hold."""
    return effect_of(column.treatment.name) is Effect.KEEP and not column.steps


def within_limits(column: Column) -> bool:
    """Whether every released number is one of the source's own, so that the field's limits hold."""
    return effect_of(column.treatment.name) in {Effect.KEEP, Effect.WITHHOLD}


_LEFT_OUT = {"grading": frozenset({"grade", "indicator_grade_list"})}
"""Products that leave out values of these fields alone."""


def is_always_filled(column: Column, product: str) -> bool:
    """Whether no released cell can be empty: only where the value is required and released as it is.

    Codes of sole traders may be withheld even from a kept column, and a product that derives rows may leave a value
    out, so neither is promised.
    """
    of_unit = column.field.check == "uscc" or column.field.name.endswith("uscc")
    changed = _LEFT_OUT.get(product)
    plain = product == "records" or product in AGGREGATES or (changed is not None and column.field.name not in changed)
    return plain and is_exact(column) and column.field.required is Required.YES and not of_unit


def pattern_of(column: Column) -> str | None:
    """The whole-match pattern of the released values, if there is one."""
    if is_exact(column):
        return column.field.pattern
    return None if column.steps else _PERIODS.get(column.treatment.name)
