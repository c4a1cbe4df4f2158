"""``docs/quality-grading.md``: the grading catalogue and its spec tables; ``rules_page`` writes it."""

from __future__ import annotations

from pathlib import Path

from exporters.rules.quality_grading import GRADES, shipped_catalogue
from tests.spec.quality_grading_cases import CASES, STATES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "quality-grading.md"


def page() -> str:
    """The whole page."""
    book = shipped_catalogue()
    standards = "\n".join(
        f"| {one.no} | {one.title} | {one.level} | {one.in_force} | {one.items[0]}–{one.items[-1]} | "
        + "<br>".join(
            f"{i.code} {i.name} ({i.unit}), {i.weight:g}, {'≥' if i.better == 'more' else '≤'} "
            + ", ".join(f"{limit:g}" for limit in i.limits)
            for i in one.indicator
        )
        + " |"
        for one in book.standard
    )
    cases = "\n".join(
        f"| {what} | {', '.join(f'{k}={v}' for k, v in row.items()) or 'ordinary 普通'} | {listed or '—'} | {score or '—'} | "
        f"{grade or '—'} | {flag or '—'} |"
        for what, row, listed, score, grade, flag in CASES
    )
    states = "\n".join(
        f"| {day} | {status or '∅'} | {until} | {state or '—'} |" for day, status, until, state in STATES
    )
    return f"""# Quality grading 产品质量分级

`exporters/rules/quality_grading`, catalogue version {book.version} (standard 2.7; QG02–QG17). Each item of the catalogue is
graded by a standard; of several the level that goes before counts (国标, 行标, 团标). A measured value earns the highest grade
whose limit it meets; grades give one to five points, the weighted points in per cent are the score, and the score gives the
overall grade ({", ".join(book.grades)}; `overall = "lowest"` takes the weakest indicator instead). Evidence may be
{book.evidence_days} days old when graded.

- The dataset `grading` publishes the grades that the rules give, of each indicator and overall, with validity and status.
  Measured values are read for it and stay inside. Where the rules cannot decide, or the stated grade is another, both
  grades are empty.
- `hub derive grades --day` tells every record with its state on a day, its flags and the catalogue's version, for supervisors.

## Catalogue 目录

Limits are those of {", ".join(GRADES)}.

| standard 标准 | title | level 层级 | in force 实施 | items 目录编号 | indicators 指标, weight 权重, limits 限值 |
|---|---|---|---|---|---|
{standards}

## Cases 案例

Item FJ-001, standard GB/T 40100-2025, values 900 and 700, stated AAA, where not said.

| what 情形 | record 记录 | indicators 单项 | score 得分 | grade 等级 | flag 标记 |
|---|---|---|---|---|---|
{cases}

| day 日期 | status 状态 | valid until 有效期至 | state 当日状态 |
|---|---|---|---|
{states}

This page is generated: `python -m tests.spec.rules_page --docs`.
"""
