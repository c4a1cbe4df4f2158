"""Risk information from sources of all kinds: spreadsheets, a service, a database, foreign alerts; each once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from catalog.errors import HubError, SourceError
from exporters.rules.risk_intake import SIGNAL, kinds, signals
from exporters.rules.safety_gate import COLUMNS
from exporters.sample import invent
from hub.cli import hub
from hub.db.engine import reading
from hub.parts import Parts
from hub.risk import monitoring
from hub.risk.intake import collect
from hub.settings import Settings
from hub.state.risks import RISKS, TASKS
from tests.exchange_world import world
from tests.house import Ticking, house, settings

ALERTS = Path(__file__).resolve().parents[2] / "data" / "safety_gate" / "records.json"
CANARY = "13912345678"


def _records(kind: str, *numbers: str) -> list[dict[str, str]]:
    """Records of a kind with something in every field."""
    cells = {
        "heard_on": "2026-01-04", "region_code": "370102", "severity": "3", "hazard_class": "1",
        "product_name": "电热毯", "summary": f"使用中起火，机主张伟{CANARY}",
    }  # fmt: skip
    names = [field.name for field in kinds()[kind].body]
    return [{name: cells.get(name, "甲") for name in names} | {"number": number} for number in numbers]


def _csv(folder: Path, name: str, kind: str, *numbers: str) -> None:
    folder.mkdir(exist_ok=True)
    rows = _records(kind, *numbers)
    heads = {field.name: field.zh for field in kinds()[kind].body}
    text = pl.DataFrame(rows).rename(heads).write_csv()
    (folder / name).write_text(text, encoding="utf-8-sig")


@contextmanager
def _service() -> Iterator[str]:
    """A service that answers /injuries and /opinions in pages."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind = {"/injuries": "injury", "/opinions": "opinion"}[self.path.partition("?")[0]]
            rows = [
                {**row, "record_id": row["number"], "updated_at": "2026-01-04T00:00:00+08:00"}
                for row in _records(kind, f"{kind}-1", f"{kind}-2")
            ]
            body = json.dumps({"rows": rows, "next": None}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[Parts, Settings]]:
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 600, seed=1)
    drop = tmp_path / "drop"
    for kind, name in (
        ("enforcement", "enforcement-1.csv"),
        ("inspection", "inspections.csv"),
        ("recall", "recalls.csv"),
    ):
        _csv(drop, name, kind, f"{kind}-1")
    _csv(drop, "complaints-2026-01.csv", "complaint", *(f"c{n}" for n in range(6)))
    with _service() as address:
        parts = house(tmp_path / "var", source, drop, clock=Ticking(), HUB_HTTP_SOURCE=address)
        world(parts.engine)
        yield parts, settings(tmp_path / "var", source, drop, HUB_HTTP_SOURCE=address)
        parts.engine.dispose()


def test_all_eight_kinds_come_in_once_and_say_nothing_of_persons(made: tuple[Parts, Settings], tmp_path: Path) -> None:
    parts, settings_ = made
    taken = {one.kind: one for one in monitoring.collect_all(parts, settings_)}
    assert set(taken) == set(kinds())
    assert all(one.new and not one.refused for one in taken.values()), taken
    again = {one.kind: one for one in monitoring.collect_all(parts, settings_)}
    assert all(one.new == one.corrected == 0 for one in again.values()), again
    assert all(one.known == 0 for one in again.values()), "what was read before is not read again"
    with reading(parts.engine) as connection:
        stored = RISKS.find(connection)
    assert len(stored) == sum(one.new for one in taken.values())
    assert CANARY not in repr(stored)
    assert "张伟" not in repr(stored)
    for path in (tmp_path / "var").rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path
    tasks, reminders = monitoring.watch(parts, settings_)
    assert "电热毯" in {one.product_name for one in tasks}
    assert not reminders, "nothing is assessed: no clock runs"
    assert monitoring.watch(parts, settings_) == ((), ())
    with reading(parts.engine) as connection:
        assert len(TASKS.find(connection)) == len(tasks)


