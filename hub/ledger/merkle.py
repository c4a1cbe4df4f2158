"""Arithmetic of the Merkle tree of RFC 6962 section 2.1 and RFC 9162 section 2.1; pure, no storage.

A tree of ``size`` leaves is cut at the largest power of two below its size. Every hash that a proof needs is the
hash of a range ``(low, high)`` of leaves, and every such range folds from complete subtrees, called nodes: node
``(level, position)`` covers the leaves ``position << level`` up to ``(position + 1) << level``. Complete nodes never
change again, so they are what is stored; proofs of any size follow from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final, TypeAlias

Node: TypeAlias = tuple[int, int]
Span: TypeAlias = tuple[int, int]

EMPTY: Final = sha256(b"").digest()


def leaf_hash(body: bytes) -> bytes:
    """Hash of a leaf."""
    return sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below ``size`` (>= 2)."""
    return 1 << (size - 1).bit_length() - 1


def peaks(span: Span) -> list[Node]:
    """The complete nodes that a span falls into, left to right.

    The span must be one that the tree's cutting produces: its low end aligned to a power of two not below its length.
    """
    low, high = span
    found: list[Node] = []
    while low < high:
        level = (high - low).bit_length() - 1
        found.append((level, low >> level))
        low += 1 << level
    return found


def fold(span: Span, hashes: Mapping[Node, bytes]) -> bytes:
    """Hash of a span from its peaks' hashes. KeyError when one is missing."""
    nodes = peaks(span)
    if not nodes:
        return EMPTY
    result = hashes[nodes.pop()]
    while nodes:
        result = node_hash(hashes[nodes.pop()], result)
    return result


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Spans whose hashes are the audit path of leaf ``index``, lowest first (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError("the leaf lies outside the tree")
    low, high = 0, size
    spans: list[Span] = []
    while high - low > 1:
        middle = low + _split(high - low)
        spans.append((middle, high) if index < middle else (low, middle))
        low, high = (low, middle) if index < middle else (middle, high)
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """Spans whose hashes prove that the tree of ``new`` leaves begins with that of ``old`` (RFC 9162, 2.1.4.1)."""
    if not 0 < old <= new:
        raise ValueError("a proof of consistency leads from a smaller tree that is not empty to a larger one")
    low, high = 0, new
    spans: list[Span] = []
    while old < high:
        middle = low + _split(high - low)
        spans.append((middle, high) if old <= middle else (low, middle))
        low, high = (low, middle) if old <= middle else (middle, high)
    # The verifier knows the old root, so an old tree that is itself one complete node is left out.
    return ([(low, high)] if low else []) + spans[::-1]


def grow(size: int, frontier: Mapping[Node, bytes], leaves: Iterable[bytes]) -> Iterator[tuple[Node, bytes]]:
    """Every node above the leaves that becomes complete when ``leaves`` (hashes) follow a tree of ``size``.

    ``frontier`` holds the hashes of ``peaks((0, size))``.
    """
    stack = [frontier[node] for node in peaks((0, size))]
    for index, leaf in enumerate(leaves, size):
        stack.append(leaf)
        level, position = 0, index
        while position & 1:
            right = stack.pop()
            stack.append(node_hash(stack.pop(), right))
            level, position = level + 1, position >> 1
            yield (level, position), stack[-1]


def inclusion_holds(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether ``path`` proves that the leaf with this hash stands at ``index`` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, result = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            result = node_hash(sibling, result)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and result == root


def consistency_holds(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether ``path`` proves that the tree of ``new`` leaves begins with that of ``old`` (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    hashes = list(path) if old & (old - 1) else [old_root, *path]
    if not hashes:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_result = new_result = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_result, new_result = node_hash(sibling, old_result), node_hash(sibling, new_result)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new_result = node_hash(new_result, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old_result == old_root and new_result == new_root
