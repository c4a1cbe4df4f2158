"""A dataset as its readers see it: with an address for each record, and what marking makes of some columns.

Everything that describes a release (schema, dictionary, data package, DCAT, portals) follows from these columns, so
nothing else needs to know of marks.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from catalog.model import Column, Dataset, Field, Kind, Sensitivity, Sharing, Treatment

RECORD_URI = "record_uri"
"""Name of the column that holds each record's address."""

_TITLE_ZH, _TITLE_EN = "记录核验网址", "Record address"
_FIELD = Field(
    code="RU",
    name=RECORD_URI,
    zh=_TITLE_ZH,
    en=_TITLE_EN,
    kind=Kind.STRING,
    sensitivity=Sensitivity.PUBLIC,
    sharing=Sharing.OPEN,
    max_length=400,
    note_zh="每条记录的核验地址：向发布平台核验，可知本记录是否由其发布、内容是否未变、是否现行",
    note_en="The publisher tells anybody who asks by it whether the record is genuine, unchanged and current",
)
_COLUMN = Column(_FIELD, Treatment("keep"), RECORD_URI, _TITLE_ZH, _TITLE_EN)
_COPIES_ZH = "每份副本带有来源标识（行序、列表项顺序等），不改变任何官方事实"
_COPIES_EN = "Every copy is marked with its origin (order of rows and of list items); no official fact differs"
_VERIFY_ZH = "；凭“record_uri”可向发布平台核验单条记录。"
_VERIFY_EN = "; by 'record_uri' a single record can be verified with the publisher."
_SHORT_ZH, _SHORT_EN = "精确到日或月", "to the day or the month"


def published(dataset: Dataset, *, addressed: bool, shortened: Collection[str] = ()) -> Dataset:
    """The dataset with its record addresses, ``shortened`` dates as texts, and a word on marks in its description."""
    columns = tuple(_shortened(column) if column.name in shortened else column for column in dataset.columns)
    zh = f"{dataset.description_zh}{_COPIES_ZH}{_VERIFY_ZH if addressed else '。'}"
    en = f"{dataset.description_en} {_COPIES_EN}{_VERIFY_EN if addressed else '.'}"
    own = (_COLUMN,) if addressed else ()
    return replace(dataset, columns=(*columns, *own), description_zh=zh, description_en=en)


def _shortened(column: Column) -> Column:
    field = column.field
    note_zh, note_en = (
        "；".join(filter(None, (field.note_zh, _SHORT_ZH))),
        "; ".join(filter(None, (field.note_en, _SHORT_EN))),
    )
    text = replace(field, kind=Kind.STRING, max_length=10, not_before=None, note_zh=note_zh, note_en=note_en)
    return replace(column, field=text)
