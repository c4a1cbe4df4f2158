"""Carrying out what the search found: labels in place of values, and the rows left out that still stand alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from catalog.errors import UnsafeRelease
from catalog.model import Dataset, RecordRisk
from catalog.rows import Safe
from desensitise.records.classes import Survey, survey_of
from desensitise.records.hierarchy import labels_at
from desensitise.records.search import Found, Lattice, search


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done to safe rows: labels by column, and the generalised combinations that do not go out."""

    labels: Mapping[str, pl.DataFrame]
    suppressed: pl.DataFrame
    levels: Mapping[str, str]
    rows_suppressed: int
    loss: float

    def carried_out(self, safes: Iterable[Safe]) -> Iterator[Safe]:
        """Safe rows with labels in place of values, without those that are suppressed."""
        for safe in safes:
            yield Safe(self._batch(safe.batch), safe.policy)

    def _batch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        rows = pl.DataFrame(batch)
        for name, labels in self.labels.items():
            label = rows.select(name).join(labels, on=name, how="left", nulls_equal=True, maintain_order="left")[
                "label"
            ]
            rows = rows.with_columns(label.alias(name))
        columns = [
            rows[name].to_arrow(compat_level=pl.CompatLevel.oldest()) if name in self.labels else batch.column(name)
            for name in batch.schema.names
        ]
        made = pa.RecordBatch.from_arrays(columns, schema=batch.schema)
        return made.filter(self._kept(rows)) if self.suppressed.height else made

    def _kept(self, rows: pl.DataFrame) -> pa.BooleanArray:
        names = self.suppressed.columns
        marked = self.suppressed.with_columns(_gone=pl.lit(True))
        found = rows.select(names).join(marked, on=names, how="left", nulls_equal=True, maintain_order="left")
        return found["_gone"].is_null().to_arrow()


def survey_rows(safes: Iterable[Safe], promise: RecordRisk) -> Survey:
    """The survey of safe rows that a promise asks for."""
    return survey_of((pl.DataFrame(safe.batch) for safe in safes), promise.quasi_identifiers, promise.sensitive)


def plan_of(survey: Survey, dataset: Dataset, promise: RecordRisk) -> Plan:
    """The plan that keeps a dataset's promise at the least loss; UnsafeRelease where none does."""
    steps = {column.name: column.steps for column in dataset.columns}
    found = search(survey, steps, promise)
    if found is None:
        raise UnsafeRelease(
            f"{dataset.id}: no generalisation reaches the declared k of {promise.k} with at most "
            f"{promise.most_suppressed} % of the rows suppressed.",
            left="Nothing was released; readers see the version before.",
            todo="Declare coarser steps, fewer quasi-identifiers, or more suppression under [risk].",
        )
    return _plan(survey, steps, promise, found)


def _plan(survey: Survey, steps: dict[str, tuple[str, ...]], promise: RecordRisk, found: Found) -> Plan:
    lattice = Lattice(survey, steps, promise)
    labels: dict[str, pl.DataFrame] = {}
    levels: dict[str, str] = {}
    gone = survey.table.select(survey.quasi).filter(pl.Series(found.suppressed))
    for one, level in zip(lattice.hierarchies, found.levels, strict=True):
        levels[one.name] = ("", *steps.get(one.name, ()), "*")[level]
        if level:
            made = labels_at(one, level)
            table = {one.name: list(made), "label": list(made.values())}
            labels[one.name] = pl.DataFrame(table, schema={one.name: pl.String, "label": pl.String})
            joined = gone.join(labels[one.name], on=one.name, how="left", nulls_equal=True, maintain_order="left")
            gone = gone.with_columns(joined["label"].alias(one.name))
    return Plan(labels, gone.unique(), levels, found.rows_suppressed, found.loss)
