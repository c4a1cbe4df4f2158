from __future__ import annotations

import sqlite3
from contextlib import nullcontext

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, insert, inspect, select, text, update

from catalog.errors import SettingsError, SourceError, StorageError
from hub.db.engine import connect, guarded, reading, writing
from hub.db.migrate import migrate, newest, upgrade
from hub.db.notices import metadata
from hub.db.tables import dataset_state, lease
from tests.plugins.ports import PATIENCE
from tests.plugins.postgres import new_database
from tests.plugins.processes import START, together

CANARY = "canary-13800138000"


def test_the_migrations_make_exactly_the_declared_tables(engine):
    options = {"compare_type": True, "compare_server_default": True}
    with reading(engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_an_empty_database_gets_the_tables_that_the_migrations_make(engine, database, postgres_url, tmp_path):
    other = f"sqlite:///{tmp_path / 'migrated.sqlite'}"
    with new_database(postgres_url) if database.startswith("postgres") else nullcontext(other) as url:
        migrated = connect(url)
        upgrade(migrated)
        assert _schema(engine) == _schema(migrated)
        migrated.dispose()


def _schema(engine) -> dict[str, object]:
    """Columns, keys, indexes and triggers of every table."""
    triggers = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
        "postgresql": "SELECT tgname, pg_get_triggerdef(oid), (SELECT prosrc FROM pg_proc WHERE pg_proc.oid = tgfoid) "
        "FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
    }[engine.dialect.name]
    with reading(engine) as connection:
        seen = inspect(connection)
        parts = (seen.get_multi_columns(), seen.get_multi_pk_constraint(), seen.get_multi_indexes())
        rows = [tuple(row) for row in connection.execute(text(triggers))]
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return {"tables": [repr(sorted(part.items())) for part in parts], "triggers": rows, "revision": revision}


def test_migrating_again_changes_nothing(engine):
    migrate(engine)
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1


def test_the_newest_revision_told_by_file_names_is_alembics(engine):
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == newest()


def _migrate(url: str, gate) -> None:
    gate.wait(PATIENCE)
    migrate(connect(url))


def test_several_processes_may_start_on_an_empty_database_at_once(database):
    gate = START.Barrier(4)
    assert together(_migrate, *[(database, gate)] * 4) == [0, 0, 0, 0]


def test_a_database_of_a_newer_version_is_refused_and_left_alone(engine):
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="newer version"):
        migrate(engine)
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_a_failed_migration_leaves_nothing_behind(database):
    engine = connect(database)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE ledger_checkpoint (x integer)"))
    with pytest.raises(StorageError):
        migrate(engine)
    with reading(engine) as connection:
        assert inspect(connection).get_table_names() == ["ledger_checkpoint"]
    engine.dispose()


@pytest.mark.parametrize("url", ["", "mysql://u:pw-secret@h/d", "no url", "sqlite+aiosqlite:///x"])
def test_another_kind_of_database_is_refused_without_its_url(url):
    with pytest.raises(SettingsError) as refused:
        connect(url)
    assert "pw-secret" not in str(refused.value)


def test_a_transaction_is_rolled_back_by_any_error(engine):
    def fail() -> None:
        with writing(engine) as connection:
            connection.execute(insert(lease).values(name="a", owner="b", until="c"))
            raise SourceError("The source went away.")

    with pytest.raises(SourceError):
        fail()
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(lease)) == 0


def test_a_reading_transaction_cannot_write_and_the_next_one_can(engine):
    with pytest.raises(StorageError, match="read-only"), reading(engine) as connection:
        connection.execute(insert(lease).values(name="a", owner="b", until="c"))
    with writing(engine) as connection:
        connection.execute(insert(lease).values(name="a", owner="b", until="c"))


def test_a_reading_transaction_sees_one_moment(engine):
    count = select(func.count()).select_from(lease)
    with reading(engine) as connection:
        before = connection.scalar(count)
        with writing(engine) as other:
            other.execute(insert(lease).values(name="a", owner="b", until="c"))
        assert connection.scalar(count) == before == 0


