"""The verdict on a whole batch: for every rule, which rows break it. Equal to the row verdict of ``schema``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import SourceError
from catalog.identifiers.arrays import Bools
from catalog.model import Field
from catalog.rules.asking import broken_by
from catalog.rules.columns import Column, read_column
from catalog.rules.model import Rule, RuleKind, rules_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule asked of a batch: how many cells it was asked of, how many broke it, and which rows these are."""

    rule: Rule
    asked: int
    broken: int
    rows: Bools


@dataclass(frozen=True, slots=True)
class Verdicts:
    """All verdicts on a batch, and its columns in their declared types (null where blank or of another type)."""

    rows: int
    verdicts: tuple[Verdict, ...]
    columns: Mapping[str, Column]

    def of(self, field: str, rule: str) -> Bools:
        """Which rows break a rule of a field."""
        return next(v.rows for v in self.verdicts if v.rule.field == field and v.rule.id == rule)

    def typed(self, *, repeating: bool = False) -> pa.RecordBatch:
        """The columns in declared Arrow types, in the order of the fields; texts that repeat held once, if wanted."""
        arrays = [column.repeating() if repeating else column.typed() for column in self.columns.values()]
        return pa.RecordBatch.from_arrays(arrays, names=list(self.columns))


def verdicts(batch: pa.RecordBatch, fields: Sequence[Field]) -> Verdicts:
    """Ask every rule of every row. A declared column that is missing raises ``SourceError``, others are ignored."""
    columns = {f.name: read_column(_column(batch, f.name), f) for f in fields}
    none = np.zeros(batch.num_rows, bool)
    none.setflags(write=False)
    lost = {name: (column.count(column.blank), column.count(column.broken)) for name, column in columns.items()}
    asked = tuple(_ask(rule, columns, lost, none) for rule in rules_of(fields))
    return Verdicts(batch.num_rows, asked, columns)


def _column(batch: pa.RecordBatch, name: str) -> pa.Array:
    at = batch.schema.get_all_field_indices(name)
    if len(at) != 1:
        told = "is missing" if not at else "stands more than once"
        raise SourceError(
            f"The source delivers rows in which the column '{name}' {told}.",
            todo="Correct the query or layout of the dataset's source.",
        )
    return batch.column(at[0])


def _ask(rule: Rule, columns: Mapping[str, Column], lost: Mapping[str, tuple[int, int]], none: Bools) -> Verdict:
    column = columns[rule.field]
    if rule.kind is RuleKind.REQUIRED_WHEN:
        return _required_when(rule, column, columns[rule.params["field"]])
    if rule.kind is RuleKind.ORDER:
        return _order(rule, column, columns[rule.params["field"]])
    broken = broken_by(rule, column)
    rows = column.by_row(broken) if broken.any() else none
    return Verdict(rule, _asked(rule, column.rows, *lost[rule.field]), int(np.count_nonzero(rows)), rows)


def _asked(rule: Rule, rows: int, blank: int, broken: int) -> int:
    """Blank cells are asked only whether they may be; cells of another type are asked nothing more."""
    if rule.kind is RuleKind.REQUIRED:
        return rows
    return rows - blank if rule.kind is RuleKind.TYPE else rows - blank - broken


def _required_when(rule: Rule, column: Column, other: Column) -> Verdict:
    condition = other.by_row(_holds(other, rule.params["values"]))
    rows = condition & column.by_row(column.blank)
    return Verdict(rule, int(np.count_nonzero(condition)), int(np.count_nonzero(rows)), rows)


def _holds(column: Column, values: Sequence[str]) -> Bools:
    """Whether a value reads as one of these texts; of a list, whether one of its texts does."""
    array, wanted = column.values, pa.array(values, pa.string())
    if pa.types.is_list(array.type):
        found = pc.is_in(array.flatten(), value_set=wanted).to_numpy(zero_copy_only=False)
        owner = array.value_parent_indices().to_numpy()
        return np.bincount(owner[found], minlength=len(array)).astype(bool)
    held: Bools = pc.is_in(array.cast(pa.string()), value_set=wanted).to_numpy(zero_copy_only=False)
    return held


def _order(rule: Rule, column: Column, other: Column) -> Verdict:
    earlier = pc.less(column.typed(), other.typed())
    rows: Bools = earlier.fill_null(False).to_numpy(zero_copy_only=False)
    return Verdict(rule, len(earlier) - earlier.null_count, int(np.count_nonzero(rows)), rows)
