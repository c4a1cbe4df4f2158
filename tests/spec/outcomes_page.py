"""``docs/outcomes.md``: the thirty outcome indicators and their spec table; ``rules_page`` writes it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exporters.rules.outcomes import WITHIN, Indicator, IndicatorKind, indicators
from tests.spec.outcome_cases import CASES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "outcomes.md"
_RULES = {
    IndicatorKind.SUM: "sum of",
    IndicatorKind.UNITS: "distinct units with",
    IndicatorKind.AMOUNT: "sum of, in 10 000 yuan,",
}


def page() -> str:
    """The whole page."""
    book = indicators()
    rows = "\n".join(
        f"| {one.code} | `{one.name}` | {one.zh} | {one.en} | {one.unit} | {_rule(one)} | {one.source or '—'} |"
        for one in book.indicator
    )
    cases = "\n".join(
        f"| {what} | {'<br>'.join(_row(row) for row in given)} | {_wanted(wanted)} | {'<br>'.join(flags) or '—'} |"
        for what, given, wanted, flags in CASES
    )
    parts = ", ".join(f"{part} ≤ {whole}" for part, whole in WITHIN)
    return f"""# Outcomes of special rectification 专项整治成效指标

`exporters/rules/outcomes` version {book.version} (standard 2.2; SM10). An inspection counts for whole numbers that come from
its own fields and from the object CR30; `outcomes` adds them up by city, month, product group and role of the unit.

- `hub derive outcomes` gives the full table (city × month × product group × role), exact and for supervisors alone.
- The dataset `rectification` publishes its margins, city × quarter, product group × quarter and role × quarter with years
  and totals, after disclosure control ([disclosure.md](disclosure.md)): a rate is told where both of its counts are, a change
  where both of its rates are.
- `period = "month"` in [options] of a declaration publishes single months beside quarters, years and totals, protected
  together. The shipped dataset says `quarter`. In the sample of 1,954 inspections (20,000 trace records, seed 1) 62 % of the
  figures of single quarters may be told and 56 % of those of single months (producers inspected 76 % and 60 %, fines 42 % and
  46 %), but protecting them took 6.0 and 39.4 CPU seconds (2026-11-22, beside other work; the sample's `protect` with the
  dataset's specification, threshold 5), and later releases cost the more the more was told. The full crossing of the four is
  for supervisors.

| code | field | 指标 | indicator | unit | rule | from |
|---|---|---|---|---|---|---|
{rows}

A stated number counts when it is whole and not below nought, and when no part is larger than its whole ({parts}).
Otherwise it counts for nothing and the record is told as undecided; nothing is guessed. A record without day, group, role or
a known region is told as well, and counts in a cell of its own.

| what 情形 | inspections 检查 | indicators 指标 | undecided 未判定 |
|---|---|---|---|
{cases}

This page is generated: `python -m tests.spec.rules_page --docs`.
"""


def _rule(one: Indicator) -> str:
    of = [f"`{name}`" for name in one.of]
    match one.kind:
        case IndicatorKind.RATE:
            return f"{of[0]} / {of[1]}"
        case IndicatorKind.CHANGE:
            return f"{of[0]} / {of[1]} − {of[2]} / {of[3]}"
        case _:
            return f"{_RULES[one.kind]} {of[0]}"


def _row(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in row.items()).replace("|", "\\|") or "ordinary 普通"


def _wanted(wanted: Mapping[str, str | None]) -> str:
    return "<br>".join(f"{name} = {'—' if value is None else value}" for name, value in wanted.items())
