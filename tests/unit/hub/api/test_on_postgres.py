"""The core of the API on PostgreSQL: tokens, decisions, quotas and suspensions as on SQLite."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from agreements import register
from hub.oauth.spent import name, spend
from hub.oauth.tokens import revoked
from hub.state.uses import SqlUses
from tests.api_world import is_problem
from tests.exchange_api import CITY, exchange

LICENCES = "/api/v1/datasets/licences/records"


@pytest.mark.slow
def test_what_was_taken_away_is_gone_at_the_next_request(postgres_database: str, tmp_path: Path) -> None:
    hub = exchange(tmp_path, ("licences",), HUB_DATABASE=postgres_database)
    parts = hub.api.parts
    assert parts.engine.dialect.name == "postgresql"
    assert is_problem(hub.get("", "/api/v1/me"), 401)
    bearer = {"Authorization": f"Bearer {hub.token('city')}"}
    with ThreadPoolExecutor(4) as crowd:
        asked = [crowd.submit(hub.api.get, f"{LICENCES}?limit=3", headers=bearer) for _ in range(8)]
        answers = [one.result() for one in asked]
    assert [one.status_code for one in answers] == [200] * 8
    used = SqlUses(parts.engine).of(CITY, parts.clock.now() - timedelta(hours=1))
    assert [(one.rows, one.clause) for one in used] == [(3, "SM03")] * 8

    stolen = hub.token("city")
    now = parts.clock.now()
    claims = hub.api.app.extensions["hub"].tokens.known(stolen, now)
    assert hub.api.get("/api/v1/me", headers={"Authorization": f"Bearer {stolen}"}).status_code == 200
    assert spend(parts.engine, revoked(claims.token), now + timedelta(hours=1), now)
    assert not spend(parts.engine, revoked(claims.token), now + timedelta(hours=1), now)
    assert is_problem(hub.api.get("/api/v1/me", headers={"Authorization": f"Bearer {stolen}"}), 401)
    assert spend(parts.engine, name("proof", "once"), now + timedelta(hours=1), now)

    hub.world.do(register.suspend_party, "op1", CITY, "核查")
    refused = hub.get("city", f"{LICENCES}?limit=1")
    assert is_problem(refused, 403, "refused")
    assert refused.get_json(force=True)["suspended_because"] == "核查"
    hub.world.do(register.restore_party, "op2", CITY)
    assert hub.get("city", f"{LICENCES}?limit=1").status_code == 200
    hub.api.app.extensions["hub"].known._revision.close()
    parts.engine.dispose()
