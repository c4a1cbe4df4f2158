"""What the exchange's commands share: a desk, who acts, and applications read from files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from agreements.agreement import Application
from agreements.applying import Offered
from agreements.calendar import Calendar, read_calendar
from agreements.moving import Move
from agreements.subject import offered_of
from catalog.errors import SettingsError
from catalog.typed import converted
from hub.cli import common
from hub.parts import Parts, assemble, datasets
from hub.state.exchange import SqlDesk, desk, reading_desk

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R")

TEMPLATE = """# 数据使用协议申请 Application for a data-use agreement
purpose = "research"            # research 产业研究, quality 质量提升分析
statement = "研究电线电缆质量波动"
project = "线缆质量指数"
responsible = "负责人姓名"
output = "研究报告"
starts = 2026-01-01
ends = 2027-01-01               # the first day that is no longer covered 不含当日
measures = ["专网存放", "双人管理"]
retention_days = 30             # days until destruction after the end 到期后销毁期限
quota_rows = 100000             # rows in 24 hours, 0 for no limit 每日行数上限

[[data]]
dataset = "statistics"
fields = []                     # none named: all columns 不填即全部字段
regions = ["3701"]              # leading digits of GB/T 2260 codes 行政区划代码前缀
"""


def parts() -> Parts:
    """The hub's parts, by the settings of this environment."""
    return assemble(common.settings(), "")


@contextmanager
def changing() -> Iterator[SqlDesk]:
    """A desk that may write."""
    made = parts()
    with desk(made.engine, made.clock.now()) as found:
        yield found


@contextmanager
def looking() -> Iterator[SqlDesk]:
    """A desk that only reads."""
    made = parts()
    with reading_desk(made.engine, made.clock.now()) as found:
        yield found


def calendar() -> Calendar:
    """The calendar of working days that the settings name."""
    return read_calendar(common.settings().calendar)


def move(number: str, by: str | None, note: str = "") -> Move:
    """A command on an agreement by whoever is at the keyboard."""
    return Move(number, common.operator(by), calendar(), note)


def offered() -> Offered:
    """Datasets that agreements are made about, with their columns."""
    return offered_of(datasets(common.settings()))


def read_application(path: Path) -> Application:
    """An application from a TOML file. SettingsError names the first thing that is wrong, never what was written."""
    try:
        raw = msgspec.toml.decode(path.read_text(encoding="utf-8"))
        unknown = set(raw) - {field.name for field in fields(Application)}
        found = converted(raw, Application)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError, msgspec.ValidationError, AttributeError):
        unknown, found = {"?"}, None
    if found is None or unknown:
        raise SettingsError(
            "The application file is malformed or names something unknown.",
            todo="Compare it with `hub agreements template`.",
        )
    return found


def said(result: Any, as_json: bool, line: str) -> None:
    """Tell what came of a command: the thing as JSON, or one line."""
    if as_json:
        common.show_json(plain(result))
    else:
        click.echo(line)


def plain(thing: Any) -> Any:
    """A thing of the exchange as plain data, moments and days as text."""
    return msgspec.to_builtins(asdict(thing) if hasattr(thing, "__dataclass_fields__") else thing)


def note_option(function: F) -> F:
    """``--note``: the reason or remark that goes on record."""
    return click.option("--note", default="", help="Reason or remark for the record. 理由或备注。")(function)


def do(what: Callable[[SqlDesk], R]) -> R:
    """One command in one transaction."""
    with changing() as found:
        return what(found)
