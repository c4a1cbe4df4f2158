"""What somebody took apart or laid together: lists an item a column or a row, and several columns as one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl
import pyarrow as pa

from desensitise.mark import texts
from desensitise.mark.long import wide
from desensitise.mark.prf import Ints

_LOOKED_AT = 300
_NEARLY_ALL = 0.9
_SIGNS = (" / ", " | ", " - ", "\t", "|", "/", ";", "；", "，", ",", "、", "_", "#", "~", " ", "-")
_LONG, _PARTS, _MOST_PARTS = 20, 2, 100


def lists_of(column: pa.Array | pa.ChunkedArray) -> list[list[str]]:
    """Lists as their items' texts; nothing is an empty one."""
    return [[str(item) for item in one or ()] for one in column.to_pylist()]


def from_columns(
    found: pl.DataFrame, rows: Ints, lists: Sequence[list[str]], names: Collection[str]
) -> pl.Series | None:
    """The lists of all found rows from those columns of ``names`` that hold their items, one each; None without any.

    ``lists`` are the shared ones of ``rows``, which are some of the found rows.
    """
    known = [{texts.one(item) for item in one} for one in lists[:_LOOKED_AT]]
    holding = [name for name in names if _holds_items(found[name].gather(rows[:_LOOKED_AT]), known)]
    if len(holding) < 2:
        return None
    return found.select(pl.concat_str(holding, separator="\n", ignore_nulls=True).alias("list"))["list"]


def _holds_items(column: pl.Series, known: Sequence[set[str]]) -> bool:
    cells = [(text, items) for text, items in zip(column, known, strict=True) if text]
    return bool(cells) and sum(texts.one(text) in items for text, items in cells) >= _NEARLY_ALL * len(cells)


def from_rows(cells: pl.Series, places: Ints, rows: Ints, lists: Sequence[list[str]]) -> list[str | None]:
    """The cells of ``rows``; where the found rows of a place hold all items of its list, one each, the list of them.

    ``places`` are those of all found rows, ``lists`` the shared ones of ``rows``.
    """
    own: list[str | None] = cells.gather(rows).to_list()
    told = pl.DataFrame({"place": places, "text": cells}).filter(pl.col("place") >= 0, pl.col("text").is_not_null())
    several = told.unique(maintain_order=True).group_by("place", maintain_order=True).agg("text")
    parts = dict(several.filter(pl.col("text").list.len() > 1).iter_rows())
    for row, (place, items) in enumerate(zip(places[rows].tolist(), lists, strict=True)):
        said = parts.get(place, ())
        if len(said) == len(items) and {texts.one(one) for one in said} == {texts.one(item) for item in items}:
            own[row] = "\n".join(said)
    return own


def with_parts(found: pl.DataFrame) -> pl.DataFrame:
    """The table, a record a row, and beside each column that holds several laid together what these were."""
    found = wide(found)
    return found.with_columns(part for name in found.columns for part in _parts(found[name], found.columns))


def _parts(column: pl.Series, names: Collection[str]) -> list[pl.Series]:
    cells = column.drop_nulls().head(_LOOKED_AT)
    if not cells.len() or f"{column.name} part 1" in names or float(cells.str.len_chars().median() or 0) < _LONG:  # type: ignore[arg-type]
        return []
    for sign in _SIGNS:
        counts = cells.str.count_matches(sign, literal=True)
        usual = counts.mode().sort().to_list()[-1]
        if _PARTS <= usual + 1 <= _MOST_PARTS and (counts == usual).sum() >= _NEARLY_ALL * cells.len():
            parts = column.str.split_exact(sign, usual).struct.unnest()
            # An address of the web has parts too, but hardly one that tells rows apart.
            if sum(part.n_unique() > 1 for part in parts.head(_LOOKED_AT)) >= _PARTS:
                return [part.str.strip_chars().alias(f"{column.name} part {n}") for n, part in enumerate(parts, 1)]
    return []
