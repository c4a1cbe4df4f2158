"""A client's predicate hints: which files cannot hold what it looks for, by their least and greatest values.

Hints only spare files. What cannot be judged keeps its file, and no hint shows a row that the verdict hides.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from hub.sharing.cuts import Piece

_DEEPEST: Final = 32
_COMPARE: Final[Mapping[str, Callable[[Any, Any, Any], bool]]] = MappingProxyType(
    {
        "equal": lambda least, most, wanted: bool(least <= wanted <= most),
        "lessThan": lambda least, _, wanted: bool(least < wanted),
        "lessThanOrEqual": lambda least, _, wanted: bool(least <= wanted),
        "greaterThan": lambda _, most, wanted: bool(most > wanted),
        "greaterThanOrEqual": lambda _, most, wanted: bool(most >= wanted),
    }
)
_TURNED: Final = MappingProxyType(
    {
        "equal": "equal",
        "lessThan": "greaterThan",
        "lessThanOrEqual": "greaterThanOrEqual",
        "greaterThan": "lessThan",
        "greaterThanOrEqual": "lessThanOrEqual",
    }
)


def spared(pieces: tuple[Piece, ...], hint: str | None, limit: int | None) -> tuple[Piece, ...]:
    """The files that may hold what ``hint`` (jsonPredicateHints) asks for, as few as ``limit`` rows need."""
    wanted = _read(hint)
    kept = [one for one in pieces if wanted is None or _may(wanted, one, 0)]
    if limit is None:
        return tuple(kept)
    taken: list[Piece] = []
    for one in kept:
        if sum(each.rows for each in taken) >= limit:
            break
        taken.append(one)
    return tuple(taken)


def _read(hint: str | None) -> Any:
    if not hint:
        return None
    try:
        return json.loads(hint)
    except (ValueError, RecursionError):
        return None


def _may(node: Any, piece: Piece, depth: int) -> bool:
    """Whether a row of the file may fulfil the predicate."""
    children = node.get("children", []) if isinstance(node, dict) else None
    if not isinstance(children, list) or depth > _DEEPEST:
        return True
    op = node.get("op")
    if op == "and":
        return all(_may(one, piece, depth + 1) for one in children)
    if op == "or":
        return not children or any(_may(one, piece, depth + 1) for one in children)
    if op == "isNull" and len(children) == 1:
        stats = piece.stats.get(_column(children[0]) or "")
        return stats is None or stats[2] > 0
    return _compared(str(op), children, piece) if op in _COMPARE and len(children) == 2 else True


def _compared(op: str, children: list[Any], piece: Piece) -> bool:
    first, second = children
    if _column(first) is None:
        op, first, second = _TURNED[op], second, first
    stats = piece.stats.get(_column(first) or "")
    if stats is None or not isinstance(second, dict) or second.get("op") != "literal":
        return True
    least, most, _ = stats
    wanted = second.get("value")
    try:
        # Values come as texts whatever their type; the file's own type says how to read them.
        return _COMPARE[op](least, most, type(least)(wanted))
    except (TypeError, ValueError):
        return True


def _column(node: Any) -> str | None:
    named = isinstance(node, dict) and node.get("op") == "column" and isinstance(node.get("name"), str)
    return str(node["name"]) if named else None
