"""``docs/supervision.md``: modes, tasks, colours, sampling and their spec tables; ``rules_page`` writes it."""

from __future__ import annotations

from pathlib import Path

from exporters.rules.book import Book, shipped
from tests.spec.supervision_cases import AREAS, MODES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "supervision.md"


def page() -> str:
    """The whole page."""
    book = shipped("supervision")
    modes = "\n".join(
        f"| {risk} | {', '.join(level or '?' for level in levels) or 'none 无'} | {mode or '— 未判定'} | {flags} |"
        for risk, levels, mode, flags in MODES
    )
    areas = "\n".join(f"| {area.what} | {_counties(area.counties)} | {_told(area.told)} |" for area in AREAS)
    return f"""# Supervision: modes, tasks, colours, sampling 差异化监管与区域分色

## Modes and tasks 模式与任务

`exporters/rules/supervision`, rule set {book.version}. Basis 依据: {book.basis}. The mode follows from the class of the
producer and the level of its riskiest product; an undecided product may be of any level, and where that would change
the mode it is undecided.

| class 企业 | levels of products 产品等级 | mode 模式 | flags |
|---|---|---|---|
{modes}

strict 加严监管, routine 日常监管, credit 信用监管. Tasks of a year by mode, tier by size (大 省, 中 市, 小 县, 微 所); who is
drawn at random follows from seed, year and code alone, so the draw can be repeated. States: none (nothing due), done,
on_time, behind (less done than the share of the year that is over asks for), undecided.

{_options(book)}

## Information-driven sampling 信息驱动抽样

`more_products` and `more_firms` rank what to sample more, with reasons such as `I-1×3;complaint×12` (rule or source, and
how many producers or reports) and a factor on the usual batches.

## Area colours 区域分色

`exporters/rules/area_colours`, schemes `rules` (红橙黄绿, high-risk producers) and `pilot_2020` (红黄蓝绿, class C).

| what 情形 | producers: high of all 高风险/全部 | colour (taken from) 颜色（取自） |
|---|---|---|
{areas}

{_options(shipped("area_colours"))}

The table of `hub derive colours` is for supervisors. What is published is the dataset `area-colours`: a release like any other
([decision 23](decisions/0023-derived-tables-as-sources.md)), after disclosure control ([disclosure.md](disclosure.md)) together
with everything earlier releases told, and approved by a second person. Counts of few are withheld with what would give them
away; a colour is worked out of told figures alone: an area's own where its share is told, that of the area above where its
number of producers is told and below ten. `hub colours` and the page `/colours` show the current release; `hub derive colours
--public` shows what a first release would tell.

## Commands 命令

`hub derive levels|classes|tasks|sampling|colours` write one derivation of the source as CSV, `--day` for any day.

This page is generated: `python -m tests.spec.rules_page --docs`.
"""


def _counties(counties: dict[str, tuple[int, int]]) -> str:
    return "<br>".join(f"{code}: {high}/{every}" for code, (every, high) in counties.items())


def _told(told: dict[str, tuple[str | None, str | None]]) -> str:
    return "<br>".join(
        f"{code}: {colour or '—'}" + (f" ({area})" if area not in {code, None} else "")
        for code, (colour, area) in told.items()
    )


def _options(book: Book) -> str:
    rows = "\n".join(f"| `{k}` | {' '.join(v) if isinstance(v, tuple) else v} |" for k, v in book.options.items())
    return f"| option 参数 | value 值 |\n|---|---|\n{rows}"
