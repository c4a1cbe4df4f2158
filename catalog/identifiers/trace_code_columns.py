"""``is_trace_code`` and ``cut`` for whole columns.

The forms that make up nearly every column are told apart by first letters, lengths and a regular expression, and cut by
others; whatever is none of them is asked of the row functions, once per distinct value. Both ways agree
(``tests/property``).
"""

from __future__ import annotations

from enum import IntEnum
from string import digits

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from catalog.identifiers.arrays import Bools, Bytes, Places, Told, places
from catalog.identifiers.characters import letters
from catalog.identifiers.gtin import JUDGES
from catalog.identifiers.matrix import windows
from catalog.identifiers.trace_codes import LONGEST, cut, is_trace_code

_VALUE = r"[0-9A-Za-z_.-]{1,20}"
_USUAL = (
    r"\A(?:https?://[0-9A-Za-z.:-]+(?:/[0-9A-Za-z_~-]*[A-Za-z_~-][0-9A-Za-z_~-]*)*/01/[0-9]{14}"
    rf"(?:/22/{_VALUE})?(?:/10/{_VALUE})?(?:/21/{_VALUE})?"
    rf"|\(01\)[0-9]{{14}}(?:\(22\){_VALUE})?(?:\(10\){_VALUE})?(?:\(21\){_VALUE})?"
    rf"|01[0-9]{{14}}(?:(?:10|21|22){_VALUE})?)\z"
)
"""Digital Links, element strings with brackets, raw element strings of one value."""
_DIGIT = np.isin(np.arange(256), [ord(c) for c in digits])


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


def without_serials(codes: pa.StringArray, items: Bools, form: Told | None = None) -> pa.StringArray:
    """``cut`` for a column of codes; ``items`` is true where the code may name a single item.

    ``form``: the ``forms`` of the codes, if they are known.
    """
    form = forms(codes) if form is None else form
    lost = (form == Form.UNSOUND) | ((form == Form.HIDDEN) & items)
    found, texts = [np.flatnonzero(lost)], [pa.nulls(int(lost.sum()), pa.string())]
    for told, cutting in _CUTS.items():
        at = np.flatnonzero(form == told)
        found.append(at)
        frame = pl.Series("code", codes.take(pa.array(at)), dtype=pl.String).to_frame()
        texts.append(_arrow(frame.select(cutting.alias("code"))["code"]))
    at = np.flatnonzero(form == Form.ODD)
    odd = zip(codes.take(pa.array(at)).to_pylist(), items[at], strict=True)
    found.append(at)
    texts.append(pa.array([cut(text, item=bool(item)) for text, item in odd], pa.string()))
    return _replaced(codes, np.concatenate(found), pa.concat_arrays(texts))


_last: tuple[pa.StringArray, Told] | None = None


def forms(array: pa.StringArray) -> Told:
    """The ``Form`` of every code; nulls are unsound. Who asks of the same column again is answered at once."""
    global _last  # noqa: PLW0603 - arrays never change, and one is held at most
    known = _last
    if known is None or known[0] is not array:
        _last = known = array, _forms(array)
    return known[1]


def _forms(array: pa.StringArray) -> Told:
    data, bounds = letters(array)
    starts, sizes = bounds[:-1], np.diff(bounds)
    # What prints, claims no scheme by its first letters and is no number is an opaque code.
    form = np.full(len(array), Form.HIDDEN, np.uint8)
    if not len(data):
        form[:] = Form.UNSOUND
        return form
    first = data.take(starts, mode="clip")
    fits = pl.Series(array, dtype=pl.String).str.contains(_USUAL).fill_null(value=False).to_numpy()
    _tell_numbers(form, array, first, sizes)
    _tell_elements(form, array, np.flatnonzero(fits & (first != ord("h"))))
    _tell_links(form, array, np.flatnonzero(fits & (first == ord("h"))))
    form[~fits & (first == ord("("))] = Form.ODD
    others = np.flatnonzero(~fits & ((first == ord("h")) | (first == ord("H"))))
    form[others[_keyed(array.take(pa.array(others)))]] = Form.ODD
    form[first == ord("]")] = Form.ODD
    others = np.flatnonzero(~fits & (first == ord("0")) & (form == Form.HIDDEN))
    form[others[data.take(starts[others] + 1, mode="clip") == ord("1")]] = Form.ODD
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


def _tell_elements(form: NDArray[np.uint8], array: pa.StringArray, rows: Places) -> None:
    """Element strings, with brackets and raw; a raw one with a wrong GTIN still is an opaque code."""
    data, bounds = letters(array)
    starts = bounds[rows]
    bare = data.take(starts) == ord("0")
    sound = JUDGES[14](windows(data, starts + np.where(bare, len("01"), len("(01)")), 14))
    form[rows] = np.where(bare, np.where(sound, Form.RAW, Form.HIDDEN), np.where(sound, Form.BRACKETS, Form.UNSOUND))


def _tell_links(form: NDArray[np.uint8], array: pa.StringArray, rows: Places) -> None:
    """Digital Links. Most share their resolver with the first one, so their keys are looked for at its place."""
    data, bounds = letters(array)
    sound = np.zeros(len(rows), bool)
    if len(rows):
        starts = bounds[rows] + array[int(rows[0])].as_py().index("/01/")
        there = np.flatnonzero(starts + len("/01/") + 14 <= bounds[rows + 1])
        keys = windows(data, starts[there], len("/01/") + 14)
        marked = keys[:, :4].view("<u4")[:, 0] == int.from_bytes(b"/01/", "little")
        sound[there] = marked & JUDGES[14](keys[:, 4:])
    form[rows[sound]] = Form.LINK
    # No part of a path before the key is a bare number, so the first /01/ is the key.
    others = rows[~sound]
    places = pc.find_substring(array.take(pa.array(others)), "/01/").to_numpy() + len("/01/")
    sound = JUDGES[14](windows(data, bounds[others] + places, 14))
    form[others] = np.where(sound, Form.LINK, Form.UNSOUND)


def _keyed(links: pa.StringArray) -> Bools:
    """Which texts may hold a key of a Digital Link or be compressed; a link of neither kind is an opaque code."""
    found = pc.match_substring_regex(links, r"/01/|/gtin/|(?i:gs1\.org)").fill_null(False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def _tell_unprinted(form: NDArray[np.uint8], data: Bytes, bounds: NDArray[np.int32]) -> None:
    """Spaces, control characters and letters beyond ASCII are left to the row functions."""
    body = data[bounds[0] : bounds[-1]]
    if not len(body) or (body.min() > ord(" ") and body.max() < 0x7F):
        return
    found = places(body, lambda block: (block <= ord(" ")) | (block >= 0x7F)) + bounds[0]
    form[np.searchsorted(bounds, found, side="right") - 1] = Form.ODD


def _only(characters: Bools, codes: Bytes) -> Bools:
    """Whether each row of a byte matrix has only these characters."""
    only = np.ones(len(codes), bool)
    for position in range(codes.shape[1] if len(codes) else 0):
        only &= characters.take(codes[:, position])
    return only


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
"""How the codes of a form lose their serial and their receiver."""
