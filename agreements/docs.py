"""``docs/agreement-states.md``: an agreement's life, drawn from ``states.toml`` (``python -m agreements.docs``)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from agreements.abuse import rules
from agreements.calendar import read_calendar
from agreements.contract import terms
from agreements.permissions import ROLES, WORDS, Role
from agreements.states import Side, diagram, life

PAGE: Final = Path(__file__).parent.parent / "docs" / "agreement-states.md"
_SIDES: Final = {Side.BUREAU: "数据提供方 bureau", Side.RECIPIENT: "数据使用方 recipient", Side.CLOCK: "系统 system"}


def page() -> str:
    """The whole page."""
    return f"""# The life of an agreement 协议的生命周期

② marks steps that need a second person: not the reviewer, or not the one who suspended.

```mermaid
{diagram()}```

## States 状态

| state | 状态 | waits for 待办方 | working days 工作日 |
|---|---|---|---|
{_states()}

Days are working days after the day of the step, by the calendar `agreements/working_days.toml` (years
{", ".join(str(year) for year in read_calendar().years)}) or the one that `HUB_CALENDAR` names, which can also set other
numbers. Destruction after the end falls due when the agreed retention has passed, and not before the days above.

## Steps 步骤

| step | 步骤 | from → to | by 办理方 | permission 权限 | second person 第二人 |
|---|---|---|---|---|---|
{_steps()}

## Roles 角色

Administration, operation and audit are never joined in one person (GB/T 39477-2020).

| role | 角色 | meaning | permissions |
|---|---|---|---|
{_roles()}

## Terms 条款 {terms().version}

SHA-256 `{terms().digest}`

| clause | 条款 | in English | ODRL |
|---|---|---|---|
{_terms()}

## Abuse rules 滥用规则

| rule | 规则 | meaning | hours | above | at least | suspends at once |
|---|---|---|---|---|---|---|
{_rules()}

This page is generated: `python -m agreements.docs --docs`.
"""


def _states() -> str:
    rows = [
        f"| `{one.id}` | {one.zh} | {_SIDES[one.waits_for] if one.waits_for else ''} | {one.working_days or ''} |"
        for one in life().states.values()
    ]
    return "\n".join(rows)


def _steps() -> str:
    rows = []
    for one in life().transitions.values():
        way = f"{', '.join(f'`{name}`' for name in one.sources) or '—'} → `{one.to}`"
        needs = f"`{one.needs}`" if one.needs else ""
        second = f"not the {one.second}" if one.second else ""
        rows.append(f"| `{one.name}` | {one.zh} | {way} | {_SIDES[one.by]} | {needs} | {second} |")
    return "\n".join(rows)


def _roles() -> str:
    rows = []
    for role in Role:
        zh, en = WORDS[role]
        rows.append(f"| `{role}` | {zh} | {en} | {', '.join(f'`{one}`' for one in sorted(ROLES[role]))} |")
    return "\n".join(rows)


def _terms() -> str:
    rows = []
    for one in terms().clause:
        odrl = f"{one.odrl['kind']}: `{one.odrl['action'].rpartition('#')[2]}`" if one.odrl else ""
        rows.append(f"| `{one.id}` | {one.zh} | {one.en} | {odrl} |")
    return "\n".join(rows)


def _rules() -> str:
    rows = [
        f"| `{one.id}` | {one.zh} | {one.en} | {one.hours or ''} | {one.above:g} | {one.at_least} |"
        f" {'yes' if one.suspends else ''} |"
        for one in rules().values()
    ]
    return "\n".join(rows)


def main(arguments: list[str]) -> int:
    """``--docs`` writes the page, ``--check`` ends with 1 when it is not current."""
    if arguments == ["--docs"]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if arguments == ["--check"]:
        return 0 if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page() else 1
    sys.stderr.write("usage: python -m agreements.docs --docs | --check\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
