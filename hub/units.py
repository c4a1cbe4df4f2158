"""One unit of work: read, check, derive, treat, write one part file.

A unit can be repeated anywhere and gives the same bytes: its descriptor names a key range of the source, and nothing
else goes in but the dataset's declaration. A loop, a process pool or a cluster run the same function; whoever runs it
writes the manifest row only after the part file stands whole on disk, so a kill costs one unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl
import pyarrow as pa

from catalog.check import Checked, Tally, check
from catalog.files import save_batches
from catalog.model import Dataset, Field
from catalog.rows import Raw
from desensitise.apply import apply
from desensitise.parts import save as save_safe
from desensitise.policy import Policy
from exporters.products import Product, product_of
from exporters.products.base import as_raw, is_live
from exporters.source import Source, Unit

KEYS = ("record_id", "updated_at", "record_status", "supersedes", "openness")


@dataclass(frozen=True, slots=True)
class Broken:
    """A record in quarantine: which one and which rule, never what it holds."""

    record_id: str
    field: str
    rule: str


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What a finished unit leaves behind: two files and facts for the manifest."""

    unit: int
    file: str
    sha256: str
    ids_sha256: str
    rows_read: int
    rows_kept: int
    tally: Tally
    broken: tuple[Broken, ...]


def fields_to_read(dataset: Dataset, product: Product) -> tuple[Field, ...]:
    """Every field the source must deliver: keys, columns, declared reads and the product's inputs, each once."""
    standard = dataset.standard
    named = [f for f in (standard.find(name) for name in (*KEYS, *product.inputs)) if f is not None]
    own = [] if product.aggregates else [column.field for column in dataset.columns]
    return tuple({f.name: f for f in (*named, *own, *dataset.reads)}.values())


def process_unit(dataset: Dataset, source: Source, unit: Unit, folder: Path, policy: Policy) -> UnitResult:
    """Run one unit into ``folder``; safe to repeat, also after a kill halfway."""
    product = product_of(dataset)
    work = _Work(dataset, product, fields_to_read(dataset, product))
    path = folder / f"part-{unit.index:05d}.arrow"
    batches = work.run(source.read(unit))
    if product.aggregates:
        part = save_batches((raw.batch for raw in batches), path)
    else:
        part = save_safe((apply(raw, policy) for raw in batches), path)
    others = save_batches([work.others()], ids_path(path))
    return UnitResult(
        unit=unit.index,
        file=path.name,
        sha256=part.sha256,
        ids_sha256=others.sha256,
        rows_read=work.rows_read,
        rows_kept=part.rows,
        tally=work.tally,
        broken=tuple(work.broken),
    )


def ids_path(part: Path) -> Path:
    """The file beside a part that tells which records it read without keeping, and which it supersedes."""
    return part.with_suffix(".ids.arrow")


class _Work:
    """Counters of one unit while its batches stream by."""

    def __init__(self, dataset: Dataset, product: Product, fields: tuple[Field, ...]) -> None:
        self.dataset = dataset
        self.product = product
        self.fields = fields
        self.rows_read = 0
        self.tally = Tally()
        self.broken: list[Broken] = []
        self._others: list[pl.DataFrame] = []

    def run(self, batches: Iterator[Raw]) -> Iterator[Raw]:
        for raw in batches:
            # What no product shows is left out together with what is broken: one filter instead of two.
            wanted = partial(is_live, audience=self.dataset.audience)
            checked = check(raw, self.fields, wanted, repeating=not self.product.aggregates)
            self.tally += checked.tally
            self._quarantine(checked.quarantined)
            derived = self.product.derive(checked.good, self.dataset)
            if not self.product.aggregates:
                self._remember(raw, checked, derived)
            self.rows_read += raw.batch.num_rows
            yield derived

    def _quarantine(self, table: pa.Table) -> None:
        rows = zip(*(table.column(name).to_pylist() for name in ("record_id", "field", "rule")), strict=True)
        self.broken.extend(Broken(*row) for row in rows)

    def _remember(self, raw: Raw, checked: Checked, kept: Raw) -> None:
        """Ids that were read and not kept, and ids that a record read here supersedes, whether it was kept or not."""
        read = _text(raw.batch, "record_id")
        supersedes = _text(raw.batch, "supersedes").replace("", None)
        gone = pl.Series(~checked.kept)
        if kept.batch.num_rows != checked.good.batch.num_rows:
            gone = ~read.is_in(_text(kept.batch, "record_id").implode())
        dropped = read.filter(gone).drop_nulls()
        pairs = pl.DataFrame({"id": supersedes, "by": read}).drop_nulls().filter(pl.col("id") != pl.col("by"))
        self._others.append(pl.concat([_NO_IDS, pl.DataFrame({"id": dropped}).with_columns(by=_NULL), pairs]))

    def others(self) -> pa.RecordBatch:
        """Columns ``id`` and ``by``, see ``hub.layers``."""
        return as_raw(pl.concat([_NO_IDS, *self._others])).batch


_NO_IDS = pl.DataFrame(schema={"id": pl.String, "by": pl.String})
_NULL = pl.lit(None, dtype=pl.String)


def _text(batch: pa.RecordBatch, name: str) -> pl.Series:
    column = pl.from_arrow(batch.column(name))
    assert isinstance(column, pl.Series)  # noqa: S101 - one column is always a series
    return column.cast(pl.String)
