"""Columns as the cells of a sheet: typed where a spreadsheet keeps the value, text where it would change it.

A spreadsheet keeps 15 digits of a number, counts days from 1900 with a leap day that never was, and takes 32,767
UTF-16 units of text in a cell. So longer numbers and dates before March 1900 become text, and longer texts are cut
(and counted: the sheet about the file says so). Cells carry no address: their order gives it, which saves a third
of the bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from catalog.formats import csv, markup, texts
from catalog.formats.joining import Cells, Frame
from catalog.formats.texts import Flags

TEXT_UNITS = 32_767
CUT_END = "…"
TEXT: Frame = ('<c t="inlineStr"><is><t>', "</t></is></c>")
TEXT_KEPT: Frame = ('<c t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>")
NUMBER_CLOSE = "</v></c>"
NOTHING = "<c/>"

_DIGITS = 15
_DAY_ZERO = 25_569  # 1970-01-01 in days since 1899-12-30
_FIRST_DAY = -25_508  # 1900-03-01
_LAST_DAY = 2_932_896  # 9999-12-31
_DAY_MS = 86_400_000
_SPACE = np.zeros(256, np.bool_)
_SPACE[list(b" \t\r\n")] = True


@dataclass(frozen=True, slots=True)
class Styles:
    """Numbers of the cell styles in ``xl/styles.xml``; ``decimals`` gives the style of each scale."""

    heading: int
    wrapped: int
    integer: int
    date: int
    moment: int
    decimals: dict[int, int]


def columns(batch: pa.RecordBatch, styles: Styles) -> tuple[list[Cells], int]:
    """Every column's cells, and how many texts were cut."""
    found = [_column(column, styles) for column in batch.columns]
    return [cells for cells, _ in found], sum(cut for _, cut in found)


def _column(column: pa.Array, styles: Styles) -> tuple[Cells, int]:
    types, kind = pa.types, column.type
    if types.is_list(kind):
        return _text(csv.list_cells(column))
    if types.is_string(kind):
        return _text(column)
    if types.is_boolean(kind):
        digits = pc.cast(pc.cast(column, pa.int8()), pa.string())
        return Cells(digits, ('<c t="b"><v>', NUMBER_CLOSE), NOTHING), 0
    if types.is_date(kind):
        return _date(column, styles.date), 0
    if types.is_timestamp(kind):
        return _moment(column, styles.moment), 0
    return _number(column, styles.decimals[kind.scale] if types.is_decimal(kind) else styles.integer), 0


def _text(column: pa.Array) -> tuple[Cells, int]:
    column, cut = _shortened(column)
    escaped = markup.escaped(column)
    edges = _has_space_at_edges(escaped)
    return Cells(escaped, TEXT, NOTHING, edges if edges.any() else None, TEXT_KEPT), cut


def _has_space_at_edges(column: pa.Array) -> Flags:
    """Which values begin or end with white space that an XML reader may drop."""
    ends, data = texts.ends(column), column.buffers()[2]
    if data is None or not data.size:
        return np.zeros(len(column), np.bool_)
    raw = np.frombuffer(data, np.uint8)
    first, last = (raw.take(places, mode="clip") for places in (ends[:-1], ends[1:] - 1))
    # An empty text has no edges; what lies around it belongs to others.
    return (_SPACE.take(first) | _SPACE.take(last)) & (ends[1:] > ends[:-1])


def _shortened(column: pa.Array) -> tuple[pa.Array, int]:
    """Texts that fit into a cell. Only texts of more than 32,767 bytes are looked at; they are rare."""
    long = np.flatnonzero(np.diff(texts.ends(column)) > TEXT_UNITS)
    if not long.size:
        return column, 0
    values = column.to_pylist()
    cut = 0
    for place in long.tolist():
        short = _shorten(values[place]) if values[place] is not None else None
        cut += short != values[place]
        values[place] = short
    return pa.array(values, pa.string()), cut


def _shorten(text: str) -> str:
    """The text, or its beginning and ``…``, in at most 32,767 UTF-16 units."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * TEXT_UNITS:
        return text
    return units[: 2 * (TEXT_UNITS - 1)].decode("utf-16-le", errors="ignore") + CUT_END


def _number(column: pa.Array, style: int) -> Cells:
    values = texts.plain(column)
    # A sign and a point add at most two characters to the digits: only longer texts need a look.
    if not (np.diff(texts.ends(values)) > _DIGITS).any():
        return Cells(values, _number_frame(style), NOTHING)
    digits = pc.utf8_length(pc.utf8_ltrim(pc.replace_substring(values, ".", ""), "-0"))
    return _mixed(values, pc.greater(digits, _DIGITS), style, values)


def _date(column: pa.Array, style: int) -> Cells:
    days = pc.cast(column, pa.int32())
    outside = pc.or_(pc.less(days, _FIRST_DAY), pc.greater(days, _LAST_DAY))
    serial = pc.cast(pc.add(pc.cast(days, pa.int64()), _DAY_ZERO), pa.string())
    return _mixed(serial, outside, style, column)


def _moment(column: pa.Array, style: int) -> Cells:
    wall = pc.add(pc.cast(column, pa.int64()), texts.EAST_8)
    outside = pc.or_(pc.less(wall, _FIRST_DAY * _DAY_MS), pc.greater_equal(wall, (_LAST_DAY + 1) * _DAY_MS))
    days = texts.to_polars(wall).cast(pl.Float64) / _DAY_MS + _DAY_ZERO
    return _mixed(texts.from_polars(days.cast(pl.String)), outside, style, column)


def _mixed(numbers: pa.Array, outside: pa.Array, style: int, original: pa.Array) -> Cells:
    """Number cells, except where a spreadsheet would change the value: there a text cell of ``original``."""
    if not pc.any(outside).as_py():
        return Cells(numbers, _number_frame(style), NOTHING)
    values = pc.if_else(outside, texts.plain(original), numbers)
    flags = pc.fill_null(outside, fill_value=False).to_numpy(zero_copy_only=False)
    return Cells(values, _number_frame(style), NOTHING, flags, TEXT)


def _number_frame(style: int) -> Frame:
    return f'<c s="{style}"><v>', NUMBER_CLOSE
