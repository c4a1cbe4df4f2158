"""The page of all settings, generated: ``python -m hub.settings_page --docs`` writes it, ``--check`` compares it."""

from __future__ import annotations

import sys
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, Final

from hub.setting_values import Secret
from hub.settings import PREFIX, Settings

DOCS: Final = Path(__file__).parent.parent / "docs" / "settings.md"


def documentation() -> str:
    """The page ``docs/settings.md``."""
    rows = "\n".join(_row(line) for line in fields(Settings))
    return f"""# Settings 设置

The hub reads these names from its environment once, at the start. An unknown name that begins with `{PREFIX}` or a
malformed value stops the start; an empty text counts as not set. A name marked with ° can be given as a file by
adding `_FILE` (for mounted secrets) and never shows its value or password. `HUB_REQUIRE` and `HUB_TEST_…` belong to
the tests. 以下环境变量在启动时一次读取；未知名称或格式错误将阻止启动；标 ° 的可用 `_FILE` 后缀从文件读取。

| Name 名称 | Default 默认值 | Meaning | 说明 |
|---|---|---|---|
{rows}

This page is generated: `python -m hub.settings_page --docs`.
"""


def _row(line: Field[Any]) -> str:
    mark = " °" if isinstance(line.default, Secret) else ""
    default = line.metadata["shown"] or str(line.default or "")
    return f"| `{PREFIX}{line.name.upper()}`{mark} | {default} | {line.metadata['en']} | {line.metadata['zh']} |"


def main(arguments: list[str]) -> int:
    """``--docs`` writes the page, ``--check`` ends with 1 when it is not current."""
    if arguments == ["--docs"]:
        DOCS.write_text(documentation(), encoding="utf-8")
        return 0
    if arguments == ["--check"]:
        return 0 if DOCS.is_file() and DOCS.read_text(encoding="utf-8") == documentation() else 1
    sys.stderr.write("usage: python -m hub.settings_page --docs | --check\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
