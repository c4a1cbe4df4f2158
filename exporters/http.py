"""Records from a JSON service that answers in pages.

A unit is a run of pages: where it starts, how many pages it has, and a digest of its rows, so that reading it again
either gives the same rows or says that the source changed. Nothing is kept on disk in between.

Options of the declaration: ``paging`` (cursor, page or offset), ``rows`` (dotted path of the list, default ``rows``;
empty if the answer itself is the list), ``page_size`` (default 500), ``size_parameter`` (default ``limit``),
``position_parameter`` (default as ``paging``), ``first_page`` (default 1), ``next`` (dotted path of the next cursor,
default ``next``), ``since_parameter`` and ``total`` (dotted path of the number of all records; both are needed for
incremental reading), ``find_<field>`` (the parameter by which records of one value are asked), ``timeout_seconds``
(30), ``max_bytes`` (64 MiB a page), ``max_pages`` (100,000).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from catalog.datasets.sources import PAGINGS
from catalog.errors import DeclarationError, SourceChanged, SourceError
from catalog.model import Field, Required, SourceSpec
from catalog.rows import Raw
from exporters.batches import rechunk, texts
from exporters.http_client import JsonClient, Retry
from exporters.source import Closing, Key, Plan, Sought, Unit, sift, wanted

__all__ = ["HttpSource", "Retry"]

_KEY = ("updated_at", "record_id")


@dataclass(frozen=True, slots=True)
class _Page:
    """One answer: ``rows`` that it held, ``batch`` of those that are asked for, and the positions of it and the next.

    ``following`` is None after the last page.
    """

    position: str
    rows: int
    batch: pa.RecordBatch
    digest: bytes
    following: str | None


@dataclass(frozen=True, slots=True)
class _Run:
    """What ``Unit.place`` holds as JSON: the first page's position, the number of pages, the rows' digest."""

    position: str
    pages: int
    digest: str
    since: str

    def text(self) -> str:
        return json.dumps([self.position, self.pages, self.digest, self.since], separators=(",", ":"))

    @classmethod
    def of(cls, place: str) -> _Run:
        position, pages, digest, since = json.loads(place)
        return cls(position, pages, digest, since)


class HttpSource(Closing):
    """``Source`` on a JSON service. Close it, or use it as a context manager."""

    def __init__(
        self, spec: SourceSpec, fields: Sequence[Field], address: str, *, token: str | None, retry: Retry
    ) -> None:
        self._options = dict(spec.options)
        self._paging = str(self._options.get("paging", "cursor"))
        if self._paging not in PAGINGS:
            raise DeclarationError("An HTTP source names an unknown paging.", todo=f"Use {', '.join(PAGINGS)}.")
        first = str(self._options.get("first_page", 1))
        if not (first.isascii() and first.isdigit()):
            raise DeclarationError("The option first_page of an HTTP source is no page number.", todo="Correct it.")
        self._columns = wanted(fields)
        required = [f.name for f in fields if f.required is Required.YES]
        self._needed = tuple(dict.fromkeys((*required, *_KEY)))
        self._read_columns = tuple(dict.fromkeys((*self._columns, *_KEY)))
        self._url = address.rstrip("/") + "/" + spec.path.lstrip("/") if spec.path else address
        self._size = self._number("page_size", 500)
        self._most = self._number("max_pages", 100_000)
        self.incremental = bool(self._options.get("since_parameter") and self._options.get("total"))
        timeout, most = self._number("timeout_seconds", 30), self._number("max_bytes", 64 << 20)
        self._client = JsonClient(address, token, retry, timeout, most)

    def plan(self, since: Key | None, unit_rows: int) -> Plan:
        """Walks all pages once, keeping only keys and digests."""
        since = since if self.incremental else None
        units: list[Unit] = []
        high = since
        gathered: list[_Page] = []
        for page in self._pages(self._first(), since):
            gathered.append(replace(page, batch=page.batch.select(list(_KEY))))
            high = max((k for k in (high, _highest(page.batch)) if k is not None), default=None)
            if sum(p.batch.num_rows for p in gathered) >= unit_rows or page.following is None:
                rows = sum(p.batch.num_rows for p in gathered)
                run = _Run(gathered[0].position, len(gathered), _digest(gathered), since.updated_at if since else "")
                if rows:
                    units.append(Unit(len(units), rows, since, None, run.text()))
                gathered = []
        return Plan(tuple(units), high, self._total(sum(u.rows for u in units)))

    def read(self, unit: Unit) -> Iterator[Raw]:
        """The unit's pages again, in key order. ``SourceChanged`` if they no longer hold the rows of the plan."""
        batches = [page.batch for page in self._again(unit)]
        if not batches:
            return
        table = pa.Table.from_batches(batches)
        order = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in _KEY])
        ordered = table.take(order).select(list(self._columns)).combine_chunks()
        for batch in rechunk(ordered.to_batches()):
            yield Raw(batch)

    def count(self, unit: Unit) -> int:
        run = _Run.of(unit.place)
        return sum(page.batch.num_rows for page in islice(self._pages(run.position, unit.after), run.pages))

    def find(self, field: str, values: Sequence[str], most: int) -> Raw:
        """One request a value, by the parameter that the declaration names; what else is sent is left out."""
        sought = Sought.among(self._columns, field, values, most)
        parameter = str(self._options.get(f"find_{field}", ""))
        if not parameter:
            raise SourceError(
                f"The {self._client.place} cannot be asked for single records by {field}.",
                todo=f"Name the service's own parameter in the declaration: find_{field}.",
            )
        size = {str(self._options.get("size_parameter", "limit")): str(most)}
        answers = (self._client.get(self._url, {parameter: value, **size}) for value in sought.values)
        return sift((self._batch(self._rows(answer)) for answer in answers), self._columns, sought)

    def close(self) -> None:
        self._client.close()

    def _again(self, unit: Unit) -> list[_Page]:
        run = _Run.of(unit.place)
        pages = list(islice(self._pages(run.position, unit.after), run.pages))
        if _digest(pages) != run.digest:
            raise SourceChanged(
                f"The {self._client.place} changed its pages while they were read.",
                todo="Run the same command again; it plans the pages anew.",
            )
        return pages

    def _pages(self, position: str, since: Key | None) -> Iterator[_Page]:
        """The pages from ``position`` on; ``SourceError`` when the service walks in a circle."""
        seen: set[str] = set()
        previous = b""
        at: str | None = position
        while at is not None:
            seen.add(at)
            page = self._page(at, since)
            if page.following in seen or (page.rows and page.digest == previous):
                raise SourceError(
                    f"The {self._client.place} repeats its pages without end.",
                    todo="Correct paging, position_parameter and next in the declaration.",
                )
            if len(seen) > self._most:
                raise SourceError(f"The {self._client.place} has too many pages.", todo="Raise page_size or max_pages.")
            yield page
            previous, at = page.digest, page.following

    def _page(self, position: str, since: Key | None) -> _Page:
        asked = {str(self._options.get("size_parameter", "limit")): str(self._size)}
        if position:
            asked[str(self._options.get("position_parameter", self._paging))] = position
        if since is not None:
            asked[str(self._options["since_parameter"])] = since.updated_at
        answer = self._client.get(self._url, asked)
        rows = self._rows(answer)
        batch = self._batch(rows)
        digest = hashlib.sha256(_canonical(rows).encode()).digest()
        return _Page(position, len(rows), _after(batch, since), digest, self._following(position, answer, len(rows)))

    def _rows(self, answer: Any) -> list[dict[str, Any]]:
        rows = _at(answer, str(self._options.get("rows", "rows")))
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise SourceError(
                f"The {self._client.place} answers with JSON of another shape: no list of records.",
                todo="Correct the option rows of the declaration (the dotted path of the list).",
            )
        return rows

    def _batch(self, rows: list[dict[str, Any]]) -> pa.RecordBatch:
        """Services leave empty values out, so only a required field that no row of a page has counts as missing."""
        missing = [c for c in self._needed if rows and not any(c in row for row in rows)]
        if missing:
            raise SourceError(
                f"The {self._client.place} has no field {', '.join(missing)}.",
                todo="Add the fields at the source, or leave them out of the declaration.",
            )
        return texts({c: [_text(row.get(c)) for row in rows] for c in self._read_columns})

    def _first(self) -> str:
        return {"cursor": "", "page": str(int(self._options.get("first_page", 1))), "offset": "0"}[self._paging]

    def _following(self, position: str, answer: Any, rows: int) -> str | None:
        if self._paging == "cursor":
            told = _at(answer, str(self._options.get("next", "next")))
            return _text(told) or None
        if not rows:
            return None
        return str(int(position) + (1 if self._paging == "page" else rows))

    def _total(self, planned: int) -> int:
        """What the service says, asked after the walk and without ``since``; without that option what was seen."""
        path = str(self._options.get("total", ""))
        if not path:
            return planned
        asked = {str(self._options.get("size_parameter", "limit")): "1"}
        told = _text(_at(self._client.get(self._url, asked), path))
        if told is None or not (told.isascii() and told.isdigit()):
            raise SourceError(f"The {self._client.place} does not say its total.", todo="Correct the option total.")
        return int(told)

    def _number(self, option: str, default: int) -> int:
        return int(self._options.get(option, default))


