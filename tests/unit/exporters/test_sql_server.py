"""The PostgreSQL that the tests bring with them."""

import psycopg
import pytest

from tests.plugins import postgres


def missing():
    return None


def test_without_postgresql_a_test_skips_with_advice(monkeypatch):
    monkeypatch.delenv("HUB_TEST_POSTGRES", raising=False)
    monkeypatch.delenv("HUB_REQUIRE", raising=False)
    monkeypatch.setattr(postgres, "binaries", missing)
    with pytest.raises(pytest.skip.Exception, match="pgserver"), postgres.cluster_or_skip():
        pass


def test_where_postgresql_is_required_its_absence_is_a_failure(monkeypatch):
    monkeypatch.delenv("HUB_TEST_POSTGRES", raising=False)
    monkeypatch.setenv("HUB_REQUIRE", "ckan, postgres")
    monkeypatch.setattr(postgres, "binaries", missing)
    with pytest.raises(pytest.fail.Exception, match="pgserver"), postgres.cluster_or_skip():
        pass


def test_a_named_server_is_used_as_it_is(monkeypatch):
    monkeypatch.setenv("HUB_TEST_POSTGRES", "postgresql://hub@127.0.0.1:1/records")
    with postgres.cluster() as url:
        assert url == "postgresql://hub@127.0.0.1:1/records"


def test_a_new_database_is_gone_afterwards(postgres_server):
    with postgres.new_database(postgres_server) as url:
        psycopg.connect(url).close()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
