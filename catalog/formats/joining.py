"""Columns joined into lines by one ``take`` of Arrow.

All texts and all frames lie in one array, and what is taken from it in the order of the lines lies in memory as the
lines. That costs half of ``binary_join_element_wise``. Texts that repeat are framed once each; neighbours with few of
them are joined once a combination, so that most of a row is a handful of texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from catalog.formats.texts import Flags, ends
from catalog.repeats import Places, places_of, repeats

Frame = tuple[str, str]
"""What stands before and after a value."""

_BLOCK = 8192
_COMBINED, _ROWS_EACH = 4096, 8
"""At most so many combinations of neighbours are made, and none where fewer rows than these would share one."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A column ready to be joined: its texts and their frame.

    ``nothing`` stands for a null and its frame. Values whose ``other`` is true stand in ``other_frame`` instead.
    With ``at`` each text is held once: row r shows the text ``at[r]``, or nothing where that is -1.
    """

    texts: pa.Array
    frame: Frame = ("", "")
    nothing: str = ""
    other: Flags | None = None
    other_frame: Frame = ("", "")
    at: Places | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.texts if self.at is None else self.at)


def once(column: pa.Array, read: Callable[[pa.Array], Cells]) -> Cells:
    """``read`` of a column, asked of each text once where texts repeat."""
    return replace(read(column.dictionary), at=places_of(column)) if repeats(column) else read(column)


def lines(columns: Sequence[Cells], start: str, end: str) -> Iterator[memoryview]:
    """All rows as UTF-8, some thousand at a time: ``start``, each column's text in its frame, ``end``."""
    for joined in _joining(columns, start, end).taken(_BLOCK):
        bounds = ends(joined)
        yield memoryview(joined.buffers()[2])[int(bounds[0]) : int(bounds[-1])]


def line_texts(columns: Sequence[Cells], start: str, end: str) -> pa.StringArray:
    """The same rows, each a text of its own."""
    joining = _joining(columns, start, end)
    (joined,) = joining.taken(max(1, columns[0].rows))
    offsets = np.ascontiguousarray(ends(joined)[:: joining.width])
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), joined.buffers()[2])


def _joining(columns: Sequence[Cells], start: str, end: str) -> _Joining:
    joining = _Joining(columns[0].rows, start)
    for cells in columns:
        if cells.at is None:
            joining.add(cells)
        else:
            joining.add_repeating(_framed(cells, cells.at))
    joining.end(end)
    return joining


@dataclass(frozen=True, slots=True)
class _Piece:
    """Texts that follow each other in a line: row r shows ``texts[at[r]]``, or ``texts[r]``; -1 shows nothing."""

    texts: pa.Array
    at: Places | None
    holes: bool = False


@dataclass(frozen=True, slots=True)
class _Edge:
    """What stands at one side of a column: one of ``texts`` by ``chosen``, or everywhere the first."""

    texts: tuple[str, ...]
    chosen: Places | None = None


