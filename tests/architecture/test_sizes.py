"""Small and clear: files, functions and what must not be left in code. A failure lists every place."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("catalog", "exporters", "desensitise", "agreements", "hub")
UNDONE = ("TO" + "DO:", "FIX" + "ME", "raise NotImplemented" + "Error")


@cache
def _sources() -> dict[str, str]:
    """The text of every file of the five packages by its place."""
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in found}


@cache
def _trees() -> dict[str, ast.Module]:
    return {place: ast.parse(text) for place, text in _sources().items()}


def test_the_sources_are_found() -> None:
    assert len(_sources()) > 500


def test_a_file_has_at_most_300_lines() -> None:
    assert [place for place, text in _sources().items() if len(text.splitlines()) > 300] == []


def test_a_function_has_at_most_60_lines() -> None:
    functions = [
        (f"{place}:{node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for place, tree in _trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert len(functions) > 500
    assert [(place, lines) for place, lines in functions if lines > 60] == []


def test_a_module_says_what_it_is_for() -> None:
    assert [place for place, tree in _trees().items() if not ast.get_docstring(tree)] == []


def test_nothing_is_left_undone() -> None:
    assert [place for place, text in _sources().items() if any(word in text for word in UNDONE)] == []
