"""Marking the rows of one copy, in windows of fixed size: the same bytes however the rows come in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Protocol

import numpy as np
import pyarrow as pa

from catalog.errors import DeclarationError
from catalog.repeats import joined, plain_schema, repeats, whole
from desensitise.mark import token
from desensitise.mark.channels import marked_type, write
from desensitise.mark.gather import Moving, taken
from desensitise.mark.keys import CopyKeys
from desensitise.mark.kinds import usual
from desensitise.mark.laws import law_of
from desensitise.mark.prf import Ints, Prf, Words
from desensitise.mark.profile import Profile
from desensitise.mark.rowhash import RowHash
from desensitise.mark.several import in_order

WINDOW = 16_384
"""Rows among which a copy's order is its own."""
AT_ONCE = 4 * WINDOW
"""Rows that are marked together: whole windows, because each step has a price of its own."""
_PLACES = np.uint64(WINDOW - 1)
ORDER_LANE = 0
_PUBLIC_SEED = b"quality-open-data-hub row number"


class Registry(Protocol):
    """Where it is written down, before the first row leaves, that a copy is made and under which keys."""

    def enter(self, keys: CopyKeys, profile: Profile) -> None:
        """Record the copy; an error stops it from being made."""
        ...


def embed(
    batches: Iterable[pa.RecordBatch], profile: Profile, keys: CopyKeys, registry: Registry, threads: int = 2
) -> Iterator[pa.RecordBatch]:
    """The rows of ``batches`` as the copy of ``keys`` shows them; the registry is asked before the first one.

    Every batch has AT_ONCE rows but the last. So many ``threads`` at most make batches while the caller works on
    earlier ones; the rows are the same for any number. DeclarationError when a column of the profile is not there.
    """
    if not 0 <= keys.copy.number < 2**32:
        raise DeclarationError("A copy's number is from 1 to 2^32-1.", todo="Number copies one after the other.")
    registry.enter(keys, profile)
    cut = windows(map(usual, batches), AT_ONCE)
    first = next(cut, None)
    if first is not None:
        marker = partial(_Marker, profile, keys, first[1].schema)
        yield from in_order(chain([first], cut), marker, threads)


def windows(batches: Iterable[pa.RecordBatch], size: int = WINDOW) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The rows cut anew into windows, or so many rows, each with the ordinal of its first row."""
    held: list[pa.RecordBatch] = []
    rows = start = 0
    for batch in batches:
        while rows + batch.num_rows >= size:
            need = size - rows
            yield start, _one([*held, batch.slice(0, need)])
            batch, held, rows, start = batch.slice(need), [], 0, start + size  # noqa: PLW2901
        if batch.num_rows:
            held.append(batch)
            rows += batch.num_rows
    if held:
        yield start, _one(held)


def _one(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return joined([one for one in batches if one.num_rows])


def row_numbers(batch: pa.RecordBatch, start: int, profile: Profile) -> Words:
    """What the cells of each row draw by: the ordinal, or a hash of the columns that name the row."""
    if profile.keyed_by_identity:
        return RowHash(_PUBLIC_SEED, profile.identity).of(batch)
    return np.arange(start, start + batch.num_rows, dtype=np.uint64)


def bound_columns(schema: pa.Schema, profile: Profile) -> tuple[str, ...]:
    """The facts that a token binds: the row's identity, or every fact."""
    return profile.identity or tuple(name for name in schema.names if name not in profile.values)


def keyed_order(download: Prf, ordinals: Words) -> Ints:
    """Places of rows, which begin with a window, in the keyed order of each window.

    Words that carry their place are sorted far faster than places.
    """
    words = download.drawn(ordinals, ORDER_LANE)
    words &= ~_PLACES
    words |= np.arange(len(ordinals), dtype=np.uint64) & _PLACES
    for begin in range(0, len(words), WINDOW):
        window = words[begin : begin + WINDOW]
        window.sort()
        window &= _PLACES
        window += np.uint64(begin)
    return words.view(np.int64)


