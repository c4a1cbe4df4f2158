"""Cases over the API: the party sees the reason and appeals, two people decide, and the file of evidence goes out whole."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from agreements.permissions import Role
from hub.papers.agreement_files import verify_file
from tests.api_world import is_problem
from tests.exchange_api import Exchange, exchange
from tests.exchange_world import INSTITUTE, LAB


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Exchange:
    made = exchange(tmp_path_factory.mktemp("cases"), ("grading",))
    made.world.active()
    made.world.give("agent2", LAB, Role.AGENT)
    return made


def _opened(hub: Exchange, **changed: object) -> Any:
    body: dict[str, object] = {"party": INSTITUTE, "facts": {"report": "5f0c"}, "suspend": True, **changed}
    return hub.post("op1", "/api/v1/cases", body)


def _delete(hub: Exchange, actor: str, path: str) -> Any:
    return hub.api.ask("DELETE", path, headers={"Authorization": f"Bearer {hub.token(actor)}"})


def test_a_suspended_party_sees_why_and_appeals_and_a_second_person_lets_it_in(hub: Exchange) -> None:
    number = _opened(hub).get_json()["id"]
    refused = hub.get("institute", "/api/v1/datasets/grading/records")
    assert is_problem(refused, 403, "refused")
    assert refused.get_json()["suspended_because"].startswith(number)
    (seen,) = hub.get("agent", "/api/v1/cases").get_json()
    assert (seen["id"], seen["suspended"], seen["opened_by"]) == (number, True, "")
    assert seen["suspended_because"].startswith(number)
    assert seen["facts"] == {"report": "5f0c"}
    path = f"/api/v1/cases/{number}"
    appealed = hub.post("agent", f"{path}/remarks", {"text": "数据未外传，附说明"})
    assert appealed.status_code == 201, appealed.text
    hub.post("op2", f"{path}/remarks", {"text": "已核实"})
    sides = [(one["side"], one["by"]) for one in hub.get("agent", path).get_json()["remarks"]]
    assert sides == [("party", "agent"), ("bureau", "")]
    bureau = [(one["side"], one["by"]) for one in hub.get("op1", path).get_json()["remarks"]]
    assert bureau == [("party", "agent"), ("bureau", "op2")]
    assert is_problem(hub.post("op1", f"{path}/finding", {"finding": "误报"}), 403, "not-permitted")
    assert hub.post("op2", f"{path}/finding", {"finding": "误报"}).get_json()["state"] == "closed"
    lifted = f"/api/v1/parties/{INSTITUTE}/suspension"
    assert is_problem(_delete(hub, "op1", lifted), 403, "not-permitted")
    assert _delete(hub, "op2", lifted).get_json()["state"] == "active"
    assert hub.get("institute", "/api/v1/datasets/grading/records").status_code == 200


def test_a_case_file_holds_all_evidence_and_proves_itself(hub: Exchange) -> None:
    number = _opened(hub, suspend=False).get_json()["id"]
    answer = hub.get("auditor", f"/api/v1/cases/{number}/file")
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.data)) as made:
        files = {name: made.read(name) for name in made.namelist()}
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert set(sums) == set(files) - {"SHA256SUMS"}
    assert all(hashlib.sha256(files[name]).hexdigest() == digest for name, digest in sums.items())
    assert {"case.json", "uses.jsonl", "ledger/entries.jsonl", "ledger/checkpoint.txt"} <= set(files)
    assert is_problem(hub.get("agent", f"/api/v1/cases/{number}/file"), 403, "not-permitted")


def test_nobody_sees_the_case_of_another_nor_handles_one_without_the_role(hub: Exchange) -> None:
    number = _opened(hub, suspend=False).get_json()["id"]
    assert is_problem(hub.get("agent2", f"/api/v1/cases/{number}"), 404)
    assert is_problem(hub.post("agent2", f"/api/v1/cases/{number}/remarks", {"text": "x"}), 404)
    assert hub.get("agent2", "/api/v1/cases").get_json() == []
    assert is_problem(hub.post("agent", "/api/v1/cases", {"party": LAB}), 403, "not-permitted")
    assert is_problem(hub.post("auditor", "/api/v1/cases", {"party": LAB}), 403, "not-permitted")
    assert is_problem(hub.post("agent", f"/api/v1/parties/{LAB}/suspension", {"reason": "x"}), 403, "not-permitted")
    assert is_problem(hub.post("op1", "/api/v1/cases", {"party": LAB, "rule": "fun"}), 422)
    assert is_problem(hub.post("op1", "/api/v1/cases", {"party": "1" * 18}), 409)


@pytest.mark.parametrize("form", ["pdf", "xlsx", "json"])
def test_a_signed_agreement_is_downloaded_as_a_file_that_proves_itself(
    hub: Exchange, form: str, tmp_path: Path
) -> None:
    (number,) = [one["id"] for one in hub.get("agent", "/api/v1/agreements").get_json() if one["state"] == "active"]
    answer = hub.get("agent", f"/api/v1/agreements/{number}/files/{form}")
    assert answer.status_code == 200, answer.text
    path = tmp_path / f"a.{form}"
    path.write_bytes(answer.data)
    assert verify_file(path).shown in {"identical", "only"}
    assert is_problem(hub.get("lab", f"/api/v1/agreements/{number}/files/{form}"), 404)
    assert is_problem(hub.get("agent", f"/api/v1/agreements/{number}/files/exe"), 404)
