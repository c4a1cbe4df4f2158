"""The steward's report on a protected table: one HTML page with its plots inside, in Chinese and English.

It tells shares, levels and interval widths relative to the figures they protect, and is for whoever answers for the
release; it is not made to be published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

import numpy as np

from desensitise.disclosure.method import method_note
from desensitise.disclosure.primary import Reason
from desensitise.disclosure.result import Protected
from desensitise.disclosure.table import shown

_REASONS = {
    Reason.THRESHOLD: ("单位数不足", "too few contributors"),
    Reason.ZERO: ("不可公布的零", "unsafe nought"),
    Reason.DOMINANCE: ("优势规则", "dominance"),
    Reason.P_PERCENT: ("p% 规则", "p% rule"),
    Reason.PQ: ("pq 规则", "pq rule"),
    Reason.DIFFERENCE: ("差分", "differencing"),
}


WIDTHS = (0, 25, 50, 100, 200, 1000)
"""Per cent of a figure at which the plot's groups of interval widths begin."""


@dataclass(frozen=True, slots=True)
class Told:
    """Facts of the report about one measure. ``widths`` counts sensitive figures by the width of their interval."""

    name: str
    figures: int
    primary: int
    secondary: int
    value_share: float
    narrowest: float
    widest: float
    widths: tuple[int, ...]
    levels: tuple[tuple[str, int, int], ...]


def facts_of(protected: Protected) -> tuple[Told, ...]:
    """What the report tells, a measure each. Widths are in per cent of the figure."""
    pattern, found = protected.pattern, protected.intervals
    if pattern is None or found is None:
        return ()
    given = shown(protected.cells)
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
            (str(level), int((given & (depth == level)).sum()), int((hidden & given & (depth == level)).sum()))
            for level in np.unique(depth[given]).tolist()
        )
        made.append(
            Told(
                name=one.measure.name,
                figures=int(given.sum()),
                primary=int(sensitive.sum()),
                secondary=int((hidden & ~why.sensitive).sum()),
                value_share=float(np.abs(one.value)[hidden].sum()) / total if total else 0.0,
                narrowest=float(width[sensitive].min(initial=np.inf)),
                widest=float(width[sensitive].max(initial=-np.inf)),
                widths=tuple(np.histogram(width[sensitive], [*WIDTHS, np.inf])[0].tolist()),
                levels=levels,
            )
        )
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Moved:
    """Facts about one perturbed or rounded measure: how many figures moved, and how far, in its last digits."""

    name: str
    figures: int
    moved: int
    mean: float
    largest: float


def moves_of(protected: Protected) -> tuple[Moved, ...]:
    """What perturbation or rounding did, a measure each; empty where figures were withheld instead."""
    if protected.moved is None:
        return ()
    count, given = len(protected.cells.keys), shown(protected.cells)
    made = []
    for at, one in enumerate(protected.cells.measures):
        far = np.abs(protected.moved[at * count : (at + 1) * count][given])
        mean = float(far.mean()) if len(far) else 0.0
        made.append(Moved(one.measure.name, len(far), int((far > 0).sum()), mean, float(far.max(initial=0.0))))
    return tuple(made)


def page(protected: Protected) -> str:
    """The whole page."""
    zh, en = method_note(protected.spec, past=protected.guarded is not None)
    name = escape(protected.spec.name)
    if protected.moved is not None:
        return _FRAME.format(name=name, zh=zh, en=en, body=_moved_body(protected))
    facts = facts_of(protected)
    rows = "".join(
        f"<tr><th>{escape(one.name)}</th><td>{one.figures}</td><td>{one.primary}</td><td>{one.secondary}</td>"
        f"<td>{(one.primary + one.secondary) / max(one.figures, 1):.1%}</td><td>{one.value_share:.1%}</td>"
        f"<td>{_percent(one.narrowest)}</td><td>{_percent(one.widest)}</td></tr>"
        for one in facts
    )
    plots = "".join(_levels(one) for one in facts)
    body = _WITHHELD.format(
        rows=rows,
        reasons=_reasons(protected),
        loss=_bars([(one.name, one.value_share) for one in facts]),
        widths="".join(_widths(one) for one in facts),
        plots=plots,
        programmes=0 if protected.intervals is None else protected.intervals.solved,
    )
    return _FRAME.format(name=name, zh=zh, en=en, body=_past(protected) + body)


def _past(protected: Protected) -> str:
    """Which earlier releases the audit knew."""
    if protected.guarded is None:
        return ""
    names = escape("、".join(protected.guarded.names))
    return f"<p>联合审核的此前各期 Audited together with: {names}</p>"


