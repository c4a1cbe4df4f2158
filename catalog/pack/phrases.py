"""Sentences, headings and tables of the descriptions, in either language."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """What the descriptions say, by key and language."""
    return tomllib.loads((files("catalog.pack") / "words.toml").read_text(encoding="utf-8"))


def say(key: str, language: str, **facts: object) -> str:
    """A sentence with its facts."""
    return texts()[key][language].format(**facts)


def heading(key: str, language: str) -> str:
    """The heading of a section."""
    return f"## {say(f'{key}_heading', language)}\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table, followed by an empty line."""
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return [*lines, ""]


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\r", " ").replace("\n", " ")
