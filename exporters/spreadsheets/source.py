"""A drop folder as a source. A unit is one sheet of one file; each plan covers everything.

A bad file stops the plan with its name: a release that silently lacks a file would be wrong. Options of the
declaration: ``max_bytes`` (of a file or an unpacked workbook, default 512 MiB), ``star`` (a field that is set to 1
where an item carries a star), ``sheets`` (a glob of the sheets that are read, default all), and any field's name with
the value that all records have.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa

from catalog.errors import HubError, SourceChanged, SourceError
from catalog.model import Field, Kind, Sensitivity, Sharing, SourceSpec
from catalog.rows import Raw
from exporters.batches import rechunk
from exporters.source import Closing, Key, Plan, Sought, Unit, sift, wanted
from exporters.spreadsheets import csv_text, heading, package, records, workbook
from exporters.spreadsheets.dates import moment_of
from exporters.spreadsheets.grid import Grid
from exporters.spreadsheets.layouts import layout, spelled

OPTIONS = frozenset({"max_bytes", "star", "sheets"})
_MAX_BYTES = 512 << 20
_KEY = tuple(
    Field("H", name, name, name, Kind.STRING, Sensitivity.INTERNAL, Sharing.INTERNAL)
    for name in ("updated_at", "record_id")
)


@dataclass(frozen=True, slots=True)
class Place:
    """One sheet of one file in one state: path below the folder, sheet ("" for CSV), SHA-256 of the file (part)."""

    path: str
    sheet: str
    digest: str

    def text(self) -> str:
        """``path#sheet@digest``, with these three signs and % escaped in the names."""
        return f"{_escaped(self.path)}#{_escaped(self.sheet)}@{self.digest}"

    @classmethod
    def of(cls, text: str) -> Place:
        names, _, digest = text.partition("@")
        path, _, sheet = names.partition("#")
        return cls(unquote(path), unquote(sheet), digest)


