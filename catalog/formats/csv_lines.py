"""Lines of CSV from texts that were made before: byte for byte what ``CsvWriter`` makes of the same rows.

Most of a line is the same in every copy of a table. It is quoted and escaped once, and a copy only puts the texts of
its lines one after the other.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catalog.formats import texts
from catalog.formats.csv import doubled, doubtful, escape, guard, joined_lists
from catalog.formats.joining import Cells

END = "\r\n"
QUOTE, SEMICOLON = '"', ";"
_NOTHING = pa.scalar(None, pa.string())


def opening(lists: pa.Array, before: str) -> Cells:
    """What stands before the texts of lists: ``before``, and a quote where there is a list."""
    return Cells(pc.if_else(lists.is_valid(), pa.scalar("", pa.string()), _NOTHING), (before + QUOTE, ""), before)


def closing(lists: pa.Array) -> Cells:
    """The quote behind lists without items; every other list brings its own."""
    hollow = pc.if_else(pc.equal(pc.list_value_length(lists), 0), pa.scalar("", pa.string()), _NOTHING)
    return Cells(hollow, (QUOTE, ""))


def escaped_lists(lists: pa.Array) -> pa.Array:
    """The lists with each item as it stands between the quotes of a cell."""
    return texts.each_list(lists, lambda items: doubled(escape(items)))


def wary(escaped: pa.Array) -> texts.Flags:
    """Which lists hold an item that, if it comes first, may ask for more than a semicolon behind it."""
    items = escaped.flatten()
    bounds = texts.ends(items)
    odd = doubtful(items) | (bounds[1:] == bounds[:-1])
    owners = pc.list_parent_indices(escaped).to_numpy()
    found = np.zeros(len(escaped), np.bool_)
    found[owners[odd]] = True
    return found


def followed(escaped: pa.Array) -> pa.Array:
    """The lists with a semicolon behind each item, as ``quick_texts`` wants them."""
    return texts.each_list(escaped, lambda items: pc.binary_join_element_wise(items, "", SEMICOLON))


def quick_texts(items: pa.StringArray, ends: npt.NDArray[np.int32]) -> pa.StringArray:
    """The texts of lists, each with the quote behind it, of their ``followed`` items; ``ends`` are offsets of lists."""
    bounds = texts.ends(items).take(ends)
    data = np.frombuffer(items.buffers()[2] or b"", np.uint8)
    data = data if data.flags.writeable else data.copy()
    # The last semicolon of a list is where its quote stands.
    data[bounds[1:][bounds[1:] > bounds[:-1]] - 1] = ord(QUOTE)
    return pa.StringArray.from_buffers(len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(data))


def careful_texts(escaped: pa.Array) -> pa.Array:
    """The same of lists of which some are ``wary``."""
    cells = guard(joined_lists(escaped, may_be_empty=True))
    several = pc.greater(pc.list_value_length(escaped), 0)
    return pc.if_else(several, pc.binary_join_element_wise(cells, QUOTE, ""), cells)
