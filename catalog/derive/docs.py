"""Pages about the data standards, generated from their declarations: ``python -m catalog.derive.docs [--check]``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click

from catalog.derive.dictionary import KINDS, format_of
from catalog.model import Field, Required, Standard
from catalog.standards import all_standards, parent_code

FOLDER = Path("docs/standards")
_NOTICE = "<!-- Generated from catalog/standards by python -m catalog.derive.docs; change the declarations instead. -->"
_REQUIRED = {Required.YES: "是 yes", Required.WHEN: "条件 when", Required.NO: "否 no"}
_HEADING = (
    "| 代码 code | 字段 column | 名称 name | 类型 type | 格式 format | 必填 required | 敏感 class | 共享 sharing "
    "| 说明 note |\n|---|---|---|---|---|---|---|---|---|"
)


def pages() -> dict[str, str]:
    """File name -> text of every page; equal declarations give equal pages."""
    standards = all_standards()
    found = {"README.md": _index(standards), "header.md": _header(standards[0].header)}
    return found | {_file(standard): _page(standard) for standard in standards}


def stale(folder: Path) -> tuple[str, ...]:
    """Names of pages that are missing, differ from the declarations, or belong to none."""
    wanted = pages()
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")} if folder.is_dir() else {}
    return tuple(sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name)))


def write(folder: Path) -> None:
    """Bring the folder's pages up to date; each appears whole."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for name in stale(folder):
        if name not in wanted:
            (folder / name).unlink()
            continue
        beside = folder / f".{name}.new"
        with beside.open("w", encoding="utf-8") as file:
            file.write(wanted[name])
            file.flush()
            os.fsync(file.fileno())
        beside.replace(folder / name)


def _file(standard: Standard) -> str:
    return f"{standard.no}-{standard.table.replace('_', '-')}.md"


def _index(standards: Iterable[Standard]) -> str:
    lines = [
        _NOTICE,
        "",
        "# 数据规范 Data standards",
        "",
        "每条记录都带有[公共头部](header.md)。Every record carries the [common header](header.md).",
        "",
        "| 编号 no. | 数据规范 | data standard | 表 table | 字段 fields |",
        "|---|---|---|---|---|",
    ]
    for s in standards:
        own = sum(1 for field in s.fields if not parent_code(field))
        lines.append(f"| [{s.no}]({_file(s)}) | {s.zh} | {s.en} | `{s.table}` | {own} |")
    lines += ["", *_LEGEND, ""]
    return "\n".join(lines)


def _header(header: tuple[Field, ...]) -> str:
    return "\n".join([_NOTICE, "", "# 公共头部 Common header", "", *_table(header), ""])


def _page(standard: Standard) -> str:
    title = f"# {standard.no} {standard.zh} {standard.en}"
    about = f"表 table `{standard.table}` · 版本 version {standard.version} · [公共头部 common header](header.md)"
    return "\n".join([_NOTICE, "", title, "", about, "", *_table(standard.fields), ""])


def _table(fields: Iterable[Field]) -> list[str]:
    return [_HEADING, *(_row(field) for field in fields)]


def _row(field: Field) -> str:
    cells = (
        field.code,
        f"`{field.name}`",
        f"{field.zh}<br>{field.en}",
        " ".join(KINDS[field.kind]),
        _rules(field),
        _REQUIRED[field.required] + _condition(field),
        field.sensitivity.value,
        field.sharing.value,
        "<br>".join(part for part in (field.note_zh, field.note_en) if part),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _condition(field: Field) -> str:
    when = field.required_when
    return "" if when is None else f"<br>`{when.field}` = {', '.join(when.values)}"


def _rules(field: Field) -> str:
    parts = [format_of(field)]
    parts += [f"`{field.codes}`"] if field.codes else []
    parts += [f"检查 check `{field.check}`"] if field.check else []
    parts += [f"≥ `{field.not_before}`"] if field.not_before else []
    return "<br>".join(part for part in parts if part)


_LEGEND = (
    (
        "敏感级别 Sensitivity: PUB 公开 public · INT 内部 internal · PI 个人信息 personal information · "
        "TS 商业秘密 trade secret."
    ),
    "",
    (
        "共享级别 Sharing: OPEN 完全开放 open · DIR 定向开放 directed · XREG 跨区域共享 across regions · "
        "INT 内部共享 internal · AUTH 授权查询 by authorised query · FLAG 按公开标志 by the owner's flag · "
        "NONE 不离开来源 never leaves the source."
    ),
    "",
    (
        "类型、长度、格式、代码、范围、必填和先后不符的记录被隔离；“检查”不符的记录只作标记。"
        "A record that breaks type, length, format, codes, range, requirement or order goes to quarantine; "
        "one that fails a check is flagged and kept."
    ),
)


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if a page is not current.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=FOLDER, show_default=True)
def main(*, check: bool, folder: Path) -> None:
    """Write the pages about the data standards."""
    if not check:
        write(folder)
        return
    if names := stale(folder):
        click.echo(f"Not current: {', '.join(names)}. Run python -m catalog.derive.docs.")
        raise SystemExit(1)


if __name__ == "__main__":
    main()
