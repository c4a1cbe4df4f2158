"""The steward's report on a protected table: one HTML page with its plots inside, in Chinese and English.

It tells shares, levels and interval widths relative to the figures they protect, and is for whoever answers for the
release; it is not made to be published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from desensitise.disclosure.primary import Reason
from desensitise.disclosure.result import Protected

_REASONS = {
    Reason.THRESHOLD: ("单位数不足", "too few contributors"),
    Reason.ZERO: ("不可公布的零", "unsafe nought"),
    Reason.DOMINANCE: ("优势规则", "dominance"),
    Reason.P_PERCENT: ("p% 规则", "p% rule"),
    Reason.PQ: ("pq 规则", "pq rule"),
    Reason.DIFFERENCE: ("差分", "differencing"),
}

METHOD_ZH = (
    "本表采用单元抑制法保护：单位数不足、个别单位占比过大的数值（主要抑制），以及可据以推算的数值（次要抑制）不予公布。"
    "发布前对每一个被抑制的数值用线性规划计算其可推算区间，区间均不窄于规则要求。"
)
METHOD_EN = (
    "The table is protected by cell suppression: figures of too few or dominant units (primary) and figures that would "
    "give them away (secondary) are withheld. Before release the interval that can be worked out was computed for "
    "every withheld figure by linear programming; none is narrower than the rules demand."
)


@dataclass(frozen=True, slots=True)
class Told:
    """Facts of the report about one measure."""

    name: str
    figures: int
    primary: int
    secondary: int
    value_share: float
    narrowest: float
    widest: float
    levels: tuple[tuple[str, int, int], ...]


def facts_of(protected: Protected) -> tuple[Told, ...]:
    """What the report tells, a measure each. Widths are in per cent of the figure."""
    pattern, found = protected.pattern, protected.intervals
    if pattern is None or found is None:
        return ()
    cells, count = protected.cells, len(protected.cells.keys)
    depth = np.sum([tree.level[cells.nodes[:, axis]] for axis, tree in enumerate(cells.trees)], axis=0)
    made = []
    for at, (one, why) in enumerate(zip(cells.measures, protected.primary, strict=True)):
        part = slice(at * count, (at + 1) * count)
        hidden = pattern.suppressed[part]
        size = np.maximum(np.abs(one.value), 1.0)
        width = 100 * (found.below[part] + found.above[part]) / size
        sensitive = why.sensitive & hidden
        total = float(np.abs(one.value).sum())
        levels = tuple(
            (str(level), int((depth == level).sum()), int((hidden & (depth == level)).sum()))
            for level in np.unique(depth).tolist()
        )
        made.append(
            Told(
                name=one.measure.name,
                figures=count,
                primary=int(sensitive.sum()),
                secondary=int((hidden & ~why.sensitive).sum()),
                value_share=float(np.abs(one.value)[hidden].sum()) / total if total else 0.0,
                narrowest=float(width[sensitive].min(initial=np.inf)),
                widest=float(width[sensitive].max(initial=0.0)),
                levels=levels,
            )
        )
    return tuple(made)


def page(protected: Protected) -> str:
    """The whole page."""
    facts = facts_of(protected)
    rows = "".join(
        f"<tr><th>{escape(one.name)}</th><td>{one.figures}</td><td>{one.primary}</td><td>{one.secondary}</td>"
        f"<td>{(one.primary + one.secondary) / max(one.figures, 1):.1%}</td><td>{one.value_share:.1%}</td>"
        f"<td>{_percent(one.narrowest)}</td><td>{_percent(one.widest)}</td></tr>"
        for one in facts
    )
    plots = "".join(_levels(one) for one in facts)
    return _PAGE.format(
        name=escape(protected.spec.name),
        zh=METHOD_ZH,
        en=METHOD_EN,
        rows=rows,
        reasons=_reasons(protected),
        loss=_bars([(one.name, one.value_share) for one in facts]),
        plots=plots,
        programmes=0 if protected.intervals is None else protected.intervals.solved,
    )


def _percent(width: float) -> str:
    return "–" if not np.isfinite(width) else "&gt; 1000%" if width > 1000 else f"{width:.0f}%"


def _reasons(protected: Protected) -> str:
    lines = []
    for reason, (zh, en) in _REASONS.items():
        hits = sum(int((why.reason == reason).sum()) for why in protected.primary)
        if hits:
            lines.append(f"<li>{zh} · {en}: {hits}</li>")
    return "".join(lines) or "<li>无 · none</li>"


def _levels(one: Told) -> str:
    bars = [(f"层级 level {level}（{cells}）", hidden / cells if cells else 0.0) for level, cells, hidden in one.levels]
    return f"<figure><figcaption>{escape(one.name)}</figcaption>{_bars(bars)}</figure>"


def _bars(bars: Sequence[tuple[str, float]]) -> str:
    """Horizontal bars from 0 to 100 per cent, as SVG."""
    height = 26 * len(bars) + 22
    lines = [f'<svg viewBox="0 0 640 {height}" role="img">']
    lines += [
        f'<line x1="{200 + 3.8 * tick}" y1="4" x2="{200 + 3.8 * tick}" y2="{height - 18}" class="grid"/>'
        f'<text x="{200 + 3.8 * tick}" y="{height - 4}" text-anchor="middle">{tick}%</text>'
        for tick in (0, 25, 50, 75, 100)
    ]
    for at, (name, share) in enumerate(bars):
        top = 6 + 26 * at
        lines.append(
            f'<text x="194" y="{top + 14}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="200" y="{top}" width="{380 * share:.1f}" height="18"/>'
            f'<text x="{206 + 380 * share:.1f}" y="{top + 14}">{share:.1%}</text>'
        )
    return "".join((*lines, "</svg>"))


_PAGE = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>{name} · 披露控制报告</title>
<meta name="viewport" content="width=device-width">
<style>
body{{font:15px/1.6 "Noto Sans CJK SC","Microsoft YaHei",sans-serif}}
body{{max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2733}}
h1{{font-size:1.5rem;margin-bottom:.2rem}}h2{{font-size:1.1rem;margin-top:2rem}}
table{{border-collapse:collapse;width:100%}}
th,td{{border-bottom:1px solid #d5dde5;padding:.35rem .5rem;text-align:right}}
th:first-child{{text-align:left}}thead th{{background:#f3f6f9;font-weight:600}}
.note{{background:#f3f6f9;border-left:4px solid #1f5f99;padding:.6rem 1rem}}
figure{{margin:1rem 0}}figcaption{{font-weight:600}}svg{{width:100%;max-width:46rem;font-size:12px}}
rect{{fill:#1f5f99}}.grid{{stroke:#d5dde5}}.inner{{color:#8a1f11}}
</style></head><body>
<h1>{name}</h1><p>披露控制报告 · Disclosure control report</p>
<p class="inner">仅供审核人员使用，不得随数据发布。 For the steward; not to be published with the data.</p>
<h2>方法 Method</h2><div class="note"><p>{zh}</p><p lang="en">{en}</p></div>
<p>推算区间：求解线性规划 {programmes} 个，违规 0 个。
Intervals: {programmes} linear programmes solved, no violation.</p>
<h2>结果 Outcome</h2><table><thead><tr><th>指标 measure</th><th>单元 cells</th><th>主要 primary</th>
<th>次要 secondary</th><th>抑制率 withheld</th><th>信息损失 value withheld</th><th>最窄区间 narrowest</th>
<th>最宽区间 widest</th></tr></thead><tbody>{rows}</tbody></table>
<h2>原因 Reasons</h2><ul>{reasons}</ul>
<h2>信息损失（按数值） Information loss, by value</h2>{loss}
<h2>各层级抑制比例 Share withheld by level</h2><p>层级 0 为总计。 Level 0 is the grand total.</p>{plots}
</body></html>
"""
