"""Asking a peer for records: one signed question, one signed answer that fits it, and the receipt that proves both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agreements.contract import canonical
from agreements.peers import message
from agreements.peers.message import Answer
from agreements.peers.model import Direction, Receipt
from agreements.peers.question import Question, begun, body_of, ended
from catalog.errors import ProofError, SourceGone
from catalog.typed import from_json
from hub.peering.peers import PATH, Now, Send, Station, keys_of, own_keys, receipt_of
from hub.peering.unanswered import why
from hub.state.exchange import desk


@dataclass(frozen=True, slots=True)
class Asked:
    """An answered question. ``question`` and ``answer`` are the bodies as they were signed; nothing here keeps them."""

    number: str
    status: int
    receipt: Receipt
    question: bytes = field(repr=False)
    answer: bytes = field(repr=False)

    @property
    def told(self) -> dict[str, Any]:
        """The answer's JSON."""
        return from_json(self.answer, dict[str, Any])


def ask(station: Station, peer: str, question: Question, clock: Now, send: Send) -> Asked:
    """Ask a peer. The question stands in the ledger before it leaves, the receipt when its answer is proven.

    SourceGone when it cannot be reached, ProofError when the answer does not hold; either way nothing was learnt, and
    the question may be asked again, which is another question.
    """
    now = clock()
    with desk(station.engine, now) as found:
        other, number = begun(found, peer, question)
        keys, own = keys_of(found, peer), own_keys(found, station)
    raw = canonical(body_of(number, question))
    asked = message.ask(f"{other.address}{PATH}", raw, station.uscc, peer, station.key, now, station.nonce())
    try:
        status, headers, body = send(asked)
    except OSError as error:
        raise SourceGone(
            f"The peer gave no answer: {why(error)}.",
            left="The question is in the ledger, unanswered.",
            todo="Ask again later; if it stays so, ask the people who run the peer.",
        ) from None
    now = clock()
    answer = Answer(status, {name.lower(): value for name, value in headers.items()}, asked, body)
    try:
        by = message.check_answer(answer, keys, now)
    except ProofError:
        raise ProofError(
            "What came back is not the peer's answer to this question.",
            left="The question is in the ledger, unanswered.",
            todo="Compare keys, clocks and addresses with the peer, then ask again.",
        ) from None
    kept = receipt_of(peer, Direction.ASKED, number, answer, own[station.key.id], keys[by], now)
    with desk(station.engine, now) as found:
        ended(found, kept, status)
    return Asked(number, status, kept, raw, body)
