"""What the commands share: settings, who is at the keyboard, tables and JSON."""

from __future__ import annotations

import getpass
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

from catalog.errors import DeclarationError, HubError, Unexpected
from hub import log
from hub.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

F = TypeVar("F", bound=Callable[..., Any])


def settings() -> Settings:
    """The settings of this process's environment; its log goes to a file in HUB_HOME, not between what people read."""
    found = Settings.read(os.environ)
    found.home.mkdir(parents=True, exist_ok=True)
    log.configure(found.log_level, stream=io.StringIO(), file=found.home / "hub.log")
    return found


def readable(error: BaseException) -> HubError:
    """Any error as one that a person can read: of what no one foresaw, kind and place; a library's text may tell."""
    if isinstance(error, HubError):
        return error
    from catalog.files import DISK, disk_error

    if isinstance(error, OSError) and error.errno in DISK:
        return disk_error(error, Path(os.fsdecode(error.filename or "A file of the hub")))
    return Unexpected(
        f"{type(error).__name__} at {log.place(error.__traceback__)}.",
        left="Finished work is kept.",
        todo="This is a defect: please report it with this line.",
    )


def demand_known(names: Sequence[str], settings: Settings, connection: Connection) -> None:
    """DeclarationError for a name that is no declared dataset and had no run, so that a slip is not taken for peace."""
    from catalog.datasets import read_all
    from hub.state.runs import latest_runs

    declared = {dataset.id for dataset in read_all(settings.datasets).sound} if names else set()
    unknown = [name for name in names if name not in declared and not latest_runs(connection, 1, (name,))]
    if unknown:
        raise DeclarationError(
            f"No dataset is called {', '.join(unknown)}.", todo="See 'hub datasets' for their names."
        )


def operator(given: str | None) -> str:
    """Who acts: ``--by`` or the system's user."""
    return given or getpass.getuser()


def console() -> Console:
    """Where people read. Piped output is wide enough to be cut by nobody."""
    return Console(width=None if sys.stdout.isatty() else 160)


def errors_console() -> Console:
    """Where progress is drawn, so that standard output stays clean."""
    return Console(stderr=True)


def json_option(function: F) -> F:
    """``--json``: machine-readable output."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table. 输出 JSON。")(function)


def by_option(function: F) -> F:
    """``--by``: who acts."""
    return click.option("--by", metavar="NAME", help="Who acts; default: the system's user. 操作人。")(function)


def show_json(body: object) -> None:
    """Print JSON for machines: sorted keys, readable Chinese."""
    click.echo(json.dumps(body, ensure_ascii=False, sort_keys=True, indent=2, default=str))


def show_table(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table for people; says so when there is nothing to show."""
    if not rows:
        click.echo(f"{title}: none. 无。")
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console().print(table)
