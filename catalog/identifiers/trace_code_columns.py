"""``is_trace_code`` and ``cut`` for whole columns.

The forms that make up nearly every column are told apart by first letters, lengths and a few regular expressions, and
cut by others; whatever is none of them is asked of the row functions, once per distinct value. Both ways agree
(``tests/property``).
"""

from __future__ import annotations

import re
from enum import IntEnum
from string import ascii_letters, digits

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from catalog.identifiers.arrays import Bools, Bytes, Places, places
from catalog.identifiers.characters import letters
from catalog.identifiers.gtin import JUDGES
from catalog.identifiers.matrix import windows
from catalog.identifiers.trace_codes import LONGEST, cut, is_trace_code

_VALUE = r"[0-9A-Za-z_.-]{1,20}"
_RESOLVER = r"https?://[0-9A-Za-z.:-]+(?:/[0-9A-Za-z_~-]*[A-Za-z_~-][0-9A-Za-z_~-]*)*"
_LINK = (
    rf"\A{_RESOLVER}/01/[0-9]{{14}}"
    rf"(?:/22/{_VALUE})?(?:/10/{_VALUE})?(?:/21/{_VALUE})?\z"
)
_BRACKETS = rf"\A\(01\)[0-9]{{14}}(?:\(22\){_VALUE})?(?:\(10\){_VALUE})?(?:\(21\){_VALUE})?\z"
_OF_VALUE = np.isin(np.arange(256), [ord(c) for c in ascii_letters + digits + "_.-"])
_DIGIT = np.isin(np.arange(256), [ord(c) for c in digits])
_RAW = rf"\A01[0-9]{{14}}(?:(?:10|21|22){_VALUE})?\z"


class Form(IntEnum):
    """What a code looks like. ``ODD`` codes are left to the row functions, ``UNSOUND`` ones are surely wrong."""

    ODD = 0
    UNSOUND = 1
    NUMBER = 2
    CCC = 3
    BRACKETS = 4
    LINK = 5
    RAW = 6
    HIDDEN = 7  # Ecode, and opaque codes: sound whatever they hold, and their structure is not told


def trace_code_column(array: pa.StringArray) -> Bools:
    """``is_trace_code`` for a column; false where there is no text."""
    form = forms(array)
    sound: Bools = form > Form.UNSOUND
    odd = np.flatnonzero(form == Form.ODD)
    if len(odd):
        codes = array.take(pa.array(odd)).dictionary_encode()
        answers = np.array([is_trace_code(text) for text in codes.dictionary.to_pylist()])
        sound[odd] = answers[codes.indices.to_numpy()]
    return sound


def without_serial(code: pl.Expr, item: pl.Expr) -> pl.Expr:
    """``cut`` for a column of codes; ``item`` is true or null where the code may name a single item."""
    both = pl.struct(code.alias("code"), item.fill_null(value=True).alias("item"))
    return both.map_batches(_cut_column, return_dtype=pl.String)


def forms(array: pa.StringArray) -> NDArray[np.uint8]:
    """The ``Form`` of every code; nulls are unsound."""
    data, bounds = letters(array)
    starts, sizes = bounds[:-1], np.diff(bounds)
    # What prints, claims no scheme by its first letters and is no number is an opaque code.
    form = np.full(len(array), Form.HIDDEN, np.uint8)
    if not len(data):
        form[:] = Form.UNSOUND
        return form
    first = data.take(starts, mode="clip")
    _tell_numbers(form, array, first, sizes)
    _tell_brackets(form, array, np.flatnonzero(first == ord("(")))
    _tell_links(form, array, np.flatnonzero(first == ord("h")))
    _tell_raw(form, array, np.flatnonzero(first == ord("0")))
    _tell_unprinted(form, data, bounds)
    form[sizes > LONGEST] = Form.ODD
    form[sizes == 0] = Form.UNSOUND
    if array.null_count:
        form[array.is_null().to_numpy(zero_copy_only=False)] = Form.UNSOUND
    return form


