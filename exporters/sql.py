"""Records from a database, read-only, in the order (updated_at, record_id), cut into ranges of keys.

The relation is a table or one SELECT; its columns are called as the declared fields. An index on
(updated_at, record_id) serves every question that is asked here. Records without a key cannot stand in a range: they
form a unit of their own (``place`` = ``KEYLESS``), so that the checks see and count them instead of losing them.
"""

# ruff: noqa: S608 -- statements are put together here, from parts that sql_text quotes

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa

from catalog.errors import DeclarationError, SourceError
from catalog.model import Field, SourceSpec
from catalog.rows import Raw
from exporters import sql_text
from exporters.batches import rechunk
from exporters.source import Closing, Key, Plan, Sought, Unit, sift, wanted
from exporters.sql_dialect import KEY, Dialect, Shape
from exporters.sql_session import Session

KEYLESS = "records without a key"
_PAIR = f"(r.{KEY[0]}, r.{KEY[1]})"
_ORDER = f"r.{KEY[0]}, r.{KEY[1]}"
_KEYED = f"r.{KEY[0]} IS NOT NULL AND r.{KEY[1]} IS NOT NULL"
_UNKEYED = f"(r.{KEY[0]} IS NULL OR r.{KEY[1]} IS NULL)"


def relation_of(spec: SourceSpec) -> str:
    """What stands behind FROM: the quoted table, or the query in brackets. Exactly one of the two is declared."""
    if bool(spec.table) == bool(spec.query):
        raise DeclarationError("An SQL source needs either a table or a query.", todo="Correct the declaration.")
    # The line break keeps a comment at the query's end from swallowing the bracket.
    return sql_text.table(spec.table) if spec.table else f"({sql_text.one_select(spec.query)}\n)"


