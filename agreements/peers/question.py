"""A question from one hub to another: records of a register, for the codes or the batch that a case names (SM05).

The question travels in a signed request, its answer in a signed answer that fits this request only; see ``message``.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import msgspec

from agreements.acting import demand_house
from agreements.desk import Desk, Happened
from agreements.model import Purpose, PurposeKind
from agreements.peers.model import Peer, Receipt
from agreements.peers.outbox import active_peer
from agreements.permissions import Permission
from catalog.errors import NotPermitted
from catalog.typed import converted

KIND: Final = "records.ask"
_NUMBER: Final = re.compile(r"Q[0-9]{8,12}")
_Word = Annotated[str, msgspec.Meta(max_length=100)]


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked: records whose field ``key`` is one of ``values``, or those of a ``batch`` of a ``producer``.

    ``person`` is who asks at the asking hub, ``case`` the number of the case, ``statement`` why, in words.
    """

    register: _Word
    person: _Word
    case: _Word
    statement: Annotated[str, msgspec.Meta(max_length=500)]
    fields: tuple[_Word, ...] = ()
    key: _Word = ""
    values: Annotated[tuple[_Word, ...], msgspec.Meta(max_length=50)] = ()
    batch: _Word = ""
    producer: _Word = ""

    @property
    def purpose(self) -> Purpose:
        """Hubs ask each other for joint supervision and nothing else."""
        return Purpose(PurposeKind.JOINT_SUPERVISION, self.case, self.statement)

    @property
    def codes(self) -> tuple[str, ...]:
        """The trace codes that are named."""
        return self.values if self.key == "trace_code" else ()


def body_of(number: str, question: Question) -> dict[str, Any]:
    """The body of the request."""
    return {"kind": KIND, "number": number, "question": msgspec.to_builtins(question)}


def read_question(body: dict[str, Any]) -> tuple[str, Question] | None:
    """Number and question of a request's body; None when it is malformed or asks for too much at once."""
    try:
        number, question = body["number"], converted(body["question"], Question)
    except (KeyError, msgspec.ValidationError):
        return None
    return (number, question) if isinstance(number, str) and _NUMBER.fullmatch(number) else None


def begun(desk: Desk, peer: str, question: Question) -> tuple[Peer, str]:
    """Enter that somebody of the bureau asks a peer, before anything leaves: the peer and the question's number.

    The event stands even if no answer ever comes: what was asked is known on this side too.
    """
    demand_house(desk, question.person, Permission.RECORD_QUERY)
    other = active_peer(desk, peer)
    if other is None:
        raise NotPermitted("No approved peer has this code.", todo="See `hub peers list`.")
    number = f"Q{desk.number('question'):08}"
    told: dict[str, str | int] = {
        "question": number,
        "peer": peer,
        "by": question.person,
        "register": question.register,
        "case": question.case,
        "asked": len(question.values) or 1,
    }
    desk.keep(Happened("peer.asking", told))
    return other, number


def ended(desk: Desk, receipt: Receipt, status: int) -> None:
    """The peer's answer was proven: its receipt and the event in one transaction."""
    told: dict[str, str | int] = {
        "question": receipt.parcel,
        "peer": receipt.peer,
        "status": status,
        "receipt": receipt.digest,
    }
    desk.keep(Happened("peer.asked", told), receipt)