class _Joining:
    """The pieces of the lines so far."""

    def __init__(self, rows: int, start: str) -> None:
        self._rows = rows
        self._pieces: list[_Piece] = []
        self._open: _Piece | None = None  # repeating texts, to which neighbours may still be joined
        self._left = _Edge((start,))
        self._most = max(_ROWS_EACH**2, min(_COMBINED, rows // _ROWS_EACH))

    def add_repeating(self, piece: _Piece) -> None:
        """A column whose texts stand in their frames already."""
        if self._left.chosen is not None:
            self._gap(_Edge(("",)))
        before, self._left = self._left.texts[0], _Edge(("",))
        if before:
            piece = replace(piece, texts=_joined(_text(before), piece.texts))
        if self._open is not None and len(self._open.texts) * len(piece.texts) <= self._most:
            self._open = _combined(self._open, piece)
            return
        self._close()
        self._open = piece

    def add(self, cells: Cells) -> None:
        """A column of texts of which few repeat."""
        frames, chosen = _states(cells)
        self._gap(_Edge(tuple(before for before, _ in frames), chosen))
        at = None
        if cells.texts.null_count:
            there = cells.texts.is_valid().to_numpy(zero_copy_only=False)
            at = np.where(there, np.arange(self._rows, dtype=np.int32), np.int32(-1))
        self._pieces.append(_Piece(_without_nulls(cells.texts), at, holes=at is not None))
        self._left = _Edge(tuple(after for _, after in frames), chosen)

    def end(self, text: str) -> None:
        """Close the lines with ``text``."""
        self._gap(_Edge((text,)))
        self._close()

    @property
    def width(self) -> int:
        """Of how many texts each line is made."""
        return len(self._pieces)

    def taken(self, block: int) -> Iterator[pa.Array]:
        """The lines' texts one after the other, ``block`` rows at a time."""
        everything = pa.concat_arrays([*(piece.texts for piece in self._pieces), pa.array([""], pa.string())])
        for start in range(0, max(1, self._rows), block):
            order = pa.array(self._order(start, min(start + block, self._rows)))
            yield pc.take(everything, order, boundscheck=False)

    def _order(self, start: int, stop: int) -> NDArray[np.int32]:
        """Of the rows from ``start`` to ``stop``, the places of their texts among all texts, line by line."""
        order = np.empty((stop - start, len(self._pieces)), np.int32)
        first, nothing = 0, sum(len(piece.texts) for piece in self._pieces)
        for place, piece in enumerate(self._pieces):
            if piece.at is None:
                order[:, place] = np.arange(first + start, first + stop, dtype=np.int32)
            else:
                np.add(piece.at[start:stop], np.int32(first), out=order[:, place])
                if piece.holes:
                    order[piece.at[start:stop] < 0, place] = nothing
            first += len(piece.texts)
        return order.reshape(-1)

    def _gap(self, right: _Edge) -> None:
        """Write what stands between the last column and the next."""
        left, self._left = self._left, _Edge(("",))
        texts = [after + before for after in left.texts for before in right.texts]
        if len(texts) == 1 and self._open is not None:
            self._open = replace(self._open, texts=_joined(self._open.texts, _text(texts[0])))
        elif len(texts) > 1 or texts[0]:
            self._close()
            chosen = np.zeros(self._rows, np.int32)
            if left.chosen is not None:
                chosen += left.chosen * np.int32(len(right.texts))
            if right.chosen is not None:
                chosen += right.chosen
            self._pieces.append(_Piece(pa.array(texts, pa.string()), chosen))
        self._close()

    def _close(self) -> None:
        if self._open is not None:
            self._pieces.append(self._open)
            self._open = None


def _framed(cells: Cells, at: Places) -> _Piece:
    """Every text of a repeating column in its frame, and last, where a row needs it, what stands for nothing."""
    frames, chosen = _states(cells)
    texts = _without_nulls(cells.texts)
    if chosen is None:
        framed = _joined(_text(frames[0][0]), texts, _text(frames[0][1]))
    else:
        texts = cells.texts.fill_null("")
        before, after = (pa.array([frame[side] for frame in frames], pa.string()) for side in (0, 1))
        framed = _joined(before.take(pa.array(chosen)), texts, after.take(pa.array(chosen)))
    if len(at) and at.min() < 0:
        return _Piece(pa.concat_arrays([framed, pa.array([cells.nothing], pa.string())]), _last(at, len(framed)))
    return _Piece(framed, at)


def _last(at: Places, last: int) -> Places:
    return np.where(at < 0, np.int32(last), at)


def _combined(left: _Piece, right: _Piece) -> _Piece:
    """Neighbours as one: every text of the one followed by every text of the other."""
    few, many = len(left.texts), len(right.texts)
    firsts = left.texts.take(pa.array(np.repeat(np.arange(few), many)))
    seconds = right.texts.take(pa.array(np.tile(np.arange(many), few)))
    assert left.at is not None  # noqa: S101 - repeating columns only
    assert right.at is not None  # noqa: S101
    return _Piece(_joined(firsts, seconds), left.at * np.int32(many) + right.at)


def _states(cells: Cells) -> tuple[tuple[Frame, ...], Places | None]:
    """Frames a column's values can stand in, and which of them each value has (None: all the first)."""
    frames = (cells.frame, cells.other_frame, (cells.nothing, ""))
    if cells.other is None and not cells.texts.null_count:
        return frames[:1], None
    chosen = np.zeros(len(cells.texts), np.int32)
    if cells.other is not None:
        chosen[cells.other] = 1
    if cells.texts.null_count:
        chosen[cells.texts.is_null().to_numpy(zero_copy_only=False)] = 2
    return frames, chosen


def _joined(*texts: pa.Array | pa.Scalar) -> pa.Array:
    return pc.binary_join_element_wise(*texts, _text(""))


def _text(text: str) -> pa.Scalar:
    return pa.scalar(text, pa.string())


def _without_nulls(texts: pa.Array) -> pa.Array:
    """The same values without the record of which are null; ``lines`` leaves those out itself."""
    if texts.null_count == 0:
        return texts
    _, offsets, data = texts.buffers()
    return pa.Array.from_buffers(pa.string(), len(texts), [None, offsets, data], 0, texts.offset)
