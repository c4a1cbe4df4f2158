"""One release of a source as it is remembered: the sums behind its table, and which of its figures were told.

The sums are kept inside the house, for a later release has to know who stands behind a change. Contributors are
pseudonyms under the house's key. Nothing of an edition is published.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
import polars as pl
import pyarrow as pa

from catalog.errors import ProofError
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.spec import Dimension, HierarchyKind
from desensitise.disclosure.table import Cells, shown

TOLD, ABOUT, PROVEN, MEASURE = b"told", b"about", b"proven", "_measure"


@dataclass(frozen=True, slots=True)
class Edition:
    """``name`` as people call the release (``statistics/3``), ``table`` the specification's name with its dimensions.

    ``sums``: a row a finest cell and contributor (``_owner``, ``_waived``, a column a measure, whole numbers of their
    last decimal). ``told``: a row a figure that readers were given: a column of codes a dimension, and ``_measure``.
    ``proven``: the proofs that the next release goes on from (``history.proven``). ``asked``: a digest of the noise
    that was asked for, where figures are noisy.
    """

    name: str
    table: str
    dimensions: tuple[Dimension, ...]
    crossed: tuple[tuple[str, ...], ...]
    sums: pl.DataFrame
    told: pl.DataFrame
    proven: bytes = b""
    asked: str = ""


class Past(Protocol):
    """Whoever keeps what was released."""

    def editions(self, source: str) -> Sequence[Edition]:
        """All releases of a source that anybody may have seen, oldest first."""
        ...

    def key(self, source: str) -> bytes:
        """The key of contributors' pseudonyms in that source's editions; empty where they stand by their names."""
        ...


def edition_of(cells: Cells, sums: pl.DataFrame, hidden: Bools, proven: bytes = b"") -> Edition:
    """The edition that a protected table becomes; ``hidden`` runs over measures, then cells. It has no name yet."""
    count, given = len(cells.keys), shown(cells)
    codes = pl.DataFrame(
        [
            pl.Series(tree.name, np.asarray(tree.codes, dtype=object)[cells.nodes[:, axis]], dtype=pl.String)
            for axis, tree in enumerate(cells.trees)
        ]
    )
    told = [
        codes.filter(pl.Series(given & ~hidden[at * count : (at + 1) * count])).with_columns(
            pl.lit(one.measure.name).alias(MEASURE)
        )
        for at, one in enumerate(cells.measures)
    ]
    return Edition("", cells.spec.name, cells.spec.dimensions, cells.spec.crossed, sums, pl.concat(told), proven)


def pseudonymous(sums: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """The sums under keyed names; the missing contributor stays the missing one."""
    names = sums["_owner"].unique()
    hidden = [
        hashlib.blake2b(name.encode(), key=key[:64], digest_size=16).hexdigest() if name else ""
        for name in names.to_list()
    ]
    pairs = pl.DataFrame({"_owner": names, "_name": pl.Series(hidden, dtype=pl.String)})
    joined = sums.join(pairs, on="_owner", how="left").drop("_owner").rename({"_name": "_owner"})
    return joined.select(sums.columns).sort(sums.columns)


def to_batches(edition: Edition) -> Iterator[pa.RecordBatch]:
    """The edition as Arrow batches of one schema; what was told travels in the schema's metadata."""
    table = edition.sums.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks()
    sink = pa.BufferOutputStream()
    told = edition.told.sort(edition.told.columns).to_arrow(compat_level=pl.CompatLevel.oldest())
    with pa.ipc.new_stream(sink, told.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(told)
    shape = {"dimensions": [asdict(one) for one in edition.dimensions], "crossed": edition.crossed}
    about = json.dumps({"table": edition.table, "asked": edition.asked, **shape}, sort_keys=True).encode()
    schema = table.schema.with_metadata({ABOUT: about, TOLD: sink.getvalue().to_pybytes(), PROVEN: edition.proven})
    yield from table.replace_schema_metadata(schema.metadata).to_batches() or [pa.RecordBatch.from_pylist([], schema)]


def from_batches(batches: Sequence[pa.RecordBatch], name: str) -> Edition:
    """What ``to_batches`` wrote; ProofError where it is something else."""
    meta = (batches[0].schema.metadata or {}) if batches else {}
    if ABOUT not in meta or TOLD not in meta:
        raise ProofError(f"What {name} told is not readable.", todo="Restore the hub's 'told' folder from a backup.")
    with pa.ipc.open_stream(pa.BufferReader(meta[TOLD])) as reader:
        told = pl.DataFrame(reader.read_all())
    sums = pl.DataFrame(pa.Table.from_batches(batches).replace_schema_metadata(None))
    about = json.loads(meta[ABOUT])
    crossed = tuple(tuple(one) for one in about["crossed"])
    return Edition(
        name,
        about["table"],
        tuple(_dimension(one) for one in about["dimensions"]),
        crossed,
        sums,
        told,
        meta.get(PROVEN, b""),
        about.get("asked", ""),
    )


def _dimension(body: dict[str, Any]) -> Dimension:
    lists = {key: tuple(body[key]) for key in ("columns", "widths")}
    return Dimension(**{**body, **lists, "kind": HierarchyKind(body["kind"])})
