"""What this hub answers when a peer asks for records: by decision, from the source, marked, and kept nowhere.

Every outcome is a signed answer, the refusals too: the asker learns by which clause, and both sides can prove it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from agreements.acting import party_of
from agreements.decide import decide
from agreements.model import Action, Standing, Verdict
from agreements.peers.question import Question
from agreements.permissions import Permission
from agreements.subject import keyed_of
from agreements.use import Taken, Use
from catalog.errors import SourceError
from catalog.registers import Register
from hub import live
from hub.db.engine import reading
from hub.parts import Parts
from hub.peering.peers import Told
from hub.state.answers import HOUR, answered
from hub.state.exchange import reading_desk
from hub.state.uses import taken_since

MOST_ROWS: Final = 100
_MISSES: Final = 20
_QUESTIONS: Final = 600


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers from the registers of this hub. ``secret`` makes the mark that every answer carries."""

    parts: Parts
    registers: Mapping[str, Register]
    secret: bytes = field(repr=False)

    def __call__(self, sender: str, number: str, question: Question, now: datetime) -> Told:
        """Status and body: 200 with rows, 403 with the clause that refuses, 404, 422, 429 or 503."""
        if self._too_many(sender, now):
            return _refused(429, "too-many")
        register = self.registers.get(question.register)
        if register is None:
            return _refused(404, "no-such-register")
        fields = question.fields or tuple(one.name for one in register.shared)
        by = _by(register, question)
        if by is None or not {one.name for one in register.offered}.issuperset(fields):
            return _refused(422, "no-such-key" if by is None else "no-such-field")
        what = keyed_of(register, fields, question.codes, question.batch, question.producer)
        verdict = decide(self._standing(sender, now), Action.QUERY, what, question.purpose, now)
        if not verdict.allowed:
            return 403, {"refused": verdict.code, "clause": verdict.clause, "reason": verdict.reason}
        try:
            found = live.look(self.parts, register, fields, *by, MOST_ROWS)
        except SourceError:
            return _refused(503, "source-away")
        rows = [live.without_persons(one) for one in found if live.ruled(one, verdict.rows)]
        told = self._answer(sender, number, question, register, verdict, fields, rows, now)
        return _refused(429, "too-many") if told is None else (200, told)

    def _standing(self, sender: str, now: datetime) -> Standing:
        with reading_desk(self.parts.engine, now) as found:
            return Standing(party_of(found, sender), actor=sender, permissions=frozenset({Permission.RECORD_QUERY}))

    def _too_many(self, sender: str, now: datetime) -> bool:
        """Whoever asks for much that does not exist is going through codes (abuse rule: enumeration)."""
        with reading(self.parts.engine) as connection:
            return not _allows(taken_since(connection, sender, now - HOUR))

    def _answer(
        self,
        sender: str,
        number: str,
        question: Question,
        register: Register,
        verdict: Verdict,
        fields: Sequence[str],
        rows: Sequence[live.Row],
        now: datetime,
    ) -> dict[str, Any] | None:
        """The answer, after its Use stands in the ledger; None when others at the same time used up what is allowed."""
        said = f"{sender}\n{number}\n{verdict.clause}\n{now.isoformat()}"
        mark = hmac.new(self.secret, said.encode(), hashlib.sha256).hexdigest()[:32]
        facts: dict[str, str | int] = {
            "register": register.id,
            "records": ",".join(sorted(str(row["record_id"]) for row in rows)),
            "fields": len(fields),
            "party": sender,
            "by": question.person,
            "clause": verdict.clause,
            "question": number,
            "case": question.case,
            "mark": mark,
        }
        use = _use(sender, question, register, verdict, len(rows), mark, now)
        if not answered(self.parts.engine, use, facts, _allows):
            return None
        shown = ("record_id", *(name for name in fields if name != "record_id"))
        return {
            "register": register.id,
            "question": number,
            "at": now.isoformat(),
            "clause": verdict.clause,
            "mark": mark,
            "count": len(rows),
            "rows": [{name: row[name] for name in shown} for row in rows],
        }


def _allows(taken: Taken) -> bool:
    return taken.missed < _MISSES and taken.uses < _QUESTIONS


def _use(
    sender: str, question: Question, register: Register, verdict: Verdict, rows: int, mark: str, now: datetime
) -> Use:
    return Use(
        at=now,
        party=sender,
        actor=sender,
        grant=verdict.ticket,
        action=Action.QUERY,
        dataset=register.id,
        version=0,
        clause=verdict.clause,
        rows=rows,
        missed=max((len(question.values) or 1) - rows, 0),
        mark=mark,
        purpose=question.purpose.kind,
        case_no=question.case,
    )


def _by(register: Register, question: Question) -> tuple[str, tuple[str, ...]] | None:
    """By which field the source is asked; None when the register is not asked that way."""
    if question.key:
        return (question.key, question.values) if question.key in register.keys and question.values else None
    return ("serial_or_batch", (question.batch,)) if question.batch and question.producer else None


def _refused(status: int, why: str) -> Told:
    return status, {"refused": why}
