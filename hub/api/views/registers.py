"""Registers: one record, or the few that a key names, answered from the source by decision and never kept (SM02–SM06).

Every answer carries a mark of its own, and stands in the ledger before it leaves, with the ticket that it rests on.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from flask import g, request

from agreements.decide import decide
from agreements.model import Action, PartyKind, Purpose, PurposeKind, Standing, Verdict
from agreements.subject import keyed_of, record_of
from catalog.registers import Register
from hub import live
from hub.api.guard.asking import again, demanded
from hub.api.guard.using import use_of
from hub.api.process import limits
from hub.api.process.context import here
from hub.api.process.limits import Rate
from hub.api.shapes.registers import AnswerShape, RegisterQuery, RegisterShape, StatedQuery
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.state.answers import answered

routes = Routes("registers", "Records from their source, one by one 登记库单条查询", "/api/v1/registers")
RATE: Final = Rate("registers", 60, 60)
MISSES: Final = Rate("register-misses", 20, 3_600)
_MOST: Final = 100
_FLOW: Final = "2.6"


@routes.route("", RegisterShape(many=True))
def registers() -> list[dict[str, Any]]:
    """Registers that can be asked, with the fields that may leave them and whose they are."""
    return [_about(one) for one in here().registers.values()]


@routes.route("/<name>/records/<record>", AnswerShape, query=StatedQuery, problems=(404,))
def record(asked: dict[str, Any], name: str, record: str) -> dict[str, Any]:
    """One record: one's own (SM02), one that a clause shares, or protected fields by the owner's ticket (SM06)."""
    who, register, purpose = _begun(name, asked)
    wanted = _chosen(register, asked, own=_is_unit(who))
    owner = _owner(register, wanted)
    action = _action(who, register, record, wanted, purpose)
    found = live.look(here().parts, register, wanted, "record_id", (record,), 1)
    who = again()
    row = found[0] if found else {}
    facts = (str(row.get(owner) or ""), str(row.get("source_region_code") or ""))
    try:
        verdict = demanded(who, action, record_of(register, record, wanted, *facts), purpose)
    except Refused:
        # Another's record and none at all are told apart neither by the answer nor by how many may be asked for.
        _missed(who, 1)
        raise
    rows = [live.without_persons(one) for one in found if live.ruled(one, verdict.rows)]
    answer = _answer(who, register, verdict, (record,), purpose, wanted, rows)
    if not rows:
        _missed(who, 1)
        raise Refused("not-found", "The source has no such record.")
    return answer


@routes.route("/<name>/records", AnswerShape, query=RegisterQuery, problems=(404,))
def records(asked: dict[str, Any], name: str) -> dict[str, Any]:
    """Records that a key names: a unit's own (SM02), those of a code or batch of a case (SM05), a unit's licences."""
    who, register, purpose = _begun(name, asked)
    values = tuple(asked.get("value", ()))
    wanted = _chosen(register, asked, own=False)
    codes = values if asked.get("key") == "trace_code" else ()
    what = keyed_of(register, wanted, codes, asked.get("batch", ""), asked.get("producer", ""))
    verdict = demanded(who, Action.QUERY, what, purpose)
    by, values = _by(who, register, asked, values)
    found = live.look(here().parts, register, wanted, by, values, _MOST)
    who = again()
    verdict = demanded(who, Action.QUERY, what, purpose)
    rows = [live.without_persons(one) for one in found if live.ruled(one, verdict.rows)]
    told = {str(one[by]) for one in rows}
    _missed(who, len(set(values) - told))
    return _answer(who, register, verdict, values, purpose, wanted, rows)


def _begun(name: str, asked: dict[str, Any]) -> tuple[Standing, Register, Purpose]:
    """Who asks what why, at a rate that no enumeration gets through."""
    who: Standing = g.standing
    register = register_named(name)
    caller = who.uscc
    limits.demand(here().limiter, RATE, caller, here().seconds())
    detail = "Too many records that do not exist were asked for."
    limits.demand_few(here().limiter, MISSES, caller, here().seconds(), detail)
    kind = PurposeKind(asked.get("purpose", PurposeKind.PUBLIC))
    return who, register, Purpose(kind, asked.get("case", ""), asked.get("statement", ""))


def register_named(name: str) -> Register:
    """The register. Refused (404) when there is none."""
    found = here().registers.get(name)
    if found is None:
        raise Refused("not-found", "There is no such register.")
    return found


def _chosen(register: Register, asked: dict[str, Any], *, own: bool) -> tuple[str, ...]:
    """The fields asked for; without any, all of one's own record and else those that agencies share."""
    every = tuple(field.name for field in register.offered)
    common = tuple(field.name for field in register.shared)
    # What is for inside use only goes to nobody but the record's owner.
    offered = every if own else (*common, *register.guarded(every))
    wanted = tuple(filter(None, asked.get("fields", "").split(",")))
    if not wanted:
        return every if own else common
    if not set(wanted).issubset(offered):
        raise unknown_field("query")
    return tuple(dict.fromkeys(wanted))


