"""Which row of the shared dataset a found row is: by its token, by its facts, by its place.

Nothing here knows a candidate's key, so no choice made here can lean towards anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from desensitise.mark import texts
from desensitise.mark.prf import Ints
from desensitise.mark.token import Token, read_token

_SAMPLE = 2000
SAME_COLUMN = 0.5
"""Share of a found column's values that the shared column of another name must hold."""
_ENOUGH = 0.98
_KEY = "\x1f"


@dataclass(frozen=True, slots=True)
class Matches:
    """``places`` of found rows among the shared ones (-1: none), how each was found, tokens by found row, columns."""

    places: Ints
    by: dict[str, int]
    tokens: dict[int, Token]
    moved: int
    columns: dict[str, str]


def match(
    found: pl.DataFrame,
    shared: pl.DataFrame,
    *,
    may_be_in_place: bool,
    ordinals: Ints | None = None,
    naming: frozenset[str] | None = None,
) -> Matches:
    """Match ``found`` (texts) with ``shared``: canonical texts of the facts that are the same in every copy.

    Where ``shared`` is narrowed to rows that could be meant, ``ordinals`` are theirs in the whole, and ``naming`` the
    columns that nearly name a row there.
    """
    columns = _same_columns(found, shared, sure=naming is not None)
    facts = found.select(texts.canonical(pl.col(theirs)).alias(ours) for ours, theirs in columns.items())
    tokens = tokens_in(found)
    places = np.full(found.height, -1, np.int64)
    moved = _by_token(places, tokens, facts, shared, np.arange(shared.height) if ordinals is None else ordinals)
    by = {"token": int((places >= 0).sum())}
    for key in _keys(list(columns), shared, naming):
        left = np.flatnonzero(places < 0)
        if len(left) <= (1 - _ENOUGH) * len(places) and by.get("facts"):
            break
        places[left] = _by_key(facts[left], shared, key)
        by["facts"] = int((places >= 0).sum()) - by["token"]
    if may_be_in_place and found.height == shared.height and (places >= 0).mean() < 0.05:
        places = np.arange(found.height, dtype=np.int64)
        by["order"] = found.height
    return Matches(places, by, tokens, moved, columns)


def agreeing(found: pl.DataFrame, shared: pl.DataFrame, matches: Matches) -> int:
    """Rows of ``shared`` that were met, each counted once, and how many of their cells the found rows show."""
    places, rows = np.unique(matches.places, return_index=True)
    rows, places = rows[places >= 0], places[places >= 0]
    cells = 0
    for ours, theirs in matches.columns.items():
        said = found[theirs].gather(rows).to_frame().select(texts.canonical(pl.col(theirs))).to_series()
        cells += int((said == shared[ours].gather(places)).fill_null(value=False).sum())
    return len(places) + cells


def paired(found: Sequence[str], shared: Sequence[str]) -> dict[str, str]:
    """Found columns by the shared ones that are called the same."""
    plain = {name.strip().lower(): name for name in found}
    return {name: plain[name.lower()] for name in shared if name.lower() in plain}


def sampled(found: pl.DataFrame, name: str) -> pl.Series:
    """Some distinct values of a found column, canonical."""
    values = found.select(texts.canonical(pl.col(name)))[name].drop_nulls().unique().sort()
    return values.sample(min(_SAMPLE, values.len()), seed=1)


def under_names(found: pl.DataFrame, names: dict[str, str], lying: frozenset[str] = frozenset()) -> pl.DataFrame:
    """The table under other names; columns that are called like one of them, or like a ``lying`` one, give way."""
    taken = {*names.values(), *paired(found.columns, sorted(lying)).values()}
    away = {name: f"{name} (found)" for name in found.columns if name in taken and name not in names}
    return found.rename({**names, **away})


