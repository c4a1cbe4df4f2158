"""The next release from the proofs of the one before: old proofs are led on, and only what is new is sought.

What is new stands in the last editions, so it is sought among their cells alone; older ones are taken for known there,
which errs on the safe side. Every proof, old or new, is of the whole system of all editions and is replayed in it.
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
from desensitise.disclosure.insider import LEAST, guard, owners_of, watchers
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
    fresh = np.flatnonzero((oldest == len(proven.names) + 2) & ~system.fixed)
    _new(pattern, waiting, recent, step)
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


def _new(pattern: Pattern, waiting: dict[int, list[tuple[int, int]]], recent: Bools, step: Step) -> None:
    """Protect what no earlier release has proven, among the last editions' cells; what is not found there is left."""
    system = pattern.system
    asked = system.sensitive & recent & ~system.fixed
    asked[[*pattern.proofs, *waiting]] = False
    window = replace(
        system,
        fixed=system.fixed | ~recent,
        sensitive=asked,
        hidden=system.hidden | (system.sensitive & ~asked),
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
    watched = {unknown: set(watchers(system, unknown, proof)) for unknown, proof in pattern.proofs.items()}
    asked = [one for one in held.insiders if one[1] in watched.get(one[0], ())]
    far: dict[int, float] = {}
    for unknown, _, flow in asked:
        if flow not in ways and (moved := abs(held.flows[flow].of(unknown))):
            far[flow] = max(far.get(flow, 0.0), LEAST / moved)
    nobody = np.zeros(system.size, dtype=bool)
    for flow, times in sorted(far.items()):
        ways[flow] = _led(pattern, leader, held, flow, (times, times), nobody)
    owners = {at: [owners_of(system, way.flow) for way in found] for at, found in ways.items()}
    for unknown, owner, flow in asked:
        for way, known in zip(ways.get(flow, ()), owners.get(flow, ()), strict=True):
            if owner not in known and (found := way.to(unknown, LEAST) or way.to(unknown, -LEAST)) is not None:
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
