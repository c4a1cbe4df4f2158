"""Only ``desensitise`` turns rows into ``Safe``, ``Marked`` and ``MarkedLines``; everybody else has to ask it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hub", "exporters", "desensitise", "agreements", "catalog", "benchmarks")
GUARDED = {"Safe", "Marked", "MarkedLines"}


def built_in(source):
    """Lines where a guarded class is called, replaced, aliased or fetched by name, whatever it was imported as."""
    tree = ast.parse(source)
    names = set(GUARDED)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "catalog.rows":
            names |= {alias.asname for alias in node.names if alias.name in GUARDED and alias.asname}
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and _builds(node, names)]


def _builds(call, names):
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if called in names:
        return True
    mentioned = {getattr(arg, "id", None) or getattr(arg, "value", None) for arg in call.args}
    return called in {"getattr", "partial", "map"} and bool(mentioned & names)


def test_nobody_else_builds_safe_or_marked_rows():
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        for line in built_in(path.read_text(encoding="utf-8"))
        if package != "desensitise"
    ]
    assert found == []


def test_desensitise_builds_them_in_few_known_places():
    found = {path.name for path in (ROOT / "desensitise").rglob("*.py") if built_in(path.read_text(encoding="utf-8"))}
    assert found == {"apply.py", "release.py", "parts.py", "narrow.py", "file.py", "lines.py", "anonymise.py"}


@pytest.mark.parametrize(
    "planted",
    [
        "from catalog.rows import Safe\nSafe(batch, 'x')",
        "from catalog.rows import Safe as Fine\nFine(batch, 'x')",
        "import catalog.rows as r\nr.Marked(batch, 'x')",
        "import catalog.rows as r\ngetattr(r, 'Safe')(batch, 'x')",
        "from functools import partial\nfrom catalog.rows import Safe\npartial(Safe, batch)",
    ],
)
def test_a_planted_builder_is_seen(planted):
    assert built_in(planted) == [2] or built_in(planted) == [3]


def test_types_alone_are_not_building():
    assert built_in("from catalog.rows import Safe\ndef f(x: Safe) -> Safe:\n    return x") == []