class FolderSource(Closing):
    """``Source`` on a folder of spreadsheets and CSV files. Holds nothing open."""

    incremental = False

    def __init__(self, spec: SourceSpec, fields: Sequence[Field], folder: Path) -> None:
        self._folder = folder
        self._pattern = spec.pattern
        self._layout = layout(spec.layout)
        self._spellings = spelled(self._layout, fields, spec.headings)
        self._fields = tuple(fields)
        self._max_bytes = int(spec.options.get("max_bytes", _MAX_BYTES))
        self._star = str(spec.options.get("star", ""))
        self._sheets = str(spec.options.get("sheets", "*"))
        fixed = {k: str(v) for k, v in spec.options.items() if k not in OPTIONS}
        self._defaults = {**self._layout.defaults, **fixed}

    def plan(self, since: Key | None, unit_rows: int) -> Plan:  # noqa: ARG002 -- the port's
        """Reads every file once, to count and to refuse what cannot be read. ``since`` and ``unit_rows`` do not act."""
        units: list[Unit] = []
        troubles: list[HubError] = []
        high: Key | None = None
        for path in self._files():
            try:
                for place in self._places(path):
                    rows, highest = self._measured(place)
                    if rows:
                        self._demand_shown(path, place, rows)
                        units.append(Unit(len(units), rows, place=place.text()))
                        high = max((k for k in (high, highest) if k is not None), default=None)
            except HubError as trouble:
                troubles.append(trouble)
        if troubles:
            raise _all_of(troubles)
        return Plan(tuple(units), high, sum(unit.rows for unit in units))

    def read(self, unit: Unit) -> Iterator[Raw]:
        """The sheet's rows from top to bottom."""
        place = Place.of(unit.place)
        for batch in rechunk(self._records(place, self._fields)):
            yield Raw(batch)

    def count(self, unit: Unit) -> int:
        return self._measured(Place.of(unit.place))[0]

    def find(self, field: str, values: Sequence[str], most: int) -> Raw:
        """Reads the sheets one after the other until enough is found: a folder has no index."""
        names = wanted(self._fields)
        places = (place for path in self._files() for place in self._places(path))
        batches = (batch for place in places for batch in self._records(place, self._fields))
        return sift(batches, names, Sought.among(names, field, values, most))

    def _files(self) -> list[Path]:
        if not self._folder.is_dir():
            raise SourceError("The drop folder does not exist.", todo="Correct the address of the source.")
        fitting = {*self._folder.glob(self._pattern), *_whatever_case(self._folder, self._pattern)}
        found = sorted(p for p in fitting if not p.is_dir() and not p.name.startswith((".", "~$")))
        if not found:
            raise SourceError(
                f"No file in the drop folder fits {self._pattern}.",
                todo="Drop the files, or correct the pattern of the declaration.",
            )
        return found

    def _places(self, path: Path) -> Iterator[Place]:
        with _readable(path):
            below = self._inside(path)
            digest = _digest(path)
            kind = self._safe(path)
        if kind == "csv":
            yield Place(below, "", digest)
            return
        chosen = [sheet for sheet in workbook.sheet_names(path, kind) if fnmatchcase(sheet, self._sheets)]
        if not chosen:
            raise SourceError(f"{path.name} has no sheet called {self._sheets}.", todo="Correct the option sheets.")
        yield from (Place(below, sheet, digest) for sheet in chosen)

    def _inside(self, path: Path) -> str:
        """The path below the folder; a link that leads out of it is refused."""
        target = Path(os.path.realpath(path))
        if not target.is_relative_to(os.path.realpath(self._folder)) or target.is_symlink():
            raise SourceError(f"{path.name} lies outside of the drop folder.", todo="Drop the file itself, not a link.")
        return path.relative_to(self._folder).as_posix()

    def _safe(self, path: Path) -> str:
        """The file's kind, after it was found safe to open."""
        size = path.stat().st_size
        if not size:
            raise SourceError(f"{path.name} is empty.", todo="Drop the whole file, or take it away.")
        if size > self._max_bytes:
            raise SourceError(
                f"{path.name} is larger than {self._max_bytes} bytes.",
                todo="Split it, or raise max_bytes in the declaration.",
            )
        kind = package.kind_of(path)
        if kind == "xlsx":
            package.demand_safe(path, self._max_bytes)
        elif kind == "xls":
            package.demand_safe_xls(path, self._max_bytes)
        return kind

    def _demand_shown(self, path: Path, place: Place, rows: int) -> None:
        """What its author hid is released only where the declaration chooses its sheets."""
        if place.sheet and self._sheets == "*" and place.sheet in package.hidden_sheets(path):
            raise SourceError(
                f"{path.name}, sheet {place.sheet}, is hidden and holds {rows} records.",
                todo="Show or delete the sheet, or choose the sheets to read by the option sheets.",
            )

    def _measured(self, place: Place) -> tuple[int, Key | None]:
        """How many records the sheet holds, and the highest key among them."""
        rows, high = 0, None
        for batch in self._records(place, _KEY):
            rows += batch.num_rows
            pairs = zip(*(batch.column(f.name).to_pylist() for f in _KEY), strict=True)
            keys = [Key(a, b) for a, b in pairs if a is not None and b is not None]
            high = max([*([high] if high else []), *keys], default=None)
        return rows, high

    def _records(self, place: Place, fields: Sequence[Field]) -> Iterator[pa.RecordBatch]:
        path = self._folder / place.path
        name = f"{path.name}, sheet {place.sheet}" if place.sheet else path.name
        with _readable(path):
            self._inside(path)
            if _digest(path) != place.digest:
                raise _changed(path)
            kind = self._safe(path)
            found: heading.Heading | None = None
            for grid in self._grids(path, kind, place.sheet)():
                given = frozenset(self._defaults)
                found = found or heading.find(grid, self._layout, self._spellings, self._fields, given, name)
                if found is None:
                    return
                rows = records.rows_of(grid, found, self._layout, name, strict=kind == "csv")
                yield records.batch_of(rows, found, self._layout, fields, self._facts(place, path, found))

    def _grids(self, path: Path, kind: str, sheet: str) -> Callable[[], Iterator[Grid]]:
        if kind == "csv":
            return lambda: csv_text.grids(path)
        return lambda: iter((workbook.grid(path, kind, sheet),))

    def _facts(self, place: Place, path: Path, found: heading.Heading) -> records.Facts:
        moment = moment_of(path.stem, f"{place.sheet} {found.above}", path.stat().st_mtime)
        told = {"@updated_at": moment.isoformat(), "@date": moment.date().isoformat()}
        defaults = {name: told.get(value, value) for name, value in self._defaults.items()}
        return records.Facts(f"{place.path}#{place.sheet}", moment.isoformat(), defaults, self._star)


def _whatever_case(folder: Path, pattern: str) -> Iterator[Path]:
    """Files whose names fit but for upper and lower case, as A.XLSX does from Windows; nothing below ``**``."""
    parts = [part.lower() for part in pattern.split("/")]
    for path in folder.glob("/".join("*" * len(parts))) if "**" not in parts else ():
        names = (name.lower() for name in path.relative_to(folder).parts)
        if all(fnmatchcase(name, part) for name, part in zip(names, parts, strict=True)):
            yield path


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise _changed(path) from None
    except OSError:
        raise SourceError(f"{path.name} cannot be read.", todo="See to its permissions and its disk.") from None


def _escaped(name: str) -> str:
    for sign in "%#@":
        name = name.replace(sign, f"%{ord(sign):02X}")
    return name


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def _changed(path: Path) -> SourceChanged:
    return SourceChanged(
        f"{path.name} was changed or taken away while the folder was read.",
        todo="Run the same command again; it plans the folder anew.",
    )


def _all_of(troubles: list[HubError]) -> SourceError:
    """One error for all bad files, so that the operator can repair them in one go."""
    if len(troubles) == 1 and isinstance(troubles[0], SourceError):
        return troubles[0]
    return SourceError(
        f"{len(troubles)} files of the drop folder cannot be read: " + " ".join(t.happened for t in troubles),
        todo=" ".join(dict.fromkeys(t.todo for t in troubles)),
    )
