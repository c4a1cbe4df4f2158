"""What an agreement says to people, as headings and lines: the PDF and the XLSX show exactly these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agreements.envelope import Envelope, fingerprint


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its lines: what a line is about, and what it says."""

    title: str
    lines: tuple[tuple[str, str], ...]


def parts(envelope: Envelope, body: Mapping[str, Any]) -> tuple[Part, ...]:
    """The whole agreement in reading order; equal envelopes give equal parts."""
    return (_sides(body), _scope(body), _data(body), _terms(body), _signatures(envelope))


def _sides(body: Mapping[str, Any]) -> Part:
    return Part(
        f"数据使用协议 Data-use agreement {body['number']}",
        (
            ("甲方（数据提供方） Provider", f"{body['provider']['name']} {body['provider']['uscc']}"),
            ("乙方（数据使用方） Recipient", f"{body['recipient']['name']} {body['recipient']['uscc']}"),
            ("替代协议 Replaces", body["replaces"] or "—"),
        ),
    )


def _scope(body: Mapping[str, Any]) -> Part:
    quota = f"{body['quota_rows']:,} 行 rows / 24 h" if body["quota_rows"] else "—"
    return Part(
        "用途与期限 Purpose and term",
        (
            ("用途 Purpose", f"{body['purpose_zh']} {body['purpose']}"),
            ("用途说明 Statement", body["statement"]),
            ("项目 Project", body["project"]),
            ("负责人 Responsible person", body["responsible"]),
            ("成果形式 Output", body["output"]),
            ("期限 Term", f"{body['starts']} 起，{body['ends']} 前 from, until before"),
            ("保存期限 Retention after the end", f"{body['retention_days']} 日 days"),
            ("每日限量 Daily quota", quota),
            ("安全措施 Measures", "；".join(body["measures"])),
            ("引用文字 Citation", body["citation"]),
        ),
    )


def _data(body: Mapping[str, Any]) -> Part:
    def told(item: Mapping[str, Any]) -> str:
        fields = "、".join(item["fields"]) or "全部字段 all columns"
        regions = "、".join(item["regions"]) or "全部地区 all regions"
        return f"{fields}；{regions}"

    return Part("数据集与字段 Datasets and columns", tuple((item["dataset"], told(item)) for item in body["data"]))


def _terms(body: Mapping[str, Any]) -> Part:
    words = body["terms"]
    clauses = [(f"第{at}条 {one['id']}", f"{one['zh']} {one['en']}") for at, one in enumerate(words["clause"], 1)]
    return Part(f"条款 Terms {words['version']}", (*clauses, ("条款摘要 SHA-256 of the terms", words["digest"])))


def _signatures(envelope: Envelope) -> Part:
    lines = [("文本摘要 SHA-256 of the text", envelope.sha256), ("文本摘要 SM3 of the text", envelope.sm3)]
    for one in envelope.signatures:
        lines += [
            (f"签名 Signature {one.party}", f"{one.algorithm} {one.at}"),
            ("公钥指纹 Key", fingerprint(one.key)),
            ("签名值 Value", one.value),
        ]
    missing = "" if len(envelope.signatures) == 2 else "尚未生效：双方签名未齐。 Not in force: a signature is missing."
    return Part("签署 Signatures", (*lines, *([("状态 State", missing)] if missing else [])))
