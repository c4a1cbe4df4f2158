"""A keyed hash of rows, vectorised: NH over 8-byte words (Black et al., UMAC, CRYPTO 1999), summed over columns.

For a secret key two different rows collide with a chance of 2^-32 at most; the token encrypts the sum, so nothing is
learned from trying. The words of a text are gathered straight from Arrow's buffers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catalog.repeats import places_of, repeats
from desensitise.mark.gather import Bytes, equal_texts
from desensitise.mark.prf import Ints, Words, stream

_CHUNK = 16_384
_MOST_LENGTHS, _FEW = 48, 256
_USUAL_WORDS, _MOST_WORDS = 64, 4096
_FOUR = np.dtype("<u4")
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_MASKS = np.array([(1 << (8 * n)) - 1 for n in range(9)], np.uint64)


class RowHash:
    """Hashes the named columns of batches under a key."""

    def __init__(self, key: bytes, columns: Sequence[str]) -> None:
        self._columns = tuple(columns)
        self._key = key
        self._streams = {name: self._stream(name, _USUAL_WORDS) for name in columns}
        self._last: dict[str, tuple[pa.Array, Words]] = {}
        self._known: dict[str, dict[str, int] | None] = {name: {} for name in columns}

    def of(self, batch: pa.RecordBatch, then: Callable[[slice], None] = lambda _: None) -> Words:
        """One word a row. ``then`` is told of each window whose texts of one length have just been read."""
        total = np.zeros(batch.num_rows, np.uint64)
        even: list[tuple[Bytes, Words]] = []
        for name in self._columns:
            column = batch.column(name)
            if repeats(column):
                total += self._of_each(name, column)
                continue
            if pa.types.is_integer(column.type) or pa.types.is_temporal(column.type):
                total += _of_numbers(column, self._streams[name])
                continue
            column = texts(column)
            matrix = equal_texts(column)
            if matrix is not None and matrix.shape[1] <= 8 * _MOST_WORDS:
                even.append((matrix, self._long_enough(name, matrix.shape[1])))
                continue
            for start in range(0, batch.num_rows, _CHUNK):
                total[start : start + _CHUNK] += self._hashed(name, column.slice(start, _CHUNK))
        for start in range(0, batch.num_rows, _CHUNK):
            window = slice(start, start + _CHUNK)
            for matrix, key in even:
                total[window] += _of_one_length(matrix[window], key)
            then(window)
        hashed: Words = total
        return hashed

    def _of_each(self, name: str, column: pa.DictionaryArray) -> Words:
        """Texts that repeat are hashed once, and most batches hold the same ones as the batch before."""
        values = column.dictionary
        last, hashes = self._last.get(name, (None, None))
        if last is None or hashes is None or not values.equals(last):
            one = pa.RecordBatch.from_arrays([values], names=[name])
            hashes = np.append(RowHash(self._key, (name,)).of(one), np.uint64(0))  # the last one is that of nothing
            self._last[name] = values, hashes
        found: Words = hashes.take(places_of(column))
        return found

    def _stream(self, name: str, words: int) -> Words:
        return stream(self._key, f"row hash {name}", 1 + 2 * words)

    def _hashed(self, name: str, column: pa.Array) -> Words:
        matrix = equal_texts(column)
        if matrix is not None and matrix.shape[1] <= 8 * _MOST_WORDS:
            return _of_one_length(matrix, self._long_enough(name, matrix.shape[1]))
        known = self._known[name]
        found = None if known is None else self._repeated(name, column, known)
        return self._each(name, column) if found is None else found

    def _repeated(self, name: str, column: pa.Array, known: dict[str, int]) -> Words | None:
        """Names of kinds and places come again and again, and each is hashed once; None where texts are many."""
        coded = pc.dictionary_encode(column)
        distinct = coded.dictionary.to_pylist()
        if len(distinct) > _FEW or len(known) > 4 * _FEW:
            self._known[name] = None
            return None
        if new := [text for text in distinct if text not in known]:
            known.update(zip(new, self._each(name, pa.array(new, pa.string())).tolist(), strict=True))
        hashes = np.array([*(known[text] for text in distinct), 0], np.uint64)  # the last one is that of nothing
        found: Words = hashes.take(pc.fill_null(coded.indices, len(distinct)).to_numpy())
        return found

    def _each(self, name: str, column: pa.Array) -> Words:
        ends = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
        longest = int(np.diff(ends).max(initial=0))
        return _of_many_lengths(column, ends.astype(np.int64), self._long_enough(name, longest))

    def _long_enough(self, name: str, longest: int) -> Words:
        """The column's key for a text of so many bytes: a longer key begins with the shorter one."""
        if longest > 8 * _USUAL_WORDS and len(self._streams[name]) < 1 + 2 * _MOST_WORDS:
            self._streams[name] = self._stream(name, _MOST_WORDS)
        return self._streams[name]