class SqlSource(Closing):
    """``Source`` on a database. Holds one connection; close it, or use it as a context manager."""

    incremental = True

    def __init__(self, spec: SourceSpec, fields: Sequence[Field], dialect: Dialect) -> None:
        self._relation = relation_of(spec)
        self._called = f"table {spec.table}" if spec.table else "query of the source"
        self._columns = wanted(fields)
        self._dialect = dialect
        self._session: Session | None = None
        self._shape: Shape | None = None

    def plan(self, since: Key | None, unit_rows: int) -> Plan:
        """Bounds by stepping along the index; all counts in one snapshot where the database keeps one."""
        session, dialect = self._open(), self._dialect
        with self._lost_on_error():
            dialect.begin(session)
            dialect.refuse_mixed(session, self._relation)
            self._known(session)
            total, keyless = self._totals(session)
            high = self._step(session, f"WHERE {_KEYED} ORDER BY r.{KEY[0]} DESC, r.{KEY[1]} DESC LIMIT 1")
            units = tuple(self._units(session, since, high, unit_rows)) if high else ()
            if keyless:
                units = (*units, Unit(len(units), keyless, place=KEYLESS))
            dialect.end(session)
        return Plan(units, high or since, total)

    def read(self, unit: Unit) -> Iterator[Raw]:
        session = self._open()
        if not session.busy:
            with self._lost_on_error():
                yield from self._read(session, unit)
            return
        other = self._dialect.connect()
        try:
            yield from self._read(other, unit)
        finally:
            other.close()

    def count(self, unit: Unit) -> int:
        session = self._open()
        with self._lost_on_error():
            found = session.rows(f"SELECT count(*) FROM {self._relation} r WHERE {self._range(session, unit)}")
        return int(found[0][0])

    def find(self, field: str, values: Sequence[str], most: int) -> Raw:
        """One parameterised question over an index of ``field``, on a connection that sees the present."""
        sought = Sought.among(self._columns, field, values, most)
        session = self._dialect.connect()
        try:
            shape = self._known(session)
            marks = self._dialect.parameters(session, self._relation, field, len(sought.values))
            inner = f"q.{sql_text.name(field)} IN ({', '.join(marks)}) ORDER BY {_ORDER.replace('r.', 'q.')}"
            body = f"FROM (SELECT * FROM {self._relation} q WHERE {inner} LIMIT {most}) r ORDER BY {_ORDER}"
            batches = session.answer(self._dialect.wrap(shape.select, body), sought.values)
            return sift(_without_first(iter(batches), self._dialect.lead), self._columns, sought)
        finally:
            session.close()

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def statement(self, unit: Unit) -> str:
        """The SELECT that reads a unit; public so that its plan in the database can be looked at."""
        session = self._open()
        shape = self._known(session)
        order = "" if unit.place == KEYLESS else f"ORDER BY {_ORDER}"
        body = f"FROM {self._relation} r WHERE {self._range(session, unit)} {order}"
        return self._dialect.wrap(shape.select, body)

    def _read(self, session: Session, unit: Unit) -> Iterator[Raw]:
        stream = session.stream(self.statement(unit))
        for batch in rechunk(_without_first(stream, self._dialect.lead)):
            yield Raw(batch)

    @contextmanager
    def _lost_on_error(self) -> Iterator[None]:
        """After an error the session is of no use (aborted transaction, dead connection): the next use opens one."""
        try:
            yield
        except SourceError:
            self.close()
            raise

    def _open(self) -> Session:
        if self._session is None:
            self._session = self._dialect.connect()
        return self._session

    def _known(self, session: Session) -> Shape:
        """The relation's shape, looked up once. All declared columns and both key columns must be there."""
        if self._shape is None:
            there = set(session.columns(f"{self._relation} r"))
            missing = [c for c in dict.fromkeys((*self._columns, *KEY)) if c not in there]
            if missing:
                raise SourceError(
                    f"The {self._called} has no column {', '.join(missing)}.",
                    todo="Add the columns at the source, or name them so in a query of the declaration.",
                )
            self._shape = self._dialect.shape(session, self._relation, self._columns)
        return self._shape

    def _totals(self, session: Session) -> tuple[int, int]:
        """All records, and those without a key. Nothing lies above a high-water mark of the same snapshot."""
        keyless = f"sum(CASE WHEN {_UNKEYED} THEN 1 ELSE 0 END)"
        found = session.rows(f"SELECT count(*), {keyless} FROM {self._relation} r")[0]
        return int(found[0]), int(found[1] or 0)

    def _units(self, session: Session, since: Key | None, high: Key, unit_rows: int) -> Iterator[Unit]:
        after, index = since, 0
        while True:
            more = f"WHERE {self._between(session, after, high)} ORDER BY {_ORDER} LIMIT 1 OFFSET {unit_rows - 1}"
            upto = self._step(session, more) or high
            rows = self.count(Unit(index, 0, after, upto))
            if rows:
                yield Unit(index, rows, after, upto)
            if upto == high:
                return
            after, index = upto, index + 1

    def _step(self, session: Session, clause: str) -> Key | None:
        pair = ", ".join(self._dialect.key_text(c) for c in KEY)
        found = session.rows(f"SELECT {pair} FROM {self._relation} r {clause}")
        return self._dialect.key(*found[0][:2]) if found else None

    def _range(self, session: Session, unit: Unit) -> str:
        return _UNKEYED if unit.place == KEYLESS else self._between(session, unit.after, unit.upto)

    def _between(self, session: Session, after: Key | None, upto: Key | None) -> str:
        types = self._known(session).key_types
        parts = [
            f"{_PAIR} {sign} {self._dialect.literal(key, types)}"
            for sign, key in ((">", after), ("<=", upto))
            if key is not None
        ]
        # A row value with an empty second part still compares where the first parts differ.
        return " AND ".join([*parts, _KEYED])


def _without_first(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield batch.slice(rows) if rows else batch
        rows = max(0, rows - batch.num_rows)
