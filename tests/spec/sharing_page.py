"""``docs/sharing.md``: the sharing matrix and its spec tables, as a page (``python -m tests.spec.sharing_page``)."""

from __future__ import annotations

import sys
from pathlib import Path

from agreements.matrix import Row, matrix
from tests.spec.sharing_cases import CASES, WHAT, WHO, WHY, Case

PAGE = Path(__file__).resolve().parents[2] / "docs" / "sharing.md"


def page() -> str:
    """The whole page."""
    parts = "\n".join(_clause(row) for row in matrix().row)
    return f"""# Who gets what 共享与开放矩阵

Sixteen clauses decide; what none of them gives is refused. They are data (`agreements/matrix.toml`), and
`agreements.decide.decide` is the only place that answers. Each table below is a test
(`tests/spec/test_sharing_matrix.py`): *yes* with what the answer is cut to, or *no* with the reason that is shown.
An SM number behind a *no* is the clause that the refusal names, where it is not the table's own.

{parts}
This page is generated: `python -m tests.spec.sharing_page --docs`.
"""


def _clause(row: Row) -> str:
    lines = "\n".join(_line(case) for case in CASES if case.row == row.id)
    standards = f"Standards 数据规范: {', '.join(row.standards)}\n\n" if row.standards else ""
    return f"""## {row.id} {row.zh}

{row.en}. 依据 Basis: {row.basis}

{standards}| who 谁 | does 行为 | what 数据 | why 用途 | answer 结论 |
|---|---|---|---|---|
{lines}
"""


def _line(case: Case) -> str:
    where = f" ({case.clause})" if case.clause and case.clause != case.row else ""
    return (
        f"| {WHO[case.who][0]} | {case.action} | {WHAT[case.what][0]} | {WHY[case.why][0]} | {_answer(case)}{where} |"
    )


def _answer(case: Case) -> str:
    if case.answer == "yes":
        return f"**yes 可** {case.shown}".strip()
    words = matrix().condition.get(case.answer)
    told = {"closed": "没有条款允许 no clause permits it", "role": "没有所需权限 the role is missing"}
    return f"no 否: {f'{words.zh} {words.en}' if words else told[case.answer]}"


def main(arguments: list[str]) -> int:
    """``--docs`` writes the page, ``--check`` ends with 1 when it is not current."""
    if arguments == ["--docs"]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    return 0 if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
