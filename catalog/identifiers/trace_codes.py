"""Trace codes of the four schemes (S2 annex 3): 商品条码 and GS1, Ecode, 数字身份码, CCC.

A bulk file must not let anybody enumerate single items, nor learn where a thing was sent. ``without_serial`` cuts a
code to its class or batch; a code whose structure is not known, or not understood, cannot be cut and goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

import numpy as np
import polars as pl
import pyarrow as pa

from catalog.identifiers.arrays import Bools
from catalog.identifiers.gs1 import read_gs1
from catalog.identifiers.gtin import LENGTHS, gtin_column, is_gtin
from catalog.identifiers.licences import CCC

LONGEST = 512
_SHOWN = frozenset({"01", "02", "10", "11", "13", "15", "16", "17", "20", "22", "30", "37", "240", "242", "243", "422"})
"""Identifiers of class and batch. Absent by intent: 21, 235, 250 (items), 400, 410, 414, 416, 417, 254 (who received
it), 241, 251, 253, 8008, 8020, 8200 (may single out a customer or an item)."""

_ECODE = r"E=[0-4][0-9A-Za-z][!-~\u0080-\U0010ffff]{3,509}"
_PRINTED = r"[!-~\u00a1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\ud7ff\uf900-\ufefe\uff00-\uffef]"
_OPAQUE = re.compile(rf"{_PRINTED}{{1,{LONGEST}}}")
_LINK_HEAD = r"\Ahttps?://[0-9A-Za-z.:-]+(?:/[0-9A-Za-z_~-]*[A-Za-z_~-][0-9A-Za-z_~-]*)*/01/"
_VALUE = r"[0-9A-Za-z_.-]{1,20}"
_PLAIN_LINK = rf"{_LINK_HEAD}[0-9]{{14}}(?:/22/{_VALUE})?(?:/10/{_VALUE})?(?:/21/{_VALUE})?\z"
_LOOKS_LIKE_LINK = re.compile(r"https?://[^/]+/(?:.*/)?(?:01|gtin)/", re.DOTALL)


class Scheme(StrEnum):
    """Which kind of code a text is, told by its form alone."""

    GTIN = "gtin"
    GS1 = "gs1"
    ECODE = "ecode"
    CCC = "ccc"
    OPAQUE = "opaque"


def scheme_of(text: str) -> Scheme | None:
    """The scheme of a sound code, or None for a text that claims to be of a scheme and breaks its rules.

    数字身份码 has no published format: whatever prints without spaces and fits 512 characters is ``OPAQUE``.
    """
    if text.isascii() and text.isdigit() and len(text) in LENGTHS:
        return Scheme.GTIN if is_gtin(text) else None
    if re.fullmatch(CCC, text):
        return Scheme.CCC
    if text.startswith("(") or _LOOKS_LIKE_LINK.match(text):
        return Scheme.GS1 if len(text) <= LONGEST and read_gs1(text) else None
    if re.fullmatch(_ECODE, text):
        return Scheme.ECODE
    if text.startswith("01") and read_gs1(text):
        return Scheme.GS1
    return Scheme.OPAQUE if _OPAQUE.fullmatch(text) else None


def is_trace_code(text: str) -> bool:
    """Whether the text is a sound code of some scheme."""
    return scheme_of(text) is not None


def trace_code_column(array: pa.StringArray) -> Bools:
    """``is_trace_code`` for a column: plain numbers and plain links at once, the rest by distinct values."""
    texts = pl.Series(array, dtype=pl.String)
    lengths = texts.str.len_bytes().fill_null(0).to_numpy()
    numbers = texts.str.contains(r"\A[0-9]+\z").fill_null(value=False).to_numpy() & np.isin(lengths, LENGTHS)
    links = texts.str.contains(_PLAIN_LINK).fill_null(value=False).to_numpy() & (lengths <= LONGEST)
    verdict = gtin_column(array) if numbers.any() else np.zeros(len(array), bool)
    if links.any():
        keys = texts.filter(pl.Series(links)).str.extract(_LINK_HEAD + r"([0-9]{14})").to_arrow()
        verdict[links] = gtin_column(keys.cast(pa.string()))
    return _by_distinct(texts, ~(numbers | links), is_trace_code, verdict)


def cut(text: str, *, item: bool) -> str | None:
    """The code of the class or batch, None where none can be told.

    GS1 codes lose every identifier of an item or a receiver, whatever ``item`` says. Ecode and opaque codes hide their
    structure: they are kept only if the record says that its code names no item.
    """
    scheme = scheme_of(text)
    if scheme in {Scheme.GTIN, Scheme.CCC}:
        return text
    if scheme is Scheme.GS1:
        code = read_gs1(text)
        return code.keeping(_SHOWN).text() if code else None
    return text if scheme is not None and not item else None


def without_serial(code: pl.Expr, item: pl.Expr) -> pl.Expr:
    """``cut`` for a column of codes; ``item`` is true or null where the code may name a single item."""
    return pl.struct(code.alias("code"), item.fill_null(value=True).alias("item")).map_batches(
        _cut_column, return_dtype=pl.String
    )


def _cut_column(rows: pl.Series) -> pl.Series:
    """Plain links lose their last part at once; every other code is cut once per distinct value."""
    frame = rows.struct.unnest()
    codes = frame["code"]
    plain = codes.str.contains(_PLAIN_LINK) & pl.Series(trace_code_column(codes.to_arrow().cast(pa.string())))
    frame = frame.with_columns(
        done=pl.when(plain.fill_null(value=False)).then(pl.col("code").str.replace(r"/21/[^/]+\z", "")),
    )
    rest = frame.filter(pl.col("done").is_null() & pl.col("code").is_not_null()).select("code", "item").unique()
    cuts = [cut(code, item=item) for code, item in rest.iter_rows()]
    rest = rest.with_columns(pl.Series("rest", cuts, dtype=pl.String))
    joined = frame.join(rest, on=["code", "item"], how="left", maintain_order="left")
    return joined.select(pl.coalesce("done", "rest").alias("code"))["code"]


def _by_distinct(texts: pl.Series, rows: Bools, judge: Callable[[str], bool], verdict: Bools) -> Bools:
    """Fill the verdict of some rows by a row function, asked once per distinct value."""
    rows = rows & texts.is_not_null().to_numpy()
    if rows.any():
        some = texts.filter(pl.Series(rows))
        distinct = some.unique()
        answers = pl.Series([judge(text) for text in distinct.to_list()], dtype=pl.Boolean)
        verdict[rows] = some.replace_strict(distinct, answers, return_dtype=pl.Boolean).to_numpy()
    return verdict
