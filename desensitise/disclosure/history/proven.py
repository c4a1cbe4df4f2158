"""The proofs of a release by coordinates, kept with its edition so that the next release goes on from them.

They save work and decide nothing: whatever is taken from here is replayed in the next release's own system, and what
does not hold there is proven anew. Flows that are multiples of each other are kept once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa

from desensitise.disclosure.flow import Flow
from desensitise.disclosure.history.edition import Edition
from desensitise.disclosure.history.labels import cells_at
from desensitise.disclosure.search import Pattern
from desensitise.disclosure.table import Floats, Longs


@dataclass(frozen=True, slots=True)
class Proven:
    """Flows over numbered unknowns: first those of ``cells`` (a row each), then those of ``pairs`` (two numbers each).

    ``names`` are the editions before the one that is proven. ``proofs`` has a row an unknown: its number, the
    flow up, the flow down; ``insiders`` an unknown and a flow, which leaves alone what the ``owners`` of that row know.
    ``spans`` are the sensitive differences of all editions, as ``differences`` finds them by such a ``reading``.
    """

    names: tuple[str, ...]
    cells: pl.DataFrame
    pairs: Longs
    start: Longs
    at: Longs
    amount: Floats
    proofs: Longs
    insiders: Longs
    owners: tuple[str, ...]
    spans: pl.DataFrame
    reading: str


@dataclass
class Bases:
    """Flows up to multiples."""

    flows: list[Flow] = field(default_factory=list)
    _known: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    _seen: dict[int, tuple[Flow, int]] = field(default_factory=dict)

    def number(self, flow: Flow) -> int:
        """The number of a flow that moves something."""
        if id(flow) not in self._seen:
            scaled = flow.scaled(1.0 / float(flow.amount[np.argmax(np.abs(flow.amount))]))
            key = scaled.at.tobytes(), np.round(scaled.amount, 9).tobytes()
            if key not in self._known:
                self._known[key] = len(self.flows)
                self.flows.append(scaled)
            self._seen[id(flow)] = flow, self._known[key]
        return self._seen[id(flow)][1]


def proven_of(
    pattern: Pattern, pairs: Longs, owners: pl.Series, names: tuple[str, ...], spans: pl.DataFrame, reading: str
) -> Proven:
    """What a finished pattern has proven; ``pairs`` tell what its unknowns are that are no cells."""
    bases, proofs, insiders, whose = Bases(), [], [], []
    for unknown, proof in sorted(pattern.proofs.items()):
        up = bases.number(proof.up)
        proofs.append((unknown, up, bases.number(proof.down) if np.any(proof.down.amount) else up))
    numbered = owners.unique().sort().to_list()
    for (unknown, owner), flow in sorted(pattern.insiders.items()):
        insiders.append((unknown, bases.number(flow)))
        whose.append(str(numbered[owner]))
    flows = bases.flows
    at = np.concatenate([np.zeros(0, dtype=np.int64), *(one.at for one in flows)])
    rows = np.array(proofs, dtype=np.int64).reshape(-1, 3)
    watched = np.array(insiders, dtype=np.int64).reshape(-1, 2)
    told = pattern.system.told
    used = np.unique(np.concatenate((at, rows[:, 0], watched[:, 0])))
    others = used[used >= told]
    named = pairs[others - told]
    cells = np.unique(np.concatenate((used[used < told], named.reshape(-1))))
    cells = cells[cells >= 0]
    local = np.full(told + len(pairs) + 1, -1, dtype=np.int64)
    local[cells] = np.arange(len(cells))
    both = np.where(named >= 0, local[np.maximum(named, 0)], -1)
    local[others] = len(cells) + np.arange(len(others))
    rows[:, 0], watched[:, 0] = local[rows[:, 0]], local[watched[:, 0]]
    return Proven(
        names=names,
        cells=cells_at(pattern.system.cells, cells),
        pairs=both,
        start=np.cumsum([0, *(len(one.at) for one in flows)], dtype=np.int64),
        at=local[at],
        amount=np.concatenate([np.zeros(0), *(one.amount for one in flows)]),
        proofs=rows,
        insiders=watched,
        owners=tuple(whose),
        spans=spans,
        reading=reading,
    )


ABOUT, SPANS = b"about", b"spans"
_PLAIN = ("start", "at", "amount")
_WIDE = {"pairs": 2, "proofs": 3, "insiders": 2}


def to_bytes(proven: Proven) -> bytes:
    """As an Arrow stream of one row of lists."""
    numbers = {name: getattr(proven, name).reshape(-1) for name in (*_PLAIN, *_WIDE)}
    texts = {f"cell {name}": proven.cells[name].cast(pl.String) for name in proven.cells.columns}
    texts["owners"] = pl.Series(proven.owners, dtype=pl.String)
    lists = {name: pl.Series([pl.Series(values)]) for name, values in (numbers | texts).items()}
    batch = pl.DataFrame(lists).to_arrow(compat_level=pl.CompatLevel.oldest())
    about = json.dumps({"names": proven.names, "reading": proven.reading}, sort_keys=True).encode()
    spans = proven.spans.to_arrow(compat_level=pl.CompatLevel.oldest())
    batch = batch.replace_schema_metadata({ABOUT: about, SPANS: _streamed(spans)})
    return _streamed(batch)


def _streamed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def from_bytes(data: bytes) -> Proven:
    """What ``to_bytes`` wrote."""
    with pa.ipc.open_stream(pa.BufferReader(data)) as reader:
        batch = reader.read_next_batch()
    with pa.ipc.open_stream(pa.BufferReader(batch.schema.metadata[SPANS])) as reader:
        spans = pl.DataFrame(reader.read_all())
    about = json.loads(batch.schema.metadata[ABOUT])
    columns: Mapping[str, pa.Array] = {name: batch.column(name)[0].values for name in batch.schema.names}
    plain = {name: columns[name].to_numpy(zero_copy_only=False) for name in (*_PLAIN, *_WIDE)}
    cells = {
        name.removeprefix("cell "): pl.Series(name, values, dtype=pl.String)
        for name, values in columns.items()
        if name.startswith("cell ")
    }
    return Proven(
        names=tuple(about["names"]),
        cells=pl.DataFrame(cells),
        pairs=plain["pairs"].reshape(-1, 2),
        start=plain["start"],
        at=plain["at"],
        amount=plain["amount"],
        proofs=plain["proofs"].reshape(-1, 3),
        insiders=plain["insiders"].reshape(-1, 2),
        owners=tuple(pl.Series("owners", columns["owners"], dtype=pl.String).to_list()),
        spans=spans,
        reading=about["reading"],
    )


def proven_before(past: Sequence[Edition]) -> Proven | None:
    """What the last edition handed on; None where it handed on nothing, or stood behind other editions than now."""
    found = from_bytes(past[-1].proven) if past[-1].proven else None
    return found if found is not None and found.names == tuple(one.name for one in past[:-1]) else None
