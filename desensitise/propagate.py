"""Same-row propagation: what a row's own name, phone and address fields hold is removed from its free text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import polars as pl

from desensitise.detect import PLACEHOLDER, Kind

_SHORTEST = 2
_NUMBER = 5
MASK = {"name": Kind.PERSON, "number": Kind.PHONE}


def leaves(cell: str) -> Iterator[str]:
    """The texts in a cell: its own, or those inside if it is JSON (names and phones often come as one object)."""
    if cell[:1] in "{[":
        try:
            yield from _inside(json.loads(cell))
        except ValueError:
            yield cell.strip()
    else:
        yield cell.strip()


def _inside(body: object) -> Iterator[str]:
    if isinstance(body, dict):
        for value in body.values():
            yield from _inside(value)
    elif isinstance(body, list):
        for value in body:
            yield from _inside(value)
    elif body is not None:
        yield str(body).strip()


def without(text: str, secrets: Sequence[str]) -> str:
    """``text`` without its row's own secrets, the longest first; numbers also with other separators."""
    parts = sorted(
        {part for secret in secrets for part in leaves(secret) if len(part) >= _SHORTEST}, key=len, reverse=True
    )
    for part in parts:
        kind = Kind.PHONE if sum(c.isdigit() for c in part) >= _NUMBER else Kind.PERSON
        text = text.replace(part, PLACEHOLDER[kind])
    return text


def propagated(frame: pl.DataFrame, text: str, personal: Sequence[str]) -> pl.Series:
    """Column ``text`` of ``frame`` without what the row's ``personal`` columns hold. Distinct rows are treated once."""
    secrets = [name for name in personal if name in frame.columns and name != text]
    own = frame[text].cast(pl.String)
    if not secrets or own.null_count() == len(own):
        return own
    rows = frame.select(pl.col(text).cast(pl.String), *(pl.col(name).cast(pl.String) for name in secrets))
    distinct = rows.drop_nulls(text).unique(maintain_order=True)
    treated = [without(row[0], [cell for cell in row[1:] if cell]) for row in distinct.iter_rows()]
    known = distinct.with_columns(pl.Series("_treated", treated, dtype=pl.String))
    joined = rows.join(known, on=[text, *secrets], how="left", nulls_equal=True, maintain_order="left")
    return joined["_treated"].alias(text)