def _at(answer: Any, path: str) -> Any:
    """The value at a dotted path, None where a part is missing; the answer itself for an empty path."""
    for part in filter(None, path.split(".")):
        answer = answer.get(part) if isinstance(answer, dict) else None
    return answer


def _text(value: Any) -> str | None:
    """A JSON value as text: decimals with the digits the service wrote, lists and objects as canonical JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        # A number like 1e999999 is short as sent and a megabyte when written out.
        return f"{value:f}" if -30 <= int(value.as_tuple().exponent) <= 30 else str(value)
    return _canonical(value)


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=float)


def _keys(batch: pa.RecordBatch) -> list[Key]:
    pairs = zip(*(batch.column(name).to_pylist() for name in _KEY), strict=True)
    return [Key(moment, record) for moment, record in pairs if moment is not None and record is not None]


def _highest(batch: pa.RecordBatch) -> Key | None:
    return max(_keys(batch), default=None)


def _after(batch: pa.RecordBatch, since: Key | None) -> pa.RecordBatch:
    """Without the rows that the last run has seen: services answer with "at or after"."""
    if since is None:
        return batch
    moment, record = (batch.column(name) for name in _KEY)
    later = pc.or_(
        pc.greater(moment, since.updated_at),
        pc.and_(pc.equal(moment, since.updated_at), pc.greater(record, since.record_id)),
    )
    return batch.filter(pc.fill_null(later, fill_value=True))


def _digest(pages: Sequence[_Page]) -> str:
    return hashlib.sha256(b"".join(page.digest for page in pages)).hexdigest()[:32]
