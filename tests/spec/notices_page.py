"""``docs/notices.md``: from risk monitoring to notices; ``rules_page`` writes it."""

from __future__ import annotations

from pathlib import Path

from exporters.rules.book import shipped
from exporters.rules.notices import cap_xml, tip
from tests.rules_world import told
from tests.spec.notice_cases import CLOCKS, CLUSTERS, GUARDS, NOTICE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "notices.md"


def page() -> str:
    """The whole page."""
    book = shipped("notices")
    clusters = "\n".join(
        f"| {what} | {told('risk_monitoring', rows[0])} × {len(rows)} | {task or 'no task 无任务'} |"
        for what, rows, task in CLUSTERS
    )
    clocks = "\n".join(
        f"| {level} | {hours} | {'—' if after is None else after} | {state or 'no clock 不计时'} |"
        for level, hours, after, state in CLOCKS
    )
    guards = "\n".join(
        f"| {what} | {', '.join(f'`{h}`' for h in why) or 'may be published 可发布'} |" for what, _, _, _, why in GUARDS
    )
    return f"""# From risk monitoring to notices 风险监测与消费提示

`exporters/rules/notices`, rule set {book.version}. Basis 依据: {book.basis}. Pure functions over values: keeping drafts,
reviews and approvals, scanning texts for personal information and publishing are not here yet.

## Clusters and tasks 聚集与任务

Window {book.whole("window_days")} days; {book.whole("complaints")} complaints or opinions, {book.whole("injuries")} injuries,
or a single risk of level M or higher make a task for the territorial bureau.

| what 情形 | records 记录 | task 任务 |
|---|---|---|
{clusters}

## Clocks 时限

S 24 hours, H 3 days, M 10 days from the assessment; reminders at a half, three quarters and the end.

| level 等级 | hours since 已过小时 | published after 发布于 | state 状态 |
|---|---|---|---|
{clocks}

## Who may publish what 发布条件

`faults` are of the notice (fields N01–N24), the rest of what was done with it.

| what 情形 | hindrances 障碍 |
|---|---|
{guards}

## A draft and its CAP message 文本与 CAP 1.2

```text
{tip(NOTICE)}
```

```xml
{cap_xml(NOTICE).decode()}
```

Every CAP message is valid against the schema of OASIS (`tests/data/cap`).

## EU Safety Gate

`exporters/rules/safety_gate` makes risk records of alerts (Regulation (EU) 2023/988) and alerts of them again, every
column as it came. Severity, probability and tolerability stay empty: an alert does not tell them. Barcode cells are
split; several codes, shops' own numbers and broken codes are flagged. Judged on 353 real alerts (European Union, CC BY 4.0).

This page is generated: `python -m tests.spec.rules_page --docs`.
"""
