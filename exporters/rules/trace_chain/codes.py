"""What a trace code itself tells of its scheme and granularity, against what its record says (TR06-TR08, annex 3)."""

from __future__ import annotations

import polars as pl
import pyarrow as pa

from catalog.identifiers.trace_code_columns import Form, forms
from catalog.identifiers.trace_codes import ECODE, ECODE_LINK, scheme_of

_GOODS, _ECODE, _OPAQUE, _CCC = "1", "2", "3", "4"
"""Codes of the list trace_scheme."""
_SCHEMES = {"gtin": _GOODS, "gs1": _GOODS, "ecode": _ECODE, "opaque": _OPAQUE, "ccc": _CCC}
_ITEM = r"\((?:21|235|250)\)|/(?:21|ser|235)/|^(?:\](?:d2|Q3|C1))?\x1d?01[0-9]{14}(?:10[^\x1d]*\x1d)?21"
_BATCH = r"\(10\)|/(?:10|lot)/|^(?:\](?:d2|Q3|C1))?\x1d?01[0-9]{14}10"


def doubts(flow: pl.DataFrame) -> pl.DataFrame:
    """Records of ``trace_flow`` whose code is none or contradicts them: ``record_id``, ``flags`` joined by ``;``.

    Ecode and 数字身份码 do not tell how fine they are.
    """
    there = flow.filter(pl.col("trace_code").is_not_null())
    told = there.select("record_id", "trace_scheme", "granularity", "trace_code", _scheme(there["trace_code"]))
    told = told.with_columns(_granularity())
    flags = [
        pl.when(pl.col("_scheme").is_null()).then(pl.lit("CHECK:trace_code")),
        pl.when(pl.col("granularity") != pl.col("_granularity")).then(pl.lit("CONTRADICTS:granularity,trace_code")),
        pl.when(pl.col("trace_scheme") != pl.col("_scheme")).then(pl.lit("CONTRADICTS:trace_scheme,trace_code")),
    ]
    made = told.select("record_id", pl.concat_str(flags, separator=";", ignore_nulls=True).alias("flags"))
    return made.filter(pl.col("flags") != "").sort("record_id")


def _scheme(codes: pl.Series) -> pl.Series:
    """The scheme that each code is of, null for a code of none; odd forms are asked once each."""
    array = codes.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())
    form = pl.Series("_form", forms(array))
    hidden = pl.when(codes.str.contains(f"^(?:{ECODE}|{ECODE_LINK})$")).then(pl.lit(_ECODE)).otherwise(pl.lit(_OPAQUE))
    odd = codes.filter(form == Form.ODD).unique()
    asked = {text: _SCHEMES.get(scheme_of(text) or "") for text in odd}
    by_form = (
        pl.when(form.is_in([Form.NUMBER, Form.BRACKETS, Form.LINK, Form.RAW]))
        .then(pl.lit(_GOODS))
        .when(form == Form.CCC)
        .then(pl.lit(_CCC))
        .when(form == Form.HIDDEN)
        .then(hidden)
    )
    made = pl.select(by_form.alias("_scheme")).to_series()
    if not asked:
        return made
    return pl.select(
        pl.when(form == Form.ODD)
        .then(codes.replace_strict(asked, default=None, return_dtype=pl.String))
        .otherwise(made)
        .alias("_scheme")
    ).to_series()


def _granularity() -> pl.Expr:
    """1 class, 2 batch, 3 item; null where the code hides it. A certificate's number stands for a class."""
    code, scheme = pl.col("trace_code"), pl.col("_scheme")
    fine = pl.when(code.str.contains(_ITEM)).then(pl.lit("3")).when(code.str.contains(_BATCH)).then(pl.lit("2"))
    told = pl.when(scheme == _GOODS).then(fine.otherwise(pl.lit("1"))).when(scheme == _CCC).then(pl.lit("1"))
    return told.alias("_granularity")
