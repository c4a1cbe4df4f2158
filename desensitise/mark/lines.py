"""Marked lines of CSV: what all copies of a version share is written out once, and a copy only chooses among it.

``prepared`` makes of each window of shared rows the texts between marks, both spellings of every value that a mark
spells one way or the other, the cells' laws, and the words that tokens bind. ``marked_lines`` draws and puts together.
The bytes are those that the CSV writer makes of ``embed``; a property test holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from catalog.errors import DeclarationError
from catalog.formats import csv_lines
from catalog.formats.csv import framed
from catalog.formats.joining import Cells, line_texts
from catalog.rows import MarkedLines
from desensitise.mark import token
from desensitise.mark.channels import arranged, write
from desensitise.mark.embed import Registry, bound_columns, keyed_order, windows
from desensitise.mark.gather import taken
from desensitise.mark.keys import CopyKeys
from desensitise.mark.laws import BIAS_STEPS, Law, law_of
from desensitise.mark.prf import CipherName, Ints, Prf, Words
from desensitise.mark.profile import Channel, Profile
from desensitise.mark.several import in_order

PieceKind: TypeAlias = Literal["text", "ways", "list", "token"]
_ROW, _TEXTS = "row", "texts"
_MOST_WAYS = 2
"""Columns that are spelled together: four texts a row."""
_TWO_WAYS = frozenset({"precision", "rounding"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of every line.

    A ``text`` is the same in all copies; of columns that a mark spells in two ``ways`` all that their neighbours make
    of them stand ready; the texts of a ``list`` and of a ``token`` are made for each copy.
    """

    kind: PieceKind
    columns: tuple[str, ...] = ()

    @property
    def spellings(self) -> int:
        """Texts that stand ready for a row."""
        return {"text": 1, "ways": 1 << len(self.columns)}.get(self.kind, 0)


def can_prepare(profile: Profile) -> bool:
    """Whether copies of this profile can be put together from lines."""
    kinds = {channel.kind for channel in profile.channels}
    return profile.binding == "family" and not profile.keyed_by_identity and kinds <= {"list", *_TWO_WAYS}


def pieces_of(profile: Profile, names: Sequence[str]) -> tuple[Piece, ...]:
    """The parts of a line of these columns. Lists and tokens have a text beside them that holds a list's quotes."""
    kinds: dict[str, PieceKind] = {c.column: "list" if c.kind == "list" else "ways" for c in profile.channels}
    kinds[profile.token] = "token"
    made: list[Piece] = []
    for name in names:
        kind = kinds.get(name, "text")
        last = made[-1].kind if made else "list"
        if kind == last == "text" or (kind == last == "ways" and len(made[-1].columns) < _MOST_WAYS):
            made[-1] = replace(made[-1], columns=(*made[-1].columns, name))
            continue
        if last == "list" and kind in {"list", "token"}:
            made.append(Piece("text"))
        made.append(Piece(kind, (name,)))
    if made[-1].kind == "list":
        made.append(Piece("text"))
    return tuple(made)


def prepared(
    batches: Iterable[pa.RecordBatch], profile: Profile, shown: pa.Schema, family: bytes, cipher: CipherName
) -> Iterator[pa.RecordBatch]:
    """What copies share of each window of shared rows; ``shown`` is the schema of the copies' rows.

    DeclarationError for lists with empty places, which no copy in lines can have, and for other columns or types.
    """
    preparing: _Preparing | None = None
    for start, window in windows(batches):
        preparing = preparing or _Preparing(profile, shown, window.schema, family, cipher)
        try:
            yield preparing.of(window, start)
        except pa.ArrowException:
            raise _unfit("Rows have other types than their copies.") from None


