"""The Use of an answer: who took what by which clause, as every view tells it."""

from __future__ import annotations

from agreements.model import Action, Purpose, Standing, Verdict
from agreements.use import Use
from hub.api.process.context import here, peer_hash


def use_of(
    who: Standing,
    action: Action,
    dataset: str,
    version: int,
    verdict: Verdict,
    purpose: Purpose | None = None,
    *,
    rows: int,
    missed: int = 0,
) -> Use:
    """A Use at this moment, by the grant or ticket that the verdict rests on, for the purpose that was stated."""
    return Use(
        at=here().now(),
        party=who.uscc,
        actor=who.actor,
        grant=verdict.grant or verdict.ticket,
        action=action,
        dataset=dataset,
        version=version,
        clause=verdict.clause,
        rows=rows,
        missed=missed,
        peer=peer_hash(),
        purpose=purpose.kind if purpose else "",
        case_no=purpose.case_no if purpose else "",
    )
