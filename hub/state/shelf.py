"""Things of the exchange in tables of their own: the thing as JSON beside the columns that it is found by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec
from sqlalchemy import Connection, Table, insert, or_, select, update

from catalog.errors import StorageError
from catalog.typed import from_json

Thing = TypeVar("Thing")
_ENCODER = msgspec.json.Encoder(order="deterministic")
_AT_ONCE = 500


@dataclass(frozen=True)
class Shelf(Generic[Thing]):
    """The things of one ``kind`` in their ``table``; its columns but ``body`` are attributes of the thing."""

    kind: type[Thing]
    table: Table

    def get(self, connection: Connection, key: str) -> Thing | None:
        """The thing with this id, or None."""
        body = connection.execute(select(self.table.c.body).where(self.table.c.id == key)).scalar()
        return None if body is None else self._read(body)

    def among(self, connection: Connection, keys: Sequence[str]) -> dict[str, Thing]:
        """Those of these ids that there are."""
        found: dict[str, Thing] = {}
        for start in range(0, len(keys), _AT_ONCE):
            query = select(self.table.c.id, self.table.c.body).where(
                self.table.c.id.in_(keys[start : start + _AT_ONCE])
            )
            found |= {key: self._read(body) for key, body in connection.execute(query)}
        return found

    def find(
        self, connection: Connection, *, after: str = "", most: int | None = None, since: tuple[str, str] | None = None,
        begins: tuple[str, Sequence[str]] | None = None, **where: str,
    ) -> list[Thing]:  # fmt: skip
        """Things whose columns have these values ("": any), by id.

        ``since`` is a column and the least it may hold; ``begins`` a column and what its text may begin with, ""
        standing for an empty text only.
        """
        query = select(self.table.c.body).order_by(self.table.c.id)
        for column, value in where.items():
            query = query.where(self.table.c[column] == value) if value else query
        if since is not None:
            query = query.where(self.table.c[since[0]] >= since[1])
        if begins is not None:
            held = self.table.c[begins[0]]
            one_of = [held.startswith(text, autoescape=True) if text else held == "" for text in begins[1]]
            query = query.where(or_(*one_of))
        query = query.where(self.table.c.id > after) if after else query
        query = query.limit(most) if most is not None else query
        return [self._read(body) for body in connection.execute(query).scalars()]

    def put(self, connection: Connection, thing: Thing) -> None:
        """Write the thing as it stands now, in the caller's transaction."""
        row = self._row(thing)
        done = connection.execute(update(self.table).where(self.table.c.id == row["id"]).values(**row))
        if done.rowcount == 0:
            connection.execute(insert(self.table).values(**row))

    def add(self, connection: Connection, things: Iterable[Thing]) -> None:
        """Write things that are not there yet."""
        rows = [self._row(thing) for thing in things]
        if rows:
            connection.execute(insert(self.table), rows)

    def _row(self, thing: Thing) -> dict[str, str]:
        row = {column.name: str(getattr(thing, column.name)) for column in self.table.c if column.name != "body"}
        row["body"] = _ENCODER.encode(thing).decode()
        return row

    def _read(self, body: str) -> Thing:
        try:
            return from_json(body, self.kind)
        except msgspec.DecodeError:
            raise StorageError(
                "A row of the exchange is damaged.", todo="Restore the database from a backup."
            ) from None
