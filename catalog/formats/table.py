"""The one list of file formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from catalog.errors import DeclarationError
from catalog.formats import csv, jsonl, parquet, xlsx, xml
from catalog.formats.layout import Layout, Writer
from catalog.formats.steady import Steady


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: what a dataset's declaration calls it, and how its files are opened for writing.

    ``file_type`` is its name in the EU Vocabularies' file type list; ``registered`` the media type that IANA knows
    for it (JSON Lines has none of its own; its lines are JSON). ``quick`` formats are written many times faster than
    the others.
    """

    name: str
    extension: str
    media_type: str
    registered: str
    file_type: str
    zh: str
    en: str
    open: Callable[[Path, Layout], Writer]
    quick: bool = False


def _steady(make: Callable[[Path, Layout], Writer]) -> Callable[[Path, Layout], Writer]:
    return lambda folder, layout: Steady(make(folder, layout))


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        form.name: form
        for form in (
            Format(
                "csv", "csv", csv.MEDIA_TYPE, csv.MEDIA_TYPE, "CSV", "CSV 表格", "CSV table", csv.CsvWriter, quick=True
            ),
            Format(
                "xlsx", "xlsx", xlsx.MEDIA_TYPE, xlsx.MEDIA_TYPE, "XLSX", "Excel 工作簿", "Excel workbook",
                _steady(xlsx.XlsxWriter),
            ),
            Format(
                "jsonl", "jsonl", jsonl.MEDIA_TYPE, "application/json", "JSON", "JSON Lines", "JSON Lines",
                jsonl.JsonlWriter, quick=True,
            ),
            Format(
                "parquet", "parquet", parquet.MEDIA_TYPE, parquet.MEDIA_TYPE, "PARQUET", "Apache Parquet",
                "Apache Parquet", _steady(parquet.ParquetWriter), quick=True,
            ),
            Format("xml", "xml", xml.MEDIA_TYPE, xml.MEDIA_TYPE, "XML", "XML 文档", "XML document", xml.XmlWriter),
        )
    }
)  # fmt: skip
"""By name, in the order in which a release lists its files."""


def format_of(name: str) -> Format:
    """The format of this name; raise ``DeclarationError`` when there is none."""
    if name not in FORMATS:
        raise DeclarationError(
            "A dataset declares a file format that is not known.", todo=f"Known formats: {', '.join(FORMATS)}."
        )
    return FORMATS[name]


def open_writer(name: str, folder: Path, layout: Layout) -> Writer:
    """A writer of the format ``name`` into ``folder``, which must exist."""
    return format_of(name).open(folder, layout)