class _Preparing:
    """Plan and ciphers of one version."""

    def __init__(
        self, profile: Profile, shown: pa.Schema, shared: pa.Schema, family: bytes, cipher: CipherName
    ) -> None:
        if {*shared.names, profile.token} - {""} != set(shown.names):
            raise _unfit("Rows have other columns than their copies.")
        self._profile, self._shown = profile, shown
        self._pieces = pieces_of(profile, shown.names)
        self._channels = {channel.column: channel for channel in profile.channels}
        self._family = Prf(family, cipher)
        self._binding = token.RowBinding(family, cipher, bound_columns(shared, profile)) if profile.token else None

    def of(self, window: pa.RecordBatch, start: int) -> pa.RecordBatch:
        made: dict[str, pa.Array] = {}
        spelled: list[pa.StringArray] = []
        if self._binding:
            made[_ROW] = pa.array(self._binding.of(window))
        numbers = np.arange(start, start + window.num_rows, dtype=np.uint64)
        for place, piece in enumerate(self._pieces):
            if piece.kind == "text":
                cells = [self._cells(name, window.column(name)) for name in piece.columns]
                spelled.append(self._text(place, cells, window))
            elif piece.kind == "list":
                made |= _lists(piece.columns[0], window)
            elif piece.kind == "ways":
                laws = [self._law(name, window, numbers) for name in piece.columns]
                for name, law in zip(piece.columns, laws, strict=True):
                    made[f"cut {name}"] = pa.array(law.cut.astype(np.uint16))
                    made[f"value {name}"] = pa.array(law.value)
                for symbols in product((0, 1), repeat=len(laws)):
                    drawn = zip(piece.columns, laws, symbols, strict=True)
                    cells = [self._spelled(name, window, law, symbol) for name, law, symbol in drawn]
                    spelled.append(self._text(place, cells, window))
        return pa.RecordBatch.from_pydict({_TEXTS: _by_row(spelled), **made})

    def _law(self, name: str, window: pa.RecordBatch, numbers: Words) -> Law:
        return law_of(self._channels[name], window.column(name), numbers, self._profile, self._family)

    def _spelled(self, name: str, window: pa.RecordBatch, law: Law, symbol: int) -> Cells:
        """A column as it reads where every cell draws ``symbol``."""
        drawn = np.full(window.num_rows, symbol, np.int64)
        return self._cells(name, write(self._channels[name], window.column(name), law, drawn))

    def _cells(self, name: str, column: pa.Array) -> Cells:
        return framed(self._before(name), column.cast(self._shown.field(name).type))

    def _before(self, name: str) -> str:
        return "," if name != self._shown.names[0] else ""

    def _text(self, place: int, cells: list[Cells], window: pa.RecordBatch) -> pa.StringArray:
        """The cells of a piece with the quotes of the lists beside it."""
        if place and self._pieces[place - 1].kind == "list":
            cells = [csv_lines.closing(window.column(self._pieces[place - 1].columns[0])), *cells]
        end = csv_lines.END if place + 1 == len(self._pieces) else ""
        if not end and self._pieces[place + 1].kind == "list":
            (name,) = self._pieces[place + 1].columns
            cells = [*cells, csv_lines.opening(window.column(name), self._before(name))]
        return line_texts(cells, "", end)


def _by_row(spelled: Sequence[pa.StringArray]) -> pa.FixedSizeListArray:
    """The texts of each row together, for a copy takes its rows from all over the window."""
    rows = len(spelled[0])
    order = np.arange(rows * len(spelled), dtype=np.int32).reshape(len(spelled), rows).T
    together = pa.concat_arrays(spelled).take(pa.array(order.reshape(-1)))
    return pa.FixedSizeListArray.from_arrays(together, len(spelled))


def _lists(name: str, window: pa.RecordBatch) -> dict[str, pa.Array]:
    """Escaped lists, and which of their rows ask for care."""
    lists = window.column(name).cast(pa.list_(pa.string()))
    if lists.flatten().null_count:
        raise _unfit("A list has an empty place.")
    escaped = csv_lines.escaped_lists(lists)
    wary = csv_lines.wary(escaped)
    return {f"list {name}": escaped if wary.any() else csv_lines.followed(escaped), f"wary {name}": pa.array(wary)}


def _unfit(why: str) -> DeclarationError:
    return DeclarationError(why, left="Nothing was prepared.", todo="Make this version's copies row by row.")


def marked_lines(
    windows_: Iterable[pa.RecordBatch],
    mark: str,
    profile: Profile,
    names: Sequence[str],
    keys: CopyKeys,
    registry: Registry,
    threads: int = 2,
) -> Iterator[MarkedLines]:
    """The lines of the copy of ``keys``, of columns ``names``; the registry is asked before the first one.

    So many ``threads`` at most make lines while the caller writes earlier ones; they are the same for any number.
    """
    registry.enter(keys, profile)
    for lines, rows in in_order(_numbered(windows_), partial(_Making, profile, names, keys), threads):
        yield MarkedLines(lines, rows, mark)


