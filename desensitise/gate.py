"""The release gate: finished files are looked at again, as if nobody had treated them.

Refused are personal data of any kind in any cell, columns that are not declared, trade secrets by name or inside trace
codes, and files of one release that do not agree. A check that cannot run stops the release (fail closed).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from catalog.derive.published import RECORD_URI
from catalog.errors import UnsafeRelease
from catalog.findings import Finding, Findings
from catalog.model import Dataset
from desensitise.addresses import no_addresses
from desensitise.counting import SHAPES, Shape
from desensitise.detect import PERSONAL, Kind
from desensitise.detect.columns import Search, as_text
from desensitise.detect.second import suspicious
from desensitise.roles import Role, by_chance, declared_column, role_of, undeclared
from desensitise.secrets import flow_codes, tells_flow
from desensitise.tables import blocks

# Row groups looked at together: few enough for flat memory, many enough that a search costs little to begin.
_GROUPS = 8
# What the second look says by itself: it stops a release, or is told as a hint only.
_SECOND, _HINTED = "pi:second-look", "pi:second-look-hint"
TABULAR = {".parquet", *SHAPES}
# Descriptions made for people and machines. They name offices, hotlines and mailboxes of the publisher on purpose, but
# nothing of these kinds.
_WRITTEN = {".md", ".json", ".jsonld", ".ttl", ".csv", ".html", ".txt", ".xml"}
_NEVER = PERSONAL - {Kind.PERSON, Kind.ADDRESS, Kind.PHONE, Kind.EMAIL, Kind.POSTCODE, Kind.IP}


def assess(folder: Path, dataset: Dataset) -> Findings:
    """Everything found in the finished files of a release; UnsafeRelease if a look was not possible."""
    try:
        return _assess(folder, dataset)
    except UnsafeRelease:
        raise
    except Exception as error:  # noqa: BLE001 - whatever stops a detector must stop the release, without its words
        raise UnsafeRelease(
            f"{dataset.id}: the release gate could not look at the files: {type(error).__name__}.",
            left="Nothing was released.",
            todo="Look at the files in the work folder; run the dataset again.",
        ) from None


def _assess(folder: Path, dataset: Dataset) -> Findings:
    data = [p for p in sorted(folder.rglob("*")) if p.suffix in TABULAR and p.stem.startswith(dataset.id)]
    parquet = [p for p in data if p.suffix == ".parquet"]
    if not data:
        raise UnsafeRelease(
            f"{dataset.id}: there is no data file to look at.",
            left="Nothing was released.",
            todo="Declare at least one data format.",
        )
    look = Look(dataset)
    for path in parquet:
        look.at_parquet(path)
    texts = [p for p in data if p.suffix != ".parquet"]
    for path in texts if not parquet else []:
        look.at_text(path)
    disagreeing = tuple(_disagreements(parquet, texts)) if parquet else ()
    beside = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix in _WRITTEN and p not in data]
    told = _described(beside)
    return Findings(tuple(sorted((*look.findings(), *disagreeing, *told))), look.scanned)


class Look:
    """What one look at a release has found so far: cells by (rule, file, column)."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.scanned = 0
        self._found: Counter[tuple[str, str, str]] = Counter()
        self._roles: dict[str, Role] = {}
        self._searches: dict[str, Search] = {}

    def findings(self) -> Iterator[Finding]:
        for (rule, place, column), count in self._found.items():
            yield Finding(rule, place, column, count, blocks=rule != _HINTED)

    def at_parquet(self, path: Path) -> None:
        """One column after the other, some row groups at a time; repeated texts are looked at once."""
        with pq.ParquetFile(path, read_dictionary=_repeating(path)) as file:
            names = file.schema_arrow.names
            self._at_names(path.name, names, file.metadata.num_rows)
            self.scanned += file.metadata.num_rows * len(names)
            for field in file.schema_arrow:
                if field.name == RECORD_URI:
                    self._at_addresses(path.name, file)
                elif not _tells_nothing(field.type):
                    self._at_column(path.name, field.name, file)

    def at_text(self, path: Path) -> None:
        """A text file without a Parquet file beside it, block by block."""
        rows = 0
        seen: dict[str, None] = {}
        for block in blocks(path):
            rows += block.height
            for name in block.columns:
                seen[name] = None
                self.scanned += block.height
                if name == RECORD_URI:
                    self._at_address_texts(path.name, block[name].cast(pl.String).to_arrow())
                    continue
                self._at_values(path.name, name, block[name])
        self._at_names(path.name, list(seen), rows)

    def _at_names(self, place: str, names: list[str], rows: int) -> None:
        for name in names:
            if undeclared(name, self.dataset):
                self._found["ts:undeclared-column", place, name] += max(1, rows)
            if not self._role(name).may_tell_flow and self._tells_flow(name):
                self._found["ts:flow-field", place, name] += max(1, rows)

    def _tells_flow(self, name: str) -> bool:
        """By its own name, or by the name of the field it was made from."""
        column = declared_column(name, self.dataset)
        return tells_flow(name) or column is not None

    def _at_column(self, place: str, name: str, file: pq.ParquetFile) -> None:
        groups = range(file.num_row_groups)
        for first in range(0, file.num_row_groups, _GROUPS):
            read = [file.read_row_group(g, columns=[name], use_threads=False) for g in groups[first : first + _GROUPS]]
            cells = [_flat(chunk) for table in read for chunk in table.column(0).chunks]
            hits = self._hits(name, _distinct(cells))
            if hits:
                self._count(place, name, hits, _whole(cells))

    def _at_addresses(self, place: str, file: pq.ParquetFile) -> None:
        """Record addresses are made under keys and tell nothing, provided that they are record addresses."""
        for group in range(file.num_row_groups):
            read = file.read_row_group(group, columns=[RECORD_URI], use_threads=False)
            for chunk in read.column(0).chunks:
                self._at_address_texts(place, _flat(chunk))

    def _at_address_texts(self, place: str, values: pa.Array) -> None:
        others = no_addresses(values)
        if others:
            self._found["mark:record-address", place, RECORD_URI] += others

    def _at_values(self, place: str, name: str, values: pl.Series) -> None:
        hits = self._hits(name, values)
        if hits:
            self._count(place, name, hits, values)

    def _hits(self, name: str, values: pl.Series) -> dict[str, set[str]]:
        """Rules by text that breaks them."""
        role = self._role(name)
        if name not in self._searches:
            secrets = Kind.TRADE_SECRET not in role.allowed
            self._searches[name] = Search(role.context, role.mode, secrets=secrets)
        search = self._searches[name]
        texts = as_text(values)
        kinds_of = search.kinds(texts)
        found = {text: set(_rules(kinds - by_chance(text, role), role)) for text, kinds in kinds_of.items()}
        for text in flow_codes(texts).unique().to_list() if role.carries_codes else ():
            found.setdefault(text, set()).add("ts:flow-code")
        for text, surely in _named(texts, role).items():
            found.setdefault(text, set()).add(_SECOND if surely else _HINTED)
        return {text: rules for text, rules in found.items() if rules}

    def _count(self, place: str, name: str, hits: dict[str, set[str]], values: pl.Series) -> None:
        texts = as_text(values)
        cells = texts.filter(texts.is_in(pl.Series(list(hits)).implode())).value_counts(name="cells")
        for text, count in cells.iter_rows():
            for rule in hits[text]:
                self._found[rule, place, name] += count

    def _role(self, name: str) -> Role:
        if name not in self._roles:
            self._roles[name] = role_of(name, self.dataset)
        return self._roles[name]


