"""Which row of the shared dataset a found row is: by its token, by its facts, by its place.

Nothing here knows a candidate's key, so no choice made here can lean towards anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from desensitise.mark import texts
from desensitise.mark.prf import Ints
from desensitise.mark.token import Token, read_token

_SAMPLE = 2000
_SAME_COLUMN = 0.5
_ENOUGH = 0.98
_KEY = "\x1f"


@dataclass(frozen=True, slots=True)
class Matches:
    """``ordinals`` of found rows (-1: none), how each was found, tokens by found row, and columns by shared name."""

    ordinals: Ints
    by: dict[str, int]
    tokens: dict[int, Token]
    moved: int
    columns: dict[str, str]


def match(found: pl.DataFrame, shared: pl.DataFrame, *, may_be_in_place: bool) -> Matches:
    """Match ``found`` (texts) with ``shared``: canonical texts of the facts that are the same in every copy."""
    columns = _same_columns(found, shared)
    facts = found.select(texts.canonical(pl.col(theirs)).alias(ours) for ours, theirs in columns.items())
    tokens = _tokens(found)
    ordinals = np.full(found.height, -1, np.int64)
    moved = _by_token(ordinals, tokens, facts, shared)
    by = {"token": int((ordinals >= 0).sum())}
    for key in _keys(list(columns), shared):
        left = np.flatnonzero(ordinals < 0)
        if len(left) <= (1 - _ENOUGH) * len(ordinals) and by.get("facts"):
            break
        ordinals[left] = _by_key(facts[left], shared, key)
        by["facts"] = int((ordinals >= 0).sum()) - by["token"]
    if may_be_in_place and found.height == shared.height and (ordinals >= 0).mean() < 0.05:
        ordinals = np.arange(found.height, dtype=np.int64)
        by["order"] = found.height
    return Matches(ordinals, by, tokens, moved, columns)


def _same_columns(found: pl.DataFrame, shared: pl.DataFrame) -> dict[str, str]:
    """Columns of equal name, then those that hold the most of each other's values."""
    plain = {name.strip().lower(): name for name in found.columns}
    columns = {name: plain[name.lower()] for name in shared.columns if name.lower() in plain}
    wanted = [name for name in shared.columns if name not in columns]
    free = [name for name in found.columns if name not in columns.values()]
    scores = []
    for theirs in free:
        values = found.select(texts.canonical(pl.col(theirs)))[theirs].drop_nulls().unique().sort()
        values = values.sample(min(_SAMPLE, values.len()), seed=1)
        scores += [(_overlap(values, shared[ours]), ours, theirs) for ours in wanted]
    for score, ours, theirs in sorted(scores, reverse=True):
        if score >= _SAME_COLUMN and ours not in columns and theirs not in columns.values():
            columns[ours] = theirs
    return columns


def _overlap(values: pl.Series, column: pl.Series) -> float:
    return float(values.is_in(column.unique().implode()).mean() or 0) if values.len() else 0.0  # type: ignore[arg-type]


def _tokens(found: pl.DataFrame) -> dict[int, Token]:
    pattern = r"(?i)(?:^|[^a-z2-7])[a-z2-7]{26}(?:$|[^a-z2-7])"
    tokens: dict[int, Token] = {}
    for name in found.columns:
        rows = found.select(pl.col(name).cast(pl.String).str.contains(pattern).fill_null(False).arg_true())[name]
        for row, text in zip(rows, found[name].gather(rows), strict=True):
            token = read_token(str(text))
            if token is not None:
                tokens.setdefault(row, token)
    return tokens


def _by_token(ordinals: Ints, tokens: dict[int, Token], facts: pl.DataFrame, shared: pl.DataFrame) -> int:
    """Match rows whose facts are those of their token's row; how many tokens stand beside other facts."""
    rows = np.array([row for row, token in tokens.items() if token.ordinal < shared.height], np.int64)
    claimed = np.array([tokens[row].ordinal for row in rows], np.int64)
    if not len(rows):
        return len(tokens)
    same, present = np.zeros(len(rows)), np.zeros(len(rows))
    for name in facts.columns:
        theirs, ours = facts[name].gather(rows), shared[name].gather(claimed)
        same += (theirs == ours).fill_null(False).to_numpy()
        present += theirs.is_not_null().to_numpy()
    stands = same * 2 > present
    stands |= present == 0
    ordinals[rows[stands]] = claimed[stands]
    return len(tokens) - int(stands.sum())


def _keys(columns: list[str], shared: pl.DataFrame) -> Iterator[list[str]]:
    """Sets of columns to join on: all, all but one, and each alone that nearly names a row."""
    if columns:
        yield columns
    if len(columns) > 2:
        yield from ([name for name in columns if name != left] for left in columns)
    yield from ([name] for name in columns if len(columns) > 1 and shared[name].n_unique() > 0.5 * shared.height)


def _by_key(facts: pl.DataFrame, shared: pl.DataFrame, key: list[str]) -> Ints:
    joined = pl.concat_str([pl.col(name).fill_null("") for name in key], separator=_KEY).alias("key")
    empty = pl.all_horizontal(pl.col(key).is_null())
    ours = shared.select(joined, pl.int_range(pl.len()).alias("ordinal"))
    ours = ours.filter(pl.col("key").is_in(facts.select(joined)["key"].unique().implode()))
    ours = ours.filter(pl.col("key").is_unique())
    theirs = facts.select(pl.when(~empty).then(joined).alias("key"), pl.int_range(pl.len()).alias("row"))
    met = theirs.join(ours, on="key", how="left").sort("row")
    return met["ordinal"].fill_null(-1).to_numpy().astype(np.int64)
