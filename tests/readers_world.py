"""One exchange that every reader's spec asks: six datasets released, parties of each kind, an agreement, a ticket, a case.

``Asks`` is one line of a reader's spec: what it does in words, the request, and what comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl

from agreements import cases, register, tickets
from agreements.agreement import DataItem
from agreements.model import PartyKind, Purpose, PurposeKind
from agreements.permissions import Role
from hub.rules.negative_list import make
from tests.api_world import is_problem
from tests.exchange_api import Exchange, exchange
from tests.exchange_world import INSTITUTE, application, uscc
from tests.register_world import joined, rows_of
from tests.rules_world import day, facts

RELEASED = ("grading", "licences", "rectification", "risk_monitoring", "spot_checks", "statistics", "traceability")
TESTER = uscc("12370000005000077")
WHY = "purpose=supervision&statement=" + quote("日常监管")
CASE = "purpose=supervision&case=" + quote("案〔2026〕1号") + "&statement=" + quote("核实联系人")
JOINT = "purpose=joint_supervision&statement=" + quote("跨省协查")
JOINT_CASE = f"{JOINT}&case=" + quote("案〔2026〕1号")
NOTICE: dict[str, Any] = {
    "kind": "X",
    "title": "燃气灶具消费提示",
    "category": "燃气器具",
    "hazard": "点火延迟可致爆燃。",
    "level": "H",
    "basis": "监督抽查。",
    "source": "spot_check",
    "exposed": ["家庭用户"],
    "buying": ["查看CCC标志"],
    "areas": [{"code": "370102", "name": "历下区"}],
    "contact": "12315",
}
RESEARCH = "purpose=research&statement=" + quote("产业研究")


@dataclass(frozen=True)
class Asks:
    """``reader`` asks ``what``: ``path`` below /api/v1, with names of ``Place.facts`` in it, and what is answered.

    ``status`` alone for an answer; ``code`` for the constant word of a refusal; ``clause`` where the matrix decided;
    at least ``rows`` and at most ``most`` rows come.
    """

    what: str
    path: str
    status: int
    code: str = ""
    clause: str = ""
    method: str = "GET"
    body: Any = None
    rows: int = 0
    most: int | None = None


@dataclass
class Place:
    """The exchange, and the names that a spec's paths use."""

    hub: Exchange
    folder: Path
    facts: dict[str, str]

    def ask(self, reader: str, line: Asks) -> Any:
        """The answer to one line, as ``reader`` ("" is the public)."""
        known = {"Authorization": f"Bearer {self.hub.token(reader)}"} if reader else {}
        path = "/api/v1" + line.path.format(**self.facts)
        named: dict[str, Any] = {"headers": known}
        if line.method != "GET":
            named["json"] = line.body if line.body is not None else {}
        return self.hub.api.ask(line.method, path, **named)


def holds(place: Place, reader: str, line: Asks) -> str:
    """What is other than the line says; "" when it holds."""
    answer = place.ask(reader, line)
    if line.status >= 400:
        problem = is_problem(answer, line.status, line.code)
        body = answer.get_json(force=True) if problem else {}
        return (
            "" if problem and line.clause in {"", body.get("clause")} else f"{answer.status_code} {answer.text[:300]}"
        )
    if answer.status_code != line.status:
        return f"{answer.status_code} {answer.text[:300]}"
    if line.clause and answer.get_json()["clause"] != line.clause:
        return f"by {answer.get_json()['clause']}"
    if line.rows or line.most is not None:
        came = len(answer.get_json()["rows"])
        return "" if line.rows <= came <= (came if line.most is None else line.most) else f"{came} rows"
    return ""


def readers(folder: Path, **more: str) -> Place:
    """The whole exchange in ``folder``."""
    hub = exchange(folder, RELEASED, **more)
    hub.world.do(register.register, "admin1", TESTER, _tester(hub), (PartyKind.TESTING_BODY,), "370000")
    hub.world.give("tester", TESTER, Role.QUERY)
    owners = joined(hub, folder)
    fields = ("region_code", "period")
    signed = application(data=(DataItem("statistics", fields),))
    agreement = hub.world.active(signed, offered={"statistics": frozenset(fields)})
    purpose = Purpose(PurposeKind.SUPERVISION, "案〔2026〕1号", "核实联系人")
    ends = hub.api.parts.clock.now() + timedelta(days=30)
    phone = ("applicant_contact_phone",)
    licence = owners[0].licence
    ticket = hub.world.do(tickets.ask, "neighbour", owners[0].uscc, "licences", licence, phone, purpose, ends)
    hub.world.do(tickets.authorise, "unit0", ticket.id)
    case = hub.world.do(cases.open_case, "op1", INSTITUTE, "manual", ())
    make(facts(product_basic=[{}], enterprise_basic=[{}]), day("2026-02-10"), hub.api.parts)
    item = next(rows_of(folder, "SELECT * FROM traceability WHERE record_status = '1' AND granularity = '3'"))
    names = {
        "licence": licence,
        "other_licence": owners[1].licence,
        "base": owners[0].base,
        "other_base": owners[1].base,
        "unit": owners[0].uscc,
        "code": quote(item["trace_code"], safe=""),
        "ticket": ticket.id,
        "agreement": agreement.id,
        "case_no": case.id,
        "institute": INSTITUTE,
        "why": WHY,
        "case": CASE,
        "joint": JOINT,
        "joint_case": JOINT_CASE,
        "research": RESEARCH,
    }
    return Place(hub, folder, names)


def _tester(hub: Exchange) -> str:
    """The name of a testing body that the sample's spot checks bear."""
    (table,) = (hub.api.parts.releases / "spot_checks" / "1").glob("spot_checks.csv")
    return str(pl.read_csv(table, infer_schema=False)["test_body"].drop_nulls().mode().sort()[0])
