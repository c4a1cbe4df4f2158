"""One pass over marked rows makes all data files of a release; then everything that describes them."""

from __future__ import annotations

import csv as pycsv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from catalog.derive import arrow, dictionary
from catalog.errors import ProofError
from catalog.files import sha256_of, write_whole
from catalog.folder.words import label, moment
from catalog.formats.csv import BOM, CsvWriter, guard_text
from catalog.formats.layout import SHEET_ROWS, Layout, Writer
from catalog.formats.steady import Gathering, fitted
from catalog.formats.table import FORMATS, format_of
from catalog.model import Dataset
from catalog.pack import checksums
from catalog.pack.addresses import Addresses
from catalog.pack.checksums import content_digest
from catalog.pack.datapackage import NAME as DATAPACKAGE
from catalog.pack.datapackage import datapackage
from catalog.pack.dcat import release_dcat
from catalog.pack.readme import NAMES, readme
from catalog.release import Changes, Provenance, Release, Resource, Role
from catalog.rows import Marked, MarkedLines

__all__ = ["DICTIONARY", "PackFacts", "content_digest", "pack", "write_data"]

DICTIONARY = "dictionary.csv"


def _no_progress(_rows: int) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class PackFacts:
    """What is known of a release before its files are made.

    ``provenance.content`` may be left empty: then it is a digest of the files. ``base_url`` is the root of the portal
    (the publisher's site when empty). ``progress`` is told how many rows have been written so far. ``copy`` names the
    one copy that the files are, where a format has a place for it.
    """

    version: int
    as_of: datetime
    changes: Changes
    quality: Mapping[str, float]
    held_back: Mapping[str, int]
    mark: str
    provenance: Provenance
    base_url: str = ""
    risk: Mapping[str, object] | None = None
    sheet_rows: int = SHEET_ROWS
    copy: str = ""
    progress: Callable[[int], None] = _no_progress


def pack(dataset: Dataset, batches: Iterable[Marked], folder: Path, facts: PackFacts) -> tuple[Resource, ...]:
    """Write the release into ``folder`` (which exists and is empty) and tell its files, always in the same order.

    The rows are read once. Every file is synced; the caller makes the folder visible by renaming it. On an error
    the folder holds an unfinished release and belongs to nobody. Raises ``ProofError`` when rows carry another mark
    than ``facts.mark``, ``DeclarationError`` when they do not fit the declaration, ``StorageError`` when the disk
    refuses.
    """
    data = write_data(dataset, batches, folder, facts)
    tables = (*data, _save(folder, DICTIONARY, Role.DICTIONARY, _dictionary(dataset), rows=len(dataset.columns)))
    release = _release(dataset, tables, facts)
    jsonld, turtle = release_dcat(dataset, release, facts.base_url)
    described = (
        *tables,
        _save(folder, NAMES["en"], Role.DESCRIPTION, readme(dataset, release, facts.base_url, "en").encode()),
        _save(folder, NAMES["zh"], Role.DESCRIPTION, readme(dataset, release, facts.base_url, "zh").encode()),
        _save(folder, DATAPACKAGE, Role.METADATA, datapackage(dataset, release, facts.base_url).encode()),
        _save(folder, "dcat.jsonld", Role.METADATA, jsonld.encode()),
        _save(folder, "dcat.ttl", Role.METADATA, turtle.encode()),
    )
    manifest = checksums.manifest(described).encode()
    return (*described, _save(folder, checksums.NAME, Role.MANIFEST, manifest))


def write_data(dataset: Dataset, batches: Iterable[Marked], folder: Path, facts: PackFacts) -> tuple[Resource, ...]:
    """Write the data files alone, in the dataset's formats."""
    layout = layout_of(dataset, facts)
    forms = [format_of(name) for name in dataset.formats]
    forms.sort(key=lambda form: list(FORMATS).index(form.name))
    writers: list[Writer] = []
    try:
        writers.extend(form.open(folder, layout) for form in forms)
        # Quick formats take their turns: all of them together end before a workbook alone, and threads that share a
        # cache cost each other more than they gain.
        quick = [writer for form, writer in zip(forms, writers, strict=True) if form.quick]
        slow = [[writer] for form, writer in zip(forms, writers, strict=True) if not form.quick]
        with ThreadPoolExecutor(1 + len(slow), "write") as pool:
            groups = [group for group in (*slow, quick) if group]
            _feed(batches, groups, pool, layout, facts)
            return tuple(resource for files in pool.map(lambda writer: writer.close(), writers) for resource in files)
    except BaseException:
        for writer in writers:
            writer.abandon()
        raise


def write_lines(dataset: Dataset, lines: Iterable[MarkedLines], folder: Path, facts: PackFacts) -> tuple[Resource, ...]:
    """Write the CSV file alone, of rows that are lines already."""
    writer = CsvWriter(folder, layout_of(dataset, facts))
    try:
        for marked in lines:
            _demand_mark(marked.mark, facts)
            writer.write_lines(marked.lines, marked.rows)
        return writer.close()
    except BaseException:
        writer.abandon()
        raise


def _demand_mark(mark: str, facts: PackFacts) -> None:
    if mark != facts.mark:
        raise ProofError("Rows carry another mark than the release.", todo="Run the dataset again.")