def _same_columns(found: pl.DataFrame, shared: pl.DataFrame, *, sure: bool) -> dict[str, str]:
    """Columns of equal name, then those that hold the most of each other's values.

    A name that no value bears out gives way to values, unless it is ``sure`` from the whole version.
    """
    columns = paired(found.columns, shared.columns)
    odd = {} if sure else {o: t for o, t in columns.items() if not _may_be(sampled(found, t), shared[o])}
    columns = {ours: theirs for ours, theirs in columns.items() if ours not in odd}
    wanted = [name for name in shared.columns if name not in columns]
    free = [name for name in found.columns if name not in columns.values()]
    scores = []
    for theirs in free:
        values = sampled(found, theirs)
        scores += [(_overlap(values, shared[ours]), ours, theirs) for ours in wanted]
    for score, ours, theirs in sorted(scores, reverse=True):
        if score >= SAME_COLUMN and ours not in columns and theirs not in columns.values():
            columns[ours] = theirs
    return with_names(columns, odd)


def with_names(columns: dict[str, str], odd: dict[str, str]) -> dict[str, str]:
    """The columns, and those of equal name for which nothing better was found."""
    left = {o: t for o, t in odd.items() if o not in columns and t not in columns.values()}
    return {**columns, **left}


def _may_be(values: pl.Series, column: pl.Series) -> bool:
    return not values.len() or _overlap(values, column) > 0


def _overlap(values: pl.Series, column: pl.Series) -> float:
    return float(values.is_in(column.unique().implode()).mean() or 0) if values.len() else 0.0  # type: ignore[arg-type]


def tokens_in(found: pl.DataFrame) -> dict[int, Token]:
    """Tokens by the row that they stand in."""
    pattern = r"(?i)(?:^|[^a-z2-7])[a-z2-7]{26}(?:$|[^a-z2-7])"
    tokens: dict[int, Token] = {}
    for name in found.columns:
        rows = found.select(pl.col(name).cast(pl.String).str.contains(pattern).fill_null(False).arg_true())[name]
        for row, text in zip(rows, found[name].gather(rows), strict=True):
            token = read_token(str(text))
            if token is not None:
                tokens.setdefault(row, token)
    return tokens


def _by_token(places: Ints, tokens: dict[int, Token], facts: pl.DataFrame, shared: pl.DataFrame, ordinals: Ints) -> int:
    """Match rows whose facts are those of their token's row; how many tokens stand beside other facts."""
    every = np.array(list(tokens), np.int64)
    said = np.array([token.ordinal for token in tokens.values()], np.int64)
    at = np.minimum(np.searchsorted(ordinals, said), max(len(ordinals) - 1, 0))
    there = ordinals[at] == said if len(ordinals) else np.zeros(len(said), np.bool_)
    rows, claimed = every[there], at[there]
    if not len(rows):
        return len(tokens)
    same, present = np.zeros(len(rows)), np.zeros(len(rows))
    for name in facts.columns:
        theirs, ours = facts[name].gather(rows), shared[name].gather(claimed)
        same += (theirs == ours).fill_null(False).to_numpy()
        present += theirs.is_not_null().to_numpy()
    stands = same * 2 > present
    stands |= present == 0
    places[rows[stands]] = claimed[stands]
    return len(tokens) - int(stands.sum())


def _keys(columns: list[str], shared: pl.DataFrame, naming: frozenset[str] | None) -> Iterator[list[str]]:
    """Sets of columns to join on: all, all but one, and each alone that nearly names a row."""
    if columns:
        yield columns
    if len(columns) > 2:
        yield from ([name for name in columns if name != left] for left in columns)
    for name in columns if len(columns) > 1 else ():
        names = shared[name].n_unique() > 0.5 * shared.height if naming is None else name in naming
        if names:
            yield [name]


def _by_key(facts: pl.DataFrame, shared: pl.DataFrame, key: list[str]) -> Ints:
    joined = pl.concat_str([pl.col(name).fill_null("") for name in key], separator=_KEY).alias("key")
    empty = pl.all_horizontal(pl.col(key).is_null())
    ours = shared.select(joined, pl.int_range(pl.len()).alias("ordinal"))
    ours = ours.filter(pl.col("key").is_in(facts.select(joined)["key"].unique().implode()))
    ours = ours.filter(pl.col("key").is_unique())
    theirs = facts.select(pl.when(~empty).then(joined).alias("key"), pl.int_range(pl.len()).alias("row"))
    met = theirs.join(ours, on="key", how="left").sort("row")
    return met["ordinal"].fill_null(-1).to_numpy().astype(np.int64)
