"""One text for each value, whatever conversions it went through, so that found rows compare with the shared ones."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence

import polars as pl

_INVISIBLE = "[\u200b-\u200f\u2060\ufeff]"
_SEPARATORS = (";", "；", "|", "、", ",", "，", "\n")
_GUARDED = re.compile(r"\A'+(?=[=+\-@])")


def canonical(column: pl.Expr) -> pl.Expr:
    """Full width to half, no invisible marks, dates with dashes, no midnight, no ``.0``, lower case; empty is null."""
    text = column.cast(pl.String).str.normalize("NFKC").str.replace_all(_INVISIBLE, "").str.strip_chars()
    text = text.str.replace(r"^'+([=+\-@])", "$1")
    text = text.str.replace(r"^([0-9]{4})[/.年]([0-9]{2})[/.月]([0-9]{2})日?", "$1-$2-$3")
    text = text.str.replace(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]00:00(:00(\.0+)?)?(Z|\+00:00)?$", "$1")
    text = text.str.replace(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})T", "$1 ")
    text = text.str.replace(r"^(-?[0-9]+)\.0+$", "$1").str.to_lowercase()
    return pl.when(text != "").then(text)


def one(text: str) -> str:
    """The same for a single text."""
    return unicodedata.normalize("NFKC", _GUARDED.sub("", text)).strip().strip("\"'").strip().lower()


def items(text: str, count: int) -> list[str] | None:
    """The ``count`` items of a list as any format writes it, canonical; None when it is no such list."""
    text = text.strip()
    if text[:1] == "[":
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if isinstance(found, list) and len(found) == count:
            return [one(str(item)) for item in found]
    inner = text.strip("[]{}() ")
    for separator in _SEPARATORS:
        parts = inner.split(separator)
        if len(parts) == count:
            return [one(part) for part in parts]
    return None


def frame(table: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The named columns in canonical texts."""
    return pl.DataFrame([_column(table[name]) for name in names])


def _column(column: pl.Series) -> pl.Series:
    """A column's canonical texts, worked out once for each distinct value."""
    distinct = column.unique()
    if distinct.len() * 2 > column.len():
        return column.to_frame().select(canonical(pl.col(column.name)))[column.name]
    treated = distinct.to_frame().select(canonical(pl.col(column.name)))[column.name]
    return column.replace_strict(distinct, treated, default=None, return_dtype=pl.String)
