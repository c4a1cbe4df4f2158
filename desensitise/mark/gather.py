"""Taking rows of Arrow columns in another order; texts of one length, as codes and dates are, several times faster."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from desensitise.mark.prf import Ints

Bytes = npt.NDArray[np.uint8]
Values = TypeVar("Values", Ints, npt.NDArray[np.bool_], npt.NDArray[np.int32], npt.NDArray[np.void])


def equal_texts(column: pa.Array) -> Bytes | None:
    """The texts as a matrix of bytes (n, length) when they are all equally long, else None."""
    if not pa.types.is_string(column.type) or column.null_count or not len(column):
        return None
    ends = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    begin, end = int(ends[0]), int(ends[-1])
    length = int(ends[1]) - begin
    if not length or end - begin != length * len(column) or not ((ends[1:] - ends[:-1]) == length).all():
        return None
    return np.frombuffer(column.buffers()[2], np.uint8)[begin:end].reshape(-1, length)


def texts_of(matrix: Bytes) -> pa.Array:
    """Texts of a matrix of bytes."""
    return pa.StringArray.from_buffers(
        len(matrix), even_ends(*matrix.shape), pa.py_buffer(np.ascontiguousarray(matrix))
    )


@lru_cache(maxsize=64)
def even_ends(count: int, width: int) -> pa.Buffer:
    """Offsets of so many texts of one length, as Arrow wants them; they are made once and never written to."""
    return pa.py_buffer(np.arange(count + 1, dtype=np.int32) * np.int32(width))


def cut_texts(matrix: Bytes, cut: npt.NDArray[np.bool_], length: int, places: Ints | None) -> pa.Array:
    """The texts at ``places``, or all; those that are ``cut`` (by shown row) end after ``length`` bytes."""
    count, whole = matrix.shape
    kind = np.dtype(f"V{whole}")
    # What is shown of each text, worked out without a branch a row.
    shown = cut.astype(np.int32)
    shown *= np.int32(length - whole)
    shown += np.int32(whole)
    ends = np.zeros(count + 1, np.int32)
    np.cumsum(shown, out=ends[1:])
    room = np.empty(int(ends[-1]) + whole, np.uint8)
    # Each text is written in full where it begins, and the next one covers what is cut of it.
    begins: npt.NDArray[np.void] = np.ndarray(int(ends[-1]) + 1, kind, room, 0, (1,))
    texts = np.ascontiguousarray(matrix).view(kind).ravel()
    begins[ends[:-1]] = moved(texts, places)
    return pa.StringArray.from_buffers(count, pa.py_buffer(ends), pa.py_buffer(room))


def taken(column: pa.Array, places: Ints | None) -> pa.Array:
    """The values at ``places``; all of them as they stand without any."""
    if places is None:
        return column
    matrix = equal_texts(column)
    if matrix is not None:
        return texts_of(np.take(matrix, places, axis=0))
    return column.take(pa.array(places))


class Moving:
    """Texts of one length on their way to other places, a window at a time: while somebody else reads the same ones."""

    def __init__(self, columns: Iterable[tuple[str, pa.Array]], places: Ints) -> None:
        matrices = ((name, equal_texts(column)) for name, column in columns)
        self._held = [(name, held, np.empty_like(held)) for name, held in matrices if held is not None]
        self._places = places

    def move(self, window: slice) -> None:
        """Write the rows of a window, whose places lie in it too."""
        places = self._places[window]
        for _, held, room in self._held:
            np.take(held, places, axis=0, out=room[window], mode="clip")

    def made(self) -> dict[str, pa.Array]:
        """The columns that were moved, by name."""
        return {name: texts_of(room) for name, _, room in self._held}


def moved(values: Values, places: Ints | None) -> Values:
    """The same for an array of numpy."""
    return values if places is None else np.take(values, places)
