"""What checking counted: additive over batches, units and runs, so that quality can be told of any whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

LAG_DAYS = (1, 7, 14, 31, 92, 184, 366)
"""Upper bounds, in days, by which the lag between event and collection is counted; one more stands for longer."""


@dataclass(frozen=True, slots=True)
class Count:
    """One rule of one field: its kind, of how many cells it was asked, and how many broke it."""

    kind: str
    asked: int
    broken: int

    def __add__(self, other: Count) -> Count:
        return Count(self.kind, self.asked + other.asked, self.broken + other.broken)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of checked rows; ``Tally()`` is the neutral element of ``+``.

    ``cells`` are all cells of declared columns, ``filled`` those that are not blank, ``dirty`` those that break any
    rule. ``duplicates`` are later rows with a key that was met in the same batch. ``timed`` and ``ordered`` count pairs
    of header times (event, collection, update) and those in their natural order. ``lags`` counts rows by days from
    event to collection, see ``LAG_DAYS``. ``latest`` is the newest ``updated_at`` in ISO 8601, or "".
    """

    rows_read: int = 0
    rows_kept: int = 0
    cells: int = 0
    filled: int = 0
    dirty: int = 0
    duplicates: int = 0
    keyed: int = 0
    timed: int = 0
    ordered: int = 0
    lags: tuple[int, ...] = (0,) * (len(LAG_DAYS) + 1)
    latest: str = ""
    rules: Mapping[tuple[str, str], Count] = field(default_factory=lambda: MappingProxyType({}))

    def __add__(self, other: Tally) -> Tally:
        rules = dict(self.rules)
        for key, count in other.rules.items():
            rules[key] = rules[key] + count if key in rules else count
        return Tally(
            **{name: getattr(self, name) + getattr(other, name) for name in _SUMMED},
            lags=tuple(a + b for a, b in zip(self.lags, other.lags, strict=True)),
            latest=max(self.latest, other.latest),
            rules=MappingProxyType(rules),
        )

    def __reduce__(self) -> tuple[object, ...]:
        """A tally comes back from a worker process, which a read-only mapping would not."""
        return Tally.from_json, (self.to_json(),)

    def broken(self) -> Mapping[tuple[str, str], int]:
        """(field, rule) -> rows that break it, for rules that any row breaks."""
        return {key: count.broken for key, count in sorted(self.rules.items()) if count.broken}

    def of_kind(self, *kinds: str) -> tuple[int, int]:
        """Cells asked by rules of these kinds, and cells that broke them."""
        counts = [count for count in self.rules.values() if count.kind in kinds]
        return sum(count.asked for count in counts), sum(count.broken for count in counts)

    def to_json(self) -> str:
        """Canonical JSON; equal tallies give equal text."""
        body: dict[str, object] = {name: getattr(self, name) for name in (*_SUMMED, "lags", "latest")}
        body["rules"] = [[*key, c.kind, c.asked, c.broken] for key, c in sorted(self.rules.items())]
        return json.dumps(body, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Tally:
        body = json.loads(text)
        body["lags"] = tuple(body["lags"])
        body["rules"] = MappingProxyType({(name, rule): Count(*count) for name, rule, *count in body["rules"]})
        return cls(**body)


_SUMMED = ("rows_read", "rows_kept", "cells", "filled", "dirty", "duplicates", "keyed", "timed", "ordered")
