"""``docs/enterprise-class.md``: indicators, classes and their spec table; ``rules_page`` writes it."""

from __future__ import annotations

from pathlib import Path

from exporters.rules.book import shipped
from tests.rules_world import told
from tests.spec.enterprise_class_cases import CASES, Case

PAGE = Path(__file__).resolve().parents[2] / "docs" / "enterprise-class.md"
BOOK = shipped("enterprise_class")


def page() -> str:
    """The whole page."""
    rules = "\n".join(f"| `{r.id}` | {r.zh} | {r.en} | {r.points} | {', '.join(r.reads)} |" for r in BOOK.rule)
    options = "\n".join(f"| `{key}` | {value} |" for key, value in BOOK.options.items())
    return f"""# Enterprise classes 企业分类

`exporters/rules/enterprise_class`, rule set {BOOK.version}. Basis 依据: {BOOK.basis}. Facts give points for a time; sums over
time give classes in three schemes at once, with the history of every change and the rules that counted:

- `risk_class` high 高风险 / low 低风险: from {BOOK.whole("high_from")} points on, or while a red entry of the negative list
  stands (firm or product; a failed batch alone does not hold its producer); left after {BOOK.whole("clean_months")} months
  without a new adverse fact.
- `class_abcd` A, B from {BOOK.whole("from_b")}, C from {BOOK.whole("from_c")}, D from {BOOK.whole("from_d")} points.
- `class_2012` AA (A and {BOOK.whole("clean_years")} clean years), A, B, C.

Facts that are missing, unknown or unreadable give no points and are told as `doubts` by producer. Rules whose tables were
not delivered are named by `not_asked`. `update` recomputes only producers that a change names (`complaints` compares
producers, so its points are worked out for all).

| rule 规则 | 名称 | name | points 分 | reads 输入 |
|---|---|---|---|---|
{rules}

| option 参数 | value 值 |
|---|---|
{options}

## Cases 示例

| what 情形 | records 记录 | class on a day: risk, A–D, 2012, points, rules 当日分类 |
|---|---|---|
{chr(10).join(_line(case) for case in CASES)}

This page is generated: `python -m tests.spec.rules_page --docs`.
"""


def _line(case: Case) -> str:
    records = [told(name, row) for name, rows in case.given.items() for row in rows]
    if len(records) > 4:
        records = [*records[:2], f"… {len(records)} records"]
    days = "<br>".join(f"{when}: {shown}" for when, shown in case.on.items())
    return f"| {case.what} | {'<br>'.join(records) or 'none 无'} | {days} |"
