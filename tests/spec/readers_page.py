"""``docs/readers.md``: what each reader gets over the API, from the readers' own specs."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Final

from tests.readers_world import Asks

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "readers.md"
READERS: Final = ("public", "institute", "province", "bureau", "platform", "testing_body", "unit", "auditor")
_ACCOUNTS: Final = {
    "public": "",
    "province": "neighbour",
    "testing_body": "tester",
    "unit": "unit0",
    "AGENT": "agent",
    "OPERATOR": "op1",
}


def page() -> str:
    """The whole page."""
    return f"""# What each reader gets 各类用户的所得

Every line is a test (`tests/spec/test_readers.py`), asked of the API as the reader that it names; paths stand below `/api/v1`,
and names in braces are of one sample exchange. The clauses are those of the [sharing matrix](sharing.md).

{"".join(_reader(name) for name in READERS)}This page is generated: `python -m tests.spec.readers_page --docs`.
"""


def lines_of(name: str) -> list[tuple[str, Asks]]:
    """What a reader's spec says, each line with the account that asks."""
    module = import_module(f"tests.spec.readers.{name}")
    own = [(_ACCOUNTS.get(name, name), line) for line in module.ANSWERS]
    return own + [(_ACCOUNTS[each], line) for each in ("AGENT", "OPERATOR") for line in getattr(module, each, ())]


def _reader(name: str) -> str:
    module = import_module(f"tests.spec.readers.{name}")
    parts = [line for _, line in lines_of(name)]
    heading, _, rest = str(module.__doc__).partition(": ")
    return f"""## {heading}

{rest[:1].upper()}{rest[1:].strip()}

| what | request | answer |
|---|---|---|
{"".join(map(_line, parts))}
"""


def _line(line: Asks) -> str:
    path = line.path.partition("?")[0]
    by = f" {line.clause}" if line.clause else ""
    answer = f"no 否: `{line.code}`{by}" if line.status >= 400 else f"**yes 可**{by}"
    return f"| {line.what} | `{line.method} {path}` | {answer}{', no row' if line.most == 0 else ''} |\n"


def main(arguments: list[str]) -> int:
    """``--docs`` writes the page, ``--check`` says by its exit code whether it is current."""
    if arguments == ["--docs"]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    return 0 if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page() else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
