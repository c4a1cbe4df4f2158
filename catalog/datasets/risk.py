"""The ``[risk]`` table of a declaration: what its records promise about re-identification."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from catalog.datasets.gate import AGGREGATES
from catalog.model import Column, Kind, RecordRisk
from catalog.standards.reading import Table
from catalog.treatment_names import keeps_kind
from catalog.treatment_options import number

_STEP = re.compile(r"(?:month|quarter|year|county|city|province)|band (?P<width>[0-9.]+)|first (?P<first>[1-9][0-9]?)")
_DAYS = frozenset({Kind.DATE, Kind.DATETIME})
_NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL})
_TEXTS = frozenset({Kind.STRING, Kind.CODE})
_FITTING = {"month": _DAYS, "quarter": _DAYS, "year": _DAYS, "band": _NUMBERS}


def read_risk(root: Table, columns: tuple[Column, ...], product: str) -> tuple[RecordRisk | None, tuple[Column, ...]]:
    """The promise, or None, and the columns with the steps that it declares for them."""
    if not root.has("risk"):
        return None, columns
    table = root.table("risk")
    if product in AGGREGATES:
        table.refuse("an aggregate has no records", "Its small cells are protected by 'withhold_small'.")
    steps = _steps(table.table("hierarchies", needed=False), columns)
    risk = _promise(table, {column.name for column in columns})
    if beside := sorted(set(steps) - set(risk.quasi_identifiers)):
        table.refuse(f"'{beside[0]}' has steps but is no quasi-identifier", "Name it among quasi_identifiers.")
    return risk, tuple(replace(column, steps=steps.get(column.name, ())) for column in columns)


def _promise(table: Table, released: set[str]) -> RecordRisk:
    quasi = _released(table, "quasi_identifiers", table.texts("quasi_identifiers"), released)
    sensitive = _released(table, "sensitive", table.texts("sensitive", default=()), released)
    if both := sorted(set(quasi) & set(sensitive)):
        table.refuse(f"'{both[0]}' is a quasi-identifier and sensitive", "Name it in one of the two.")
    k, diverse, most = table.integer("k"), table.integer("l"), table.integer("most_suppressed")
    by = table.one_of("l_by", ("distinct", "entropy"), "distinct")
    close = table.number("t")
    table.done()
    if k is None or k < 2:
        table.refuse("'k' is missing or below 2", "State how many rows share each combination at least.")
    if diverse is not None and diverse < 2:
        table.refuse("'l' is below 2", "State at least 2, or leave it out.")
    if close is not None and not 0 < close < 1:
        table.refuse("'t' is not between 0 and 1", "State a distance such as 0.3, or leave it out.")
    if (diverse is not None or close is not None) != bool(sensitive):
        table.refuse("'sensitive' goes with 'l' or 't'", "State both or none.")
    if most is not None and not 0 <= most <= 100:
        table.refuse("'most_suppressed' is no per cent", "State a whole number from 0 to 100.")
    return RecordRisk(quasi, k, sensitive, diverse or 1, entropy=by == "entropy", t=close, most_suppressed=most or 0)


def _released(table: Table, key: str, names: Sequence[str], released: set[str]) -> tuple[str, ...]:
    if unknown := sorted(set(names) - released):
        table.refuse(f"'{key}' names '{unknown[0]}', which is no released column", "Use the names in the files.")
    if len(set(names)) != len(names):
        table.refuse(f"'{key}' names a column twice", "Name each once.")
    return tuple(names)


def _steps(table: Table, columns: Sequence[Column]) -> dict[str, tuple[str, ...]]:
    known = {column.name: column for column in columns}
    found: dict[str, tuple[str, ...]] = {}
    for name in table.keys():  # noqa: SIM118 - not a mapping
        if name not in known:
            table.refuse(f"'{name}' is no released column", "Use the names in the files.")
        found[name] = table.texts(name)
        for step in found[name]:
            if why := step_trouble(step, known[name]):
                table.refuse(f"step '{step}' of '{name}' {why}", "docs/record-risk.md lists the steps.")
    return found


def step_trouble(step: str, column: Column) -> str:
    """Why a column's values cannot be made coarser by this step, or ""."""
    found = _STEP.fullmatch(step)
    if found is None or (found["width"] and not number(found["width"])):
        return "is unknown"
    kinds = _FITTING.get(step.split(maxsplit=1)[0], _TEXTS)
    if column.field.kind not in kinds or not (keeps_kind(column.treatment.name) or kinds is _TEXTS):
        return "does not fit what the column holds"
    return ""
