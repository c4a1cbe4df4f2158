"""A new table protected together with all earlier editions of its source, or refused with the ones it collides with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from catalog.errors import UnsafeRelease
from desensitise.disclosure.audit import Intervals, components, intervals
from desensitise.disclosure.history.contract import contracted
from desensitise.disclosure.history.differences import differences, reading_of, with_differences
from desensitise.disclosure.history.edition import Edition
from desensitise.disclosure.history.joint import Joint, joined
from desensitise.disclosure.history.labels import pairs_of
from desensitise.disclosure.history.onward import intervals_by, onward
from desensitise.disclosure.history.proven import Proven, proven_before
from desensitise.disclosure.history.union import EDITION
from desensitise.disclosure.insider import guard
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.search import Pattern, Step, quiet
from desensitise.disclosure.secondary import MIDDLE, protect_system
from desensitise.disclosure.spec import Search
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Cells, Longs

ROUNDS = 3
"""How often all that is tied to an insider's find is withheld, which may tie it to more."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """The joint pattern of all editions with the audit of it; ``names`` are the earlier editions', oldest first."""

    joint: Joint
    pattern: Pattern
    intervals: Intervals
    names: tuple[str, ...]

    @property
    def hidden(self) -> Bools:
        """The new table's figures that are withheld: measures, then cells."""
        return np.asarray(self.pattern.suppressed[self.joint.here] | self.joint.kept)


def guarded(
    cells: Cells, sums: pl.DataFrame, past: Sequence[Edition], step: Step = quiet, *, afresh: bool = False
) -> Guarded:
    """Withhold what it takes in the new table; UnsafeRelease names the editions that make it impossible.

    ``afresh`` seeks every proof anew instead of going on from the last edition's.
    """
    proven = None if afresh else proven_before(past)
    joint = joint_of(cells, sums, past, proven)
    try:
        pattern = (proven and onward(joint, proven, step)) or protect_system(joint.system, _how(joint, cells), step)
    except UnsafeRelease:
        raise _collision(cells, sums, past) from None
    for _ in range(ROUNDS):
        if not pattern.unguarded:
            break
        _hide_around(joint, pattern)
        guard(pattern, step, keep=True)
    pattern = _without_the_past(joint, pattern)
    found = intervals_by(joint, pattern, step)
    return Guarded(joint, pattern, found, tuple(one.name for one in past))


def _how(joint: Joint, cells: Cells) -> Search:
    """All editions together are sought to the optimum where they are few figures, or it is asked for."""
    asked = cells.spec.search
    return Search.MODULAR if asked is Search.AUTO and joint.system.size > MIDDLE else asked


def joint_of(cells: Cells, sums: pl.DataFrame, past: Sequence[Edition], proven: Proven | None = None) -> Joint:
    """The system of all editions, as small as it can be made; ``proven`` saves finding all differences anew."""
    joint = joined(cells, sums, past)
    here = joint.here[~joint.system.fixed[joint.here]]
    spans = differences(joint, proven.spans if proven and proven.reading == reading_of(joint.spec) else None)
    system = _touched(replace(joint, system=with_differences(joint, spans)))
    small = contracted(system, here)
    joint = replace(joint, system=small.system, pairs=pairs_of(system), root=small.root, factor=small.factor)
    return replace(joint, spans=spans)


def _touched(joint: Joint) -> System:
    """Only what the new figures are tied to can be told anything new about; the rest was proven when it was told."""
    system = joint.system
    free = np.zeros(system.size, dtype=bool)
    free[joint.here[joint.free]] = True
    near = np.zeros(system.size, dtype=bool)
    for part in components(system, ~system.fixed):
        near[part] = free[part].any()
    still = system.sensitive & ~near
    return replace(system, sensitive=system.sensitive & near, hidden=system.hidden | still)


def _hide_around(joint: Joint, pattern: Pattern) -> None:
    """Withhold all that is tied to a figure that an insider could still work out."""
    system = pattern.system
    lost = np.array([unknown for unknown, _ in pattern.unguarded], dtype=np.int64)
    new = np.zeros(system.size, dtype=bool)
    new[joint.here[joint.free]] = True
    for part in components(system, ~system.fixed):
        if np.isin(part, lost).any():
            pattern.suppressed[part[new[part]]] = True


def _without_the_past(joint: Joint, pattern: Pattern) -> Pattern:
    """The pattern without what an insider works out although all that is tied to it is withheld.

    They do so from earlier releases and their own records alone; withholding the rest of the table would not help.
    """
    lost = {unknown for unknown, _ in pattern.unguarded}
    told = np.zeros(pattern.system.size, dtype=bool)
    told[joint.here[joint.free]] = True
    told &= ~pattern.suppressed & ~pattern.system.hidden
    for part in components(pattern.system, ~pattern.system.fixed) if lost else ():
        if told[part].any():
            # Something here is still told: that is a find of the new table's making, and blocks it.
            lost -= set(part.tolist())
    if not lost:
        return pattern
    gone = np.zeros(pattern.system.size, dtype=bool)
    gone[sorted(lost)] = True
    system = replace(pattern.system, sensitive=pattern.system.sensitive & ~gone)
    kept = {unknown: proof for unknown, proof in pattern.proofs.items() if unknown not in lost}
    insiders = {pair: flow for pair, flow in pattern.insiders.items() if pair[0] not in lost}
    left = [pair for pair in pattern.unguarded if pair[0] not in lost]
    return replace(pattern, system=system, proofs=kept, insiders=insiders, unguarded=left)


def _collision(cells: Cells, sums: pl.DataFrame, past: Sequence[Edition]) -> UnsafeRelease:
    """Which cell stays too well known although the whole new table is withheld, and whose figures tell it."""
    stuck, system = _stuck(joint_of(cells, sums, past))
    blamed = [
        edition.name
        for at, edition in enumerate(past)
        if len(_stuck(joint_of(cells, sums, _silent(past, at)))[0]) < len(stuck)
    ]
    names = ", ".join(blamed or [edition.name for edition in past])
    told = [*(edition.name for edition in past), "the new table"]
    place = f" First: {_place(system, int(stuck[0]), told)}." if len(stuck) else ""
    return UnsafeRelease(
        f"Table {cells.spec.name}: {len(stuck) or 'some'} figures can be worked out together with {names}, "
        f"whatever is withheld now.{place}",
        left="Nothing was released.",
        todo="Let more records come together before the next release, or publish fewer totals.",
    )


def _place(system: System, unknown: int, names: Sequence[str]) -> str:
    """A cell's coordinates with its edition by name."""
    place, _, edition = system.place(unknown).partition(f", {EDITION}=")
    if not edition:
        return f"{place} between two editions"
    name = names[int(edition[1:]) - 1]
    return f"{place} in {name}" if edition.startswith("=") else f"what changed at {place} up to {name}"


def _silent(past: Sequence[Edition], at: int) -> list[Edition]:
    """The editions, as if one had told nothing."""
    return [replace(one, told=one.told.clear()) if number == at else one for number, one in enumerate(past)]


def _stuck(joint: Joint) -> tuple[Longs, System]:
    system = joint.system
    everything = system.sensitive.copy()
    everything[joint.here] = ~system.hidden[joint.here]
    return intervals(system, everything).violations(system), system
