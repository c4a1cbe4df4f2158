"""Data quality is kept run by run; each bureau gets the list of its own records, and no value of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from exporters.sample import change, invent
from hub.cli import hub
from hub.parts import Parts
from hub.rules import data_quality, keeping
from hub.rules.derivations import DERIVATIONS, Asked
from tests.exchange_api import CITY, Exchange, exchange
from tests.house import house
from tests.rules_world import day, facts

HERE, THERE = "11370100005000026T", "11370200005000034C"
BAD = {"verdict": "9"}
WORSE = facts(
    spot_check=[{**BAD, "batch": "canary-A1"}, {}, {**BAD, "source_org_uscc": THERE}],
    inspection=[{"outcome_indicators": '{"recalls":-1}'}],
    special_rectification=[{"record_id": "inspection-0"}],
    grading_record=[{"grade": "AAAAA", "record_id": "g"}],
    quality_grading=[{"record_id": "g"}],
)
BETTER = facts(spot_check=[{}, {}, {**BAD, "source_org_uscc": THERE}])


def keep(parts: Parts, given: object) -> keeping.Kept:
    return data_quality.keep(parts, given, DERIVATIONS["faults"](given, Asked(day("2026-03-01"))))  # type: ignore[arg-type]


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return house(tmp_path / "home", f"sqlite:///{tmp_path}/none.sqlite")


def test_every_keeping_adds_to_the_trend_and_nothing_before_is_changed(parts: Parts) -> None:
    first, second = keep(parts, WORSE), keep(parts, BETTER)
    assert second.frame("runs").head(first.frame("runs").height).equals(first.frame("runs"))
    mine = second.frame("runs").filter(bureau=HERE, table="spot_check", dimension="规范性")
    assert mine.select("run", "of", "faulty", "sound").rows() == [(1, 2, 1, 0.5), (2, 2, 0, 1.0)]


def test_the_list_of_a_bureau_holds_its_own_records_and_the_rules_that_wait(parts: Parts) -> None:
    made = keep(parts, WORSE)
    assert data_quality.bureaus(made) == [HERE, THERE]
    assert data_quality.corrections(made, THERE)["record_id"].to_list() == ["spot_check-2"]
    rows = {
        (table, record): (told, rules) for table, record, told, rules in data_quality.corrections(made, HERE).rows()
    }
    assert "UNKNOWN:verdict" in rows["spot_check", "spot_check-0"][0]
    assert rows["special_rectification", "inspection-0"] == ("UNREADABLE:outcome_indicators", "OC")
    assert rows["quality_grading", "g"] == ("CONTRADICTS:grade", "QG10")


def test_no_value_of_a_record_is_kept(parts: Parts) -> None:
    made = keep(parts, WORSE)
    assert "canary-A1" not in "".join(made.frame(name).write_csv() for name in ("faults", "worst", "months", "runs"))


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    file = tmp_path / "p.sqlite"
    invent(f"sqlite:///{file}", 2_000, seed=7)
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUB_SOURCE", f"sqlite:///{file}")

    def run(*words: str) -> tuple[int, str]:
        made = CliRunner().invoke(hub, words)
        return made.exit_code, made.output

    return run


def test_the_command_keeps_shows_and_writes_a_list_for_each_bureau(
    command: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    assert command("data-quality", "show", "runs")[0] != 0
    code, told = command("data-quality", "keep", "--send", str(tmp_path / "outbox"))
    assert code == 0, told
    lists = sorted((tmp_path / "outbox").iterdir())
    assert lists
    assert all(path.name.startswith("corrections-11") and path.name.endswith("-1.csv") for path in lists)
    head = lists[0].read_text(encoding="utf-8-sig").splitlines()
    assert head[0] == "table,record_id,faults,rules"
    bureau = lists[0].name.split("-")[1]
    assert command("data-quality", "show", "corrections", "--bureau", bureau)[1].splitlines() == head
    change(f"sqlite:///{tmp_path / 'p.sqlite'}", 0.05, 5)
    assert command("data-quality", "keep")[0] == 0
    runs = command("data-quality", "show", "runs", "--bureau", bureau)[1].splitlines()
    assert {line.split(",")[0] for line in runs[1:]} == {"1", "2"}
    assert command("data-quality", "show", "corrections")[0] != 0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Exchange:
    return exchange(tmp_path_factory.mktemp("corrections"), ("grading",))


def test_a_bureau_asks_for_its_own_list_and_nobody_else_has_one(served: Exchange) -> None:
    address = "/api/v1/data-quality/corrections"
    assert served.get("city", address).status_code == 404
    keep(served.api.parts, facts(spot_check=[{**BAD, "source_org_uscc": CITY}, BAD]))
    told = served.get("city", address)
    assert told.status_code == 200
    assert (told.json["bureau"], told.json["total"], told.json["run"]) == (CITY, 1, 1)
    (record,) = told.json["records"]
    assert (record["table"], record["record_id"]) == ("spot_check", "spot_check-0")
    assert "UNKNOWN:verdict" in record["faults"]
    assert "I-1" in record["rules"]
    assert served.get("city", f"{address}?start=1").json["records"] == []
    assert served.get("institute", address).status_code == 403
    assert served.get("", address).status_code == 401
