"""The report of an identification as a PDF for people, Chinese and English; the JSON beside it is what is checked."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

WORDS = {"named": "已确认 named", "not enough evidence": "证据不足 not enough evidence", "none": "无关 none"}


def pdf_of(whole: Mapping[str, Any]) -> bytes:
    """The PDF's bytes; equal reports give equal bytes."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle("text", fontName="STSong-Light", fontSize=9.5, leading=14, wordWrap="CJK")
    head = ParagraphStyle("head", parent=style, fontSize=15, leading=22)
    room = BytesIO()
    document = SimpleDocTemplate(room, pagesize=A4, title="Identification report", invariant=1, author="")
    story = [Paragraph("数据溯源鉴定报告 Identification report", head), Spacer(1, 6)]
    story += [Paragraph(_safe(line), style) for line in lines(whole)]
    document.build(story)
    return room.getvalue()


def lines(whole: Mapping[str, Any]) -> list[str]:
    """What the report says, a line each."""
    body = whole["report"]
    said = [
        f"结论 Verdict: {WORDS[body['outcome']]}",
        f"时间 Time: {body['at']} · 操作人 By: {body['by']}",
        *(f"文件 File: {name} · SHA-256 {digest}" for name, digest in body["files"].items()),
        *(f"非表格文件 No table: {name}" for name in body["unread"]),
        f"数据集 Dataset: {body['dataset']}/{body['version']} (of {body['versions_tried']} versions tried)",
        f"候选 N = {body['candidates']} · ε = {body['epsilon']} · 阈值 threshold ln(N/ε) = {body['threshold']:.2f}",
        f"行 Rows {body['rows']} · 匹配 matched {_pairs(body['matched'])} · 重复舍弃 duplicates {body['duplicates']}",
        f"位置 Positions: {_pairs(body['positions'])} · 不可读 unreadable: {_pairs(body['unreadable'])}",
        f"被移动的记录标识 Moved tokens: {body['moved_tokens']}",
        f"次高 Runner-up lnE: {_number(body['runner_up'])}",
    ]
    for one in body["named"]:
        said += [
            f"■ 授权 Grant {one['grant']} · {one['recipient']}",
            f"lnE = {one['ln_e']:.2f} ({_pairs(one['channels'])}) · 误判上界 bound N·e^(-lnE) = {one['bound']:.3g}",
            f"下载 Downloads {', '.join(map(str, one['downloads'])) or '-'} · 记录标识 tokens {one['tokens']}",
            *(f"账本 Entry {c['entry']}: copy {c['number']}, SHA-256 {c['output'] or '-'}" for c in one["copies"]),
        ]
    return [*said, f"局限 Limits: {body['limit']}", f"公钥 Key: {whole['vkey']}", f"签名 Signature: {whole['note']}"]


def _pairs(counts: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in counts.items()) or "-"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