def _moved_body(protected: Protected) -> str:
    facts = moves_of(protected)
    rows = "".join(
        f"<tr><th>{escape(one.name)}</th><td>{one.figures}</td><td>{one.moved}</td>"
        f"<td>{one.moved / max(one.figures, 1):.1%}</td><td>{one.mean:.2f}</td><td>{one.largest:g}</td></tr>"
        for one in facts
    )
    return _PERTURBED.format(rows=rows, plot=_bars([(one.name, one.moved / max(one.figures, 1)) for one in facts]))


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


def _widths(one: Told) -> str:
    """How many sensitive figures have how wide an interval."""
    if not sum(one.widths):
        return f"<p>{escape(one.name)}：没有敏感数值 no sensitive figure</p>"
    ends = [f"{low}–{high}%" for low, high in pairwise(WIDTHS)] + [f"> {WIDTHS[-1]}%"]
    most = sum(one.widths)
    bars = [(f"{end}（{count}）", count / most) for end, count in zip(ends, one.widths, strict=True)]
    ends_told = f"{_percent(one.narrowest)} – {_percent(one.widest)}"
    return f"<figure><figcaption>{escape(one.name)}：{ends_told}</figcaption>{_bars(bars)}</figure>"


def _bars(bars: Sequence[tuple[str, float]]) -> str:
    """Horizontal bars from 0 to 100 per cent, as SVG."""
    height = 26 * len(bars) + 22
    lines = [f'<svg viewBox="0 0 452 {height}" role="img">']
    lines += [
        f'<line x1="{142 + 2.5 * tick}" y1="4" x2="{142 + 2.5 * tick}" y2="{height - 18}" class="grid"/>'
        f'<text x="{142 + 2.5 * tick}" y="{height - 3}" text-anchor="middle">{tick}%</text>'
        for tick in (0, 25, 50, 75, 100)
    ]
    for at, (name, share) in enumerate(bars):
        top = 6 + 26 * at
        lines.append(
            f'<text x="136" y="{top + 14}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="142" y="{top}" width="{250 * share:.1f}" height="18"/>'
            f'<text x="{147 + 250 * share:.1f}" y="{top + 14}">{share:.1%}</text>'
        )
    return "".join((*lines, "</svg>"))


_FRAME = """<!doctype html>
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
figure{{margin:1rem 0}}figcaption{{font-weight:600}}svg{{width:100%;max-width:34rem;font-size:13px}}
.wide{{overflow-x:auto}}
rect{{fill:#1f5f99}}.grid{{stroke:#d5dde5}}.inner{{color:#8a1f11}}
</style></head><body>
<h1>{name}</h1><p>披露控制报告 · Disclosure control report</p>
<p class="inner">仅供审核人员使用，不得随数据发布。 For the steward; not to be published with the data.</p>
<h2>方法 Method</h2><div class="note"><p>{zh}</p><p lang="en">{en}</p></div>
{body}
</body></html>
"""

_WITHHELD = """<p>推算区间：求解线性规划 {programmes} 个，违规 0 个。
Intervals: {programmes} linear programmes solved, no violation.</p>
<h2>结果 Outcome</h2><div class="wide"><table><thead><tr><th>指标 measure</th><th>单元 cells</th><th>主要 primary</th>
<th>次要 secondary</th><th>抑制率 withheld</th><th>信息损失 value withheld</th><th>最窄区间 narrowest</th>
<th>最宽区间 widest</th></tr></thead><tbody>{rows}</tbody></table></div>
<h2>原因 Reasons</h2><ul>{reasons}</ul>
<h2>信息损失（按数值） Information loss, by value</h2>{loss}
<h2>敏感数值的可推算区间宽度 Width of the interval of sensitive figures</h2>
<p>占该数值的百分比；标题为最窄与最宽。
Per cent of the figure; the caption tells the narrowest and the widest.</p>
{widths}
<h2>各层级抑制比例 Share withheld by level</h2><p>层级 0 为总计。 Level 0 is the grand total.</p>{plots}
"""

_PERTURBED = """<h2>结果 Outcome</h2>
<div class="wide"><table><thead><tr><th>指标 measure</th><th>单元 cells</th><th>变动 moved</th>
<th>变动率 share</th><th>平均变动 mean</th><th>最大变动 largest</th></tr></thead><tbody>{rows}</tbody></table></div>
<p>变动以该指标末位为单位。 Movements are in last digits of the measure.</p>
<h2>变动比例 Share of figures moved</h2>{plot}
"""
