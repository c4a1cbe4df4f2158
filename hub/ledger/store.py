"""The ledger in the database: appending within the caller's transaction, roots, proofs and checkpoints.

A leaf is the canonical JSON of its moment, kind and data; its hash covers exactly these bytes. Every checkpoint is
itself announced by the leaf before it, which names the checkpoint before: so a signed tree also proves which
checkpoints there were and when.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Table, insert, select

from catalog.errors import ProofError
from hub.clock import stamp
from hub.db.tables import ledger_checkpoint, ledger_leaf, ledger_node
from hub.ledger import merkle
from hub.ledger.merkle import Node, Span
from hub.ledger.note import Checkpoint, Signer, Verifier, read_checkpoint
from hub.ledger.verify import PROOF_FORMAT

CHECKPOINT: Final = "checkpoint"
_JSON: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_KIND: Final = re.compile(r"[a-z][a-z0-9.-]{0,31}")
# Any constant will do; it is what all writers to one PostgreSQL ledger queue up for.
_QUEUE: Final = 7_203_519_464_282


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: identifiers, hashes and counts, never a value of a record."""

    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Leaf:
    """An event as it stands in the ledger; ``body`` is the exact text that was hashed."""

    seq: int
    kind: str
    at: str
    body: str

    @property
    def data(self) -> dict[str, Any]:
        """The event's own body."""
        found: dict[str, Any] = json.loads(self.body)["data"]
        return found


def canonical(value: object) -> str:
    """The one JSON text of a value: keys sorted, no spaces. TypeError for what JSON cannot say."""
    return _JSON.encode(value)


def append(connection: Connection, events: Sequence[Event], now: datetime) -> range:
    """Append ``events`` and return their sequence numbers.

    Runs in the caller's transaction, so that a change and its event stand or fall together; appenders queue until
    the end of that transaction. ProofError when the tree's nodes are damaged: nothing is built on a broken tree.
    """
    if any(event.kind == CHECKPOINT or not _KIND.fullmatch(event.kind) for event in events):
        raise ValueError("a kind is at most 32 lower-case letters, digits, dots and dashes, and not 'checkpoint'")
    return _append(connection, events, now)


def queue(connection: Connection) -> None:
    """Wait for this transaction's turn among all that append; it holds until the transaction ends."""
    if connection.dialect.name == "postgresql":
        # SQLite's writing transaction is the queue itself.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_QUEUE,))


def _append(connection: Connection, events: Sequence[Event], now: datetime) -> range:
    queue(connection)
    start = size(connection)
    at = stamp(now)
    rows = [(seq, event.kind, _body(event, at), at) for seq, event in enumerate(events, start)]
    if not rows:
        return range(start, start)
    hashes = (merkle.leaf_hash(body.encode()) for _, _, body, _ in rows)
    grown = merkle.grow(start, _hashes(connection, merkle.peaks((0, start))), hashes)
    nodes = [(level, position, digest) for (level, position), digest in grown]
    _insert(connection, ledger_leaf, rows)
    if nodes:
        _insert(connection, ledger_node, nodes)
    return range(start, start + len(rows))


def size(connection: Connection) -> int:
    """How many leaves the ledger has."""
    return int(connection.exec_driver_sql("SELECT COALESCE(MAX(seq) + 1, 0) FROM ledger_leaf").scalar() or 0)


def read(connection: Connection, seq: int) -> Leaf:
    """The leaf ``seq``. ProofError when there is none."""
    row = connection.execute(select(ledger_leaf).where(ledger_leaf.c.seq == seq)).one_or_none()
    if row is None:
        raise ProofError(f"The ledger has no entry {seq}.", todo="Check the number.")
    return Leaf(row.seq, row.kind, row.at, row.body)


def of_kind(connection: Connection, kind: str, since: int) -> list[Leaf]:
    """The leaves of a kind from ``since`` on, in order."""
    wanted = (
        select(ledger_leaf).where(ledger_leaf.c.seq >= since, ledger_leaf.c.kind == kind).order_by(ledger_leaf.c.seq)
    )
    return [Leaf(row.seq, row.kind, row.at, row.body) for row in connection.execute(wanted)]


def root(connection: Connection, size: int) -> bytes:
    """Root of the tree of the first ``size`` leaves."""
    return _folded(connection, [(0, size)])[0]


def inclusion(connection: Connection, seq: int, size: int) -> list[bytes]:
    """Audit path that proves leaf ``seq`` in the tree of ``size`` leaves (RFC 9162, 2.1.3)."""
    return _folded(connection, merkle.inclusion_spans(seq, size))


