"""A DataStore table made by COPY: table, rows and search index appear together when the transaction commits.

The table is shaped as CKAN itself shapes one (serial key, text-search column and its trigger), so that CKAN can
adopt it. Index words are computed for all rows at once: CKAN's row trigger takes six times as long.
"""

from __future__ import annotations

import hashlib
import io
from typing import Any

import psycopg
import pyarrow.csv as pacsv
from psycopg import sql

from catalog.ckan.client import AS_BEFORE
from catalog.ckan.rows import copy_columns, row_batches
from catalog.errors import Busy, PortalError
from catalog.portal import Edition

BATCH_ROWS = 16_384
CONNECT_SECONDS = 10


def copy_table(edition: Edition, table: str, fields: list[dict[str, Any]], address: str) -> int:
    """Replace the table by the edition's rows in one transaction; how many there are."""
    try:
        with psycopg.connect(address, connect_timeout=CONNECT_SECONDS) as connection:
            _alone(connection, edition, table)
            return _filled(connection, edition, table, fields)
    except psycopg.Error as error:
        state = error.sqlstate or type(error).__name__
        raise PortalError(
            f"{edition.release.name}: the DataStore's database refused the rows (SQLSTATE {state}).",
            left=AS_BEFORE,
            todo="Check HUB_CKAN_DATASTORE_URL and the database's log; then run the same command again.",
        ) from None


def _alone(connection: psycopg.Connection[Any], edition: Edition, table: str) -> None:
    """A lock that the database itself ends when this process dies."""
    found = connection.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", (table,)).fetchone()
    if not found or not found[0]:
        raise Busy(f"Another process is loading the table of {edition.release.name}.", left=AS_BEFORE)


def _filled(connection: psycopg.Connection[Any], edition: Edition, table: str, fields: list[dict[str, Any]]) -> int:
    names = sql.SQL(", ").join(sql.Identifier(field["id"]) for field in fields)
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(field["id"]), sql.SQL(field["type"])) for field in fields
    )
    words = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(field["id"])) for field in fields)
    name = sql.Identifier(table)
    run = connection.execute
    run("SET LOCAL maintenance_work_mem = '256MB'")
    run(sql.SQL("DROP TABLE IF EXISTS {}").format(name))
    run(sql.SQL("CREATE TABLE {} (_id serial PRIMARY KEY, _full_text tsvector, {})").format(name, columns))
    run(sql.SQL("CREATE TEMPORARY TABLE incoming (_no bigserial, {}) ON COMMIT DROP").format(columns))
    rows = _copied(connection, edition, names)
    run(
        sql.SQL(
            "INSERT INTO {} (_full_text, {}) SELECT to_tsvector(concat_ws(' ', {})), {} FROM incoming ORDER BY _no"
        ).format(name, names, words, names)
    )
    run(
        sql.SQL(
            "CREATE TRIGGER zfulltext BEFORE INSERT OR UPDATE ON {} "
            "FOR EACH ROW EXECUTE PROCEDURE populate_full_text_trigger()"
        ).format(name)
    )
    run(sql.SQL("CREATE INDEX {} ON {} USING gin (_full_text)").format(sql.Identifier(_index_name(table)), name))
    return rows


def _index_name(table: str) -> str:
    """The name CKAN itself would give; under another name CKAN would build the same index once more."""
    return hashlib.sha1(f'{table}"_full_text"'.encode(), usedforsecurity=False).hexdigest()


def _copied(connection: psycopg.Connection[Any], edition: Edition, names: sql.Composed) -> int:
    rows = 0
    options = pacsv.WriteOptions(include_header=False)
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY incoming ({}) FROM STDIN (FORMAT csv)").format(names)) as copy,
    ):
        for batch in row_batches(edition, BATCH_ROWS):
            buffer = io.BytesIO()
            pacsv.write_csv(copy_columns(batch), buffer, options)
            copy.write(buffer.getvalue())
            rows += batch.num_rows
    return rows