def test_a_broken_rule_names_neither_row_nor_statement(engine):
    row = {"name": CANARY, "owner": CANARY, "until": "x"}
    with pytest.raises(StorageError) as broken, writing(engine) as connection:
        connection.execute(insert(lease), [row, row])
    assert CANARY not in str(broken.value)
    assert "INSERT" not in str(broken.value)
    assert "contradicts its rules" in str(broken.value)
    assert broken.value.__suppress_context__


def test_a_server_that_is_not_there_is_told_without_its_password():
    with (
        pytest.raises(StorageError, match="went away") as gone,
        reading(connect(f"postgresql://u:{CANARY}@127.0.0.1:1/x")),
    ):
        pass
    assert CANARY not in str(gone.value)
    assert gone.value.retry


def test_a_wrong_password_is_told_as_refused_access(postgres_url):
    from sqlalchemy.engine import make_url

    wrong = make_url(postgres_url).set(password=CANARY).render_as_string(hide_password=False)
    with pytest.raises(StorageError) as refused, reading(connect(wrong)):
        pass
    assert CANARY not in str(refused.value)


def test_a_file_that_is_no_database_is_told_as_damaged(tmp_path):
    (tmp_path / "hub.db").write_bytes(b"not a database, but long enough to look at" * 100)
    with pytest.raises(StorageError, match="damaged"):
        migrate(connect(f"sqlite:///{tmp_path / 'hub.db'}"))


def test_a_full_database_is_told_as_such(tmp_path):
    engine = connect(f"sqlite:///{tmp_path / 'hub.db'}")
    migrate(engine)
    with reading(engine) as connection:  # the pool keeps this one connection
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    row = {"dataset": "d", "fingerprint": "f", "high_water": "x" * 10_000_000, "known": 0, "base_runs": "[]"}
    with pytest.raises(StorageError, match="no space left"), writing(engine) as connection:
        connection.execute(insert(dataset_state), row)


def test_other_errors_pass_through():
    with pytest.raises(KeyError), guarded():
        raise KeyError(1)
    with pytest.raises(StorageError, match="PermissionError"), guarded():
        raise PermissionError(CANARY)


def test_sqlite_is_opened_for_safety(tmp_path):
    engine = connect(f"sqlite:///{tmp_path / 'deep' / 'hub.db'}")
    with reading(engine) as connection:
        values = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert values == ["wal", 2, 1, 60_000]


def _count_up(url: str, times: int) -> None:
    engine = connect(url)
    for _ in range(times):
        with writing(engine) as connection:
            query = select(dataset_state.c.known).where(dataset_state.c.dataset == "d")
            known = connection.scalar(query if engine.dialect.name == "sqlite" else query.with_for_update())
            connection.execute(update(dataset_state).values(known=known + 1))


def test_processes_that_read_then_write_neither_deadlock_nor_lose_a_change(database, engine):
    with writing(engine) as connection:
        row = {"dataset": "d", "fingerprint": "f", "high_water": "", "known": 0, "base_runs": "[]"}
        connection.execute(insert(dataset_state), row)
    assert together(_count_up, *[(database, 20)] * 3) == [0, 0, 0]
    with reading(engine) as connection:
        assert connection.scalar(select(dataset_state.c.known)) == 60


@pytest.mark.parametrize("table", ["ledger_leaf", "ledger_node", "ledger_checkpoint"])
def test_the_database_itself_refuses_to_change_the_ledger(engine, table):
    rows = {
        "ledger_leaf": "VALUES (0, 'k', '{}', 'x')",
        "ledger_node": "VALUES (1, 0, 'x')",
        "ledger_checkpoint": "VALUES (1, 'n', 'x')",
    }
    column = {"ledger_leaf": "kind", "ledger_node": "hash", "ledger_checkpoint": "note"}[table]
    with writing(engine) as connection:
        connection.execute(text(f"INSERT INTO {table} {rows[table]}"))
    for change in (f"UPDATE {table} SET {column} = 'y'", f"DELETE FROM {table}"):
        with pytest.raises(StorageError, match="contradicts its rules"), writing(engine) as connection:
            connection.execute(text(change))


def test_a_sqlite_error_outside_of_sqlalchemy_is_guarded_too():
    with pytest.raises(StorageError), guarded():
        sqlite3.connect(":memory:").execute(f"SELECT {CANARY}")