def _tell_numbers(form: NDArray[np.uint8], array: pa.StringArray, first: Bytes, sizes: NDArray[np.int32]) -> None:
    """GTINs and CCC numbers, by their lengths."""
    data, bounds = letters(array)
    numbers = np.flatnonzero((first >= ord("0")) & (first <= ord("9")))
    sizes = sizes[numbers]
    for length, judge in JUDGES.items():
        rows = numbers[sizes == length]
        codes = windows(data, bounds[rows], length)
        sound = judge(codes)
        form[rows[sound]] = Form.NUMBER
        form[rows[~sound][_only(_DIGIT, codes[~sound])]] = Form.UNSOUND
    rows = numbers[sizes == 16]
    codes = windows(data, bounds[rows], 16)
    century = codes[:, :2].view("<u2")[:, 0]
    dated = (century == int.from_bytes(b"19", "little")) | (century == int.from_bytes(b"20", "little"))
    form[rows[dated & _only(_DIGIT, codes)]] = Form.CCC


def _tell_brackets(form: NDArray[np.uint8], array: pa.StringArray, rows: Places) -> None:
    """Element strings with brackets."""
    data, bounds = letters(array)
    usual = np.flatnonzero(np.diff(bounds)[rows] >= len("(01)") + 14)
    starts = bounds[rows[usual]]
    usual = usual[
        _marked(windows(data, starts, 4), "(01)")
        & _batch_at_most(data, starts + len("(01)") + 14, bounds[rows[usual] + 1], "(10)")
    ]
    fits = np.zeros(len(rows), bool)
    fits[usual] = True
    fits[~fits] = _series(array, rows[~fits]).str.contains(_BRACKETS).to_numpy()
    form[rows[~fits]] = Form.ODD
    sound = JUDGES[14](windows(data, bounds[rows[fits]] + len("(01)"), 14))
    form[rows[fits]] = np.where(sound, Form.BRACKETS, Form.UNSOUND)


def _tell_links(form: NDArray[np.uint8], array: pa.StringArray, rows: Places) -> None:
    """Digital Links. A link that holds no key is an opaque code."""
    data, bounds = letters(array)
    texts = _series(array, rows)
    # No part of a path before the key is a bare number, so the first /01/ is the key.
    found = texts.str.find("/01/", literal=True)
    without = found.is_null().to_numpy()
    form[rows[without][texts.filter(found.is_null()).str.contains("/gtin/", literal=True).to_numpy()]] = Form.ODD
    rows, texts = rows[~without], texts.filter(found.is_not_null())
    keys = found.drop_nulls().to_numpy().astype(np.int32)
    starts, ends = bounds[rows], bounds[rows + 1]
    numbers = starts + keys + len("/01/")
    fits = numbers + 14 <= ends
    fits[fits] = _resolvers(data, starts[fits], keys[fits])
    fits[fits] = _batch_at_most(data, numbers[fits] + 14, ends[fits], "/10/")
    fits[~fits] = texts.filter(pl.Series(~fits)).str.contains(_LINK).to_numpy()
    form[rows[~fits]] = Form.ODD
    sound = JUDGES[14](windows(data, numbers[fits], 14))
    form[rows[fits]] = np.where(sound, Form.LINK, Form.UNSOUND)


def _resolvers(data: Bytes, starts: NDArray[np.int32], sizes: NDArray[np.int32]) -> Bools:
    """Whether the start of each link is a resolver's; few differ, and each is asked once."""
    known = np.zeros(len(starts), bool)
    for size in np.flatnonzero(np.bincount(sizes)).tolist() if len(sizes) else ():
        rows = np.flatnonzero(sizes == size)
        heads = pa.py_buffer(windows(data, starts[rows], size))
        encoded = pa.Array.from_buffers(pa.binary(size), len(rows), [None, heads]).dictionary_encode()
        answers = np.array(
            [re.fullmatch(_RESOLVER.encode(), head) is not None for head in encoded.dictionary.to_pylist()]
        )
        known[rows] = answers[encoded.indices.to_numpy()]
    return known


def _batch_at_most(data: Bytes, starts: NDArray[np.int32], ends: NDArray[np.int32], mark: str) -> Bools:
    """Whether what is left of each code is nothing, or a batch: a mark of 4 characters and a value of up to 20."""
    sizes = ends - starts
    fits: Bools = sizes == 0
    for size in range(5, 25):
        rows = np.flatnonzero(sizes == size)
        if len(rows):
            rest = windows(data, starts[rows], size)
            fits[rows] = _marked(rest, mark) & _only(_OF_VALUE, rest[:, 4:])
    return fits


