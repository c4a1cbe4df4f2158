"""One text for each value, whatever conversions it went through, so that found rows compare with the shared ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import polars as pl

_INVISIBLE = "[\u200b-\u200f\u2060\ufeff]"
# All that ``canonical`` changes but capitals: anything but plain ASCII and ideographs, blanks and apostrophes at the
# ends, and whatever may be a date, a time or a number with noughts after its point.
_DOUBTFUL = r"[^ -~\u4e00-\u9fff]|^[' ]| $|[0-9][T/.年月日 ]|-[0-9](?:$|[- ])"
_DAYS = (
    (r"^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", "$1-$2-$3"),
    (r"^([0-9]{4})(?:[-/]([0-9]{1,2})|年([0-9]{1,2})月)$", "$1-$2$3"),
    (r"^([0-9]{4})-([0-9])($|-)", "$1-0$2$3"),
    (r"^([0-9]{4}-[0-9]{2})-([0-9])($|[ T])", "$1-0$2$3"),
    (r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]0?0:00(:00(\.0+)?)?(Z|\+00:00)?$", "$1"),
    (r"^([0-9]{4}-[0-9]{2}-[0-9]{2})T", "$1 "),
)
"""Days and months as ISO 8601 has them, whatever stands between their parts; midnight is left out."""
_MOST_BETWEEN = 4
"""A text so many times longer than its items is more than a list of them."""
_GUARDED = re.compile(r"\A'+(?=[=+\-@])")


def canonical(column: pl.Expr) -> pl.Expr:
    """Full width to half, no invisible marks, dates with dashes, no midnight, no ``.0``, lower case; empty is null."""
    text = column.cast(pl.String).str.normalize("NFKC").str.replace_all(_INVISIBLE, "").str.strip_chars()
    text = text.str.strip_chars_start("'")
    for pattern, day in _DAYS:
        text = text.str.replace(pattern, day)
    text = text.str.replace(r"^(-?[0-9]+)\.0+$", "$1").str.to_lowercase()
    return pl.when(text != "").then(text)


def one(text: str) -> str:
    """The same for a single text."""
    return unicodedata.normalize("NFKC", _GUARDED.sub("", text)).strip().strip("\"'").strip().lower()


def order_of(text: str, known: Sequence[str]) -> list[int] | None:
    """In which order a text names the ``known`` items, each once; None when it is no list of them.

    Whatever stands between them or numbers them does not count, nor do blanks and the signs that formats escape with.
    """
    left = _bare(text)
    places: dict[int, int] = {}
    # The longest is looked for first, as a shorter one may stand within it.
    for item in sorted(range(len(known)), key=lambda item: -len(known[item])):
        said = _bare(known[item])
        place = left.find(said) if said else -1
        if place < 0:
            return None
        places[place] = item
        left = left[:place] + "\0" * len(said) + left[place + len(said) :]
    named = sum(map(len, known))
    return [places[place] for place in sorted(places)] if len(left) <= _MOST_BETWEEN * (named + len(known)) else None


def _bare(text: str) -> str:
    return "".join(one(text).split()).replace("\\", "")


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
