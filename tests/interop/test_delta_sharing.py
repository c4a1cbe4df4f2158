"""Shares are read by somebody else's client: ``delta-sharing`` 1.4.2 from PyPI, in an environment of its own."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from agreements import applying, ending
from agreements.agreement import DataItem
from hub.cli import hub as commands
from hub.db.engine import writing
from hub.job.pipeline import release
from hub.oauth import clients
from hub.oauth.clients import Method, Wish
from hub.sharing.profile import bearer_profile, write_profile
from hub.state.uses import SqlUses
from tests.exchange_api import Exchange
from tests.exchange_world import INSTITUTE, application
from tests.plugins.fetching import fetched
from tests.served import served_exchange

PROGRAM = Path(__file__).parent / "delta_client"
ADVICE = "The delta-sharing client cannot be installed: allow the PyPI registry."
FIELDS = ("region_code", "period", "batches_sampled")


@pytest.fixture(scope="module")
def interpreter() -> str:
    """Python with the client; without it these tests skip, or fail when ``HUB_REQUIRE`` names ``delta``."""
    locked = PROGRAM / "requirements.lock"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "product-quality-hub"
    folder = cache / f"delta-{hashlib.sha256(locked.read_bytes()).hexdigest()[:12]}"
    beside = Path(sys.executable).parent / "uv"
    uv = str(beside) if beside.is_file() else shutil.which("uv")
    packages = ["--python", f"{folder}/bin/python", "--require-hashes", "-r", str(locked)]

    def made() -> bool:
        if (folder / ".done").is_file():
            return True
        shutil.rmtree(folder, ignore_errors=True)
        making = [["venv", "-q", "--python", sys.executable, str(folder)], ["pip", "install", "-q", *packages]]
        if uv is None or any(subprocess.run([uv, *one], capture_output=True, check=False).returncode for one in making):
            return False
        (folder / ".done").touch()
        return True

    fetched("delta", made, ADVICE)
    return f"{folder}/bin/python"


@dataclass
class Shared:
    """An exchange with a grant on statistics, the profiles of its readers, and the client that reads."""

    hub: Exchange
    python: str
    folder: Path
    number: str

    @property
    def granted(self) -> str:
        return f"{self.number}-statistics.data.statistics"

    def profile(self, name: str) -> str:
        return str(self.folder / f"{name}.share")

    def ask(self, **steps: dict[str, Any]) -> dict[str, Any]:
        done = subprocess.run(
            [self.python, PROGRAM / "check.py"],
            input=json.dumps(steps),
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "no_proxy": "*"},
        )
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@pytest.fixture(scope="module")
def shared(interpreter: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    folder = tmp_path_factory.mktemp("delta")
    with served_exchange(folder) as (address, hub):
        made = Shared(hub, interpreter, folder, _granted(hub))
        now = hub.api.parts.clock.now()
        with writing(hub.api.parts.engine) as connection:
            wish = Wish("institute-batch", "研究院批处理", Method.SECRET, "institute")
            secret = clients.register(connection, "admin1", wish, now)
        command = ["shares", "profile", made.profile("oauth"), "--client", "institute-batch", "--secret", secret]
        environ = {"HUB_HOME": str(folder / "home"), "HUB_API_URL": address, "HUB_API_PLAIN_LOOPBACK": "yes"}
        told = CliRunner().invoke(commands, command, env=environ)
        assert told.exit_code == 0, told.output
        assert secret not in told.output
        for reader in ("institute", "bureau", "platform"):
            token = hub.token(reader, "share:read")
            write_profile(Path(made.profile(reader)), bearer_profile(address, token, now + timedelta(hours=1)))
        yield made


def _granted(hub: Exchange) -> str:
    item = DataItem("statistics", FIELDS, ("3701",))
    number = str(
        hub.world.do(applying.apply, hub.world.move("", "agent"), application(data=(item,), quota_rows=0), "").id
    )
    move, offered = hub.world.move, {"statistics": frozenset(FIELDS)}
    hub.world.do(applying.check, move(number, "op1"), offered)
    hub.world.do(applying.review, move(number, "op1", "同意"))
    approved = hub.world.do(applying.approve, move(number, "op2"), offered)
    hub.world.sign(approved, "agent", 2)
    hub.world.sign(approved, "op2", 1)
    return number


def _licences(hub: Exchange, version: int) -> pl.DataFrame:
    return pl.read_parquet(hub.api.parts.releases / "licences" / str(version) / "licences.parquet")


def test_a_grant_is_a_share_that_the_real_client_lists_and_loads(shared: Shared) -> None:
    granted = {"profile": shared.profile("institute"), "table": shared.granted}
    hint = {"op": "equal", "children": [_column("region_code"), _literal("999999")]}
    found = shared.ask(
        listed={"profile": shared.profile("institute"), "how": "list"},
        strangers={"profile": shared.profile("platform"), "how": "list"},
        oauth_listed={"profile": shared.profile("oauth"), "how": "list"},
        loaded=granted,
        oauth={"profile": shared.profile("oauth"), "table": shared.granted},
        batches={**granted, "convert_in_batches": True},
        kernel={**granted, "use_delta_format": True},
        limited={**granted, "limit": 2},
        version={**granted, "version": 1},
        missing={**granted, "version": 9},
        hinted={**granted, "jsonPredicateHints": json.dumps(hint)},
        number={**granted, "how": "version"},
        foreign={"profile": shared.profile("platform"), "table": shared.granted},
    )
    assert shared.granted in found["listed"] == found["oauth_listed"]
    assert shared.granted not in found["strangers"]
    loaded = found["loaded"]
    assert loaded["columns"] == list(FIELDS)
    for same in ("oauth", "batches", "kernel", "version"):
        assert found[same] == loaded, same
    assert found["limited"]["rows"] == 2
    assert found["hinted"]["rows"] == 0
    assert found["number"] == 1
    assert (found["missing"], found["foreign"]) == ({"status": 404}, {"status": 404})
    answer = shared.hub.get("institute", "/api/v1/datasets/statistics/records?purpose=research&limit=1000").get_json()
    assert answer["count"] == loaded["rows"] > 2


def test_the_example_of_the_manual_runs(shared: Shared) -> None:
    manual = Path(__file__).parents[2] / "docs" / "delta-sharing.md"
    code = manual.read_text(encoding="utf-8").partition("```python")[2].partition("```")[0]
    shutil.copy(shared.profile("oauth"), shared.folder / "institute.share")
    assert Path(shared.profile("oauth")).stat().st_mode & 0o777 == 0o600
    done = subprocess.run([shared.python, "-c", code], cwd=shared.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"{shared.number}-statistics data statistics" in done.stdout


def test_row_policy_decides_which_files_are_listed_and_hints_only_spare_some(shared: Shared) -> None:
    licences = {"profile": shared.profile("bureau"), "table": "sm03.data.licences"}
    region = _licences(shared.hub, 1)["source_region_code"].to_list()[0]
    near = {"op": "equal", "children": [_column("source_region_code"), _literal(region)]}
    found = shared.ask(
        all={**licences, "how": "links"},
        near={**licences, "how": "links", "jsonPredicateHints": json.dumps(near)},
        nonsense={**licences, "how": "links", "jsonPredicateHints": '{"op": "equal", "children": 7}'},
        loaded=licences,
    )
    assert len(found["all"]) == len(found["nonsense"]) > len(found["near"]) >= 1
    assert found["loaded"]["rows"] == _licences(shared.hub, 1).height
    assert "record_uri" in found["loaded"]["columns"]


def test_the_change_feed_tells_what_came_and_went(shared: Shared) -> None:
    with closing(sqlite3.connect(shared.folder / "p.sqlite")) as connection, connection:
        connection.execute("DELETE FROM production_licence WHERE rowid = 3")
        connection.execute("UPDATE production_licence SET test_conclusion = NULL WHERE rowid = 5")
    dataset = shared.hub.api.app.extensions["hub"].datasets["licences"]
    release(dataset, shared.hub.api.parts, full=True)
    licences = {"profile": shared.profile("bureau"), "table": "sm03.data.licences", "how": "changes"}
    found = shared.ask(
        second={**licences, "starting_version": 2},
        both={**licences, "starting_version": 1, "ending_version": 2},
        kernel={**licences, "starting_version": 2, "use_delta_format": True},
        beyond={**licences, "starting_version": 7},
    )
    # One row was taken away and one was corrected; marks differ in every row of the two copies, and are no change.
    assert found["second"] == {"delete": 2, "insert": 1, "versions": [2]}
    assert found["kernel"] == found["second"]
    assert found["both"]["insert"] == _licences(shared.hub, 1).height + 1
    assert found["both"]["versions"] == [1, 2]
    assert found["beyond"] == {"status": 404}


def test_every_share_read_is_a_use_of_a_marked_copy_with_the_bytes_that_left(shared: Shared) -> None:
    shared.ask(loaded={"profile": shared.profile("institute"), "table": shared.granted})
    since = shared.hub.api.parts.clock.now() - timedelta(days=30)
    uses = [one for one in SqlUses(shared.hub.api.parts.engine).of(INSTITUTE, since) if one.action == "share"]
    assert {one.grant for one in uses} == {f"{shared.number}/statistics"}
    assert {one.clause for one in uses} == {"SM11"}
    assert {one.purpose for one in uses} == {"research"}
    assert all(int(one.mark) > 0 for one in uses)
    assert any(one.rows and not one.bytes for one in uses)
    assert any(one.bytes and not one.rows for one in uses)


def test_links_are_signed_and_die_with_the_grant(shared: Shared) -> None:
    def status(url: str) -> int:
        try:
            with urllib.request.urlopen(url) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    table = {"profile": shared.profile("institute"), "table": shared.granted}
    (link,) = shared.ask(links={**table, "how": "links"})["links"]
    (other, *_) = shared.ask(
        links={"profile": shared.profile("bureau"), "table": "sm03.data.licences", "how": "links"}
    )["links"]
    assert status(link) == 200
    assert status(link[:-1] + ("0" if link[-1] != "0" else "1")) == 403
    assert status(link.partition("?")[0]) == 422
    move = shared.hub.world.move
    shared.hub.world.do(ending.suspend, move(shared.number, "op1", "核查"))
    assert status(link) == 403
    assert status(other) == 200
    found = shared.ask(again=table, listed={**table, "how": "list"})
    assert found["again"] == {"status": 403}
    share = shared.granted.partition(".")[0]
    for path in (f"shares/{share}", f"shares/{share}/schemas/data/tables/statistics/metadata"):
        refused = shared.hub.get("institute", f"/api/v1/delta-sharing/{path}")
        assert (refused.status_code, refused.get_json()["suspended_because"]) == (403, "核查")
    assert shared.hub.get("bureau", f"/api/v1/delta-sharing/shares/{share}").status_code == 404
    assert shared.granted not in found["listed"]


def _column(name: str) -> dict[str, str]:
    return {"op": "column", "name": name, "valueType": "string"}


def _literal(value: str) -> dict[str, str]:
    return {"op": "literal", "value": value, "valueType": "string"}
