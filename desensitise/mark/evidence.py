"""Evidence of value marks: for every grant, the logarithm of a mixture of weights over the found cells.

Under a key that is independent of what was found, each mixture has mean one at most, so the chance that any of N
innocent grants reaches ln(N/epsilon) is epsilon at most, whatever was done to the rows (Ville; Tardos codes and their
decoders are the special cases). Each cell counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from desensitise.mark import additive, models
from desensitise.mark.laws import Law
from desensitise.mark.models import Floats
from desensitise.mark.prf import Ints, Prf, Words, many
from desensitise.mark.profile import Channel

_AT_ONCE = 512
Score: TypeAlias = Callable[[Ints], Floats]


@dataclass(frozen=True, slots=True)
class Positions:
    """Cells of one channel with what they show: blocks (n, 2), laws and symbols."""

    channel: Channel
    blocks: Words
    law: Law
    found: Floats

    def first(self, count: int) -> Positions:
        """The first ``count`` cells; they stand in an order that nobody chose."""
        cut = slice(count)
        law = self.law.taken(np.arange(min(count, len(self.found))))
        return Positions(self.channel, self.blocks[cut], law, self.found[cut])


def value_evidence(positions: Sequence[Positions], ciphers: Sequence[Prf]) -> tuple[Floats, dict[str, Floats]]:
    """Evidence (ln E) of every grant, in all and a channel alone: arrays (grants,).

    Half of the weight goes to one attack on all channels alike, half to each channel's own.
    """
    if not ciphers:
        return np.zeros(0), {}
    tables = {one.channel.column: _table(one, ciphers) for one in positions if len(one.found)}
    alone = {name: mixed(table) for name, table in tables.items()}
    apart = sum(alone.values(), np.zeros(len(ciphers)))
    alike = [tables[one.channel.column] for one in positions if len(one.found) and one.channel.kind != "additive"]
    if len(alike) < 2:
        return apart, alone
    together = mixed(sum(alike[1:], alike[0]))
    together += sum((alone[p.channel.column] for p in positions if p.channel.kind == "additive" and len(p.found)), 0.0)
    return np.logaddexp(apart, together) - np.log(2), alone


def mixed(table: Floats) -> Floats:
    """Logarithm of the mean over models of (candidates, models)."""
    top = table.max(1)
    spread: Floats = top + np.log(np.exp(table - top[:, None]).mean(1))
    return spread


def _table(positions: Positions, ciphers: Sequence[Prf]) -> Floats:
    """Evidence (ln E) by model: (grants, models)."""
    score = _additive(positions) if positions.channel.kind == "additive" else _discrete(positions)
    made = []
    for start in range(0, len(ciphers), _AT_ONCE):
        words = many(ciphers[start : start + _AT_ONCE], positions.blocks)
        made.append(score(positions.law.symbols(words)))
    return np.concatenate(made)


def _discrete(positions: Positions) -> Score:
    law, found = positions.law, positions.found.astype(np.int64)
    hit, miss = models.log_weights(law.modulus, law.cut, found)
    gain, base = (hit - miss).T.astype(np.float32), miss.sum(1)

    def score(symbols: Ints) -> Floats:
        matches = (symbols == found).astype(np.float32)
        total: Floats = (matches @ gain).astype(np.float64) + base
        return total

    return score


def _additive(positions: Positions) -> Score:
    size = positions.channel.size
    weights = additive.log_weights(size, positions.found).astype(np.float32)

    def score(symbols: Ints) -> Floats:
        total = np.zeros((len(symbols), len(weights)))
        for drawn in range(2 * size + 1):
            total += (symbols == drawn).astype(np.float32) @ weights[:, :, drawn].T
        return total

    return score
