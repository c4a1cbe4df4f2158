"""The table of commands is what the modules hold."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from importlib import import_module

import click
import pytest

import hub.cli
from hub.cli import hub as group
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
