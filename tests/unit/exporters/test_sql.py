"""The SQL source on both databases, beyond the contract of all sources."""

import sqlite3
from contextlib import closing

import psycopg
import pyarrow as pa
import pytest

from catalog.errors import DeclarationError, SourceError, SourceGone
from catalog.model import Kind, SourceSpec
from exporters.batches import BATCH_ROWS, rechunk
from exporters.open import open_source
from exporters.source import Key, Unit
from exporters.sql import KEYLESS
from tests.factories import a_field

KEY = (a_field("record_id"), a_field("updated_at", Kind.DATETIME))


def fields(*names):
    return (*KEY, *(a_field(name) for name in names))


@pytest.fixture
def lite(tmp_path):
    """Runs SQL on an SQLite file and opens it as a source."""
    path = tmp_path / "source.db"

    class Lite:
        address = f"sqlite:///{path}"

        def run(self, *statements):
            with closing(sqlite3.connect(path)) as connection, connection:
                return [connection.execute(s).fetchall() for s in statements]

        def source(self, spec=None, asked=KEY):
            return open_source(spec or SourceSpec("sql", table="t"), asked, self.address)

    return Lite()


@pytest.fixture
def pg(postgres_database):
    class Postgres:
        address = postgres_database

        def run(self, *statements):
            with psycopg.connect(postgres_database, autocommit=True) as connection:
                return [
                    connection.execute(s).fetchall() if s.startswith(("SELECT", "EXPLAIN")) else connection.execute(s)
                    for s in statements
                ]

        def source(self, spec=None, asked=KEY):
            return open_source(spec or SourceSpec("sql", table="t"), asked, self.address)

    return Postgres()


def read(source, plan):
    return [row for unit in plan.units for raw in source.read(unit) for row in raw.batch.to_pylist()]


def test_sqlite_columns_are_text_whatever_they_hold_and_however_late_it_comes(lite):
    lite.run(
        "CREATE TABLE t (record_id TEXT, updated_at TEXT, mixed, whole INTEGER, late REAL)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
        "INSERT INTO t SELECT printf('r%05d', i), '2025-01-01', CASE WHEN i > 2000 THEN 'text' ELSE i END, "
        "NULL, CASE WHEN i > 2500 THEN i / 10.0 END FROM n",
    )
    with lite.source(asked=fields("mixed", "whole", "late")) as source:
        rows = read(source, source.plan(None, 10_000))
    assert [rows[0][c] for c in ("mixed", "whole", "late")] == ["1", None, None]
    assert [rows[-1][c] for c in ("mixed", "whole", "late")] == ["text", None, "300.0"]


def test_an_empty_table_gives_no_units_and_no_mark(lite):
    lite.run("CREATE TABLE t (record_id TEXT, updated_at TEXT)")
    with lite.source() as source:
        plan = source.plan(None, 10)
        assert (plan.units, plan.high_water, plan.total) == ((), None, 0)
        assert list(source.read(Unit(0, 0, None, Key("2025", "r")))) == []


def test_integer_keys_of_sqlite_are_compared_as_integers(lite):
    lite.run("CREATE TABLE t (record_id INTEGER, updated_at INTEGER)")
    lite.run(*(f"INSERT INTO t VALUES ({n}, {n % 3})" for n in range(8, 13)))
    with lite.source() as source:
        plan = source.plan(None, 2)
        found = [(row["updated_at"], row["record_id"]) for row in read(source, plan)]
    assert found == [("0", "9"), ("0", "12"), ("1", "10"), ("2", "8"), ("2", "11")]


@pytest.mark.parametrize("values", ["'2025', 1.5", "1.5, 'r'", "'2025', 'r'), (7, 'r'"])
def test_key_columns_without_a_safe_order_are_refused(lite, values):
    lite.run("CREATE TABLE t (updated_at, record_id)", f"INSERT INTO t VALUES ({values}), ('2025', 'r2')")
    with lite.source() as source, pytest.raises(SourceError, match="several kinds"):
        source.plan(None, 10)


def test_text_that_is_not_utf_8_is_an_error_without_the_text(lite):
    lite.run("CREATE TABLE t (record_id TEXT, updated_at TEXT, brand TEXT)")
    lite.run("INSERT INTO t VALUES ('r', '2025', CAST(x'c4e3bac3' AS TEXT))")
    with lite.source(asked=fields("brand")) as source, pytest.raises(SourceError, match="not UTF-8"):
        read(source, source.plan(None, 10))


