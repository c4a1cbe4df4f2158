"""The table of commands is what the modules hold."""

from __future__ import annotations

import io
import json
import pkgutil
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

import hub.cli
from hub.cli import hub as group
from hub.cli.examples import EXAMPLES
from hub.cli.lazy import WHERE

CONTEXT = click.Context(group)


@pytest.mark.parametrize("name", WHERE)
def test_help_says_of_each_command_what_it_says_itself(name: str) -> None:
    command = group.get_command(CONTEXT, name)
    assert command is not None
    assert command.get_short_help_str(limit=200) == WHERE[name][1]


def test_no_command_is_missing_from_the_table() -> None:
    modules = [import_module(f"hub.cli.{found.name}") for found in pkgutil.iter_modules(hub.cli.__path__)]
    held = {command.name for module in modules for command in getattr(module, "COMMANDS", ())}
    assert held == set(WHERE)


def test_help_loads_no_heavy_library() -> None:
    told = "import sys, hub.cli; print(sorted({'polars', 'pyarrow', 'sqlalchemy', 'flask'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("encoding", ["gbk", "latin-1"])
def test_json_comes_whole_where_the_terminal_has_no_chinese(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding, write_through=True))
    monkeypatch.setattr(sys, "argv", ["hub", "datasets", "--json"])
    hub.cli.main()
    told = json.loads(written.getvalue().decode(encoding))
    assert "产品质量安全区域分色" in [one["title_zh"] for one in told]


def _leaves(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name in command.list_commands(CONTEXT):
        below = command.get_command(CONTEXT, name)
        assert below is not None
        yield from _leaves(below, f"{path} {name}")


LEAVES = dict(_leaves(group, "hub"))


def test_every_command_shows_an_example() -> None:
    assert [path for path, one in LEAVES.items() if f" {path}" not in f"{one.help}{one.epilog}"] == []


def test_every_example_can_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for line in EXAMPLES.split("\n"):
        words = shlex.split(line)
        for word in words:
            if word.endswith("/"):
                Path(word).mkdir(exist_ok=True)
            elif "." in word and "://" not in word:
                Path(word).touch()
        path = next((" ".join(words[:n]) for n in range(len(words), 0, -1) if " ".join(words[:n]) in LEAVES), "")
        if words:
            LEAVES[path].make_context(path, words[len(path.split()) :])
