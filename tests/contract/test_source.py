"""One contract for every source: databases, drop folder and JSON service."""

import json
import sqlite3
import threading
from contextlib import closing, contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from catalog.errors import SourceError
from catalog.model import Kind, Required, SourceSpec
from exporters.open import open_source
from exporters.source import Key
from tests.factories import a_field

NAMES = ("record_id", "updated_at", "record_status", "supersedes", "product_name", "brand")
FIELDS = tuple(
    a_field(name, Kind.DATETIME if name == "updated_at" else Kind.STRING, en=f"{name} label", zh=f"{name} 标签")
    for name in NAMES
)
ROWS = 25


def rows(count=ROWS):
    """Records with equal moments in groups of three, a correction, a withdrawal and cells that are empty."""
    return [
        {
            "record_id": f"r{n:04d}",
            "updated_at": f"2025-03-0{1 + n // 9}T08:00:{n // 3:02d}.000001+08:00",
            "record_status": {7: "2", 8: "3"}.get(n, "1"),
            "supersedes": "r0001" if n == 7 else None,
            "product_name": f"示例产品{n}",
            "brand": None if n % 2 else "甲\"乙'丙,\n丁",
        }
        for n in range(count)
    ]


@contextmanager
def sqlite(tmp_path):
    path = tmp_path / "source of 100%.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE example ({', '.join(f'{n} TEXT' for n in NAMES)}, secret TEXT)")
        connection.execute("CREATE INDEX by_key ON example (updated_at, record_id)")
        _insert(connection.execute, rows(), "?")

    def change(record_id):
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE example SET updated_at = '2025-04-01' WHERE record_id = ?", (record_id,))

    yield partial(open_source, SourceSpec("sql", table="example"), address=str(path)), change


@contextmanager
def postgres(url):
    columns = ", ".join(f"{n} {'timestamptz' if n == 'updated_at' else 'text'}" for n in NAMES)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS example")
        connection.execute(f"CREATE TABLE example ({columns}, secret text)")
        connection.execute("CREATE INDEX by_key ON example (updated_at, record_id)")
        _insert(connection.execute, rows(), "%s")

    def change(record_id):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("UPDATE example SET updated_at = '2025-04-01' WHERE record_id = %s", (record_id,))

    yield partial(open_source, SourceSpec("sql", table="example"), address=url), change


def _insert(execute, records, sign):
    for record in records:
        values = [record[name] for name in NAMES]
        execute(f"INSERT INTO example ({', '.join(NAMES)}) VALUES ({', '.join([sign] * len(NAMES))})", values)


@contextmanager
def folder(tmp_path):
    drop = tmp_path / "drop"
    drop.mkdir()

    def write(records):
        for part, name in ((records[:9], "a#1.csv"), (records[9:18], "b@2.csv"), (records[18:], "c.csv")):
            (drop / name).write_text(_csv(part), encoding="gb18030" if name == "c.csv" else "utf-8-sig")

    def change(record_id):
        write([{**r, "updated_at": "2025-04-01"} if r["record_id"] == record_id else r for r in rows()])

    write(rows())
    yield partial(open_source, SourceSpec("files", pattern="*.csv", layout="table"), address=str(drop)), change


def _csv(records):
    quoted = [[f'"{(r[name] or "").replace(chr(34), chr(34) * 2)}"' for name in NAMES] for r in records]
    return "\r\n".join([",".join(f"{name} 标签" for name in NAMES), *(",".join(cells) for cells in quoted), ""])