class _Marker:
    """Ciphers and schema of one copy."""

    def __init__(self, profile: Profile, keys: CopyKeys, schema: pa.Schema) -> None:
        used = (name for c in profile.channels for name in (c.column, c.part) if name)
        missing = {*used, *profile.identity} - set(schema.names)
        listed = {c.column for c in profile.channels if c.kind in {"list", "exemplar"}}
        odd = any(not pa.types.is_list(schema.field(name).type) for name in listed - missing)
        if missing or odd or profile.token in schema.names:
            raise DeclarationError(f"The mark's profile '{profile.name}' does not fit the columns.")
        self._profile, self._keys = profile, keys
        self._family, self._grant = Prf(keys.family, keys.cipher), Prf(keys.grant, keys.cipher)
        self._download = Prf(keys.download, keys.cipher)
        self._schema = marked_schema(plain_schema(schema), profile)
        bound = keys.family if profile.binding == "family" else keys.download
        columns = bound_columns(schema, profile)
        self._binding = token.RowBinding(bound, keys.cipher, columns) if profile.token else None

    def __call__(self, given: tuple[int, pa.RecordBatch]) -> pa.RecordBatch:
        start, batch = given
        ordinals = np.arange(start, start + batch.num_rows, dtype=np.uint64)
        places = keyed_order(self._download, ordinals) if self._profile.order else None
        bound, there = self._bound(batch, places)
        columns = self._values(batch, start, places, there)
        shown = pa.RecordBatch.from_arrays(columns, schema=_held(self._schema, columns))
        if bound is None:
            return shown
        mac = token.macs(self._download, bound, ordinals)
        if places is not None:
            ordinals, mac = places.view(np.uint64) + np.uint64(start), np.take(mac, places)
        address = token.addresses(self._profile.address, self._keys.copy.number, ordinals, mac)
        return shown.append_column(self._profile.token, address)

    def _bound(self, batch: pa.RecordBatch, places: Ints | None) -> tuple[Words | None, dict[str, pa.Array]]:
        """What tokens bind of each row, and columns that were moved to their places on the way."""
        if self._binding is None:
            return None, {}
        if places is None:
            return self._binding.of(batch), {}
        marked = {channel.column for channel in self._profile.channels}
        facts = [name for name in batch.schema.names if name not in marked]
        # Hashing brings texts near; what moves them follows while they are.
        moving = Moving(((name, batch.column(name)) for name in facts), places)
        bound = self._binding.of(batch, moving.move)
        return bound, moving.made()

    def _values(
        self, batch: pa.RecordBatch, start: int, places: Ints | None, there: Mapping[str, pa.Array]
    ) -> list[pa.Array]:
        """The columns in shown order, marked; laws and draws are those of the shared rows."""
        channels = {one.column: one for one in self._profile.channels}
        numbers = row_numbers(batch, start, self._profile) if channels else None
        made = []
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            channel = channels.get(name)
            if channel is None or numbers is None:
                made.append(there[name] if name in there else taken(column, places))
                continue
            column = whole(column)  # noqa: PLW2901
            part = whole(batch.column(channel.part)) if channel.part else None
            law = law_of(channel, column, numbers, self._profile, self._family, part)
            drawn = law.symbols(self._grant.drawn(numbers, self._profile.lane(channel), law.value))
            made.append(write(channel, column, law, drawn, places))
        return made


def _held(schema: pa.Schema, columns: Sequence[pa.Array]) -> pa.Schema:
    """The schema with those columns repeating that do."""
    held = (c.type if repeats(c) else f.type for f, c in zip(schema, columns, strict=True))
    return pa.schema([field.with_type(kind) for field, kind in zip(schema, held, strict=True)])


def marked_schema(schema: pa.Schema, profile: Profile) -> pa.Schema:
    """The schema of marked rows before the token."""
    kinds = {c.column: marked_type(c, schema.field(c.column).type) for c in profile.channels}
    return pa.schema([pa.field(f.name, kinds.get(f.name, f.type), f.nullable) for f in schema])
