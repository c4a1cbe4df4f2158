"""The report of an identification as a PDF for people, Chinese and English; the JSON beside it is what is checked."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

WORDS = {"named": "已确认 named", "not enough evidence": "证据不足 not enough evidence", "none": "无关 none"}


_INK, _PALE = "#12365c", "#e9eef4"
_LABELS_MM = 46


def pdf_of(whole: Mapping[str, Any]) -> bytes:
    """The PDF's bytes; equal reports give equal bytes."""
    from reportlab.lib.colors import HexColor
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    text = ParagraphStyle("text", fontName="STSong-Light", fontSize=9, leading=13, wordWrap="CJK")
    title = ParagraphStyle("title", parent=text, fontSize=17, leading=24, textColor=HexColor(_INK))
    head = ParagraphStyle("head", parent=text, fontSize=11.5, leading=18, textColor=HexColor(_INK), spaceBefore=8)
    room = BytesIO()
    document = SimpleDocTemplate(
        room, pagesize=A4, margin=18 * mm, title="Identification report", invariant=1, author="", topMargin=18 * mm
    )
    story: list[Any] = [Paragraph("数据溯源鉴定报告 Identification report", title), Spacer(1, 6)]
    for heading, pairs in sections(whole):
        story.append(Paragraph(_safe(heading), head))
        rows = [[Paragraph(_safe(label), text), Paragraph(_safe(value), text)] for label, value in pairs]
        table = Table(rows, colWidths=[_LABELS_MM * mm, document.width - _LABELS_MM * mm], hAlign="LEFT")
        lines_below = ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(_PALE))
        table.setStyle([lines_below, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0)])
        story.append(table)
    document.build(story)
    return room.getvalue()


def lines(whole: Mapping[str, Any]) -> list[str]:
    """What the report says, a line each; the last four are limits, key and signature with their heading."""
    said = []
    for heading, pairs in sections(whole):
        said += [heading, *(f"  {label}: {value}" for label, value in pairs)]
    return said


def sections(whole: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The report in parts: heading, then labels with what they say."""
    body = whole["report"]
    asked = [
        ("时间 Time", f"{body['at']}, {body['by']}"),
        *((f"文件 File {name}", f"SHA-256 {digest}") for name, digest in body["files"].items()),
        *(("非表格文件 No table", name) for name in body["unread"]),
        *((f"文件属性 Properties of {one['file']}", _stamp(one)) for one in body.get("stamped", ())),
        ("数据集 Dataset", _place(body) + f" (versions tried: {body['versions_tried']})"),
    ]
    rest = [("局限 Limits", body["limit"]), ("公钥 Key", whole["vkey"]), ("签名 Signature", whole["note"])]
    said = [(f"结论 Verdict: {WORDS[body['outcome']]}", asked), *_answer(body)]
    for other in body.get("also", ()):
        place = [("数据集 Dataset", _place(other))]
        said += [(f"另一版本或数据集 Also: {WORDS[other['outcome']]}", place), *_answer(other)]
    return [*said, ("核验 Verification", rest)]


def _place(answer: Mapping[str, Any]) -> str:
    if answer["outcome"] == "none":
        return "none 无"
    among = ", ".join(answer.get("tables_of", ()))
    return f"{answer['dataset']}/{answer['version']}" + (f", {among}" if among else "")


def _answer(answer: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What was named beside one version, and the evidence."""
    rows = f"{answer['rows']}; matched {_pairs(answer['matched'])}; duplicates left out {answer['duplicates']}"
    weighed = [
        ("候选 Candidates N", str(answer["candidates"])),
        ("误判概率上限 epsilon", f"{answer['epsilon']:.3g}"),
        ("阈值 Threshold ln(N/epsilon)", f"{answer['threshold']:.2f}"),
        ("行 Rows", rows),
        ("位置 Positions", _pairs(answer["positions"])),
        ("不可读 Unreadable", _pairs(answer["unreadable"])),
        ("被移动的记录标识 Moved tokens", str(answer["moved_tokens"])),
        ("次高 Runner-up lnE", _number(answer["runner_up"])),
    ]
    named = [(f"授权 Grant {one['grant']} ({one['recipient']})", _about(one)) for one in answer["named"]]
    return [*named, ("证据 Evidence", weighed)]


def _about(one: Mapping[str, Any]) -> list[tuple[str, str]]:
    said = [
        ("证据 lnE", f"{one['ln_e']:.2f}; by channel: {_pairs(one['channels'])}"),
        ("误判上界 Bound", f"{one['bound']:.3g} = N × e^(-lnE)"),
        ("下载 Downloads", f"{', '.join(map(str, one['downloads'])) or '-'}; tokens {one['tokens']}"),
    ]
    for copy in one["copies"]:
        same = {
            True: "made anew: equal 重制一致",
            False: "made anew: NOT equal 重制不一致",
            None: "not made anew 未重制",
        }
        told = f"ledger entry {copy['entry']}; output {copy['output'] or '-'}; {same[copy['comes_out_again']]}"
        said.append((f"副本 Copy {copy['number']}", told))
    return said


def _stamp(one: Mapping[str, Any]) -> str:
    if not one["genuine"]:
        return f"name copy {one['copy']}, which is not genuine 不属实"
    return f"name copy {one['copy']} of grant {one['grant']}; a hint, no evidence 仅为线索，不作证据"


def _pairs(counts: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in counts.items()) or "-"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