@contextmanager
def service(tmp_path):
    held = {"rows": rows()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
            records = [r for r in held["rows"] if r["updated_at"] >= asked.get("updated_since", "")]
            if "name" in asked:  # a careless service: it compares beginnings
                records = [r for r in records if r["product_name"].startswith(asked["name"])]
            start, size = int(asked.get("cursor", 0)), int(asked["limit"])
            following = str(start + size) if start + size < len(records) else None
            body = json.dumps({"rows": records[start : start + size], "next": following, "total": len(held["rows"])})
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    def change(record_id):
        changed = [{**r, "updated_at": "2025-04-01"} if r["record_id"] == record_id else r for r in rows()]
        held["rows"] = sorted(changed, key=lambda r: (r["updated_at"], r["record_id"]))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        options = {"page_size": 4, "since_parameter": "updated_since", "total": "total", "find_product_name": "name"}
        spec = SourceSpec("http", path="/records", options=options)
        yield partial(open_source, spec, address=f"http://127.0.0.1:{server.server_port}"), change
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(params=["sqlite", "postgres", "folder", "service"])
def made(request, tmp_path):
    """A function that opens the source for given fields, and one that changes a record at the source."""
    if request.param == "postgres":
        maker = postgres(request.getfixturevalue("postgres_url"))
    else:
        maker = {"sqlite": sqlite, "folder": folder, "service": service}[request.param](tmp_path)
    with maker as pair:
        yield pair


@pytest.fixture
def opened(made):
    with made[0](fields=FIELDS) as source:
        yield source


def read(source, unit):
    return [row for raw in source.read(unit) for row in raw.batch.to_pylist()]


def ids(source, plan):
    return [row["record_id"] for unit in plan.units for row in read(source, unit)]


def test_the_units_of_a_plan_hold_every_record_once_in_key_order(opened):
    plan = opened.plan(None, 10)
    assert ids(opened, plan) == [r["record_id"] for r in rows()]
    assert plan.total == ROWS


def test_units_are_numbered_and_count_their_rows_exactly(opened):
    plan = opened.plan(None, 10)
    assert [unit.index for unit in plan.units] == list(range(len(plan.units)))
    assert len(plan.units) > 1
    for unit in plan.units:
        assert unit.rows == len(read(opened, unit)) == opened.count(unit) > 0


def test_cells_arrive_as_they_are_at_the_source(opened):
    plan = opened.plan(None, 10)
    found = [row for unit in plan.units for row in read(opened, unit)]
    for got, expected in zip(found, rows(), strict=True):
        for name in ("record_id", "record_status", "supersedes", "product_name", "brand"):
            assert got[name] == expected[name]


def test_only_the_asked_columns_arrive_in_the_asked_order(made):
    with made[0](fields=(FIELDS[4], FIELDS[0])) as source:
        batches = [raw.batch for unit in source.plan(None, 10).units for raw in source.read(unit)]
    assert {tuple(batch.schema.names) for batch in batches} == {("product_name", "record_id")}


def test_a_unit_reads_the_same_again_in_another_process(made, opened):
    plan = opened.plan(None, 10)
    with made[0](fields=FIELDS) as other:
        for unit in reversed(plan.units):
            assert read(other, unit) == read(opened, unit)
            assert [r.batch.schema for r in other.read(unit)] == [r.batch.schema for r in opened.read(unit)]


def test_the_high_water_mark_is_the_highest_key(opened):
    plan = opened.plan(None, 10)
    assert plan.high_water is not None
    assert plan.high_water.record_id == f"r{ROWS - 1:04d}"


def test_an_incremental_source_delivers_only_what_changed(made):
    make, change = made
    with make(fields=FIELDS) as source:
        first = source.plan(None, 10)
        again = source.plan(first.high_water, 10)
        repeated = ids(source, again)
        change("r0003")
        later = source.plan(first.high_water, 10)
        expected = ["r0003"] if source.incremental else [r["record_id"] for r in rows()]
        assert sorted(ids(source, later)) == sorted(expected)
        assert repeated == ([] if source.incremental else [r["record_id"] for r in rows()])
        assert again.high_water == first.high_water
        assert later.total == ROWS


def test_an_increment_that_starts_between_equal_moments_goes_on_there(opened):
    if opened.incremental:
        middle = Key(opened.plan(None, 10).high_water.updated_at, "r0023")
        assert "r0023" not in ids(opened, opened.plan(middle, 10))
        assert ids(opened, opened.plan(middle, 10)) == ["r0024"]


def test_a_missing_column_is_named_before_anything_is_read(made):
    lacking = a_field("no_such_column", required=Required.YES, en="no label", zh="没有")
    with made[0](fields=(*FIELDS, lacking)) as source, pytest.raises(SourceError) as caught:
        source.plan(None, 10)
    assert "no_such_column" in caught.value.happened
    assert caught.value.todo


def test_a_source_can_be_read_while_another_of_its_units_is_open(opened):
    first, second, *_ = opened.plan(None, 10).units
    stream = opened.read(first)
    next(stream)
    assert len(read(opened, second)) == second.rows
    stream.close()
    assert len(read(opened, first)) == first.rows


def test_a_closed_source_opens_again_when_it_is_used(opened):
    plan = opened.plan(None, 10)
    opened.close()
    opened.close()
    assert ids(opened, plan) == [r["record_id"] for r in rows()]


def test_one_record_is_found_by_what_it_says_and_no_other(opened):
    (row,) = opened.find("product_name", ("示例产品1",), 5).batch.to_pylist()
    assert {name: row[name] for name in NAMES if name != "updated_at"} == {
        name: value for name, value in rows()[1].items() if name != "updated_at"
    }


def test_no_more_is_found_than_was_asked_for(opened):
    names = tuple(f"示例产品{n}" for n in range(6))
    some = opened.find("product_name", names, 4).batch
    assert some.column("record_id").to_pylist() == ["r0000", "r0001", "r0002", "r0003"]
    assert tuple(some.schema.names) == NAMES


@pytest.mark.parametrize(
    "value", ["示例产品", "", "' OR ''='", "示例产品1%", "$1", "示例产品1'; DROP TABLE example --"]
)
def test_a_value_is_never_a_part_of_the_question(opened, value):
    assert opened.find("product_name", (value,), 5).batch.num_rows == 0
    assert opened.find("product_name", ("示例产品2",), 5).batch.num_rows == 1


def test_a_record_is_found_as_it_stands_now(made, opened):
    opened.plan(None, 10)
    made[1]("r0003")
    (row,) = opened.find("product_name", ("示例产品3",), 1).batch.to_pylist()
    assert str(row["updated_at"]).startswith("2025-04-01")


def test_nothing_is_found_by_a_field_that_the_source_was_not_opened_for(opened):
    for field in ("secret", "no_such_column", "updated_at; --"):
        with pytest.raises(SourceError):
            opened.find(field, ("x",), 1)


def test_what_is_no_key_of_its_type_is_no_record(postgres_database):
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE numbered (record_id bigint, updated_at timestamptz)")
        connection.execute("INSERT INTO numbered VALUES (7, '2025-03-01')")
    fields = tuple(f for f in FIELDS if f.name in {"record_id", "updated_at"})
    with open_source(SourceSpec("sql", table="numbered"), fields, postgres_database) as source:
        assert source.find("record_id", ("7",), 1).batch.num_rows == 1
        for value in ("seven", "7.0", "99999999999999999999", "\0"):
            assert source.find("record_id", (value,), 1).batch.num_rows == 0
