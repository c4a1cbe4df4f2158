"""Trees of codes: which codes add up to which. Built from a dimension and the codes that occur."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from catalog.errors import DeclarationError
from desensitise.disclosure.spec import Dimension, HierarchyKind

Ints = npt.NDArray[np.int32]

REST = "~"
"""Ends the code of records that name an inner code themselves, for example a city without its county.

Before a code, or by itself, it marks records whose code was not noted, or means nothing today (``history.restate``).
"""

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"([0-9]{4})Q[1-4]")


@dataclass(frozen=True)
class Tree:
    """Codes in an order where parents come before their children; the first is the whole, whose parent is -1."""

    name: str
    codes: tuple[str, ...]
    parent: Ints

    @cached_property
    def index(self) -> Mapping[str, int]:
        return {code: at for at, code in enumerate(self.codes)}

    @cached_property
    def level(self) -> Ints:
        """Depth of each code; the whole has 0."""
        depth = np.zeros(len(self.codes), dtype=np.int32)
        for at in range(1, len(self.codes)):
            depth[at] = depth[self.parent[at]] + 1
        return depth

    @cached_property
    def children(self) -> tuple[Ints, ...]:
        found: list[list[int]] = [[] for _ in self.codes]
        for at in range(1, len(self.codes)):
            found[self.parent[at]].append(at)
        return tuple(np.array(one, dtype=np.int32) for one in found)


def tree_of(dimension: Dimension, paths: Iterable[tuple[str, ...]]) -> Tree:
    """The tree over the codes that occur; ``paths`` are the distinct values of the dimension's columns.

    DeclarationError where a code has two parents, is in a circle, is missing from the hierarchy, or is both a group
    and a member; it names the dimension and the code, nothing else.
    """
    parent: dict[str, str] = {}
    for path in sorted(set(paths)):
        chain = _chain(dimension, path)
        for upper, lower in pairwise(chain):
            if upper == lower:
                continue
            if parent.setdefault(lower, upper) != upper:
                raise _broken(dimension, lower, "has two parents")
    parent = _without_lone_whole(dimension, parent)
    if dimension.total in parent:
        raise _broken(dimension, dimension.total, "is the whole and has a parent")
    return _ordered(dimension, parent)


def _without_lone_whole(dimension: Dimension, parent: dict[str, str]) -> dict[str, str]:
    """Where all prefixes share one group (a province's own cities), that group is the whole: nothing is told twice."""
    first = [code for code, upper in parent.items() if upper == dimension.total]
    if dimension.kind is not HierarchyKind.PREFIX or len(first) != 1 or first[0] not in parent.values():
        return parent
    (lone,) = first
    return {code: dimension.total if upper == lone else upper for code, upper in parent.items() if code != lone}


def leaf_code(dimension: Dimension, path: tuple[str, ...]) -> str:
    """The finest code of a path."""
    return _chain(dimension, path)[-1]


def _chain(dimension: Dimension, path: tuple[str, ...]) -> tuple[str, ...]:
    """From the whole down to the finest code."""
    code = path[-1]
    if code.startswith(REST) and dimension.kind is not HierarchyKind.COLUMNS:
        return (dimension.total, code)
    match dimension.kind:
        case HierarchyKind.FLAT:
            return (dimension.total, code)
        case HierarchyKind.PREFIX:
            return (dimension.total, *_prefixes(dimension, code))
        case HierarchyKind.PERIOD:
            return (dimension.total, *_periods(dimension, code))
        case HierarchyKind.COLUMNS:
            return (dimension.total, *path)
        case HierarchyKind.PARENTS:
            return _climbed(dimension, code)


def _prefixes(dimension: Dimension, code: str) -> tuple[str, ...]:
    cut = [code[:width] for width in dimension.widths if width <= len(code)]
    if dimension.pad:
        cut = [part.ljust(len(code), dimension.pad) for part in cut]
    chain = tuple(dict.fromkeys(part for part in cut if part != dimension.total))
    inner = len(chain) < len(dimension.widths) - (dimension.total in cut)
    # A record may name only the group (a city without its county): it is a member of its own.
    return (*chain, f"{code}{REST}") if inner or not chain else chain


def is_period(code: str) -> bool:
    """Whether a code is a month, a quarter or a year."""
    return any(re.fullmatch(one, code) for one in (_MONTH, _QUARTER, "[0-9]{4}"))


def _periods(dimension: Dimension, code: str) -> tuple[str, ...]:
    if month := _MONTH.fullmatch(code):
        year, number = month.groups()
        return (year, f"{year}Q{(int(number) + 2) // 3}", code)
    if quarter := _QUARTER.fullmatch(code):
        return (quarter.group(1), code)
    if re.fullmatch("[0-9]{4}", code):
        return (code,)
    raise _broken(dimension, code, "is no month, quarter or year")


def _climbed(dimension: Dimension, code: str) -> tuple[str, ...]:
    if code.endswith(REST) and code not in dimension.parents:
        return (*_climbed(dimension, code.removesuffix(REST)), code)
    chain = [code]
    while chain[-1] != dimension.total:
        upper = dimension.parents.get(chain[-1])
        if upper is None:
            raise _broken(dimension, chain[-1], "is not in the hierarchy")
        if upper in chain:
            raise _broken(dimension, upper, "is in a circle")
        chain.append(upper)
    return tuple(reversed(chain))


def _ordered(dimension: Dimension, parent: Mapping[str, str]) -> Tree:
    """Parents first: by depth, then by code."""
    depth: dict[str, int] = {dimension.total: 0}

    def deep(code: str) -> int:
        if code not in depth:
            depth[code] = deep(parent[code]) + 1
        return depth[code]

    codes = tuple(sorted({dimension.total, *parent}, key=lambda code: (deep(code), code)))
    index = {code: at for at, code in enumerate(codes)}
    above = [-1, *(index[parent[code]] for code in codes[1:])]
    return Tree(dimension.name, codes, np.array(above, dtype=np.int32))


def demand_members(tree: Tree, leaves: Iterable[str]) -> None:
    """Records may name members only: a code that groups others and is named itself adds up to nothing."""
    groups = set(tree.parent.tolist())
    for code in leaves:
        if tree.index[code] in groups:
            raise DeclarationError(
                f"Hierarchy of {tree.name}: code {code} groups other codes and is named by records itself.",
                left="Nothing was released.",
                todo="Give those records a member's code, or add a member for them.",
            )


def _broken(dimension: Dimension, code: str, what: str) -> DeclarationError:
    return DeclarationError(
        f"Hierarchy of {dimension.name}: code {code} {what}.",
        left="Nothing was released.",
        todo="Correct the hierarchy or the records' codes.",
    )
