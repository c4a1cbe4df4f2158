"""What a protected release claims, apart from the search that made it: its sums, what is withheld, and every proof.

A claim travels as one Arrow file beside the release, so that ``certificate`` can replay it later and elsewhere. It
holds the bounds of withheld figures and is as confidential as they are. Equal claims give equal bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from catalog.errors import ProofError
from desensitise.disclosure.flow import Flow
from desensitise.disclosure.hierarchy import Ints
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.search import Pattern, Proof
from desensitise.disclosure.system import Rows
from desensitise.disclosure.table import Floats

ABOUT = b"claim"
FORMAT = 1
_FLOATS, _BOOLS = ("value", "down", "up", "below", "above"), ("sensitive", "suppressed", "hidden", "fixed")
_FLAT = (*_FLOATS, *_BOOLS, "sole", "start", "column", "factor")


@dataclass(frozen=True)
class Claim:
    """Unknowns with their bounds and needs as in ``System``, which of them are withheld, and the proofs.

    ``places`` names the sensitive unknowns by measure and coordinates. ``table`` is the SHA-256 of the protected
    table's canonical text, where the claim is about one.
    """

    name: str
    table: str
    rows: Rows
    value: Floats
    down: Floats
    up: Floats
    below: Floats
    above: Floats
    sensitive: Bools
    suppressed: Bools
    hidden: Bools
    fixed: Bools
    sole: Ints
    insiders_asked: bool
    proofs: Mapping[int, Proof]
    insiders: Mapping[tuple[int, int], Flow]
    places: Mapping[int, str]

    @cached_property
    def by_column(self) -> Rows:
        return self.rows.transposed(len(self.value))


def claim_of(pattern: Pattern, table: str = "") -> Claim:
    """The claim of a finished pattern."""
    system = pattern.system
    return Claim(
        name=system.cells.spec.name,
        table=table,
        rows=system.rows,
        value=system.value,
        down=system.down,
        up=system.up,
        below=system.below,
        above=system.above,
        sensitive=system.sensitive,
        suppressed=pattern.suppressed,
        hidden=system.hidden,
        fixed=system.fixed,
        sole=system.sole,
        insiders_asked=system.cells.spec.attacker.insiders,
        proofs=pattern.proofs,
        insiders=pattern.insiders,
        places={one: system.place(one) for one in np.flatnonzero(system.sensitive).tolist()},
    )


def to_bytes(claim: Claim) -> bytes:
    """The claim as an Arrow file of one row, compressed."""
    flows: dict[int, int] = {}
    once: list[Flow] = []

    def number(flow: Flow) -> int:
        if id(flow) not in flows:
            flows[id(flow)] = len(once)
            once.append(flow)
        return flows[id(flow)]

    proofs = [(unknown, number(one.up), number(one.down)) for unknown, one in sorted(claim.proofs.items())]
    insiders = [(*pair, number(flow)) for pair, flow in sorted(claim.insiders.items())]
    columns: dict[str, object] = {one: getattr(claim, one) for one in (*_FLOATS, *_BOOLS, "sole")}
    columns |= {one: getattr(claim.rows, one) for one in ("start", "column", "factor")}
    columns |= {
        "proofs": np.array(proofs, dtype=np.int64).reshape(-1),
        "insiders": np.array(insiders, dtype=np.int64).reshape(-1),
        "flow_start": np.cumsum([0, *(len(one.at) for one in once)], dtype=np.int64),
        "flow_at": np.concatenate([np.zeros(0, dtype=np.int64), *(one.at for one in once)]),
        "flow_amount": np.concatenate([np.zeros(0), *(one.amount for one in once)]),
        "place_of": np.array(sorted(claim.places), dtype=np.int64),
        "place": pa.array([claim.places[one] for one in sorted(claim.places)], pa.string()),
    }
    arrays = [pa.array(column) for column in columns.values()]
    lists = [pa.LargeListArray.from_arrays(pa.array([0, len(one)], pa.int64()), one) for one in arrays]
    about = {"format": FORMAT, "name": claim.name, "table": claim.table, "insiders": claim.insiders_asked}
    schema = pa.schema([(name, one.type) for name, one in zip(columns, lists, strict=True)])
    batch = pa.record_batch(lists, schema=schema.with_metadata({ABOUT: json.dumps(about, sort_keys=True).encode()}))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())


def from_bytes(data: bytes) -> Claim:
    """What ``to_bytes`` wrote; ProofError where it is something else."""
    try:
        with pa.ipc.open_file(pa.BufferReader(data)) as reader:
            batch = reader.get_batch(0)
        about = json.loads((batch.schema.metadata or {})[ABOUT])
        columns = {name: batch.column(name)[0].values for name in batch.schema.names}
        return _claim(about, columns)
    except (pa.ArrowException, KeyError, ValueError, IndexError, TypeError, AttributeError):
        raise ProofError(
            "This is no certificate of a protected table, or it is damaged.",
            left="Nothing is proven.",
            todo="Give the file that was written with the release, or protect the table again.",
        ) from None


def _claim(about: Mapping[str, object], columns: Mapping[str, pa.Array]) -> Claim:
    if about["format"] != FORMAT:
        raise ValueError
    plain = {name: columns[name].to_numpy(zero_copy_only=False) for name in columns if name != "place"}
    cuts = plain["flow_start"]
    flows = [
        Flow(plain["flow_at"][start:stop], plain["flow_amount"][start:stop])
        for start, stop in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)
    ]
    proofs = plain["proofs"].reshape(-1, 3).tolist()
    insiders = plain["insiders"].reshape(-1, 3).tolist()
    size = len(plain["value"])
    claim = Claim(
        name=str(about["name"]),
        table=str(about["table"]),
        rows=Rows(plain["start"], plain["column"], plain["factor"]),
        **{name: plain[name] for name in (*_FLOATS, *_BOOLS, "sole")},
        insiders_asked=bool(about["insiders"]),
        proofs={unknown: Proof(flows[up], flows[down]) for unknown, up, down in proofs},
        insiders={(unknown, owner): flows[at] for unknown, owner, at in insiders},
        places=dict(zip(plain["place_of"].tolist(), columns["place"].to_pylist(), strict=True)),
    )
    if any(len(plain[name]) != size for name in (*_FLOATS, *_BOOLS, "sole")) or _outside(claim, plain):
        raise ValueError
    return claim


def _outside(claim: Claim, plain: Mapping[str, Floats]) -> bool:
    """Whether anything points outside of the table."""
    size = len(claim.value)
    return any(len(at) and (at.min() < 0 or at.max() >= size) for at in (claim.rows.column, plain["flow_at"]))
