"""The section on re-identification of a release's description, where its dataset promises a k."""

from __future__ import annotations

from typing import Any

from catalog.model import Dataset
from catalog.pack.phrases import heading, say, table
from catalog.release import Release


def risk_section(dataset: Dataset, release: Release, language: str) -> list[str]:
    """What was promised, what was done for it, and what was measured on the released rows; or nothing."""
    if release.risk is None:
        return []
    risk = release.risk
    lines = [heading("risk", language), say("risk_lead", language), ""]
    lines += table((say("fact", language), say("value", language)), _facts(risk, language))
    lines += table(
        (say("risk_quasi", language), say("risk_label", language), say("risk_level", language)),
        _quasi(dataset, risk, language),
    )
    if rows := [_attribute(one, language) for one in risk["after"]["attributes"]]:
        heads = ("risk_sensitive", "risk_l", "risk_l_entropy", "risk_t")
        lines += table(tuple(say(key, language) for key in heads), rows)
    return ["\n".join(lines)]


def _facts(risk: Any, language: str) -> list[tuple[str, str]]:
    after, before = risk["after"], risk["before"]
    return [
        (say("risk_k", language), f"{after['k']:,} (≥ {risk['k_declared']})"),
        (say("risk_classes", language), f"{after['classes']:,} · {after['average']:.1f}"),
        (say("risk_prosecutor", language), _probability(after["prosecutor"])),
        (say("risk_journalist", language), _probability(after["journalist"])),
        (say("risk_marketer", language), _probability(after["marketer"])),
        (say("risk_suppressed", language), f"{risk['suppressed']:,}"),
        (say("risk_loss", language), f"{risk['loss']:.3f}"),
        (say("risk_before", language), f"{before['k']:,} · {_probability(before['prosecutor'])}"),
    ]


def _quasi(dataset: Dataset, risk: Any, language: str) -> list[tuple[str, str, str]]:
    labels = {column.name: column.zh if language == "zh" else column.en for column in dataset.columns}
    return [(f"`{name}`", labels[name], _level(risk["levels"][name], language)) for name in risk["quasi_identifiers"]]


def _level(step: str, language: str) -> str:
    if step in {"", "*"}:
        return say("risk_level_own" if not step else "risk_level_none", language)
    name, _, detail = step.partition(" ")
    return say(f"risk_level_{name}", language, detail=detail)


def _attribute(one: Any, language: str) -> tuple[str, str, str, str]:
    order = say("risk_ordered" if one["ordered"] else "risk_equal", language)
    return (f"`{one['name']}`", str(one["distinct"]), f"{one['entropy']:.2f}", f"{one['t']:.3f} ({order})")


def _probability(value: float) -> str:
    return f"{value:.4f}"
