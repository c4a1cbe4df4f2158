"""Lines of CSV from texts that were made before: byte for byte what ``CsvWriter`` makes of the same rows.

Most of a line is the same in every copy of a table. It is quoted and escaped once, and a copy only puts the texts of
its lines one after the other.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.formats import texts
from catalog.formats.csv import cells_of, doubtful, escape, guard, joined_lists
from catalog.formats.texts import Cells

END = "\r\n"
QUOTE = '"'


def framed(column: pa.Array, before: str) -> Cells:
    """A column's cells with quotes where they are texts, and ``before`` them, even where there is nothing."""
    cells = cells_of(column)
    if pa.types.is_string(cells.type):
        return Cells(_doubled(cells), (before + QUOTE, QUOTE), before)
    return Cells(pc.cast(cells, pa.string()), (before, ""), before)


def opening(lists: pa.Array, before: str) -> Cells:
    """What stands before the texts of lists: ``before``, and a quote where there is a list."""
    return Cells(_hollow(lists), (before + QUOTE, ""), before)


def closing(lists: pa.Array) -> Cells:
    """What stands behind the texts of lists."""
    return Cells(_hollow(lists), (QUOTE, ""))


def escaped_lists(lists: pa.Array) -> pa.Array:
    """The lists with each item as it stands between the quotes of a cell."""
    return texts.each_list(lists, lambda items: _doubled(escape(items)))


def wary(escaped: pa.Array) -> texts.Flags:
    """Which lists hold an item that, if it comes first, may ask for more than a semicolon behind it."""
    items = escaped.flatten()
    bounds = texts.ends(items)
    odd = doubtful(items) | (bounds[1:] == bounds[:-1])
    owners = pc.list_parent_indices(escaped).to_numpy()
    found = np.zeros(len(escaped), np.bool_)
    found[owners[odd]] = True
    return found


def list_texts(escaped: pa.Array, *, careful: bool) -> pa.Array:
    """One text for each list between its quotes; ``careful`` when any of them is ``wary``."""
    if not careful:
        return pc.binary_join(escaped, ";")
    return guard(joined_lists(escaped, may_be_empty=True))


def _doubled(cells: pa.Array) -> pa.Array:
    if not texts.holds(texts.content(cells), (b'"',)):
        return cells
    return pc.replace_substring(cells, QUOTE, QUOTE + QUOTE)


def _hollow(lists: pa.Array) -> pa.Array:
    """A text without letters for each list, nothing where there is none."""
    return pc.if_else(lists.is_valid(), pa.scalar("", pa.string()), pa.scalar(None, pa.string()))
