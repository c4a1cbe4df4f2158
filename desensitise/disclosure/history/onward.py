"""The next release from the proofs of the one before: old proofs are led on, and only what is new is sought.

Most flows go on without a programme (``follow``), which withholds again what they moved; what that withholds for
nothing is given back. What is new stands in the last editions, so it is sought among their cells alone; older ones are
taken for known there, which errs on the safe side. Every proof, old or new, is of the whole system of all editions and
is replayed in it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from desensitise.disclosure.audit import Intervals, intervals
from desensitise.disclosure.certificate import troubles
from desensitise.disclosure.claim import claim_of
from desensitise.disclosure.clean import clean
from desensitise.disclosure.history.joint import Joint
from desensitise.disclosure.history.labels import editions_of
from desensitise.disclosure.history.lead import Leader
from desensitise.disclosure.history.proven import Proven
from desensitise.disclosure.history.revive import Carried, Way, carried, proof_by, way_of
from desensitise.disclosure.insider import LEAST, Insiders, guard
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.search import Finder, Pattern, Step, add, in_order, need_of, search
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Longs

WINDOW = 2
"""How many of the last editions new proofs are sought in before all are asked."""


def onward(joint: Joint, proven: Proven, step: Step) -> Pattern:
    """The pattern of the new edition from the last one's proofs; UnsafeRelease where something cannot be protected."""
    held = carried(joint, proven)
    system = joint.system
    oldest, recent = _first_editions(joint)
    pattern = Pattern(system, system.sensitive.copy(), guarded=True)
    ways = {at: [way_of(system, held.flows[at])] for at in np.flatnonzero(held.whole).tolist()}
    waiting = _proven_by(pattern, held, ways)
    on = _followed(pattern, held, ways, waiting)
    _proven_aside(pattern, _free(pattern, ways, on))
    fresh = np.flatnonzero((oldest == len(proven.names) + 2) & ~system.fixed)
    _new(pattern, waiting, recent, step)
    _given_back(pattern, step)
    ways = _free(pattern, ways, on)
    leader = Leader(system, fresh)
    _led_on(pattern, held, ways, waiting, leader)
    _replayed(pattern)
    if any(unknown not in pattern.proofs for unknown in np.flatnonzero(system.sensitive).tolist()):
        _sought(pattern)
        search(pattern, step)
    if system.cells.spec.attacker.insiders:
        _guarded(pattern, held, ways, leader, step)
    return pattern


def _first_editions(joint: Joint) -> tuple[Longs, Bools]:
    """The first edition of what moves together with each unknown, and whether that is one of the last.

    A difference moves when either of its ends does, however long ago they were told.
    """
    edition = editions_of(joint.system.cells, joint.pairs)
    oldest = np.full(joint.system.size, np.iinfo(np.int64).max)
    np.minimum.at(oldest, joint.root, edition)
    recent = (oldest > edition.max() - WINDOW) & (oldest <= edition.max())
    ends = recent[joint.root[np.maximum(joint.pairs, 0)]] & (joint.pairs >= 0)
    np.logical_or.at(recent, joint.root[joint.system.told :], ends.any(axis=1))
    return oldest, recent


def _proven_by(pattern: Pattern, held: Carried, ways: dict[int, list[Way]]) -> dict[int, list[tuple[int, int]]]:
    """Prove what flows of before prove as they are; the others with the flows that may be led on."""
    system = pattern.system
    waiting: dict[int, list[tuple[int, int]]] = {}
    for unknown, up, down in held.proofs:
        if not system.sensitive[unknown] or unknown in pattern.proofs:
            continue
        proof = proof_by(system, unknown, ways.get(up, []), ways.get(down, []))
        if proof is not None:
            pattern.proofs[unknown] = proof
            waiting.pop(unknown, None)
        elif len(held.flows[up].at) and len(held.flows[down].at):
            waiting.setdefault(unknown, []).append((up, down))
    return waiting