@pytest.mark.parametrize("which", ["lite", "pg"])
def test_records_without_a_key_are_counted_and_read_in_a_unit_of_their_own(which, request):
    base = request.getfixturevalue(which)
    base.run("CREATE TABLE t (record_id TEXT, updated_at TEXT)")
    base.run("INSERT INTO t VALUES ('a', '2025'), (NULL, '2025'), ('b', NULL), ('c', '2026')")
    with base.source() as source:
        plan = source.plan(None, 10)
        assert [(u.place, u.rows) for u in plan.units] == [("", 2), (KEYLESS, 2)]
        assert plan.total == 4
        assert len(read(source, plan)) == 4


@pytest.mark.parametrize("which", ["lite", "pg"])
def test_many_records_with_one_and_the_same_key_stay_in_one_unit(which, request):
    base = request.getfixturevalue(which)
    base.run("CREATE TABLE t (record_id TEXT, updated_at TEXT)")
    base.run("INSERT INTO t VALUES ('a', '1')" + ", ('b', '2')" * 7)
    with base.source() as source:
        plan = source.plan(None, 3)
        assert [u.rows for u in plan.units] == [8]
        assert len(read(source, plan)) == plan.total == 8


@pytest.mark.parametrize("which", ["lite", "pg"])
def test_reading_a_unit_walks_the_index_and_sorts_nothing(which, request):
    base = request.getfixturevalue(which)
    key = "text" if which == "lite" else "timestamptz"
    base.run(
        f"CREATE TABLE t (record_id text, updated_at {key}, brand text)",
        "CREATE INDEX by_key ON t (updated_at, record_id)",
    )
    series = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n"
        if which == "lite"
        else "SELECT generate_series(1, 5000) AS i"
    )
    moment = "'2025-01-01T00:00:00+08:00'" if which == "lite" else "'2025-01-01'::timestamptz + i * interval '1 s'"
    base.run(f"INSERT INTO t SELECT 'r' || i, {moment}, 'x' FROM ({series}) AS n", "ANALYZE t")
    with base.source(asked=fields("brand")) as source:
        unit = source.plan(None, 500).units[4]
        explain = "EXPLAIN QUERY PLAN " if which == "lite" else "EXPLAIN "
        steps = str(base.run(explain + source.statement(unit)))
    assert "by_key" in steps
    assert "TEMP B-TREE" not in steps
    assert "Sort" not in steps


def test_the_types_of_postgresql_arrive_as_text_or_plain_arrow_types(pg):
    pg.run(
        "CREATE TYPE mood AS ENUM ('good')",
        "CREATE DOMAIN short AS varchar(9)",
        "CREATE TABLE t (record_id uuid, updated_at timestamptz, n numeric(20, 2), e mood, j jsonb, c char(8), d date, "
        "s short, f real, i bigint, b boolean, a text[], x date)",
        "INSERT INTO t VALUES ('00000000-0000-4000-8000-000000000001', '2025-01-01 00:00:00.123456+08', "
        "123456789012345678.10, 'good', '{\"b\": 1}', 'ab', '2025-01-02', 'dom', 0.1, 7, true, "
        "'{u,\"v;w\"}', 'infinity')",
    )
    with pg.source(asked=fields(*"nejcdsfibax")) as source:
        plan = source.plan(None, 10)
        batch = next(source.read(plan.units[0])).batch
    types = {f.name: f.type for f in batch.schema}
    assert types == {
        **dict.fromkeys(("record_id", *"nejcsf"), pa.string()),
        "updated_at": pa.timestamp("us", "UTC"),
        "d": pa.date32(),
        "x": pa.date32(),
        "i": pa.int64(),
        "b": pa.bool_(),
        "a": pa.list_(pa.string()),
    }
    row = batch.select([*"nejcsfiax"]).to_pylist()[0]
    texts = {"n": "123456789012345678.10", "e": "good", "j": '{"b": 1}', "c": "ab", "s": "dom", "f": "0.1"}
    assert row == {**texts, "i": 7, "a": ["u", "v;w"], "x": None}
    assert plan.high_water == Key("2025-01-01T00:00:00.123456+08:00", "00000000-0000-4000-8000-000000000001")


