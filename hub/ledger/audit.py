"""Audit of a ledger: everything is recomputed from the entries and compared with what is stored and signed.

What an audit of the database alone cannot see is a ledger set back to an earlier, truly signed state with everything
after it gone. For that it is given the checkpoints that somebody outside has ``seen``.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Row, func, or_, select

from catalog.errors import ProofError
from hub.db.tables import ledger_checkpoint, ledger_leaf, ledger_node
from hub.ledger import merkle
from hub.ledger.merkle import Node
from hub.ledger.note import Checkpoint, Verifier, read_checkpoint
from hub.ledger.store import CHECKPOINT, canonical, root, size

_CHUNK: Final = 4_096
_MOST_FAULTS: Final = 100


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something that is not as it was written: what, and the number of the entry, node or checkpoint."""

    what: str
    place: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit found. ``signed`` entries stand under a checkpoint; ``faults`` holds the first hundred."""

    size: int
    signed: int
    checkpoints: int
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.faults

    def demand(self) -> None:
        """ProofError when something was found."""
        if self.faults:
            first = self.faults[0]
            raise ProofError(
                f"The ledger does not prove itself: {first.what} at {first.place}; {len(self.faults)} faults.",
                todo="Keep the database as it is for the inquiry and restore a backup beside it.",
            )


def verify_ledger(connection: Connection, verifiers: Sequence[Verifier], seen: Sequence[str] = ()) -> Report:
    """Recompute the ledger: any changed, removed, inserted or reordered entry, node or checkpoint is a fault.

    ``seen`` are checkpoints kept outside. Entries after the last checkpoint are compared with their nodes only.
    """
    audit = _Audit(tuple(verifiers), size(connection))
    for note in seen:
        audit.expect(note)
    audit.run(connection)
    return Report(audit.size, audit.before[0] if audit.before else 0, audit.count, tuple(audit.faults[:_MOST_FAULTS]))


def verify_last(connection: Connection, verifiers: Sequence[Verifier]) -> Report:
    """The quick look at every start: the last checkpoint's signature, and its root from the stored nodes."""
    there, cells = size(connection), ledger_checkpoint.c
    row = connection.execute(select(ledger_checkpoint).order_by(cells.size.desc()).limit(1)).one_or_none()
    if row is None:
        return Report(there, 0, 0, ())
    faults: list[Fault] = []
    try:
        signed = _signed(row.note, verifiers)
        if signed.size != row.size or row.size > there or root(connection, row.size) != signed.root:
            faults.append(Fault("checkpoint does not match the entries", f"checkpoint {row.size}"))
    except ProofError:
        faults.append(Fault("checkpoint is not signed or nodes are missing", f"checkpoint {row.size}"))
    return Report(there, row.size, 1, tuple(faults))


