"""Slow, obvious twins of the measures on records and of the search: by the definitions, row by row."""

# ruff: noqa: D103 - each function's words stand at its twin
from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from itertools import product

from catalog.model import RecordRisk

Row = Mapping[str, Hashable]
Levels = Sequence[Mapping[Hashable, Hashable]]


def classes_of(rows: Sequence[Row], quasi: Sequence[str]) -> dict[tuple[Hashable, ...], list[Row]]:
    found: dict[tuple[Hashable, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in quasi), []).append(row)
    return found


def distinct(group: Sequence[Row], name: str) -> int:
    return len({row[name] for row in group})


def entropy(group: Sequence[Row], name: str) -> float:
    counts = Counter(row[name] for row in group).values()
    return math.exp(-sum(n / len(group) * math.log(n / len(group)) for n in counts))


def closeness(group: Sequence[Row], whole: Sequence[Row], name: str, *, ordered: bool) -> float:
    values = {row[name] for row in whole}
    p, q = Counter(row[name] for row in group), Counter(row[name] for row in whole)
    apart = {value: p[value] / len(group) - q[value] / len(whole) for value in values}
    if not ordered:
        return sum(abs(one) for one in apart.values()) / 2
    if len(values) == 1:
        return 0.0
    running, total = 0.0, 0.0
    for value in sorted(values, key=_place):
        running += apart[value]
        total += abs(running)
    return total / (len(values) - 1)


def _place(value: Hashable) -> tuple[bool, float]:
    return (value is not None, float(str(value)) if value is not None else 0.0)


def optimum(
    rows: Sequence[Row], labels: Mapping[str, Levels], promise: RecordRisk, ordered: frozenset[str]
) -> float | None:
    """The least loss of any node, by trying all. ``labels[column][level]`` labels the column's values."""
    found = [_tried(rows, node, promise, ordered) for node in nodes(labels)]
    return min((loss for loss in found if loss is not None), default=None)


def nodes(labels: Mapping[str, Levels]) -> list[dict[str, Mapping[Hashable, Hashable]]]:
    return [dict(zip(labels, chosen, strict=True)) for chosen in product(*labels.values())]


def _tried(
    rows: Sequence[Row], node: Mapping[str, Mapping[Hashable, Hashable]], promise: RecordRisk, ordered: frozenset[str]
) -> float | None:
    def groups(kept: Sequence[Row]) -> list[list[Row]]:
        found: dict[tuple[Hashable, ...], list[Row]] = {}
        for row in kept:
            found.setdefault(tuple(node[name][row[name]] for name in node), []).append(row)
        return list(found.values())

    kept = [row for group in groups(rows) if _stands(group, promise) for row in group]
    while promise.t is not None:
        near = [row for group in groups(kept) if _near(group, kept, promise, ordered) for row in group]
        if len(near) == len(kept):
            break
        kept = near
    gone = len(rows) - len(kept)
    if gone * 100 > promise.most_suppressed * len(rows):
        return None
    return (gone + sum(_lost(row, node) for row in kept)) / len(rows)


def _stands(group: Sequence[Row], promise: RecordRisk) -> bool:
    mixed = [entropy(group, name) if promise.entropy else distinct(group, name) for name in promise.sensitive]
    return len(group) >= promise.k and all(one >= promise.l - 1e-9 for one in mixed)


def _near(group: Sequence[Row], whole: Sequence[Row], promise: RecordRisk, ordered: frozenset[str]) -> bool:
    far = [closeness(group, whole, name, ordered=name in ordered) for name in promise.sensitive]
    return all(one <= (promise.t or 0.0) + 1e-9 for one in far)


def _lost(row: Row, chosen: Mapping[str, Mapping[Hashable, Hashable]]) -> float:
    each = []
    for name, labels in chosen.items():
        alike = sum(1 for label in labels.values() if label == labels[row[name]])
        each.append((alike - 1) / (len(labels) - 1) if len(labels) > 1 else 0.0)
    return sum(each) / len(each)