def test_microseconds_of_a_key_are_not_lost(pg):
    pg.run("CREATE TABLE t (record_id text, updated_at timestamptz)")
    moments = "'2025-01-01'::timestamptz + n * interval '1 microsecond' FROM generate_series(1, 9) n"
    pg.run(f"INSERT INTO t SELECT 'r', {moments}")
    with pg.source() as source:
        plan = source.plan(None, 2)
        assert [u.rows for u in plan.units] == [2, 2, 2, 2, 1]
        assert len({row["updated_at"] for row in read(source, plan)}) == 9


def test_a_moment_without_end_is_no_high_water_mark(pg):
    pg.run("CREATE TABLE t (record_id text, updated_at timestamptz)", "INSERT INTO t VALUES ('r', 'infinity')")
    with pg.source() as source, pytest.raises(SourceError, match="no finite updated_at"):
        source.plan(None, 2)


def test_units_of_one_plan_are_one_snapshot_of_postgresql(pg):
    pg.run(
        "CREATE TABLE t (record_id text, updated_at text)", "INSERT INTO t VALUES ('a', '1'), ('b', '2'), ('c', '3')"
    )
    with pg.source() as source, pg.source() as later:
        plan = source.plan(None, 1)
        pg.run("UPDATE t SET updated_at = '9' WHERE record_id = 'b'")
        assert [row["record_id"] for row in read(source, plan)] == ["a", "b", "c"]
        assert [source.count(u) for u in plan.units] == [1, 1, 1]
        assert [later.count(u) for u in plan.units] == [1, 0, 1]
        assert [row["record_id"] for row in read(source, source.plan(plan.high_water, 10))] == ["b"]


@pytest.mark.parametrize("which", ["lite", "pg"])
def test_a_query_is_read_like_a_table(which, request):
    base = request.getfixturevalue(which)
    base.run("CREATE TABLE t (k TEXT, m TEXT, brand TEXT)", "INSERT INTO t VALUES ('a', '1', 'x;y'), ('b', '2', 'z')")
    query = (
        "WITH r AS (SELECT * FROM t) SELECT k AS record_id, m AS updated_at, brand FROM r WHERE brand <> ';'; -- all"
    )
    with base.source(SourceSpec("sql", query=query), fields("brand")) as source:
        assert [row["brand"] for row in read(source, source.plan(None, 1))] == ["x;y", "z"]


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM t",
        "SELECT 1; DROP TABLE t",
        "SELECT 1) q; --",
        "SELECT 1 FROM t) q CROSS JOIN (SELECT 2",
        "WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone",
        "SELECT * INTO copied FROM t",
        "SELECT 'open",
        "SELECT $$a$$; DELETE FROM t; SELECT $$b$$",
        "SELECT E'\\'; DROP TABLE t; --'",
        "SELECT /* /* */ 1 */ FROM t",
        "",
        "PRAGMA writable_schema = 1",
    ],
)
def test_anything_but_one_reading_select_is_refused(query):
    with pytest.raises(DeclarationError):
        open_source(SourceSpec("sql", query=query or " "), KEY, "sqlite:///nowhere.db")


@pytest.mark.parametrize("which", ["lite", "pg"])
def test_the_session_itself_cannot_write(which, request):
    base = request.getfixturevalue(which)
    base.run("CREATE TABLE t (record_id TEXT, updated_at TEXT)", "INSERT INTO t VALUES ('canary', '1')")
    with base.source() as source:
        plan = source.plan(None, 1)
        with pytest.raises(SourceError) as caught:
            source._session.run(["DELETE FROM t"])
        assert plan.total == 1
    assert len(base.run("SELECT * FROM t")[0]) == 1
    assert "canary" not in str(caught.value)


def test_an_unreachable_server_is_told_without_the_password():
    address = "postgresql://hub:hunter2@127.0.0.1:1/records"
    with open_source(SourceSpec("sql", table="t"), KEY, address) as source, pytest.raises(SourceError) as caught:
        source.plan(None, 1)
    assert not isinstance(caught.value, SourceGone)
    assert "127.0.0.1" in caught.value.happened
    assert "hunter2" not in _everything(caught.value)


