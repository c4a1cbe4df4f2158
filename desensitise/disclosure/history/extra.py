"""Unknowns beyond the cells of a system: rests that are never told, and differences that must not be worked out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from desensitise.disclosure.primary import Bools
from desensitise.disclosure.system import Rows, System
from desensitise.disclosure.table import Floats, Longs


@dataclass(frozen=True, slots=True)
class Extra:
    """One unknown a row; ``above`` and ``below`` are the protection of sensitive ones, ``sole`` is as in cells."""

    value: Floats
    down: Floats
    above: Floats
    below: Floats
    sole: Longs
    sensitive: bool

    @classmethod
    def rests(cls, value: Floats) -> Extra:
        """What is left of a total: never below nought, never told, nobody's secret."""
        nothing = np.zeros(len(value))
        return cls(value, value, nothing, nothing, np.full(len(value), -1, dtype=np.int64), sensitive=False)


def extended(system: System, columns: Longs, factor: Floats, extra: Extra | None) -> System:
    """The system with a row for each line of ``columns`` that these ``factor`` s (and less the extra) make nought."""
    more, width = columns.shape
    if extra is not None:
        columns = np.concatenate((columns, (system.size + np.arange(more))[:, None]), axis=1)
        factor, width = np.append(factor, -1.0), width + 1
    start = np.concatenate((system.rows.start, system.rows.start[-1] + width * np.arange(1, more + 1)))
    rows = Rows(
        start.astype(np.int64),
        np.concatenate((system.rows.column, columns.reshape(-1))),
        np.concatenate((system.rows.factor, np.tile(factor, more))),
    )
    if extra is None:
        return replace(system, rows=rows)

    def flags(base: Bools, *, value: bool) -> Bools:
        return np.concatenate((base, np.full(more, value)))

    return replace(
        system,
        rows=rows,
        value=np.concatenate((system.value, extra.value)),
        down=np.concatenate((system.down, extra.down)),
        up=np.concatenate((system.up, np.full(more, np.inf))),
        below=np.concatenate((system.below, extra.below)),
        above=np.concatenate((system.above, extra.above)),
        cost=np.concatenate((system.cost, np.full(more, 1e-3))),
        sensitive=flags(system.sensitive, value=extra.sensitive),
        hidden=flags(system.hidden, value=not extra.sensitive),
        fixed=flags(system.fixed, value=False),
        sole=np.concatenate((system.sole, extra.sole)).astype(np.int32),
    )
