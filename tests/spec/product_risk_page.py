"""``docs/product-risk.md``: the matrix, the schemes and their spec tables; ``rules_page`` writes it."""

from __future__ import annotations

from pathlib import Path

from exporters.rules.book import shipped
from exporters.rules.product_risk import SCHEMES, cells
from exporters.rules.product_risk.matrix import matrix
from tests.rules_world import told
from tests.spec.product_risk_cases import CASES, STEPS, Case

PAGE = Path(__file__).resolve().parents[2] / "docs" / "product-risk.md"


def page() -> str:
    """The whole page."""
    steps = "\n".join(
        f"| {s.replace(';', ' × ')} | {sev} | {p or 'unknown 未知'} | {lv or '—'} |" for s, sev, p, lv in STEPS
    )
    return f"""# Product risk 产品风险

`exporters/rules/product_risk`: a hazard's risk by the matrix, and product levels under a scheme. Every result tells the
rules that led to it; a level is told only where all that unknown factors may give leads to the same one.

## The matrix 风险矩阵 ({matrix().version})

| probability 可能性 | over 超过 | 微弱 1 | 一般 2 | 严重 3 | 非常严重 4 |
|---|---|---|---|---|---|
{_matrix()}

S 严重 H 高 M 中 L 低; tolerable 可容许: L. An arrow shows where the sensitivity run (severity ± 1, probability × 10) finds
a higher level, which is then told. A scenario's probability is the product of its steps:

| steps 各步骤 | severity 严重程度 | step 级 | level 等级 |
|---|---|---|---|
{steps}

## Schemes 方案

{"".join(_scheme(name) for name in SCHEMES)}
## Cases 示例

Levels: 1 一级 (highest), 2 二级, 3 三级; — undecided 未判定.

| what 情形 | records 记录 | scheme 方案 | level 等级 | points 分值 | because 依据 | flags 标记 |
|---|---|---|---|---|---|---|
{chr(10).join(_line(case) for case in CASES)}

This page is generated: `python -m tests.spec.rules_page --docs`.
"""


def _matrix() -> str:
    grid = {(p, s): (lv, top) for p, s, lv, top, _, _ in cells().iter_rows()}
    lines = []
    for step in matrix().step:
        shown = [grid[step.code, str(n)] for n in range(1, 5)]
        told = " | ".join(lv if lv == top else f"{lv} → {top}" for lv, top in shown)
        lines.append(f"| {step.code} | {step.over:g} | {told} |")
    return "\n".join(lines)


def _scheme(name: str) -> str:
    book = shipped("product_risk", name)
    rules = "\n".join(f"| `{r.id}` | {r.zh} | {r.en} | {r.basis} |" for r in book.rule)
    options = "; ".join(
        f"{key} {' '.join(value) if isinstance(value, tuple) else value}" for key, value in book.options.items()
    )
    return f"""### `{name}` {book.zh}

{book.en}. {book.basis}. Version {book.version}. 一级 from {book.whole("level_1_from")}, 二级 from
{book.whole("level_2_from")} points.

| factor | 因素 | | basis 依据 |
|---|---|---|---|
{rules}

Options 参数: {options}.

"""


def _line(case: Case) -> str:
    records = [
        (told(name, rows[0]) if rows and rows[0] else name) + (f" × {len(rows)}" if len(rows) > 1 else "")
        if rows
        else f"{name}: none 无"
        for name, rows in case.given.items()
    ]
    low, high = case.points
    points = str(low) if low == high else f"{low}–{high}"
    level = case.level or "—"
    return f"| {case.what} | {'<br>'.join(records)} | `{case.scheme}` | {level} | {points} | {case.because} | {case.flags} |"
