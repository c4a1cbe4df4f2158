"""Types are looked at by one thread at a time: msgspec ends the process where several look at a new one at once."""

from __future__ import annotations

import ast
import sys
import threading
from dataclasses import dataclass, make_dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from catalog.typed import converted, from_json, from_toml

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("hub", "exporters", "desensitise", "agreements", "catalog")


@dataclass(frozen=True)
class Firm:
    """Something to read."""

    name: str
    staff: int


class _Watched:
    """A module whose only annotation, when it is read, waits for a second reader that should not come."""

    def __init__(self) -> None:
        self.inside = self.most = 0
        self.second = threading.Event()

    def kind(self) -> type:
        self.inside += 1
        self.most = max(self.most, self.inside)
        if self.inside > 1:
            self.second.set()
        self.second.wait(0.2)
        self.inside -= 1
        return int


@pytest.mark.parametrize("form", ["json", "toml", "plain"])
def test_only_one_thread_at_a_time_looks_at_a_new_type(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    watched, read = _Watched(), []
    new = make_dataclass("New", [("staff", "watched.kind()")])
    new.__module__ = __name__
    monkeypatch.setattr(sys.modules[__name__], "watched", watched, raising=False)

    def reader() -> None:
        readers: dict[str, Any] = {
            "json": lambda: from_json(b'{"staff": 3}', new),
            "toml": lambda: from_toml("staff = 3", new),
            "plain": lambda: converted({"staff": 3}, new),
        }
        read.append(readers[form]())

    threads = [threading.Thread(target=reader) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == [new(3)] * 3
    assert watched.most == 1


def test_values_are_read_as_what_they_are_declared_to_be() -> None:
    firm = Firm("示例厂", 3)
    assert from_json('{"name": "示例厂", "staff": 3}', Firm) == firm
    assert from_toml('name = "示例厂"\nstaff = 3', Firm) == firm
    assert converted({"name": "示例厂", "staff": 3}, Firm) == converted(firm, Firm, from_attributes=True) == firm
    with pytest.raises(msgspec.ValidationError):
        from_json('{"name": "示例厂", "staff": "three"}', Firm)


def test_nobody_else_asks_msgspec_for_a_type() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if path != ROOT / "catalog" / "typed.py"
        for line in _types_asked(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def _types_asked(source: str) -> list[int]:
    """Lines that call msgspec with a type to read."""
    if "msgspec" not in source:
        return []
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [call.lineno for call in calls if ast.unparse(call.func).startswith("msgspec.") and _has_type(call)]


def _has_type(call: ast.Call) -> bool:
    named = ast.unparse(call.func).rpartition(".")[2]
    return named in {"convert", "Decoder"} or (named == "decode" and any(word.arg == "type" for word in call.keywords))