def test_a_database_that_goes_away_midway_can_be_tried_again(pg):
    pg.run("CREATE TABLE t (record_id text, updated_at text, brand text)")
    pg.run("INSERT INTO t SELECT 'r' || n, '1', repeat('canary', 50) FROM generate_series(1, 200000) n")
    with pg.source(asked=fields("brand")) as source:
        unit = source.plan(None, 500_000).units[0]
        stream = source.read(unit)
        next(stream)
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        pg.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        with pytest.raises(SourceGone) as caught:
            list(stream)
        assert caught.value.retry
        assert "canary" not in _everything(caught.value)
        assert sum(raw.batch.num_rows for raw in source.read(unit)) == unit.rows


def test_a_row_that_breaks_the_query_is_told_without_its_value(pg):
    pg.run("CREATE TABLE t (record_id text, updated_at text, brand text)", "INSERT INTO t VALUES ('r', '1', 'canary')")
    spec = SourceSpec("sql", query="SELECT record_id, updated_at, brand::int AS brand FROM t")
    with pg.source(spec, fields("brand")) as source, pytest.raises(SourceError) as caught:
        read(source, source.plan(None, 1))
    assert "could not answer" in caught.value.happened
    assert "canary" not in _everything(caught.value)


def _everything(error):
    """All that a traceback of the error would print."""
    import traceback

    return "".join(traceback.format_exception(error, chain=True))


def test_a_question_that_takes_too_long_is_stopped(pg):
    spec = SourceSpec(
        "sql", query="SELECT pg_sleep(600)::text AS record_id, 'm' AS updated_at", options={"timeout_seconds": 1}
    )
    with pg.source(spec) as source, pytest.raises(SourceGone):
        source.plan(None, 1)


@pytest.mark.parametrize("content", [None, b"this is no database" * 200])
def test_a_missing_or_foreign_file_is_a_source_error(tmp_path, content):
    path = tmp_path / "source.sqlite"
    if content:
        path.write_bytes(content)
    with open_source(SourceSpec("sql", table="t"), KEY, str(path)) as source, pytest.raises(SourceError) as caught:
        source.plan(None, 1)
    assert "source.sqlite" in caught.value.happened


@pytest.mark.parametrize(
    "spec", [SourceSpec("sql"), SourceSpec("sql", table="t", query="SELECT 1"), SourceSpec("tape")]
)
def test_an_impossible_declaration_is_refused(spec):
    with pytest.raises(DeclarationError):
        open_source(spec, KEY, "sqlite:///x.db")


@pytest.mark.parametrize(
    ("kind", "address"), [("sql", "mysql://u:hunter2@h/d"), ("http", "ftp://h"), ("files", "s3://b")]
)
def test_an_address_that_does_not_fit_is_refused_and_not_repeated(kind, address):
    with pytest.raises(SourceError) as caught:
        open_source(SourceSpec(kind, table="t", layout="table", pattern="*"), KEY, address)
    assert address not in str(caught.value)


def test_batches_have_a_fixed_size_whatever_the_driver_returns():
    parts = [
        pa.record_batch({"n": list(range(start, start + size))}) for start, size in ((0, 3), (3, 0), (3, 9), (12, 1))
    ]
    assert [b.num_rows for b in rechunk(parts, 4)] == [4, 4, 4, 1]
    assert [n for b in rechunk(parts, 4) for n in b["n"].to_pylist()] == list(range(13))
    assert BATCH_ROWS == 65_536


def test_text_of_a_server_that_takes_any_bytes_is_an_error_where_it_is_not_utf_8(pg):
    name = "any_bytes_" + pg.address.rpartition("/")[2]
    pg.run(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    pg.address = pg.address.rpartition("/")[0] + f"/{name}"
    try:
        with psycopg.connect(pg.address, autocommit=True) as connection:
            connection.execute("CREATE TABLE t (record_id text, updated_at text, brand text)")
            connection.execute(r"INSERT INTO t VALUES ('r', '2025', E'\xc4\xe3')")
        with pg.source(asked=fields("brand")) as source, pytest.raises(SourceError):
            read(source, source.plan(None, 10))
    finally:
        pg.run(f"DROP DATABASE {name} WITH (FORCE)")