def _followed(
    pattern: Pattern, held: Carried, ways: dict[int, list[Way]], waiting: dict[int, list[tuple[int, int]]]
) -> dict[int, list[Way]]:
    """Prove by flows that go on into the new edition by themselves, and withhold there what they move."""
    system = pattern.system
    on = {at: [way_of(system, flow) for flow in found] for at, found in enumerate(held.on) if found}
    for unknown, pairs in list(waiting.items()):
        for up, down in pairs:
            proof = proof_by(system, unknown, ways.get(up, on.get(up, [])), ways.get(down, on.get(down, [])))
            if proof is not None:
                pattern.proofs[unknown] = proof
                pattern.suppressed[proof.uses] = True
                del waiting[unknown]
                break
    pattern.suppressed[system.hidden] = False
    return on


def _free(pattern: Pattern, ways: dict[int, list[Way]], on: dict[int, list[Way]]) -> dict[int, list[Way]]:
    """The ways at hand with those on into the new edition that move nothing told."""
    told = ~pattern.suppressed & ~pattern.system.hidden
    free = {at: [way for way in found if not told[way.flow.at].any()] for at, found in on.items()}
    return ways | {at: found for at, found in free.items() if found}


def _given_back(pattern: Pattern, step: Step) -> None:
    """Tell again what moved along for nothing, where a few proofs are mended for it; insiders are looked at later."""
    pattern.guarded = False
    clean(pattern, step, sweeps=0)
    pattern.guarded = True


def _new(pattern: Pattern, waiting: dict[int, list[tuple[int, int]]], recent: Bools, step: Step) -> None:
    """Protect what no earlier release has proven, among the last editions' cells; what is not found there is left."""
    system = pattern.system
    asked = system.sensitive & recent & ~system.fixed
    asked[[*pattern.proofs, *waiting]] = False
    window = replace(
        system,
        fixed=system.fixed | ~recent,
        sensitive=asked,
        hidden=system.hidden | ((system.sensitive | pattern.suppressed) & ~asked),
    )
    found = Pattern(window, asked.copy())
    _sought(found)
    clean(found, step)
    pattern.proofs.update(found.proofs)
    pattern.suppressed |= found.suppressed


def _sought(pattern: Pattern) -> None:
    """Proofs of what has none: over what is hidden near by where there is one, and else by hiding more."""
    system = pattern.system
    finder, banned = Finder(system), np.zeros(system.size, dtype=bool)
    for unknown in in_order(system).tolist():
        if unknown in pattern.proofs:
            continue
        open_ = (pattern.suppressed | system.hidden) & ~system.fixed
        need = need_of(system, unknown)
        proof = finder.within(unknown, need, open_) or finder.proof(unknown, need, pattern.suppressed, banned)
        if proof is not None:
            add(pattern, unknown, proof)


def _led_on(
    pattern: Pattern,
    held: Carried,
    ways: dict[int, list[Way]],
    waiting: dict[int, list[tuple[int, int]]],
    leader: Leader,
) -> None:
    """Lead flows on through the new edition, hiding more where that is what it takes."""
    far = _how_far(pattern.system, held, waiting)
    nobody = np.zeros(pattern.system.size, dtype=bool)
    for flow in sorted(far):
        if flow not in ways:
            ways[flow] = _led(pattern, leader, held, flow, far[flow], nobody)
    for unknown, pairs in waiting.items():
        for up, down in pairs:
            proof = proof_by(pattern.system, unknown, ways[up], ways[down])
            if proof is not None:
                pattern.proofs[unknown] = proof
                break
    _proven_aside(pattern, ways)


def _proven_aside(pattern: Pattern, ways: dict[int, list[Way]]) -> None:
    """What flows at hand prove besides: a difference from an edition of long ago moves with that edition's figure."""
    system = pattern.system
    wanted = system.sensitive.copy()
    wanted[[*pattern.proofs]] = False
    moving: dict[int, list[Way]] = {}
    for way in (way for flow in sorted(ways) for way in ways[flow]):
        for unknown in way.flow.at[wanted[way.flow.at]].tolist():
            moving.setdefault(unknown, []).append(way)
    for unknown, found in moving.items():
        if (proof := proof_by(system, unknown, found, found)) is not None:
            pattern.proofs[unknown] = proof