@dataclass(slots=True)
class _Audit:
    """State of one audit: the frontier of the recomputed tree and the checkpoint before."""

    verifiers: tuple[Verifier, ...]
    size: int
    faults: list[Fault] = field(default_factory=list)
    frontier: dict[Node, bytes] = field(default_factory=dict)
    expected: dict[int, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    before: tuple[int, str] | None = None
    count: int = 0

    def fault(self, what: str, place: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(Fault(what, place))

    def expect(self, note: str) -> None:
        """A checkpoint from outside: the tree must still pass through it."""
        try:
            known = read_checkpoint(note, self.verifiers)
        except ProofError:
            self.fault("seen checkpoint is not signed by the trusted key", "outside")
            return
        if known.size > self.size:
            self.fault("entries were removed that a seen checkpoint covers", f"entry {self.size}")
        self.expected[known.size].append(known.root)

    def run(self, connection: Connection) -> None:
        self._strays(connection)
        for low in range(0, self.size, _CHUNK):
            high = min(low + _CHUNK, self.size)
            rows = connection.execute(_leaves(low, high)).all()
            gap = next((at for at, row in enumerate(rows, low) if row.seq != at), low + len(rows))
            if gap < high:
                # Without it nothing that follows can be recomputed.
                self.fault("entry is missing", f"entry {gap}")
                return
            self._chunk(connection, low, rows)

    def _strays(self, connection: Connection) -> None:
        """Rows that no tree of this size has."""
        nodes = sum(self.size >> level for level in range(1, self.size.bit_length()))
        found = connection.scalar(select(func.count()).select_from(ledger_node)) or 0
        if found != nodes:
            self.fault("nodes are too many" if found > nodes else "nodes are missing", f"node {found}")
        cells = ledger_checkpoint.c
        outside = select(cells.size).where(or_(cells.size > self.size, cells.size < 1)).limit(_MOST_FAULTS)
        for size_there in connection.scalars(outside):
            self.fault("checkpoint covers entries that are not there", f"checkpoint {size_there}")
        for seq in connection.scalars(select(ledger_leaf.c.seq).where(ledger_leaf.c.seq < 0).limit(_MOST_FAULTS)):
            self.fault("entry was inserted", f"entry {seq}")

    def _chunk(self, connection: Connection, low: int, rows: Sequence[Row[Any]]) -> None:
        hashes = [self._leaf(row) for row in rows]
        high = low + len(rows)
        nodes = dict(merkle.grow(low, self.frontier, hashes))
        self._nodes(connection, low, high, nodes)
        known = self.frontier | nodes | {(0, seq): digest for seq, digest in enumerate(hashes, low)}
        self._checkpoints(connection, low, rows, known)
        for covered in [one for one in self.expected if low < one <= high]:
            if any(digest != merkle.fold((0, covered), known) for digest in self.expected[covered]):
                self.fault("the tree differs from a seen checkpoint", f"checkpoint {covered}")
        self.frontier = {node: known[node] for node in merkle.peaks((0, high))}

    def _leaf(self, row: Row[Any]) -> bytes:
        body = row.body if isinstance(row.body, str) else ""
        entry = _entry(body)
        if entry.keys() != {"at", "data", "kind"} or (entry["at"], entry["kind"]) != (row.at, row.kind):
            self.fault("entry was changed", f"entry {row.seq}")
        elif canonical(entry) != body:
            self.fault("entry is not in canonical form", f"entry {row.seq}")
        return merkle.leaf_hash(body.encode())

    def _nodes(self, connection: Connection, low: int, high: int, nodes: Mapping[Node, bytes]) -> None:
        """Compare the nodes that became complete between two sizes with the stored ones."""
        cells = ledger_node.c
        stored: dict[Node, object] = {}
        for level in range(1, high.bit_length()):
            if low >> level < high >> level:
                here = cells.level == level, cells.position >= low >> level, cells.position < high >> level
                rows = connection.execute(select(cells.position, cells.hash).where(*here))
                stored |= {(level, position): digest for position, digest in rows}
        for node, digest in nodes.items():
            if stored.get(node) != digest:
                level, position = node
                self.fault("entries or node were changed", f"entries {position << level}-{(position + 1 << level) - 1}")

    def _checkpoints(
        self, connection: Connection, low: int, leaves: Sequence[Row[Any]], known: Mapping[Node, bytes]
    ) -> None:
        cells = ledger_checkpoint.c
        span = cells.size > low, cells.size <= low + len(leaves)
        rows = connection.execute(select(ledger_checkpoint).where(*span).order_by(cells.size)).all()
        for row in rows:
            self._checkpoint(row, leaves[row.size - low - 1], merkle.fold((0, row.size), known))
        announced = {leaf.seq + 1 for leaf in leaves if leaf.kind == CHECKPOINT}
        for covered in sorted(announced - {row.size for row in rows}):
            self.fault("checkpoint was removed", f"checkpoint {covered}")

    def _checkpoint(self, row: Row[Any], leaf: Row[Any], digest: bytes) -> None:
        """A checkpoint is signed, matches the tree, and the entry before it tells its moment and its predecessor."""
        place = f"checkpoint {row.size}"
        self.count += 1
        try:
            signed = _signed(row.note, self.verifiers)
        except ProofError:
            self.fault("checkpoint is not signed by the trusted key", place)
        else:
            if (signed.size, signed.root) != (row.size, digest):
                self.fault("checkpoint does not match the entries", place)
        before = None if self.before is None else {"size": self.before[0], "note": self.before[1]}
        said = _entry(leaf.body if isinstance(leaf.body, str) else "").get("data")
        if leaf.kind != CHECKPOINT or leaf.at != row.at or said != {"previous": before}:
            self.fault("checkpoint is not the one that its entry announced", place)
        self.before = (row.size, sha256(str(row.note).encode()).hexdigest())


def _leaves(low: int, high: int) -> Any:
    cells = ledger_leaf.c
    return select(ledger_leaf).where(cells.seq >= low, cells.seq < high).order_by(cells.seq)


def _signed(note: object, verifiers: Sequence[Verifier]) -> Checkpoint:
    return read_checkpoint(note if isinstance(note, str) else "", verifiers)


def _entry(body: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
