"""One release of a source as it is remembered: the sums behind its table, and which of its figures were told.

The sums are kept inside the house, for a later release has to know who stands behind a change. Contributors are
pseudonyms under the house's key. Nothing of an edition is published.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np
import polars as pl
import pyarrow as pa

from catalog.errors import ProofError
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.spec import Condition, Dimension, HierarchyKind, MeasureKind, Relation, TableSpec
from desensitise.disclosure.table import Cells, shown

TOLD, WITHHELD, ABOUT, PROVEN = b"told", b"withheld", b"about", b"proven"
MEASURE = "_measure"


@dataclass(frozen=True, slots=True)
class Made:
    """What a measure is made of: two of the same column and kind are one, whatever they are called."""

    name: str
    column: str
    kind: MeasureKind
    decimals: int


@dataclass(frozen=True, slots=True)
class Edition:
    """``name`` as people call the release (``statistics/3``), ``table`` the specification's name with its dimensions.

    ``sums``: a row a finest cell and contributor (``_owner``, ``_waived``, a column a measure, whole numbers of their
    last decimal). ``told``: a row a figure that readers were given: a column of codes a dimension, and ``_measure``.
    ``proven``: the proofs that the next release goes on from (``history.proven``). ``asked``: a digest of the noise
    that was asked for, where figures are noisy. ``withheld``: as ``told``, the figures of its table that were not.
    ``measures``: what they were made of, and the ``relations`` between them. ``contributor``: the column whose codes
    ``_owner`` stands for.
    """

    name: str
    table: str
    dimensions: tuple[Dimension, ...]
    crossed: tuple[tuple[str, ...], ...]
    sums: pl.DataFrame
    told: pl.DataFrame
    proven: bytes = b""
    asked: str = ""
    withheld: pl.DataFrame = field(default_factory=pl.DataFrame)
    measures: tuple[Made, ...] = ()
    contributor: str = ""
    relations: tuple[Relation, ...] = ()


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
    told, withheld = (
        pl.concat(
            codes.filter(pl.Series(given & which[at * count : (at + 1) * count])).with_columns(
                pl.lit(one.measure.name).alias(MEASURE)
            )
            for at, one in enumerate(cells.measures)
        )
        for which in (~hidden, hidden)
    )
    spec = cells.spec
    return Edition(
        "",
        spec.name,
        spec.dimensions,
        spec.crossed,
        sums,
        told,
        proven,
        withheld=withheld,
        measures=measures_of(spec),
        contributor=spec.owner or spec.contributor,
        relations=spec.relations,
    )


def measures_of(spec: TableSpec) -> tuple[Made, ...]:
    """What the measures of a specification are made of."""
    return tuple(Made(one.name, one.column, one.kind, one.decimals) for one in spec.measures)


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
    shape = {
        "table": edition.table,
        "asked": edition.asked,
        "contributor": edition.contributor,
        "crossed": edition.crossed,
        "dimensions": [asdict(one) for one in edition.dimensions],
        "measures": [asdict(one) for one in edition.measures],
        "relations": [asdict(one) for one in edition.relations],
    }
    figures = {TOLD: _streamed(edition.told), WITHHELD: _streamed(edition.withheld), PROVEN: edition.proven}
    schema = table.schema.with_metadata({ABOUT: json.dumps(shape, sort_keys=True).encode(), **figures})
    yield from table.replace_schema_metadata(schema.metadata).to_batches() or [pa.RecordBatch.from_pylist([], schema)]


def _streamed(frame: pl.DataFrame) -> bytes:
    sink = pa.BufferOutputStream()
    table = frame.sort(frame.columns).to_arrow(compat_level=pl.CompatLevel.oldest())
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def from_batches(batches: Sequence[pa.RecordBatch], name: str) -> Edition:
    """What ``to_batches`` wrote; ProofError where it is something else."""
    meta = (batches[0].schema.metadata or {}) if batches else {}
    if ABOUT not in meta or TOLD not in meta:
        raise ProofError(f"What {name} told is not readable.", todo="Restore the hub's 'told' folder from a backup.")
    about = json.loads(meta[ABOUT])
    return Edition(
        name,
        about["table"],
        tuple(_dimension(one) for one in about["dimensions"]),
        tuple(tuple(one) for one in about["crossed"]),
        pl.DataFrame(pa.Table.from_batches(batches).replace_schema_metadata(None)),
        _frame(meta[TOLD]),
        meta.get(PROVEN, b""),
        about.get("asked", ""),
        _frame(meta[WITHHELD]) if WITHHELD in meta else pl.DataFrame(),
        tuple(Made(**{**one, "kind": MeasureKind(one["kind"])}) for one in about.get("measures", ())),
        about.get("contributor", ""),
        tuple(Relation(**{**one, "parts": tuple(one["parts"])}) for one in about.get("relations", ())),
    )


def _frame(data: bytes) -> pl.DataFrame:
    with pa.ipc.open_stream(pa.BufferReader(data)) as reader:
        return pl.DataFrame(reader.read_all())


def _dimension(body: dict[str, Any]) -> Dimension:
    lists = {key: tuple(body[key]) for key in ("columns", "widths")}
    where = tuple(
        Condition(**{**one, "codes": tuple(one["codes"]), "without": tuple(one["without"])})
        for one in body.get("where", ())
    )
    return Dimension(**{**body, **lists, "kind": HierarchyKind(body["kind"]), "where": where})
