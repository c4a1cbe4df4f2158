"""Whole columns: distinct values, then the prefilter, then the scanner on what is left."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pyarrow as pa

from desensitise.detect.classify import classify
from desensitise.detect.prefilter import candidates, certain
from desensitise.detect.scanner import found_surely, scan
from desensitise.detect.settle import LEAST
from desensitise.detect.spans import Kind, Mode
from desensitise.detect.words import Context, context_of

# Ten digits and more can be somebody's number; smaller integers cannot.
_LEAST_NUMBER = 10**9
_REMEMBERED = 100_000
_SAMPLE, _MANY = 200, 0.5


class Search:
    """A search through one column that may come in many pieces; a text seen before is not scanned again."""

    def __init__(self, column: str | Context, mode: Mode = "balanced", *, secrets: bool = True) -> None:
        self._secrets = secrets
        self._context = context_of(column) if isinstance(column, str) else column
        self._mode: Mode = mode
        self._seen: dict[str, frozenset[Kind]] = {}

    @property
    def certain(self) -> dict[Kind, str]:
        """Shapes of whole texts that need no scanner."""
        return certain(self._context) if self._mode == "balanced" else {}

    def kinds(self, texts: pl.Series) -> dict[str, frozenset[Kind]]:
        """Those of the texts in which something was found, and what.

        Texts that repeat much are better made distinct before; the prefilter is faster than looking for repeats.
        """
        distinct = (candidates(texts, self._context) if self._mode == "balanced" else texts).unique()
        sure: dict[str, frozenset[Kind]] = {}
        for kind, pattern in self.certain.items():
            known = distinct.str.contains(pattern)
            sure |= dict.fromkeys(distinct.filter(known).to_list(), frozenset({kind}))
            distinct = distinct.filter(~known)
        fresh = sorted(text for text in distinct.to_list() if text not in self._seen)
        for text, kinds in zip(fresh, self._looked(fresh), strict=True):
            self._seen[text] = kinds
        found = {text: self._seen[text] for text in distinct.to_list() if self._seen[text]}
        if len(self._seen) > _REMEMBERED:
            self._seen.clear()
        return found | sure

    def _looked(self, texts: list[str]) -> list[frozenset[Kind]]:
        """Rules alone for cells; for running text, which recall mode is for, names by the tagger as well."""
        if self._mode == "recall":
            spans = found_surely(texts, self._context, "recall", secrets=self._secrets)
        else:
            spans = [scan(text, self._context, self._mode) for text in texts]
        return [frozenset(span.kind for span in each if span.score >= LEAST) for each in spans]


def scan_column(values: pa.Array | pl.Series, column_name: str, mode: Mode = "balanced") -> dict[Kind, int]:
    """How many cells of a column hold each kind. Any Arrow type: lists and structs are searched inside.

    ``column_name`` may hold several names of the column; they and a sample of its values are its cells' context.
    """
    series = values if isinstance(values, pl.Series) else pl.Series("text", pl.from_arrow(values))
    counts: Counter[Kind] = Counter()
    texts = as_text(series)
    search = Search(classify(column_name, texts).context, mode)
    for kind, pattern in search.certain.items():
        # Only where many cells are of the shape does a look at all of them save more than it costs.
        if texts.head(_SAMPLE).str.contains(pattern).sum() >= _MANY * min(_SAMPLE, max(1, texts.len())):
            sure = texts.str.contains(pattern)
            counts[kind] += int(sure.sum())
            texts = texts.filter(~sure)
    found = search.kinds(texts.unique())
    if found:
        cells = texts.filter(texts.is_in(pl.Series(list(found)).implode())).value_counts(name="cells")
        for text, count in cells.iter_rows():
            counts.update(dict.fromkeys(found[text], count))
    return {kind: count for kind, count in counts.items() if count}


def as_text(values: pl.Series) -> pl.Series:
    """Every text in a column, flattened and without nulls; numbers too small to be anybody's are left out."""
    series = values.alias("text").drop_nulls()
    while isinstance(series.dtype, (pl.List, pl.Array)):
        series = series.explode().drop_nulls()
    dtype = series.dtype
    if isinstance(dtype, pl.Struct):
        parts = [as_text(series.struct.field(field.name)) for field in dtype.fields]
        return pl.concat(parts) if parts else _none()
    if dtype.is_temporal() or dtype in {pl.Boolean, pl.Null}:
        return _none()
    if dtype.is_numeric():
        large = series.filter(series.abs() >= _LEAST_NUMBER)
        return large.cast(pl.String).str.replace(r"\.0*$", "") if large.len() else _none()
    if dtype == pl.Binary:
        return series.cast(pl.String, strict=False).drop_nulls()
    return series.cast(pl.String)


def _none() -> pl.Series:
    return pl.Series("text", [], dtype=pl.String)
