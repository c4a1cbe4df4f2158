"""One text for each value, whatever conversions it went through, so that found rows compare with the shared ones."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence

import polars as pl

_INVISIBLE = "[\u200b-\u200f\u2060\ufeff]"
_SEPARATORS = (";", "；", "|", "、", ",", "，", "\n")
# All that ``canonical`` changes but capitals: anything but plain ASCII and ideographs, blanks and apostrophes at the
# ends, and whatever may be a date, a time or a number with noughts after its point.
_DOUBTFUL = r"[^ -~\u4e00-\u9fff]|^[' ]| $|[0-9][T/.年 ]"
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
    return pl.DataFrame([column(table[name]) for name in names])


def column(values: pl.Series) -> pl.Series:
    """A column's canonical texts. Only what may need it is looked at closely, and each distinct text of that once."""
    if values.dtype.is_integer() or values.dtype == pl.Date:
        return values.cast(pl.String)
    text = values.cast(pl.String)
    doubtful = text.str.contains(_DOUBTFUL)
    done = text.str.to_lowercase()
    done = done.set(done == "", None)
    if not doubtful.any():
        return done
    distinct = text.filter(doubtful).unique()
    treated = distinct.to_frame().select(canonical(pl.col(text.name)))[text.name]
    looked = text.filter(doubtful).replace_strict(distinct, treated, default=None, return_dtype=pl.String)
    return done.scatter(doubtful.arg_true(), looked)
