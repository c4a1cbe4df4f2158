"""Which cells are sensitive by themselves, why, and how wide the attacker's interval must stay around them.

Rules and protection levels follow Hundepool et al. (2012), sections 4.2 and 4.3, and the τ-ARGUS manual 4.2: the n
largest above k per cent; the p% and pq rules of Cox; a threshold of contributors. Absolute contributions are ranked,
so signed amounts are judged as τ-ARGUS does. Contributors of one owner count as one, because ``table`` adds them up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from desensitise.disclosure.spec import MeasureKind
from desensitise.disclosure.table import Cells, Floats, MeasureCells

Bools = npt.NDArray[np.bool_]


class Reason(IntEnum):
    """Why a cell is sensitive; the first rule that holds is told."""

    SAFE = 0
    THRESHOLD = 1
    ZERO = 2
    DOMINANCE = 3
    P_PERCENT = 4
    PQ = 5
    DIFFERENCE = 6


@dataclass(frozen=True, slots=True)
class Primary:
    """Per cell of one measure: the reason, and how far above and below its value the attacker must not exclude."""

    reason: npt.NDArray[np.int8]
    above: Floats
    below: Floats

    @property
    def sensitive(self) -> Bools:
        return np.asarray(self.reason != Reason.SAFE)


def primary_of(cells: Cells) -> tuple[Primary, ...]:
    """The sensitive cells of every measure."""
    return tuple(_judged(one, cells) for one in cells.measures)


def _judged(cells: MeasureCells, whole: Cells) -> Primary:
    rules = cells.measure.rules
    reason = np.zeros(len(cells.value), dtype=np.int8)
    need = np.zeros(len(cells.value))

    def mark(broken: Bools, why: Reason, amount: Floats) -> None:
        reason[broken & (reason == Reason.SAFE)] = why
        np.maximum(need, np.where(broken, amount, 0.0), out=need)

    told = (cells.absolute > 0) & (cells.guarded_units > 0)
    few = told & (cells.units < rules.threshold)
    mark(few, Reason.THRESHOLD, _range(cells, rules.range))
    if not rules.zeros_safe:
        mark((cells.absolute == 0) & (whole.present > 0), Reason.ZERO, np.ones_like(need))
    for n, k in rules.dominance:
        largest = cells.top[:, :n].sum(axis=1)
        mark(told & (largest > k / 100 * cells.absolute), Reason.DOMINANCE, 100 / k * largest - cells.absolute)
    if rules.p:
        short = rules.p / 100 * cells.guarded - _remainder(cells)
        mark(told & (short > 0), Reason.P_PERCENT, short)
    if rules.pq is not None:
        p, q = rules.pq
        short = p / q * cells.guarded - _remainder(cells)
        mark(told & (short > 0), Reason.PQ, short)
    return Primary(reason, *_levels(cells, reason, need))


def _remainder(cells: MeasureCells) -> Floats:
    """What is left when the guarded contributor and the largest other one, the intruder, are taken away.

    Where the largest contributor signed a waiver, the guarded one is further down and the largest is the intruder.
    """
    first, second = cells.top[:, 0], cells.top[:, 1]
    intruder = np.where(cells.guarded < first, first, second)
    return np.asarray(cells.absolute - cells.guarded - intruder)


def _range(cells: MeasureCells, percent: float) -> Floats:
    """Counts must stay open up to the threshold; amounts by a share of their value."""
    share = percent / 100 * np.abs(cells.value)
    if cells.measure.kind is MeasureKind.VALUE:
        return np.asarray(share)
    short = cells.measure.rules.threshold - cells.units
    return np.maximum(np.ceil(share), np.maximum(short, 1).astype(np.float64))


def _levels(cells: MeasureCells, reason: npt.NDArray[np.int8], need: Floats) -> tuple[Floats, Floats]:
    """Upper and lower protection: at least one last digit, and never below what can be (nought, unless signed)."""
    sensitive = reason != Reason.SAFE
    above = np.where(sensitive, np.maximum(np.ceil(need), 1.0), 0.0)
    floor = np.full_like(above, np.inf) if cells.measure.signed else np.abs(cells.value)
    return above, np.minimum(above, floor)