def unknown_field(where: str) -> Refused:
    """The refusal of a field that no register tells."""
    fault = {"in": where, "field": "fields"}
    return Refused(
        "unprocessable", "The register has no such field, or it never leaves the source.", {"faults": [fault]}
    )


def _owner(register: Register, wanted: Sequence[str]) -> str:
    """The column that tells whose the protected fields are. Refused (422) when they are several owners'."""
    columns = {register.owner_of(name) for name in register.guarded(wanted) or ("",)}
    if len(columns) != 1:
        raise Refused("unprocessable", "These fields belong to different owners; ask for them one owner at a time.")
    return columns.pop()


def _is_unit(who: Standing) -> bool:
    return who.party is not None and any(map(who.party.is_a, (PartyKind.PRODUCER, PartyKind.SELLER)))


def _action(who: Standing, register: Register, record: str, wanted: Sequence[str], purpose: Purpose) -> Action:
    """Which question is put to the matrix; refused before anything is read when no answer could be yes."""
    what = record_of(register, record, wanted)
    ticketed = decide(who, Action.REVEAL, what, purpose, here().now()).allowed
    if ticketed or (what.protected and not _is_unit(who)):
        demanded(who, Action.REVEAL, what, purpose)
        return Action.REVEAL
    demanded(who, Action.QUERY, record_of(register, record, wanted, who.uscc), purpose)
    return Action.QUERY


def _by(
    who: Standing, register: Register, asked: dict[str, Any], values: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """By which field the source is asked: a declared key, a batch, or one's own code."""
    if "key" in asked:
        if asked["key"] not in register.keys or not values:
            fault = {"in": "query", "field": "key"}
            raise Refused("unprocessable", f"Ask by one of: {', '.join(register.keys)}.", {"faults": [fault]})
        return asked["key"], values
    if "batch" in asked and register.standard.no == _FLOW:
        return "serial_or_batch", (asked["batch"],)
    return register.owner_of(""), (who.uscc,)


def _missed(who: Standing, count: int) -> None:
    if count:
        here().limiter.charge(MISSES, who.uscc, here().seconds(), count)


def _answer(
    who: Standing,
    register: Register,
    verdict: Verdict,
    asked: Sequence[str],
    purpose: Purpose,
    wanted: Sequence[str],
    rows: Sequence[live.Row],
) -> dict[str, Any]:
    """The answer, after its Use stands in the ledger."""
    action = Action.REVEAL if verdict.ticket else Action.QUERY
    mark = _mark(who, verdict)
    missed = max(len(asked) - len(rows), 0)
    use = use_of(who, action, register.id, 0, verdict, purpose, rows=len(rows), missed=missed)
    use = replace(use, mark=mark)
    facts: dict[str, str | int] = {
        "register": register.id,
        "records": ",".join(sorted(str(row["record_id"]) for row in rows)),
        "fields": len(wanted),
        "party": use.party,
        "by": who.actor,
        "clause": verdict.clause,
        "ticket": verdict.ticket,
        "case": purpose.case_no,
        "mark": mark,
    }
    answered(here().parts.engine, use, facts)
    here().metrics.delivered(register.id, len(rows))
    shown = ("record_id", *(name for name in wanted if name != "record_id"))
    return {
        "register": register.id,
        "at": use.at,
        "clause": verdict.clause,
        "basis": verdict.basis,
        "ticket": verdict.ticket,
        "mark": mark,
        "count": len(rows),
        "rows": [{name: row[name] for name in shown} for row in rows],
    }


def _mark(who: Standing, verdict: Verdict) -> str:
    """A number that nobody can guess or make: whoever shows it shows which answer a value came from."""
    said = (
        f"{g.request_id}\n{who.actor}\n{verdict.clause}\n{verdict.ticket}\n{here().now().isoformat()}\n{request.path}"
    )
    return hmac.new(here().key("answer"), said.encode(), hashlib.sha256).hexdigest()[:32]


def _about(one: Register) -> dict[str, Any]:
    guarded = set(one.guarded(field.name for field in one.offered))
    return {
        "id": one.id,
        "title": {"zh": one.zh, "en": one.en},
        "standard": one.standard.no,
        "keys": one.keys,
        "fields": [
            {"name": f.name, "zh": f.zh, "en": f.en, "guarded": f.name in guarded, "owner": one.owner_of(f.name)}
            for f in one.offered
        ],
    }