def texts(column: pa.Array) -> pa.Array:
    """A column as texts; the items of a list are joined in the order of the shared rows."""
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_list(kind):
        return pc.binary_join(column.cast(pa.list_(pa.string())), "\x1f")
    return column.cast(pa.string())


def _of_numbers(column: pa.Array, key: Words) -> Words:
    """Whole numbers, days and moments, each a word; nothing hashes as no length does."""
    kind = pa.int32() if column.type.bit_width == 32 else pa.int64()
    whole = column if pa.types.is_integer(column.type) else column.view(kind)
    held = pc.fill_null(whole, 0).to_numpy(zero_copy_only=False).astype(np.int64).view(np.uint64)
    low = (held + key[1]) & _LOW
    low *= ((held >> _HALF) + key[2]) & _LOW
    low += (key[:1] | np.uint64(1)) * np.uint64(9)  # arrays wrap without a word, scalars warn
    if column.null_count:
        low[column.is_null().to_numpy(zero_copy_only=False)] = 0
    hashed: Words = low
    return hashed


def _of_many_lengths(column: pa.Array, ends: Ints, key: Words) -> Words:
    lengths = np.diff(ends)
    if column.null_count:
        lengths = np.where(column.is_null().to_numpy(zero_copy_only=False), -1, lengths)
    longest = int(lengths.max(initial=0))
    counts = np.bincount(lengths + 1)
    known = np.flatnonzero(counts)
    if longest >= 8 * _MOST_WORDS or len(known) > _MOST_LENGTHS:  # lengths are sorted as 16 bits
        return _word_by_word(column, ends, lengths, key)
    total = np.zeros(len(lengths), np.uint64)
    data = np.frombuffer(column.buffers()[2] or b"", np.uint8)
    order = np.argsort(lengths.astype(np.int16), kind="stable")
    done = 0
    for length in (known - 1).tolist():
        rows = order[done : done + counts[length + 1]]
        done += len(rows)
        if length < 0:
            continue
        matrix = np.zeros((len(rows), 0), np.uint8)
        if length:
            kind = np.dtype(f"V{length}")
            everywhere: npt.NDArray[np.void] = np.ndarray(len(data) - length + 1, kind, data, 0, (1,))
            matrix = everywhere[ends[rows]].view(np.uint8).reshape(-1, length)
        total[rows] = _of_one_length(matrix, key)
    return total


def _word_by_word(column: pa.Array, ends: Ints, lengths: Ints, key: Words) -> Words:
    """The same sum where hardly two texts are equally long."""
    # Shifted by one, so that null, the empty text and texts that end in zero bytes all differ.
    total = (lengths + 1).astype(np.uint64) * (key[0] | np.uint64(1))
    longest = int(lengths.max(initial=0))
    data = np.zeros(int(ends[-1] - ends[0]) + 8, np.uint8)
    if longest > 0:
        data[:-8] = np.frombuffer(column.buffers()[2], np.uint8)[ends[0] : ends[-1]]
    view = np.lib.stride_tricks.as_strided(np.frombuffer(data, np.uint64, 1), (len(data) - 7,), (1,))
    starts = ends[:-1] - ends[0]
    shortest = int(lengths.min(initial=0))
    for word in range(min((longest + 7) // 8, _MOST_WORDS)):
        rows = slice(None) if shortest > 8 * word else np.flatnonzero(lengths > 8 * word)
        here, left = starts[rows], lengths[rows]
        if shortest >= 8 * (word + 1):
            held = view[here + 8 * word]
        else:
            held = view[here + _begin(word, left)]
            held &= _MASKS.take(np.minimum(left, 8))
        low = held + key[1 + 2 * word]
        low &= _LOW
        held >>= _HALF
        held += key[2 + 2 * word]
        held &= _LOW
        low *= held
        total[rows] += low
    summed: Words = total
    return summed


def _begin(word: int, length: Ints) -> Ints:
    """Where a word of a text begins: the last one ends with the text, so that no byte beyond it is looked at."""
    begin: Ints = np.minimum(8 * word, np.maximum(length - 8, 0))
    return begin


def _of_one_length(matrix: Bytes, key: Words) -> Words:
    """The same sum where all texts are equally long, as codes and dates are: no gathering."""
    count, length = matrix.shape
    if length < 8:
        padded = np.zeros((count, 8), np.uint8)
        padded[:, :length] = matrix
        matrix = padded
    total = np.full(count, length + 1, np.uint64)
    total *= key[0] | np.uint64(1)
    for word in range((length + 7) // 8):
        begin = min(8 * word, max(length - 8, 0))
        low, high = (np.ndarray(count, _FOUR, matrix, begin + side, (matrix.shape[1],)) for side in (0, 4))
        # Sums of 32 bits wrap by themselves.
        product = (low + np.uint32(key[1 + 2 * word] & _LOW)).astype(np.uint64)
        product *= high + np.uint32(key[2 + 2 * word] & _LOW)
        total += product
    summed: Words = total
    return summed
