"""The data dictionary of a dataset: one row per released column, in Chinese and English."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from catalog.codes import code_list
from catalog.derive.shape import is_always_filled, is_exact, pattern_of, released_kind, within_limits
from catalog.model import Column, Dataset, Field, Kind

HEADINGS = (
    ("name", "字段名", "Name"),
    ("zh", "中文名称", "Chinese label"),
    ("en", "英文名称", "English label"),
    ("type_zh", "类型", "Type (Chinese)"),
    ("type_en", "类型（英文）", "Type"),
    ("format", "格式", "Format"),
    ("required", "必填", "Required"),
    ("codes", "代码", "Codes"),
    ("sensitivity", "敏感级别", "Sensitivity"),
    ("treatment", "脱敏处理", "Treatment"),
    ("note_zh", "说明", "Note (Chinese)"),
    ("note_en", "说明（英文）", "Note"),
    ("code", "标准字段", "Field of the standard"),
)
"""Attribute, Chinese heading and English heading of each column of the dictionary, in order."""

KINDS = {
    Kind.STRING: ("文本", "text"),
    Kind.STRINGS: ("文本列表", "list of texts"),
    Kind.INTEGER: ("整数", "integer"),
    Kind.DECIMAL: ("小数", "decimal"),
    Kind.DATE: ("日期", "date"),
    Kind.DATETIME: ("日期时间", "date and time"),
    Kind.BOOLEAN: ("布尔", "boolean"),
    Kind.CODE: ("代码", "code"),
    Kind.CODES: ("代码列表", "list of codes"),
    Kind.JSON: ("结构化文本（JSON）", "structured text (JSON)"),
    Kind.FILE: ("文件引用", "file reference"),
}

_SHORT_LIST = 40
_FORMATS = {Kind.DATE: "YYYY-MM-DD", Kind.DATETIME: "YYYY-MM-DDThh:mm:ss+08:00", Kind.BOOLEAN: "true / false"}


@dataclass(frozen=True, slots=True)
class DictionaryRow:
    """What a reader of the data needs to know of a column; ``code`` is the field of the standard."""

    name: str
    zh: str
    en: str
    type_zh: str
    type_en: str
    format: str
    required: bool
    codes: str
    sensitivity: str
    treatment: str
    note_zh: str
    note_en: str
    code: str

    def as_dict(self) -> dict[str, str | bool]:
        return asdict(self)


def rows(dataset: Dataset) -> tuple[DictionaryRow, ...]:
    """The dictionary in the order of the dataset's columns."""
    return tuple(_row(column, dataset.product) for column in dataset.columns)


def format_of(field: Field) -> str:
    """The format of a field as declared, before any treatment."""
    return _format(field, field.kind, field.pattern, exact=True, limited=True)


def codes_text(name: str) -> str:
    """A code list in words: all its codes where it is short, its source where it is long."""
    found = code_list(name)
    if len(found.entries) > _SHORT_LIST:
        return f"{found.source}"
    return "; ".join(
        f"{code} {zh}" + (f" {en}" if en else "") if code != zh else f"{zh} {en}"
        for code, (zh, en) in found.entries.items()
    )


def _row(column: Column, product: str) -> DictionaryRow:
    field, kind = column.field, released_kind(column)
    type_zh, type_en = KINDS[kind]
    return DictionaryRow(
        name=column.name,
        zh=column.zh,
        en=column.en,
        type_zh=type_zh,
        type_en=type_en,
        format=_format(field, kind, pattern_of(column), exact=is_exact(column), limited=within_limits(column)),
        required=is_always_filled(column, product),
        codes=codes_text(field.codes) if field.codes and is_exact(column) else "",
        sensitivity=field.sensitivity.value,
        treatment=column.treatment.name,
        note_zh=field.note_zh,
        note_en=field.note_en,
        code=field.code,
    )


def _format(field: Field, kind: Kind, pattern: str | None, *, exact: bool, limited: bool) -> str:
    """Length, pattern, range or decimals in one short text, the same in both languages."""
    if kind in _FORMATS:
        return _FORMATS[kind]
    if kind in {Kind.INTEGER, Kind.DECIMAL}:
        parts = [_range(field) if limited else "", f"n,{field.scale}" if kind is Kind.DECIMAL else "n"]
        return " ".join(part for part in reversed(parts) if part)
    if pattern is not None:
        return pattern
    if not exact or field.max_length is None:
        return ""
    if field.min_length == field.max_length:
        return f"an{field.max_length}"
    return f"an..{field.max_length}"


def _range(field: Field) -> str:
    if field.minimum is None and field.maximum is None:
        return ""
    low = "" if field.minimum is None else f"{field.minimum:g}"
    high = "" if field.maximum is None else f"{field.maximum:g}"
    return f"[{low}, {high}]"