def _how_far(
    system: System, held: Carried, waiting: dict[int, list[tuple[int, int]]]
) -> dict[int, tuple[float, float]]:
    """How many times as far each flow must go, as it is and turned round."""
    far: dict[int, tuple[float, float]] = {}
    for unknown, pairs in waiting.items():
        for up, down in pairs:
            for flow, need in ((up, float(system.above[unknown])), (down, -float(system.below[unknown]))):
                moved = held.flows[flow].of(unknown)
                times = need / moved if moved else 0.0
                rising, turned = far.get(flow, (0.0, 0.0))
                far[flow] = max(rising, times), max(turned, -times)
    return far


def _led(
    pattern: Pattern, leader: Leader, held: Carried, flow: int, far: tuple[float, float], banned: Bools
) -> list[Way]:
    """The flow led on both ways, or each way by itself."""
    system = pattern.system
    found = []
    for rising, turned in (far, (far[0], 0.0), (0.0, far[1])):
        if max(rising, turned) == 0:
            continue
        hidden = pattern.suppressed | system.hidden
        led = leader.led(held.flows[flow], rising, turned, hidden, banned)
        if led is not None:
            pattern.suppressed[led.at] = True
            pattern.suppressed[system.hidden] = False
            found.append(way_of(system, led))
            if (rising, turned) == far:
                break
    return found


def _replayed(pattern: Pattern) -> None:
    """Drop the proofs that do not hold to the last digit in the whole system."""
    system = pattern.system
    flows, needs = [], []
    for unknown, proof in pattern.proofs.items():
        flows += [proof.up, proof.down]
        needs += [max(1.0, float(system.above[unknown])), max(1.0, float(system.below[unknown]))]
    wrong = troubles(claim_of(pattern), flows, needs)
    for unknown, proof in list(pattern.proofs.items()):
        if id(proof.up) in wrong or id(proof.down) in wrong:
            del pattern.proofs[unknown]


def _guarded(pattern: Pattern, held: Carried, ways: dict[int, list[Way]], leader: Leader, step: Step) -> None:
    """Movements against insiders: those of before that hold or lead on, and new ones for the rest."""
    system = pattern.system
    known = Insiders(system)
    watched = {unknown: set(known.watching(unknown, proof)) for unknown, proof in pattern.proofs.items()}
    asked = [one for one in held.insiders if one[1] in watched.get(one[0], ())]
    far: dict[int, float] = {}
    for unknown, _, flow in asked:
        if flow not in ways and (moved := abs(held.flows[flow].of(unknown))):
            far[flow] = max(far.get(flow, 0.0), LEAST / moved)
    nobody = np.zeros(system.size, dtype=bool)
    for flow, times in sorted(far.items()):
        ways[flow] = _led(pattern, leader, held, flow, (times, times), nobody)
    for unknown, owner, flow in asked:
        for way in ways.get(flow, ()):
            if (
                owner not in known.of(way.flow)
                and (found := way.to(unknown, LEAST) or way.to(unknown, -LEAST)) is not None
            ):
                pattern.insiders.setdefault((unknown, owner), found)
    guard(pattern, step, keep=True)


def intervals_by(joint: Joint, pattern: Pattern, step: Step) -> Intervals:
    """What is left to an attacker, at least: the last editions' intervals, and what proofs over all of them show."""
    _, recent = _first_editions(joint)
    narrow = replace(pattern.system, fixed=pattern.system.fixed | ~recent)
    found = intervals(narrow, pattern.suppressed, lambda done, total: step("audit", done, total))
    below, above = found.below.copy(), found.above.copy()
    for unknown, proof in pattern.proofs.items():
        above[unknown] = max(above[unknown], proof.up.of(unknown))
        below[unknown] = max(below[unknown], -proof.down.of(unknown))
    return Intervals(below, above, found.solved)
