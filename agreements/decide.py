"""The only place that says who may do what with which data. What no clause gives is refused (default deny).

The matrix of clauses is data (``matrix.toml``); this module only walks through it: first every clause that stops, then
every clause that gives. The verdict of a refusal names the clause that came closest, and why it did not hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from agreements.conditions import CONDITIONS, Question, Yes
from agreements.matrix import EVERYONE, Gives, Row, Stops, matrix
from agreements.model import Action, Form, Purpose, RowRule, Standing, Subject, Verdict
from agreements.permissions import Permission

NEEDS: Mapping[Action, Permission] = MappingProxyType(
    {
        Action.APPROVE: Permission.PERMISSION_APPROVE,
        Action.CORRECT: Permission.RECORD_CORRECT,
        Action.DOWNLOAD: Permission.RELEASE_DOWNLOAD,
        Action.LOOKUP: Permission.LIST_LOOKUP,
        Action.PUBLISH: Permission.RELEASE_PUBLISH,
        Action.PUSH: Permission.RECORD_QUERY,
        Action.QUERY: Permission.RECORD_QUERY,
        Action.REVEAL: Permission.RECORD_REVEAL,
        Action.SHARE: Permission.SHARE_READ,
    }
)
"""The permission that an action needs, unless the clause gives it to the public. Notices need one of their own."""

_CLOSED = "没有条款允许此项使用 no clause of the matrix permits this"
_ROLE = "操作人没有所需权限 the actor's roles do not permit this action"


def decide(who: Standing, action: Action, what: Subject, purpose: Purpose, now: datetime) -> Verdict:
    """Whether ``who`` may do ``action`` with ``what`` for ``purpose`` at ``now``, and by which clause.

    An allowed verdict can carry row rules and fields that the answer must be cut to: whoever answers applies them all.
    """
    question = Question(who, action, what, purpose, now)
    for row in matrix().row:
        for stops in row.stops:
            if _stopped(row, stops, question):
                return _refused(row, stops.unless)
    closest: Verdict | None = None
    most = -1
    for row in matrix().row:
        for gives in row.gives if row.speaks_of(what.standard) else ():
            if not _addressed(gives, question):
                continue
            verdict, held = _weigh(row, gives, question)
            if verdict.allowed:
                return verdict
            if held > most:
                closest, most = verdict, held
    return closest or _default()


def _stopped(row: Row, stops: Stops, q: Question) -> bool:
    concerned = row.speaks_of(q.what.standard)
    concerned = concerned and (not stops.actions or q.action in stops.actions)
    concerned = concerned and (not stops.forms or q.what.form in stops.forms)
    return concerned and CONDITIONS[stops.unless](q) is None


def _addressed(gives: Gives, q: Question) -> bool:
    kinds = q.who.party.kinds if q.who.party else ()
    known = EVERYONE in gives.to or any(kind in gives.to for kind in kinds)
    return known and q.action in gives.actions and q.what.form in gives.forms


def _weigh(row: Row, gives: Gives, q: Question) -> tuple[Verdict, int]:
    """The clause's verdict, and how many of its conditions held."""
    costs: list[Yes] = []
    for name in gives.when:
        cost = CONDITIONS[name](q)
        if cost is None:
            return _refused(row, name), len(costs)
        costs.append(cost)
    if EVERYONE not in gives.to and _needed(q) not in q.who.permissions:
        sm07 = matrix().named("SM07")
        return Verdict(allowed=False, code="role", reason=_ROLE, clause=sm07.id, basis=sm07.basis), len(costs)
    rows: tuple[RowRule, ...] = tuple(rule for cost in costs for rule in cost.rows)
    return Verdict(
        allowed=True,
        code="allowed",
        reason=f"{row.zh} {row.en}",
        clause=row.id,
        basis=row.basis,
        rows=rows,
        fields=next((cost.fields for cost in costs if cost.fields), ()),
        grant=next((cost.grant for cost in costs if cost.grant), ""),
        ticket=next((cost.ticket for cost in costs if cost.ticket), ""),
    ), len(costs)


def _needed(q: Question) -> Permission:
    notice = q.action is Action.PUBLISH and q.what.form is Form.NOTICE
    return Permission.NOTICE_PUBLISH if notice else NEEDS[q.action]


def _refused(row: Row, condition: str) -> Verdict:
    words = matrix().condition[condition]
    return Verdict(allowed=False, code=condition, reason=f"{words.zh} {words.en}", clause=row.id, basis=row.basis)


def _default() -> Verdict:
    row = matrix().named("SM15")
    return Verdict(allowed=False, code="closed", reason=_CLOSED, clause=row.id, basis=row.basis)