def _tell_raw(form: NDArray[np.uint8], array: pa.StringArray, rows: Places) -> None:
    """Raw element strings; one with a wrong GTIN still is an opaque code."""
    data, bounds = letters(array)
    rows = rows[form[rows] == Form.HIDDEN]
    rows = rows[data.take(bounds[rows] + 1, mode="clip") == ord("1")]
    fits = _series(array, rows).str.contains(_RAW).to_numpy()
    form[rows[~fits]] = Form.ODD
    sound = JUDGES[14](windows(data, bounds[rows[fits]] + len("01"), 14))
    form[rows[fits]] = np.where(sound, Form.RAW, Form.HIDDEN)


def _tell_unprinted(form: NDArray[np.uint8], data: Bytes, bounds: NDArray[np.int32]) -> None:
    """Spaces, control characters and letters beyond ASCII are left to the row functions."""
    body = data[bounds[0] : bounds[-1]]
    if not len(body) or (body.min() > ord(" ") and body.max() < 0x7F):
        return
    found = places(body, lambda block: (block <= ord(" ")) | (block >= 0x7F)) + bounds[0]
    form[np.searchsorted(bounds, found, side="right") - 1] = Form.ODD


def _marked(codes: Bytes, mark: str) -> Bools:
    """Whether each row begins with a mark of 4 characters, compared as one number."""
    marked: Bools = codes[:, :4].view("<u4")[:, 0] == int.from_bytes(mark.encode(), "little")
    return marked


def _only(characters: Bools, codes: Bytes) -> Bools:
    """Whether each row of a byte matrix has only these characters."""
    only = np.ones(len(codes), bool)
    for position in range(codes.shape[1]):
        only &= characters.take(codes[:, position])
    return only


def _series(array: pa.StringArray, rows: Places) -> pl.Series:
    """The texts of some rows, "" for null."""
    return pl.Series(array.take(pa.array(rows)), dtype=pl.String).fill_null("")


def _cut_column(rows: pl.Series) -> pl.Series:
    codes = rows.struct.field("code").to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())
    items = rows.struct.field("item").to_numpy()
    form = forms(codes)
    lost = (form == Form.UNSOUND) | ((form == Form.HIDDEN) & items)
    found, texts = [np.flatnonzero(lost)], [pa.nulls(int(lost.sum()), pa.string())]
    for told, cutting in _CUTS.items():
        at = np.flatnonzero(form == told)
        found.append(at)
        texts.append(_arrow(_series(codes, at).to_frame("code").select(cutting.alias("code"))["code"]))
    at = np.flatnonzero(form == Form.ODD)
    cuts = [
        cut(text, item=bool(items[row])) for text, row in zip(codes.take(pa.array(at)).to_pylist(), at, strict=True)
    ]
    found.append(at)
    texts.append(pa.array(cuts, pa.string()))
    return pl.Series("code", _replaced(codes, np.concatenate(found), pa.concat_arrays(texts)), dtype=pl.String)


def _replaced(codes: pa.StringArray, rows: Places, texts: pa.StringArray) -> pa.StringArray:
    """The codes with others in some rows, in whatever order these stand."""
    order = np.argsort(rows)
    mask = np.zeros(len(codes), bool)
    mask[rows] = True
    return pc.replace_with_mask(codes, pa.array(mask), texts.take(pa.array(order)))


def _arrow(texts: pl.Series) -> pa.StringArray:
    return texts.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())


_CODE = pl.col("code")
_BATCH = _CODE.str.extract(rf"\A01[0-9]{{14}}((?:10|22){_VALUE})\z")
_CUTS = {
    Form.BRACKETS: _CODE.str.replace(r"\(21\).*\z", ""),
    Form.LINK: _CODE.str.replace(r"/21/[^/]+\z", ""),
    Form.RAW: pl.format("(01){}", _CODE.str.slice(2, 14))
    + pl.format("({}){}", _BATCH.str.slice(0, 2), _BATCH.str.slice(2)).fill_null(""),
}
"""How the codes of a form lose their serial."""
