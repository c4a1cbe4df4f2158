"""Columns whose texts repeat: Arrow dictionaries, which hold each text once and for every row its place.

Names of kinds and places, codes and days come again and again. From the check on they travel so, and whoever treats,
marks, hashes or writes them looks at each text once. A batch with such columns holds the very rows that it holds
without them; nothing that leaves the house shows which columns came so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Places = NDArray[np.int32]

_SAMPLE = 1024


def repeats(column: pa.Array) -> bool:
    """Whether the column holds each of its texts once."""
    return bool(pa.types.is_dictionary(column.type))


def few_distinct(column: pa.Array) -> bool:
    """Whether fewer than half of a sample are distinct. Small columns count as such without being asked."""
    if len(column) <= _SAMPLE:
        return True
    sample = column.slice((len(column) - _SAMPLE) // 2, _SAMPLE)
    return len(sample.dictionary_encode().dictionary) * 2 < _SAMPLE


def repeating(values: pa.Array, places: Places) -> pa.DictionaryArray:
    """The column whose row r shows ``values[places[r]]``; values may be null."""
    if values.null_count:
        there = values.is_valid().to_numpy(zero_copy_only=False)
        moved = np.where(there, np.cumsum(there, dtype=np.int32) - np.int32(1), np.int32(-1))
        values, places = values.filter(pa.array(there)), moved.take(places)
        nothing = places < 0
        if nothing.any():
            return pa.DictionaryArray.from_arrays(pa.array(places, mask=nothing), values)
    return pa.DictionaryArray.from_arrays(pa.array(places), values)


def places_of(column: pa.DictionaryArray) -> Places:
    """Each row's place among the texts, -1 for nothing."""
    indices = column.indices
    if indices.null_count:
        indices = indices.fill_null(-1)
    places: Places = indices.to_numpy()
    return places


def each(column: pa.Array, work: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """The column with ``work`` done to its values, once a text where texts repeat; the result repeats likewise."""
    if not repeats(column):
        return work(column)
    values = work(column.dictionary)
    if values.null_count:
        return repeating(pa.concat_arrays([values, pa.nulls(1, values.type)]), places_of(column))
    return pa.DictionaryArray.from_arrays(column.indices, values)


def without(column: pa.Array, rows: NDArray[np.bool_]) -> pa.Array:
    """The column with nothing in these rows."""
    if not repeats(column):
        return pc.if_else(pa.array(rows), pa.scalar(None, column.type), column)
    places = np.where(rows, np.int32(-1), places_of(column))
    return pa.DictionaryArray.from_arrays(pa.array(places, mask=places < 0), column.dictionary)


def compact(column: pa.DictionaryArray) -> pa.DictionaryArray:
    """The column with each of its values held once, whatever came to be equal."""
    encoded = column.dictionary.dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.take(column.indices), encoded.dictionary)


def in_order(column: pa.Array) -> pa.DictionaryArray:
    """The column with each value held once, in the order in which rows show them first, and none that no row shows."""
    if not repeats(column):
        return column.dictionary_encode()
    column = compact(column)
    places = places_of(column)
    first = np.full(len(column.dictionary) + 1, len(places), np.int32)  # the last one is that of nothing
    # Of several rows that show a value the one that is written last stays: the first row.
    first[places[::-1]] = np.arange(len(places) - 1, -1, -1, dtype=np.int32)
    order = np.argsort(first[:-1], kind="stable")
    shown = order[: int(np.count_nonzero(first[:-1] < len(places)))]
    moved = np.full(len(first), np.int32(-1))
    moved[shown] = np.arange(len(shown), dtype=np.int32)
    places = moved.take(places)
    nothing = places < 0
    indices = pa.array(places, mask=nothing) if nothing.any() else pa.array(places)
    return pa.DictionaryArray.from_arrays(indices, column.dictionary.take(pa.array(shown)))


def whole(column: pa.Array) -> pa.Array:
    """The column with a value in every row."""
    return column.dictionary_decode() if repeats(column) else column


def asked(column: pa.Array, question: Callable[[pa.Array], pa.Array]) -> NDArray[np.bool_]:
    """What ``question`` says of every row, asked once a text where texts repeat; false where there is nothing."""
    values = question(column.dictionary if repeats(column) else column)
    said: NDArray[np.bool_] = (values.fill_null(False) if values.null_count else values).to_numpy(zero_copy_only=False)
    return np.append(said, False).take(places_of(column)) if repeats(column) else said


def filtered(batch: pa.RecordBatch, keep: pa.BooleanArray) -> pa.RecordBatch:
    """The rows where ``keep`` is true."""
    if keep.true_count == batch.num_rows:
        return batch
    # Column by column: a filter of whole batches turns into places first, which takes half as long again.
    return pa.RecordBatch.from_arrays([column.filter(keep) for column in batch.columns], schema=batch.schema)


def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with a value in every row of every column."""
    if not any(pa.types.is_dictionary(field.type) for field in batch.schema):
        return batch
    columns = [whole(column) for column in batch.columns]
    fields = [field.with_type(column.type) for field, column in zip(batch.schema, columns, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields, batch.schema.metadata))


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """The schema of ``plain``."""
    return pa.schema([f.with_type(_plain_type(f.type)) for f in schema], schema.metadata)


def _plain_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def joined(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """The rows of several batches as one; a column that repeats in some of them only is whole in the result."""
    if len(batches) == 1:
        return batches[0]
    first = batches[0].schema
    if any(not batch.schema.equals(first) for batch in batches):
        batches = [plain(batch) for batch in batches]
    return pa.concat_batches(batches)


def most_bytes(batch: pa.RecordBatch) -> int:
    """At most so many bytes the batch takes with a value in every row."""
    return sum(_most_bytes(column) for column in batch.columns)


def _most_bytes(column: pa.Array) -> int:
    if not repeats(column) or not pa.types.is_string(column.type.value_type):
        return int(column.nbytes)
    longest = pc.max(pc.binary_length(column.dictionary)).as_py() or 0
    return len(column) * (4 + int(longest))


def like(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch with those columns repeating that do in ``schema``."""
    if batch.schema.equals(schema):
        return batch
    columns = [
        column.dictionary_encode() if pa.types.is_dictionary(field.type) and not repeats(column) else column
        for field, column in zip(schema, batch.columns, strict=True)
    ]
    wanted = [c if pa.types.is_dictionary(f.type) else whole(c) for f, c in zip(schema, columns, strict=True)]
    return pa.RecordBatch.from_arrays(wanted, names=batch.schema.names).replace_schema_metadata(batch.schema.metadata)


def encoded(column: pa.Array) -> pa.Array:
    """A column of texts or days in the form that holds each once, if they repeat."""
    kind = column.type
    if not (pa.types.is_string(kind) or pa.types.is_date32(kind)) or not few_distinct(column):
        return column
    return column.dictionary_encode()
