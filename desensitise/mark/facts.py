"""A digest of facts that is equal for every copy of a version, however its rows and list items are ordered.

Each column is hashed as a whole, in the order of the shared rows: SHA-256 over the lengths of its cells (32 bits, -1
for nothing) and over their bytes; the digest is the SHA-256 of names, count and the columns' digests. So it does not
depend on how rows come in batches, and two different tables of equal digest are a collision of SHA-256. Copies show
their rows in an order of their own, and their tokens tell the shared one. Items of a list are sorted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import ProofError
from catalog.formats.texts import content, each_list, ends, has_controls, mapped, plain, without_null_items
from catalog.repeats import each, whole
from desensitise.addresses import no_addresses
from desensitise.mark import texts
from desensitise.mark.profile import Profile
from desensitise.mark.token import ordinals_of

_ALL = Profile("all")
_ITEM, _ESCAPE = "\x1e", "\x1b"
_MARKS = [_ESCAPE, _ITEM]
_ESCAPED = [f"{_ESCAPE}{place}" for place in range(len(_MARKS))]
_EMPTY = f"{_ESCAPE}{len(_MARKS)}"
_NOTHING = np.int32(-1)


class FactsDigest:
    """The digest as the shared rows come along, in their order."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._columns: dict[str, _Column] = {}
        self._count = 0

    def add(self, rows: pa.RecordBatch) -> None:
        """Count these rows in."""
        if not rows.num_rows:
            return
        for name, column in zip(rows.schema.names, rows.columns, strict=True):
            if name != self._profile.token:
                self._columns.setdefault(name, _Column()).add(_cells(column, ordered=name in self._profile.values))
        self._count += rows.num_rows

    def content(self) -> str:
        """SHA-256 of everything the shared rows hold, protected values included."""
        return self._over(self._columns)

    def digest(self) -> str:
        """SHA-256, hexadecimal, of the official facts."""
        return self._over(name for name in self._columns if name not in self._profile.values)

    def _over(self, names: Iterable[str]) -> str:
        told = [f"{name} {self._columns[name].digest()}\n" for name in sorted(names)]
        return hashlib.sha256("".join([f"{self._count}\n", *told]).encode()).hexdigest()


class _Column:
    """Lengths and bytes of a column's cells: together they say where each begins and ends."""

    def __init__(self) -> None:
        self._lengths, self._bytes = hashlib.sha256(), hashlib.sha256()

    def add(self, cells: pa.StringArray) -> None:
        bounds = ends(cells)
        lengths = bounds[1:] - bounds[:-1]
        if cells.null_count:
            nothing = cells.is_null().to_numpy(zero_copy_only=False)
            if lengths[nothing].any():
                # What lies below a null is no fact.
                bounds = ends(cells := cells.fill_null(""))
                lengths = bounds[1:] - bounds[:-1]
            lengths = np.where(nothing, _NOTHING, lengths)
        self._lengths.update(np.ascontiguousarray(lengths, "<i4").data)
        if bounds[-1] > bounds[0]:
            self._bytes.update(memoryview(cells.buffers()[2])[bounds[0] : bounds[-1]])

    def digest(self) -> str:
        return f"{self._lengths.hexdigest()} {self._bytes.hexdigest()}"


def facts_digest(copy: Iterable[pa.RecordBatch | pl.DataFrame], profile: Profile) -> str:
    """SHA-256, hexadecimal, of a copy's facts; token and protected values are no facts.

    Its rows may stand in any order that its tokens tell (all of them are held for that); rows without tokens must
    stand as they are shared. ProofError for a cell of the token's column that holds no token.
    """
    frames = [pl.DataFrame(rows) for rows in copy]
    whole = pl.concat(frames) if frames else pl.DataFrame()
    if profile.token in whole.columns:
        addresses = _texts(whole[profile.token])
        if no_addresses(addresses):
            raise ProofError("A row has no token where its copy should.", todo="Take the file as it was delivered.")
        whole = whole[np.argsort(ordinals_of(addresses), kind="stable")]
    digest = FactsDigest(profile)
    for batch in whole.to_arrow(compat_level=pl.CompatLevel.oldest()).to_batches():
        digest.add(batch)
    return digest.digest()


def _texts(column: pl.Series) -> pa.StringArray:
    return column.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())


def _cells(column: pa.Array, *, ordered: bool) -> pa.StringArray:
    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        lists = without_null_items(column.cast(pa.list_(pa.string())))
        joined = pc.binary_join(each_list(lists, _escaped), _ITEM)
        return joined if ordered else _sorted(joined, pc.greater(pc.list_value_length(lists), 1))
    return whole(each(column, lambda values: plain(values).cast(pa.string())))


def _escaped(said: pa.StringArray) -> pa.StringArray:
    """Items in which none of this module's own marks stands and of which none is empty."""
    bounds = ends(said)
    if has_controls(content(said)):
        said = mapped(said, lambda cells: cells.str.replace_many(_MARKS, _ESCAPED))
    if (bounds[1:] == bounds[:-1]).any():
        said = pc.if_else(pc.equal(said, ""), _EMPTY, said)
    return said


def _sorted(joined: pa.StringArray, several: pa.BooleanArray) -> pa.StringArray:
    """The items of joined lists in order, where there are ``several``; there are few different lists."""
    several = pc.fill_null(several, fill_value=False)
    if not several.true_count:
        return joined
    encoded = joined.filter(several).dictionary_encode()
    distinct = [_ITEM.join(sorted(text.split(_ITEM))) for text in encoded.dictionary.to_pylist()]
    return pc.replace_with_mask(joined, several, pa.array(distinct, pa.string()).take(encoded.indices))


def row_texts(frame: pl.DataFrame, profile: Profile) -> list[str]:
    """One text a row: names and canonical facts in the order of names, list items sorted."""
    names = sorted(name for name in frame.columns if name not in profile.values and name != profile.token)
    if not names:
        return [""] * frame.height
    columns = [_facts_of(frame[name]) for name in names]
    said = [pl.concat_str(pl.lit(f"{name}\x1d"), pl.col(name).fill_null("\x1c")) for name in names]
    return pl.DataFrame(columns).select(pl.concat_str(said, separator="\x1f").alias("line"))["line"].to_list()


def _facts_of(column: pl.Series) -> pl.Series:
    if not isinstance(column.dtype, pl.List):
        return texts.column(column)
    rows = pl.DataFrame({"owner": pl.int_range(column.len(), eager=True), "item": column}).explode("item")
    rows = rows.with_columns(texts.column(rows["item"]).fill_null("")).sort("owner", "item")
    joined = rows.group_by("owner", maintain_order=True).agg(pl.col("item").str.join("\x1e"))
    empty = pl.select(pl.when(column.is_not_null()).then(pl.lit(""))).to_series().alias(column.name)
    return empty.scatter(joined["owner"], joined["item"]).set(column.is_null(), None)