def consistency(connection: Connection, old: int, new: int) -> list[bytes]:
    """Proof that the tree of ``new`` leaves begins with the tree of ``old`` leaves (RFC 9162, 2.1.4)."""
    return _folded(connection, merkle.consistency_spans(old, new))


def checkpoint(connection: Connection, signer: Signer, now: datetime) -> str:
    """A signed checkpoint over the whole ledger: the last one if nothing was appended since, else a new one."""
    # Each names the one before it: nobody else may make one between the look and the writing.
    queue(connection)
    last = connection.execute(
        select(ledger_checkpoint).order_by(ledger_checkpoint.c.size.desc()).limit(1)
    ).one_or_none()
    if last is not None and last.size == size(connection):
        return str(last.note)
    before = None if last is None else {"note": sha256(last.note.encode()).hexdigest(), "size": last.size}
    covered = _append(connection, [Event(CHECKPOINT, {"previous": before})], now).stop
    note = signer.sign(Checkpoint(signer.name, covered, root(connection, covered)).text)
    connection.execute(insert(ledger_checkpoint), {"size": covered, "note": note, "at": stamp(now)})
    return note


def checkpoints(connection: Connection, since: int = 0) -> Iterator[tuple[int, str, str]]:
    """Stored checkpoints over more than ``since`` leaves as (size, note, moment), smallest first."""
    rows = select(ledger_checkpoint).where(ledger_checkpoint.c.size > since).order_by(ledger_checkpoint.c.size)
    # In small portions: who looks for the first good one reads one portion, however many there are.
    with connection.execute(rows, execution_options={"yield_per": 20}) as found:
        for row in found:
            yield row.size, row.note, row.at


def proof_json(connection: Connection, seq: int, verifier: Verifier) -> str:
    """Everything that proves leaf ``seq`` to somebody without the ledger, as JSON.

    The first checkpoint over the leaf that ``verifier`` accepts is used, so the proof of a leaf never changes.
    ProofError when there is none yet.
    """
    leaf = read(connection, seq)
    for covered, note, _ in checkpoints(connection, seq):
        try:
            read_checkpoint(note, [verifier])
        except ProofError:
            continue  # signed by a key of before
        path = [base64.b64encode(one).decode() for one in inclusion(connection, seq, covered)]
        proof = {
            "format": PROOF_FORMAT,
            "leaf": leaf.body,
            "seq": seq,
            "size": covered,
            "path": path,
            "checkpoint": note,
            "vkey": verifier.vkey,
        }
        return json.dumps(proof, ensure_ascii=False, indent=1) + "\n"
    raise ProofError(f"No checkpoint covers entry {seq} yet.", todo="Make one with `hub ledger checkpoint`.")


def _body(event: Event, at: str) -> str:
    return canonical({"at": at, "data": dict(event.body), "kind": event.kind})


def _folded(connection: Connection, spans: Sequence[Span]) -> list[bytes]:
    hashes = _hashes(connection, [node for span in spans for node in merkle.peaks(span)])
    return [merkle.fold(span, hashes) for span in spans]


def _hashes(connection: Connection, nodes: Iterable[Node]) -> dict[Node, bytes]:
    """Hashes of complete nodes: leaves from their bodies, the rest as stored. ProofError when one is missing."""
    wanted = set(nodes)
    leaves = sorted(position for level, position in wanted if level == 0)
    inner = sorted(node for node in wanted if node[0])
    found: dict[Node, bytes] = {}
    if leaves:
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        query = f"SELECT seq, body FROM ledger_leaf WHERE seq IN ({', '.join([mark] * len(leaves))})"  # noqa: S608
        bodies = connection.exec_driver_sql(query, tuple(leaves))
        found |= {(0, seq): merkle.leaf_hash(body.encode()) for seq, body in bodies}
    if inner:
        # Neither SQLite's planner nor SQLAlchemy's compiler is quick with a list of pairs; both are with this text.
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        each = " OR ".join([f"(level = {mark} AND position = {mark})"] * len(inner))
        query = f"SELECT level, position, hash FROM ledger_node WHERE {each}"  # noqa: S608
        rows = connection.exec_driver_sql(query, tuple(number for node in inner for number in node))
        found |= {(level, position): digest for level, position, digest in rows}
    if len(found) != len(wanted):
        raise ProofError("The ledger lacks entries or nodes.", todo="Run `hub ledger verify`, then restore a backup.")
    return found


def _insert(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert whole rows, each value in its column's place.

    The drivers are spoken to directly: the general way costs as much time as all hashing and writing together.
    """
    names = ", ".join(column.name for column in table.columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(table.columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))  # noqa: S608
        return
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
