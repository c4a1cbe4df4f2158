"""``is_trace_code`` and ``cut`` for whole columns.

The forms that make up nearly every column are told apart and cut by a few regular expressions; whatever is none of
them is asked of the row functions, once per distinct value. Both ways agree (``tests/property``).
"""

from __future__ import annotations

from enum import IntEnum

import polars as pl
import pyarrow as pa

from catalog.identifiers.arrays import Bools
from catalog.identifiers.gtin import LENGTHS, gtin_column
from catalog.identifiers.licences import CCC
from catalog.identifiers.trace_codes import ECODE, LONGEST, LOOKS_LIKE_LINK, PRINTED, cut, is_trace_code

_VALUE = r"[0-9A-Za-z_.-]{1,20}"
_LINK = (
    r"\Ahttps?://[0-9A-Za-z.:-]+(?:/[0-9A-Za-z_~-]*[A-Za-z_~-][0-9A-Za-z_~-]*)*/01/([0-9]{14})"
    rf"(?:/22/{_VALUE})?(?:/10/{_VALUE})?(?:/21/{_VALUE})?\z"
)
_BRACKETS = rf"\A\(01\)([0-9]{{14}})(?:\(22\){_VALUE})?(?:\(10\){_VALUE})?(?:\(21\){_VALUE})?\z"
_RAW = rf"\A01([0-9]{{14}})(?:(?:10|21|22){_VALUE})?\z"
_OPAQUE = rf"\A{PRINTED}{{1,{LONGEST}}}\z"


class _Form(IntEnum):
    """What a text looks like; ``ODD`` texts are left to the row functions."""

    ODD = 0
    NUMBER = 1
    CCC = 2
    BRACKETS = 3
    LINK = 4
    RAW = 5
    HIDDEN = 6  # Ecode, and opaque codes: sound whatever they hold, and their structure is not told


def trace_code_column(array: pa.StringArray) -> Bools:
    """``is_trace_code`` for a column; false where there is no text."""
    frame = _told_apart(pl.Series("code", array, dtype=pl.String))
    return _verdict(frame).to_numpy()


def without_serial(code: pl.Expr, item: pl.Expr) -> pl.Expr:
    """``cut`` for a column of codes; ``item`` is true or null where the code may name a single item."""
    both = pl.struct(code.alias("code"), item.fill_null(value=True).alias("item"))
    return both.map_batches(_cut_column, return_dtype=pl.String)


_CODE = pl.col("code")
_SHORT = _CODE.str.len_bytes() <= LONGEST
_OTHER = (
    pl.when(_CODE.str.contains(rf"\A{ECODE}\z") | _CODE.str.contains(_OPAQUE)).then(_Form.HIDDEN).otherwise(_Form.ODD)
)
_FORMS = (
    pl.when(_CODE.str.contains(_BRACKETS)).then(_Form.BRACKETS).otherwise(_Form.ODD),
    pl.when(_CODE.str.contains(rf"\A(?:{LOOKS_LIKE_LINK})"))
    .then(pl.when(_CODE.str.contains(_LINK) & _SHORT).then(_Form.LINK).otherwise(_Form.ODD))
    .otherwise(_OTHER),
    pl.when(_CODE.str.contains(r"\A[0-9]+\z") & _CODE.str.len_bytes().is_in(LENGTHS))
    .then(_Form.NUMBER)
    .when(_CODE.str.contains(rf"\A(?:{CCC})\z"))
    .then(_Form.CCC)
    .when(_CODE.str.starts_with("01"))
    .then(pl.when(_CODE.str.contains(_RAW)).then(_Form.RAW).otherwise(_Form.ODD))
    .otherwise(_OTHER),
    _OTHER,
)
"""The form of codes that begin with a bracket, with an h, with a digit, and of all others."""


def _told_apart(codes: pl.Series) -> pl.DataFrame:
    """Columns ``code``, ``form``, and ``sound``: whether the GTIN inside is right (true where a form has none)."""
    code = pl.col("code")
    # The first letter decides which forms are possible, so each expression is asked of few rows only.
    start = code.str.slice(0, 1)
    group = pl.when(start == "(").then(0).when(start == "h").then(1).when(start.is_in(list("0123456789"))).then(2)
    frame = codes.to_frame("code").with_columns(group=group.otherwise(3).cast(pl.Int8)).with_row_index("at")
    groups = [
        frame.filter(pl.col("group") == at).with_columns(form=form.cast(pl.Int8)) for at, form in enumerate(_FORMS)
    ]
    frame = pl.concat(groups).sort("at").drop("at", "group")
    key = (
        pl.when(pl.col("form") == _Form.NUMBER)
        .then(code)
        .when(pl.col("form").is_in([_Form.BRACKETS, _Form.RAW]))
        .then(code.str.extract(r"\A(?:\(01\)|01)([0-9]{14})"))
        .when(pl.col("form") == _Form.LINK)
        .then(code.str.extract(r"/01/([0-9]{14})(?:/|\z)"))
    )
    keys = frame.select(key=key)["key"]
    right = gtin_column(keys.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string()))
    return frame.with_columns(sound=pl.Series(right) | keys.is_null())


def _verdict(frame: pl.DataFrame) -> pl.Series:
    """A raw element string with a wrong GTIN still is an opaque code; every other form must be sound."""
    plain = pl.col("sound") | (pl.col("form") == _Form.RAW)
    told = frame.select(v=pl.when(pl.col("form") != _Form.ODD).then(plain), odd=pl.col("form") == _Form.ODD)
    answers = _asked(frame.filter(told["odd"])["code"].drop_nulls().unique())
    odd = frame.select(v=pl.col("code").replace_strict(*answers, default=False, return_dtype=pl.Boolean))
    return told.select(pl.coalesce("v", odd["v"]).fill_null(value=False))["v"]


def _asked(distinct: pl.Series) -> tuple[pl.Series, pl.Series]:
    return distinct, pl.Series([is_trace_code(text) for text in distinct.to_list()], dtype=pl.Boolean)


def _cut_column(rows: pl.Series) -> pl.Series:
    frame = _told_apart(rows.struct.field("code")).with_columns(item=rows.struct.field("item"))
    code, form, sound = pl.col("code"), pl.col("form"), pl.col("sound")
    raw = pl.format("(01){}", code.str.slice(2, 14))
    batch = code.str.extract(rf"\A01[0-9]{{14}}((?:10|22){_VALUE})\z")
    named = pl.format("({}){}", batch.str.slice(0, 2), batch.str.slice(2))
    frame = frame.with_columns(
        done=pl.when(form == _Form.CCC)
        .then(code)
        .when((form == _Form.NUMBER) & sound)
        .then(code)
        .when((form == _Form.BRACKETS) & sound)
        .then(code.str.replace(r"\(21\).*\z", ""))
        .when((form == _Form.LINK) & sound)
        .then(code.str.replace(r"/21/[^/]+\z", ""))
        .when((form == _Form.RAW) & sound)
        .then(raw + named.fill_null(""))
        .when((form == _Form.HIDDEN) | (form == _Form.RAW))
        .then(pl.when(~pl.col("item")).then(code)),
    )
    odd = frame.filter((form == _Form.ODD) & code.is_not_null()).select("code", "item").unique()
    if odd.is_empty():
        return frame["done"].alias("code")
    cuts = [cut(text, item=item) for text, item in odd.iter_rows()]
    odd = odd.with_columns(pl.Series("odd", cuts, dtype=pl.String))
    joined = frame.join(odd, on=["code", "item"], how="left", maintain_order="left")
    return joined.select(code=pl.coalesce("done", "odd"))["code"]