def _rules(kinds: frozenset[Kind], role: Role) -> Iterator[str]:
    """Rules that these kinds break in a column of this role."""
    for kind in kinds - role.allowed:
        yield "ts:flow-text" if kind is Kind.TRADE_SECRET else f"pi:{kind}"


def _named(texts: pl.Series, role: Role) -> dict[str, bool]:
    """Running texts that a second, independent look takes for telling of a person."""
    running = role.mode == "recall" and Kind.PERSON not in role.allowed
    return suspicious(texts.unique().sort().to_list()) if running else {}


def _tells_nothing(kind: pa.DataType) -> bool:
    """Days, times and truth values are nobody's number."""
    return bool(pa.types.is_temporal(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind))


def _repeating(path: Path) -> list[str]:
    """Text columns that the writer kept as dictionaries: their values repeat."""
    metadata = pq.read_metadata(path)
    if metadata.num_row_groups == 0:
        return []
    group = metadata.row_group(0)
    columns = [group.column(at) for at in range(metadata.num_columns)]
    texts = [c for c in columns if c.physical_type == "BYTE_ARRAY"]
    return [c.path_in_schema for c in texts if c.has_dictionary_page and _gain(c)]


def _flat(array: pa.Array) -> pa.Array:
    """What is inside lists of lists."""
    while pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        array = array.flatten()
    return array


def _distinct(arrays: list[pa.Array]) -> pl.Series:
    """The arrays' values; of dictionaries only what they hold."""
    return _whole([a.dictionary if pa.types.is_dictionary(a.type) else a for a in arrays])


def _whole(arrays: list[pa.Array]) -> pl.Series:
    plain = [a.dictionary_decode() if pa.types.is_dictionary(a.type) else a for a in arrays]
    return pl.Series("text", pl.from_arrow(pa.chunked_array(plain)))


def _gain(column: pq.ColumnChunkMetaData) -> bool:
    """Writers give a dictionary up when it grows too large; what is left is then mostly plain pages."""
    pages = column.total_uncompressed_size
    return bool(pages < 12 * max(1, column.num_values))


def _described(paths: list[Path]) -> Iterator[Finding]:
    """What descriptions of the data tell of persons; all are searched at once."""
    lines = {path: set(path.read_text(encoding="utf-8-sig").splitlines()) for path in paths}
    found = Search("").kinds(pl.Series("text", sorted(set().union(*lines.values())), dtype=pl.String))
    for path, told in lines.items():
        kinds = Counter(kind for line in told & found.keys() for kind in found[line] & _NEVER)
        for kind, count in kinds.items():
            yield Finding(f"pi:{kind}", path.name, "*", count)


def _disagreements(parquet: list[Path], texts: list[Path]) -> Iterator[Finding]:
    """Text files whose rows or columns are not those of the Parquet files."""
    rows = sum(pq.read_metadata(path).num_rows for path in parquet)
    columns = frozenset(pq.read_schema(parquet[0]).names)
    shapes: dict[str, list[tuple[Path, Shape]]] = {}
    for path in texts:
        shapes.setdefault(path.suffix, []).append((path, SHAPES[path.suffix](path)))
    for suffix, found in shapes.items():
        total = sum(shape.rows for _, shape in found)
        if total != rows:
            yield Finding("format:rows", found[0][0].name, "*", abs(total - rows))
        for path, shape in found:
            exact = suffix in {".csv", ".xlsx"} or (suffix == ".jsonl" and shape.rows)
            if shape.columns != columns if exact else not shape.columns <= columns:
                yield Finding("format:columns", path.name, "*", len(shape.columns ^ columns))
