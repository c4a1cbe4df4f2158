"""The log: JSON lines with constant event names, identifiers and counts, never a value of a record.

Two doors: ``event`` says that something happened, ``failure`` that something failed. A text that is no identifier
is written as ``…``, and of an exception only its type, code and place are written: library errors carry the value
that they stumbled on. Records of other libraries come out as ``library`` with their logger's name and place; their
messages are dropped for the same reason.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, TextIO, TypeAlias

from catalog.errors import HubError

Fact: TypeAlias = str | int | float | bool | None

MASKED: Final = "…"
_LOGGER: Final = logging.getLogger("hub")
_NAME: Final = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*")
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_.:/@+=<>-]{1,200}")
# A text of eleven or more digits alone is a phone, identity or card number; run ids and digests have letters.
_NUMBER: Final = re.compile(r"\+?[0-9-]{11,}[Xx]?")
_ROOMS: Final = ("hub", "exporters", "desensitise", "agreements", "catalog")
_FRAMES: Final = 5


def event(name: str, /, *, level: int = logging.INFO, **facts: Fact) -> None:
    """Write that ``name`` (a constant such as ``run.finished``) happened, with identifiers and counts."""
    _write(name, level, facts)


def failure(name: str, error: BaseException, /, **facts: Fact) -> None:
    """Write that ``name`` failed: the error's type, code and place, never its text."""
    code = error.code if isinstance(error, HubError) else None
    known: dict[str, Fact] = {"error": _type(error), "place": place(error.__traceback__)}
    _write(name, logging.ERROR, facts | known | ({"code": code} if code else {}))


def place(trace: TracebackType | None) -> str:
    """The innermost frames of our own code (and the very last frame) as ``room/module.py:line``, outermost first."""
    frames: list[str] = []
    last = ""
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        last = f"{path.name}:{trace.tb_lineno}"
        room = next((i for i, part in enumerate(path.parts) if part in _ROOMS), None)
        if room is not None and "site-packages" not in path.parts:
            last = f"{'/'.join(path.parts[room:])}:{trace.tb_lineno}"
            frames.append(last)
        trace = trace.tb_next
    kept = frames[-_FRAMES:]
    return ">".join(kept if not last or last in kept[-1:] else [*kept, last])


def configure(level: str, *, stream: TextIO | None = None, file: Path | None = None) -> None:
    """Send the log of this process to ``stream`` (standard error by default) and, when given, to ``file``."""
    handlers: list[logging.Handler] = [logging.StreamHandler(stream or sys.stderr)]
    if file is not None:
        handlers.append(_File(file, encoding="utf-8", delay=True))
    root = logging.getLogger()
    for old in tuple(root.handlers):
        if isinstance(old.formatter, Lines):
            root.removeHandler(old)
            old.close()
    for handler in handlers:
        handler.setFormatter(Lines())
        root.addHandler(handler)
    root.setLevel(logging.WARNING)
    _LOGGER.setLevel(level.upper())


class _File(logging.FileHandler):
    """A file that is left out while its disk is full or read-only: what happened must reach people without it."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            super().emit(record)

    def close(self) -> None:
        """Close it; what could not be written is given up."""
        with suppress(OSError):
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Nothing: logging itself would print a traceback, with texts that may hold values."""


class Lines(logging.Formatter):
    """One JSON object a record, whose facts cannot take the place of time, level or event."""

    def format(self, record: logging.LogRecord) -> str:
        facts = getattr(record, "hub_facts", None)
        line: dict[str, Fact] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        if isinstance(facts, dict):
            line = {**facts, **line, "event": str(record.msg)}
        else:
            line |= {"event": "library", "logger": record.name, "place": f"{record.filename}:{record.lineno}"}
            if record.exc_info and record.exc_info[1]:
                line["error"] = _type(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _write(name: str, level: int, facts: Mapping[str, Fact]) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError("an event's name is a constant of lower-case words joined by dots")
    if _LOGGER.isEnabledFor(level):
        # Not by ``log``: it walks the stack to name the caller, which no line tells, and takes half of the time.
        safe = {"hub_facts": {key: _safe(fact) for key, fact in facts.items()}}
        _LOGGER.handle(_LOGGER.makeRecord(_LOGGER.name, level, "", 0, name, (), None, extra=safe))


def _safe(fact: object) -> Fact:
    if fact is None or isinstance(fact, bool | int | float):
        return fact
    text = fact if isinstance(fact, str) else ""
    return text if _IDENTIFIER.fullmatch(text) and not _NUMBER.fullmatch(text) else MASKED


def _type(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
