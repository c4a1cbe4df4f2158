"""What the gate cost is told as a share of the run, and an excess is logged, never cut short."""

from hub.job import gate_cost


def test_the_share_stands_beside_the_budget():
    told = gate_cost.told({"gate_cpu_seconds": 1.0, "rows_read": 5}, 10.0, "sample")
    assert told == {"gate_cpu_seconds": 1.0, "rows_read": 5, "gate_share": 0.1, "gate_budget": gate_cost.BUDGET}
    assert gate_cost.shown(told) == "10%"


def test_a_run_that_came_to_no_gate_tells_no_share():
    assert gate_cost.told({}, 10.0, "sample") == {}
    assert gate_cost.shown({}) == ""


def test_only_a_dear_gate_is_logged(monkeypatch):
    logged = []
    monkeypatch.setattr(gate_cost.log, "event", lambda name, **facts: logged.append((name, facts)))
    gate_cost.told({"gate_cpu_seconds": 1.0}, 2.0, "small")
    gate_cost.told({"gate_cpu_seconds": 5.0}, 100.0, "cheap")
    gate_cost.told({"gate_cpu_seconds": 50.0}, 100.0, "dear")
    assert logged == [("gate.over_budget", {"dataset": "dear", "share": 0.5, "budget": gate_cost.BUDGET})]


def test_work_is_done_and_timed():
    given, spent = gate_cost.timed(lambda: 7)
    assert given == 7
    assert spent >= 0