def _feed(
    batches: Iterable[Marked],
    groups: Sequence[Sequence[Writer]],
    pool: ThreadPoolExecutor,
    layout: Layout,
    facts: PackFacts,
) -> None:
    """Give all rows to all writers, each batch to all groups at once, in batches of one size."""
    gathering = Gathering()
    rows = 0
    for marked in batches:
        _demand_mark(marked.mark, facts)
        for steady in gathering.add(fitted(marked.batch, layout.schema)):
            _write_all(groups, steady, pool)
            rows += steady.num_rows
            facts.progress(rows)
    for rest in gathering.rest():
        _write_all(groups, rest, pool)
        facts.progress(rows + rest.num_rows)


def _write_all(groups: Sequence[Sequence[Writer]], batch: pa.RecordBatch, pool: ThreadPoolExecutor) -> None:
    *others, last = groups
    waiting = [pool.submit(_write, group, batch) for group in others]
    _write(last, batch)
    for done in waiting:
        done.result()


def _write(group: Sequence[Writer], batch: pa.RecordBatch) -> None:
    for writer in group:
        writer.write(batch)


def layout_of(dataset: Dataset, facts: PackFacts) -> Layout:
    """The dataset's table as the writers need it."""
    heads = tuple(f"{zh} {en}" for _, zh, en in dictionary.HEADINGS)
    rows = tuple(tuple(_dictionary_cells(row)) for row in dictionary.rows(dataset))
    return Layout(
        name=dataset.id,
        schema=arrow.schema(dataset.columns),
        as_of=facts.as_of,
        title=f"{dataset.zh} / {dataset.en}",
        creator=f"{dataset.publisher.zh} / {dataset.publisher.en}",
        notes=(
            ("dataset", dataset.id),
            ("version", str(facts.version)),
            ("as_of", facts.as_of.isoformat()),
            ("licence", dataset.licence),
            ("mark", facts.mark),
            *((("copy", facts.copy),) if facts.copy else ()),
        ),
        tips=tuple(f"{column.zh}\n{column.en}" for column in dataset.columns),
        dictionary=(heads, *rows),
        about=_about(dataset, facts),
        sheet_rows=facts.sheet_rows,
    )


def _about(dataset: Dataset, facts: PackFacts) -> tuple[tuple[str, str], ...]:
    publisher = dataset.publisher
    return (
        ("数据集 Dataset", f"{dataset.zh} / {dataset.en} ({dataset.id})"),
        ("描述 Description", f"{dataset.description_zh}\n{dataset.description_en}"),
        ("来源部门 Publisher", f"{publisher.zh} / {publisher.en}"),
        ("联系方式 Contact", f"{publisher.email} · {publisher.phone} · {publisher.url}"),
        ("版本 Version", str(facts.version)),
        ("数据截至 Data as of", moment(facts.as_of, "zh")),
        ("依据 Basis", f"{label('basis', dataset.basis, 'zh')} / {label('basis', dataset.basis, 'en')}"),
        ("许可 Licence", dataset.licence),
        ("标识 Mark", facts.mark),
        ("页面 Page", Addresses.of(facts.base_url, dataset).page(dataset.id)),
    )


def _dictionary_cells(row: dictionary.DictionaryRow) -> list[str]:
    cells = row.as_dict()
    values = [cells[name] for name, _, _ in dictionary.HEADINGS]
    return [("true" if value else "false") if isinstance(value, bool) else value for value in values]


def _dictionary(dataset: Dataset) -> bytes:
    """The data dictionary as CSV, by the same rules as the data."""
    text = io.StringIO()
    writer = pycsv.writer(text, lineterminator="\r\n")
    writer.writerow([name for name, _, _ in dictionary.HEADINGS])
    writer.writerows([guard_text(cell) for cell in _dictionary_cells(row)] for row in dictionary.rows(dataset))
    return BOM + text.getvalue().encode()


def _release(dataset: Dataset, tables: tuple[Resource, ...], facts: PackFacts) -> Release:
    """The release as far as its descriptions need it: with its tables, before there are descriptions."""
    data = [resource for resource in tables if resource.role is Role.DATA]
    first = data[0].format if data else ""
    given = facts.provenance
    return Release(
        dataset=dataset.id,
        version=facts.version,
        rows=sum(resource.rows or 0 for resource in data if resource.format == first),
        as_of=facts.as_of,
        resources=tables,
        changes=facts.changes,
        provenance=given if given.content else replace(given, content=content_digest(tables)),
        quality=facts.quality,
        held_back=facts.held_back,
        mark=facts.mark,
        risk=facts.risk,
    )


_FORMS = {
    ".csv": ("csv", "text/csv"),
    ".md": ("md", "text/markdown"),
    ".json": ("json", "application/json"),
    ".jsonld": ("jsonld", "application/ld+json"),
    ".ttl": ("turtle", "text/turtle"),
    "": ("sha256sum", "text/plain"),
}


def _save(folder: Path, name: str, role: Role, content: bytes, rows: int | None = None) -> Resource:
    path = folder / name
    write_whole(path, content)
    form, media_type = _FORMS[path.suffix]
    return Resource(name, role, form, media_type, len(content), sha256_of(path), rows)
