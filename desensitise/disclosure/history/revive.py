"""Proofs of earlier releases in the system of the next one.

What the new edition adds are sums over its own cells. A flow of before that leaves them alone holds as it is, and most
do: unchanged cells move together with what they were (``contract``). One that does not is led on through the cells of
the new edition by a small programme, which may ask for more to be withheld. Nothing here is taken on trust: every flow
is measured in the new system, and what does not hold is left to be proven anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from desensitise.disclosure.flow import TOLERANCE, Flow
from desensitise.disclosure.history.follow import Moves, broken, merged, onwards, spread
from desensitise.disclosure.history.joint import Joint
from desensitise.disclosure.history.labels import unknowns_at
from desensitise.disclosure.history.proven import Proven
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.search import Proof
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Longs

NEARLY = 10.0
"""How many times as far as asked a flow may go that serves another's need as well."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Flows of before in the new system: ``whole`` ones hold there, others only with the new edition's cells moving.

    ``on``: each flow's plain ways on through those (``follow``), none where it is whole or has none.
    ``proofs``: unknown, flow up, flow down. ``insiders``: unknown, owner, flow.
    """

    flows: list[Flow]
    whole: Bools
    on: list[list[Flow]]
    proofs: list[tuple[int, int, int]]
    insiders: list[tuple[int, int, int]]


@dataclass
class Way:
    """A flow and how many times as far it can go, as it is and turned round.

    What is asked of it is answered by as few multiples as possible, for each is replayed by itself.
    """

    flow: Flow
    rise: float
    fall: float
    _made: list[tuple[float, Flow]] = field(default_factory=list)

    def to(self, unknown: int, need: float) -> Flow | None:
        """A flow that moves the unknown by so much or more (down where below nought); None where that is too far."""
        moved = self.flow.of(unknown)
        if not moved:
            return None
        times = need / moved
        for made, flow in self._made:
            if made * times > 0 and abs(times) <= abs(made) <= NEARLY * abs(times):
                return flow
        if abs(times) > (self.rise if times > 0 else self.fall) * (1 + TOLERANCE):
            return None
        self._made.append((times, self.flow.scaled(times)))
        return self._made[-1][1]


def way_of(system: System, flow: Flow) -> Way:
    """The flow with its room."""
    size = np.abs(flow.amount)
    rising = flow.amount > 0
    up, down = system.up[flow.at] / size, system.down[flow.at] / size
    return Way(
        flow,
        float(np.where(rising, up, down).min(initial=np.inf)),
        float(np.where(rising, down, up).min(initial=np.inf)),
    )


def proof_by(system: System, unknown: int, up: list[Way], down: list[Way]) -> Proof | None:
    """A proof by the first ways that go far enough."""
    above, below = float(system.above[unknown]), float(system.below[unknown])
    rising = next((flow for way in up if (flow := way.to(unknown, above)) is not None), None)
    if rising is None:
        return None
    if below == 0:
        return Proof(rising, rising.scaled(0.0))
    falling = next((flow for way in down if (flow := way.to(unknown, -below)) is not None), None)
    return None if falling is None else Proof(rising, falling)


def carried(joint: Joint, proven: Proven) -> Carried:
    """The proofs of before, as far as their unknowns are still there."""
    unknown = _unknowns(joint, proven)
    moves, dead = _moves(joint, proven, unknown)
    whole = ~dead & ~broken(joint.system, moves)
    on = onwards(joint, moves.only(~dead & ~whole), len(proven.names) + 2)
    owners = {name: at for at, name in enumerate(joint.owners.unique().sort().to_list())}
    fixed = joint.system.fixed
    proofs = [
        (int(joint.root[one]), up, down)
        for one, (up, down) in zip(unknown[proven.proofs[:, 0]].tolist(), proven.proofs[:, 1:].tolist(), strict=True)
        if one >= 0 and not fixed[joint.root[one]]
    ]
    insiders = [
        (int(joint.root[one]), owners[owner], flow)
        for one, flow, owner in zip(
            unknown[proven.insiders[:, 0]].tolist(), proven.insiders[:, 1].tolist(), proven.owners, strict=True
        )
        if one >= 0 and not fixed[joint.root[one]] and owner in owners
    ]
    return Carried(moves.flows(dead), whole, on, proofs, insiders)


def _unknowns(joint: Joint, proven: Proven) -> Longs:
    """The unknowns that the numbers of ``proven`` stand for, -1 for those that are gone."""
    size = joint.system.size
    cells = unknowns_at(joint.system.cells, proven.cells)
    there = (joint.pairs >= 0).all(axis=1)
    keys = np.where(there, joint.pairs[:, 0] * size + joint.pairs[:, 1], -1)
    order = np.argsort(keys, kind="stable")
    first, second = (cells[np.maximum(proven.pairs[:, side], 0)] for side in (0, 1))
    wanted = np.where((proven.pairs >= 0).all(axis=1) & (first >= 0) & (second >= 0), first * size + second, -2)
    at = np.searchsorted(keys[order], wanted)
    at[at == len(keys)] = 0
    found = order[at] if len(keys) else np.zeros(len(wanted), dtype=np.int64)
    match = keys[found] == wanted if len(keys) else np.zeros(len(wanted), dtype=bool)
    return np.concatenate((cells, np.where(match, joint.system.told + found, -1))).astype(np.int64)


def _moves(joint: Joint, proven: Proven, unknown: Longs) -> tuple[Moves, Bools]:
    """The flows over what moves together now; one that contradicts it, or moves what is known, is no more."""
    system, count = joint.system, len(proven.start) - 1
    of = np.repeat(np.arange(count), np.diff(proven.start))
    at = unknown[proven.at]
    root = joint.root[np.maximum(at, 0)]
    gone = (at < 0) | system.fixed[root]
    amount = proven.amount / joint.factor[np.maximum(at, 0)]
    moves, dead = merged(of, root, amount, count, system.size)
    dead[of[gone]] = True
    moves, torn = spread(system, moves.only(~dead))
    return moves, dead | torn