def test_a_kind_that_worked_and_fails_is_told_and_the_others_still_come(made: tuple[Parts, Settings]) -> None:
    parts, settings_ = made
    assert monitoring.collect_all(parts, settings_)
    drop = settings_.drop_folder
    assert drop is not None
    (drop / "recalls.csv").unlink()
    _csv(drop, "complaints-2026-02.csv", "complaint", "later")
    with pytest.raises(SourceError):
        monitoring.collect_all(parts, settings_)
    with reading(parts.engine) as connection:
        assert RISKS.get(connection, "7-later") is not None


def test_what_is_not_set_up_is_skipped(tmp_path: Path) -> None:
    parts = house(tmp_path, f"sqlite:///{tmp_path / 'p.sqlite'}")
    world(parts.engine)
    bare = replace(settings(tmp_path, f"sqlite:///{tmp_path / 'p.sqlite'}"))
    assert monitoring.collect_all(parts, bare) == ()
    with pytest.raises(HubError):
        collect(kinds()["injury"], parts, bare, "tester")


def test_records_without_number_or_day_stay_at_their_source_and_gaps_are_flagged() -> None:
    rows = [
        {"number": None}, {"heard_on": "近日"}, {"product_name": ""}, {"region_code": "379999"}, {"number": "x"}, {"number": "x"},
    ]  # fmt: skip
    base = _records("complaint", "n")[0]
    heard = signals(
        kinds()["complaint"], pl.DataFrame([{**base, "number": f"n{i}", **row} for i, row in enumerate(rows)])
    )
    assert (heard.signals.height, heard.refused) == (3, 3)
    assert heard.signals.schema == SIGNAL
    assert heard.signals["flags"].to_list() == ["MISSING:product_name", "UNKNOWN:region_code", ""]


def test_foreign_alerts_come_in_and_out_again_without_loss(tmp_path: Path) -> None:
    parts = house(tmp_path / "var", "sqlite:///nowhere")
    world(parts.engine)
    parts.engine.dispose()
    environ = {"HUB_HOME": str(tmp_path / "var")}

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(hub, ["risks", *arguments], env=environ, standalone_mode=False)
        assert done.exception is None, done.exception
        return done.output

    told = json.loads(ALERTS.read_text(encoding="utf-8"))
    (taken,) = json.loads(run("import", str(ALERTS), "--by", "op1", "--json"))
    assert (taken["new"], taken["refused"]) == (len(told), 0)
    (again,) = json.loads(run("import", str(ALERTS), "--by", "op1", "--json"))
    assert again["new"] == 0
    run("export", str(tmp_path / "out.json"))
    out = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    key = "alert_number"
    assert {row[key]: row for row in out} == {row[key]: {name: row.get(name) for name in COLUMNS} for row in told}


def test_a_serious_risk_is_reminded_of_by_the_scheduler_once(made: tuple[Parts, Settings]) -> None:
    parts, settings_ = made
    monitoring.scheduled_intake(parts, settings_)
    environ = {"HUB_HOME": str(settings_.home), "HUB_SOURCE": settings_.source.reveal()}
    assert parts.clock.now().year == 2026
    for step in (
        ["identify", "6-injury-1", "--risk"],
        ["assess", "6-injury-1", "--severity", "4", "--probability", "I"],
    ):
        done = CliRunner().invoke(hub, ["risks", *step, "--by", "op1"], env=environ, standalone_mode=False)
        assert done.exception is None, done.exception
    with reading(parts.engine) as connection:
        risk = RISKS.get(connection, "6-injury-1")
    assert risk is not None
    assert (risk.level, risk.state) == ("S", "assessed")
    assert risk.assessed_at is not None
    moment = risk.assessed_at + timedelta(hours=1)
    sent = []
    for hours in (0, 12, 0, 13):
        moment += timedelta(hours=hours)
        sent.append(len(monitoring.watch(replace(parts, clock=Ticking(moment)), settings_)[1]))
    assert sent == [0, 1, 0, 1]
