"""A column read as its field declares it: typed values, blanks and type errors, on distinct values where that pays.

Rules are asked of texts once per distinct value when fewer than half of a sample are distinct, and of the bytes as
they lie otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from catalog.identifiers.arrays import Bools
from catalog.model import Field, Kind
from catalog.repeats import encoded, few_distinct, repeating
from catalog.rules.from_native import native_values
from catalog.rules.from_text import text_values
from catalog.rules.model import LISTS, TEXTS
from catalog.rules.numbers import filled
from catalog.rules.reading import is_narrowed
from catalog.rules.text_columns import gather, is_text, single_letters, split, tidy, without


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a batch.

    ``values`` are of the declared type, null where blank or broken: one per row, or, where ``index`` is given, one
    per distinct value, and ``index`` tells each row's. ``blank`` and ``broken`` go with ``values``. ``source`` is the
    array as it came if nothing at all had to be changed.
    """

    field: Field
    rows: int
    values: pa.Array
    blank: Bools
    broken: Bools
    index: NDArray[np.int32] | None = None
    source: pa.Array | None = None

    def by_row(self, verdict: Bools) -> Bools:
        """A verdict on the values as a verdict on the rows."""
        return verdict if self.index is None else verdict.take(self.index)

    def count(self, verdict: Bools) -> int:
        """In how many rows a verdict on the values is true."""
        if self.index is None or not verdict.any():
            return int(np.count_nonzero(verdict))
        return int(np.count_nonzero(verdict.take(self.index)))

    def repeating(self) -> pa.Array:
        """The values of all rows; texts and days that repeat are held once."""
        if self.index is not None and (pa.types.is_string(self.values.type) or pa.types.is_date32(self.values.type)):
            return repeating(self.values, self.index)
        return encoded(self.typed()) if pa.types.is_date32(self.values.type) else self.typed()

    def typed(self) -> pa.Array:
        """The values of all rows."""
        if self.source is not None:
            return self.source
        return self.values if self.index is None else self.values.take(pa.array(self.index))


def read_column(array: pa.Array, field: Field) -> Column:
    """Read a column of text or native values."""
    array = _plain(array)
    if pa.types.is_dictionary(array.type):
        return _on_values(array.dictionary, array.indices, field)
    if is_text(array.type):
        array = array.cast(pa.string())
        if (single := single_letters(array)) is not None:
            return _on_values(*single, field, source=array)
        if few_distinct(array):
            encoded = array.dictionary_encode()
            return _on_values(encoded.dictionary, encoded.indices, field, source=array)
    return _read(array, field)


def _plain(array: pa.Array) -> pa.Array:
    return array.storage if isinstance(array, pa.ExtensionArray) else array


def _on_values(values: pa.Array, index: pa.Array, field: Field, source: pa.Array | None = None) -> Column:
    """Read distinct values; a null is added at the end for the rows that have none."""
    read = _read(pa.concat_arrays([values, pa.nulls(1, values.type)]), field)
    rows = index.cast(pa.int32()).fill_null(len(values)).to_numpy(zero_copy_only=False)
    unchanged = source if read.source is not None else None
    return Column(field, len(rows), read.values, read.blank, read.broken, rows, unchanged)


def _read(array: pa.Array, field: Field) -> Column:
    if pa.types.is_null(array.type):
        array = array.cast(pa.string())
    if field.kind in LISTS:
        return _read_list(array, field)
    if not is_text(array.type):
        values, broken = native_values(field, array)
        return Column(field, len(array), values, ~filled(array), broken, source=_if_same(array, values, broken))
    texts = tidy(array.cast(pa.string()), narrowing=is_narrowed(field))
    if field.kind in TEXTS:
        values = without(texts.array, texts.control)
        same = array if texts.same and not texts.control.any() and array.type == values.type else None
        return Column(field, len(array), values, texts.blank, texts.control, source=same)
    values, broken = text_values(field, texts.array)
    return Column(field, len(array), values, texts.blank, broken)


def _read_list(array: pa.Array, field: Field) -> Column:
    """Texts are split, lists taken as they are, single native values become lists of one."""
    rows = len(array)
    if is_text(array.type):
        items, owner = split(array.cast(pa.string()), field.separators)
    elif pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        items, owner = pc.list_flatten(array), pc.list_parent_indices(array).to_numpy()
    else:
        items, owner = array, np.arange(rows)
    if is_text(items.type) or pa.types.is_null(items.type):
        items, odd = items.cast(pa.string()), np.zeros(len(items), bool)
    else:
        items, odd = native_values(replace(field, kind=Kind.STRING), items)
    parts = tidy(items, narrowing=is_narrowed(field))
    broken = np.bincount(owner[odd | parts.control], minlength=rows).astype(bool)
    there = ~parts.blank
    if np.array_equal(owner, np.arange(rows)) and there.all() and not broken.any():
        # One part in every row: nothing to gather.
        offsets = pa.array(np.arange(rows + 1, dtype=np.int32))
        return Column(field, rows, pa.ListArray.from_arrays(offsets, parts.array), parts.blank, broken)
    has_parts = np.bincount(owner[there], minlength=rows) > 0
    kept = there & ~broken[owner]
    values = gather(parts.array.filter(pa.array(kept)), owner[kept], rows)
    return Column(field, rows, values, ~(has_parts | broken), broken)


def _if_same(came: pa.Array, values: pa.Array, broken: Bools) -> pa.Array | None:
    """The array itself where reading it changed nothing."""
    return came if values is came and not broken.any() else None
