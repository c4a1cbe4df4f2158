"""``docs/negative-list.md``: the rules of the negative list and their spec tables; ``rules_page`` writes it."""

from __future__ import annotations

from pathlib import Path

from exporters.rules.book import Rule, shipped
from tests.rules_world import told
from tests.spec.negative_list_cases import CASES, Case

PAGE = Path(__file__).resolve().parents[2] / "docs" / "negative-list.md"
BOOK = shipped("negative_list")


def page() -> str:
    """The whole page."""
    parts = "\n".join(_rule(rule) for rule in BOOK.rule)
    return f"""# The negative list 重点工业产品质量安全负面清单

Goods that should not be sold, or sold with care, by {len(BOOK.rule) - 1} conditions in three classes
(basis 依据: {BOOK.basis}; rule set `{BOOK.id}` {BOOK.version}, `exporters/rules/negative_list/rules.toml`). Exits, periods
and limits are choices of this house and stand there as options.

| class 类别 | colour 颜色 | advice 销售建议 |
|---|---|---|
| Ⅰ | red 红 | do not sell 不可销售 |
| Ⅱ | orange 橙 | sell with care 审慎销售 |
| Ⅲ | yellow 黄 | sell with care, with the reason 审慎销售并说明原因 |

- **Subject.** An entry speaks of a firm, a product (producer, name, model) or a batch. What is said of a firm or a product
  holds for all below it; class III is not told where I or II holds.
- **Fakes.** Counterfeit or suspected goods, and goods of punished sellers, never name the nominal producer; such entries
  are found by product and model and counted as `unattributed`.
- **Counted once.** While a penalty on the producer for a sample stands (I-2), the sample's own entries rest.
- **Dates.** Every entry has `since`, and `leaves_on` where its end is known; the list of any day can be asked for.
- **Undecided.** A record whose inputs are missing, unknown or contradictory is listed nowhere: it is told as undecided,
  with the rules that wait and flags such as `MISSING:safety_failed`. A rule whose register was not delivered is not asked
  and named in `not_asked`: silence proves nothing.
- **Objection.** An objection names an entry; `objection` is open, overdue, kept, removed or corrected. One that is upheld
  removes the entry until new evidence comes.

The feed (`full`, `delta`, `applied`) and the lookup (`ask`, `asked`) stand in `exporters.rules.negative_list`; commands:
`hub negative-list`. It is a lookup and a feed for registered users and platforms, never a bulk public file (SM16).
In the tables below *(nobody)* marks entries that name no producer, *?* what stays undecided, *∅* an empty cell.

{parts}
## Precedence 优先次序

{_table([case for case in CASES if case.rule == "precedence"])}
This page is generated: `python -m tests.spec.rules_page --docs`.
"""


def _rule(rule: Rule) -> str:
    cases = [case for case in CASES if case.rule == rule.id]
    return f"""## {rule.id} {rule.zh}

{rule.en}. Class 类别 {rule.mark}. Basis 依据: {rule.basis}. Reads 输入: {", ".join(f"`{r}`" for r in rule.reads)}.
Update 更新: {rule.update}. Exit 退出: {rule.exit}.

{_table(cases)}"""


def _table(cases: list[Case]) -> str:
    lines = "\n".join(_line(case) for case in cases)
    return f"| what happened 情形 | records 记录 | list 清单 |\n|---|---|---|\n{lines}\n"


def _line(case: Case) -> str:
    records = [told(name, row) for name, rows in case.given.items() for row in rows]
    if len(records) > 4:
        records = [*records[:2], f"… {len(records)} records"]
    lists = "<br>".join(f"{when}: {shown or 'nothing 无'}" for when, shown in case.on.items())
    return f"| {case.what} | {'<br>'.join(records) or 'none 无'} | {lists} |"