def _numbered(windows_: Iterable[pa.RecordBatch]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Windows with the ordinal of their first row."""
    start = 0
    for window in windows_:
        yield start, window
        start += window.num_rows


class _Making:
    """Ciphers and plan of one copy."""

    def __init__(self, profile: Profile, names: Sequence[str], keys: CopyKeys) -> None:
        self._profile, self._number = profile, keys.copy.number
        self._pieces = pieces_of(profile, names)
        self._channels = {channel.column: channel for channel in profile.channels}
        self._grant, self._download = Prf(keys.grant, keys.cipher), Prf(keys.download, keys.cipher)
        end = csv_lines.END if names[-1] == profile.token else ""
        begin = "" if names[0] == profile.token else ","
        self._frame = begin + csv_lines.QUOTE, csv_lines.QUOTE + end

    def __call__(self, given: tuple[int, pa.RecordBatch]) -> tuple[memoryview, int]:
        """The lines of a window and how many: every text in the order of the copy, taken at once."""
        (start, window), rows = given, given[1].num_rows
        ordinals = np.arange(start, start + rows, dtype=np.uint64)
        places = keyed_order(self._download, ordinals) if self._profile.order else ordinals.view(np.int64) - start
        texts = window.column(_TEXTS)
        width, near = texts.type.list_size, places.astype(np.int32)
        near *= np.int32(width)
        order = np.empty((rows, len(self._pieces)), np.int32)
        # What is spelled for all copies lies row by row; what this copy spells lies behind it in its own order.
        pool, lane, own = [texts.flatten()], 0, np.arange(width * rows, (width + 1) * rows, dtype=np.int32)
        for place, piece in enumerate(self._pieces):
            if piece.kind in {"list", "token"}:
                pool.append(self._own(piece, window, ordinals, places))
                order[:, place] = own
                own += np.int32(rows)
                continue
            np.add(near, np.int32(lane), out=order[:, place])
            if piece.kind == "ways":
                order[:, place] += self._drawn(window, piece.columns, ordinals).take(places)
            lane += piece.spellings
        joined = pa.concat_arrays(pool).take(pa.array(order.reshape(-1)))
        ends = np.frombuffer(joined.buffers()[1], np.int32)
        return memoryview(joined.buffers()[2])[: ends[order.size]], rows

    def _own(self, piece: Piece, window: pa.RecordBatch, ordinals: Words, places: Ints) -> pa.Array:
        """The texts that are this copy's alone, in its order."""
        if piece.kind == "list":
            return self._lists(window, piece.columns[0], ordinals, places)
        return self._tokens(window.column(_ROW), ordinals, places)

    def _drawn(self, window: pa.RecordBatch, names: Sequence[str], ordinals: Words) -> npt.NDArray[np.int32]:
        """Which of the spellings of some columns each row drew: one bit a column, the first one highest."""
        found = np.zeros(len(ordinals), np.int32)
        for name in names:
            channel = self._channels[name]
            cut = window.column(f"cut {name}").to_numpy()
            words = self._words(channel, ordinals, window.column(f"value {name}").to_numpy())
            words >>= np.uint64(16)
            words *= np.uint64(channel.size if channel.kind == "rounding" else BIAS_STEPS)
            words >>= np.uint64(48)
            found <<= np.int32(1)
            found |= words < cut
        return found

    def _words(self, channel: Channel, ordinals: Words, value: Ints) -> Words:
        return self._grant.drawn(ordinals, self._profile.lane(channel), value)

    def _lists(self, window: pa.RecordBatch, name: str, ordinals: Words, places: Ints) -> pa.Array:
        channel, lists = self._channels[name], window.column(f"list {name}")
        law = law_of(channel, lists, ordinals, self._profile, self._grant)
        drawn = law.symbols(self._words(channel, ordinals, law.value))
        if window.column(f"wary {name}").true_count:
            return csv_lines.careful_texts(write(channel, lists, law, drawn, places))
        items, wanted, ends = arranged(lists, law, drawn, places)
        return csv_lines.quick_texts(taken(items, wanted), ends)

    def _tokens(self, bound: pa.Array, ordinals: Words, places: Ints) -> pa.Array:
        before, after = self._frame
        mac = token.macs(self._download, bound.to_numpy(), ordinals)
        address = before + self._profile.address
        return token.addresses(address, self._number, ordinals[:1] + places.view(np.uint64), mac.take(places), after)
