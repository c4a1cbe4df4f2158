"""Source tables derived from the data standards: column names and types, DDL, and a table's rows in a database's types.

A source keeps the parts of a structured field in columns of their own, so the field itself is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from catalog.model import Field, Kind, Standard

TEXT_DATES = frozenset({"enterprise_basic.established_on", "spot_check.sampled_on", "quality_grading.evidence_on"})
"""Dates that the source keeps as free text, as old systems do; only such columns can hold a date that is none."""

LOCAL_OFFSET = "+08:00"


class Dialect(StrEnum):
    """The two databases a sample can be made in."""

    SQLITE = "sqlite"
    POSTGRES = "postgresql"


class Type(StrEnum):
    """Type of a source column."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    BOOLEAN = "boolean"


_TYPES = {
    Kind.INTEGER: Type.INTEGER,
    Kind.DECIMAL: Type.DECIMAL,
    Kind.DATE: Type.DATE,
    Kind.DATETIME: Type.TIME,
    Kind.BOOLEAN: Type.BOOLEAN,
}
_POSTGRES = {
    Type.TEXT: "text",
    Type.INTEGER: "bigint",
    Type.DATE: "date",
    Type.TIME: "timestamptz",
    Type.BOOLEAN: "boolean",
}
_SQLITE = {Type.INTEGER: "INTEGER", Type.BOOLEAN: "INTEGER"}


@dataclass(frozen=True, slots=True)
class Col:
    """One column; ``scale`` counts a decimal's places."""

    name: str
    type: Type
    scale: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """A source table of one standard, header first, key ``record_id``."""

    standard: Standard
    name: str
    columns: tuple[Col, ...]


def shape(standard: Standard) -> Shape:
    """The source table of a standard."""
    parents = {f.code.rpartition(".")[0] for f in standard.fields}
    kept = [f for f in (*standard.header, *standard.fields) if f.code not in parents]
    return Shape(standard, standard.table, tuple(_column(standard.table, f) for f in kept))


def _column(table: str, field: Field) -> Col:
    if f"{table}.{field.name}" in TEXT_DATES:
        return Col(field.name, Type.TEXT)
    kind = _TYPES.get(field.kind, Type.TEXT)
    return Col(field.name, kind, field.scale if kind is Type.DECIMAL else 0)


def create(table: Shape, dialect: Dialect) -> str:
    """CREATE TABLE without its indexes, which are cheaper to build once the rows are in."""
    key = " NOT NULL PRIMARY KEY" if dialect is Dialect.SQLITE else " NOT NULL"
    columns = ", ".join(
        f'"{c.name}" {_sql_type(c, dialect)}{key if c.name == "record_id" else ""}' for c in table.columns
    )
    return f'CREATE TABLE "{table.name}" ({columns})'


def indexes(table: Shape, dialect: Dialect) -> tuple[str, ...]:
    """Statements for the key, for reading in the order of change, and for the planner, who knows no new rows."""
    by_change = f'CREATE INDEX "ix_{table.name}_changed" ON "{table.name}" (updated_at, record_id)'
    if dialect is Dialect.SQLITE:
        return (by_change,)
    return (f'ALTER TABLE "{table.name}" ADD PRIMARY KEY (record_id)', by_change, f'ANALYZE "{table.name}"')


def _sql_type(column: Col, dialect: Dialect) -> str:
    if dialect is Dialect.SQLITE:
        return _SQLITE.get(column.type, "TEXT")
    return f"numeric(24,{column.scale})" if column.type is Type.DECIMAL else _POSTGRES[column.type]


def stored(frame: pl.DataFrame, table: Shape, dialect: Dialect) -> pl.DataFrame:
    """The frame's columns in the table's order and the database's own types; local times become instants or text."""
    if dialect is Dialect.SQLITE:
        return frame.select(_as_sqlite(c) for c in table.columns)
    return frame.select(
        (pl.col(c.name) - pl.duration(hours=8)).dt.replace_time_zone("UTC") if c.type is Type.TIME else pl.col(c.name)
        for c in table.columns
    )


def texts(table: Shape) -> list[pl.Expr]:
    """All columns as the texts in which SQLite keeps them; equal records give equal texts on every database."""
    return [_as_sqlite(c).cast(pl.String) for c in table.columns]


def _as_sqlite(column: Col) -> pl.Expr:
    cell = pl.col(column.name)
    if column.type is Type.TIME:
        # Microseconds only where records are ordered by them: the key has one width, so text order is time order.
        fraction = ".%6f" if column.name == "updated_at" else ""
        return cell.dt.strftime(f"%Y-%m-%dT%H:%M:%S{fraction}{LOCAL_OFFSET}")
    if column.type is Type.BOOLEAN:
        return cell.cast(pl.Int64)
    return cell if column.type is Type.INTEGER else cell.cast(pl.String)


def typed(frame: pl.DataFrame, table: Shape) -> pl.DataFrame:
    """Rows read as those texts, back in the types that they were made in."""
    return frame.select(_typed(c) for c in table.columns)


def _typed(column: Col) -> pl.Expr:
    cell = pl.col(column.name)
    if column.type is Type.TIME:
        return cell.str.strip_suffix(LOCAL_OFFSET).str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us")
    if column.type is Type.DATE:
        return cell.str.to_date("%Y-%m-%d")
    if column.type is Type.DECIMAL:
        return cell.cast(pl.Decimal(38, column.scale))
    if column.type is Type.BOOLEAN:
        return cell.cast(pl.Int64).cast(pl.Boolean)
    return cell.cast(pl.Int64) if column.type is Type.INTEGER else cell


def select(table: Shape, dialect: Dialect) -> str:
    """SELECT list that reads every column as the text in which SQLite keeps it."""
    if dialect is Dialect.SQLITE:
        return ", ".join(f'CAST("{c.name}" AS TEXT) AS "{c.name}"' for c in table.columns)
    return ", ".join(f'{_postgres_text(c)} AS "{c.name}"' for c in table.columns)


def _postgres_text(column: Col) -> str:
    if column.type is Type.TIME:
        fraction = ".US" if column.name == "updated_at" else ""
        local = f"\"{column.name}\" AT TIME ZONE 'Asia/Shanghai'"
        return f'to_char({local}, \'YYYY-MM-DD"T"HH24:MI:SS{fraction}"{LOCAL_OFFSET}"\')'
    return f'"{column.name}"::int::text' if column.type is Type.BOOLEAN else f'"{column.name}"::text'
