"""Same-row propagation: what a row's own name, phone and address fields hold is removed from its free text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from desensitise.detect import PLACEHOLDER, Kind

_SHORTEST = 2
_NUMBER = 5
_NAMED = {"address": Kind.ADDRESS, "email": Kind.EMAIL, "id_no": Kind.ID_CARD}
_DIGITS = re.compile(r"(?=(?:[^0-9]*[0-9]){5})[0-9\s()（）+-]+")
_BETWEEN = r"[\s()（）-]*"


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


def without(text: str, secrets: Mapping[str, str]) -> str:
    """``text`` without its row's own secrets (field -> cell), the longest first; numbers whatever separates digits."""
    parts = {part: name for name, cell in secrets.items() for part in leaves(cell) if len(part) >= _SHORTEST}
    for part in sorted(parts, key=lambda part: (-len(part), part)):
        word = PLACEHOLDER[_kind(parts[part], part)]
        if _DIGITS.fullmatch(part):
            digits = (character for character in part if character.isdigit())
            text = re.sub(_BETWEEN.join(digits), word, text)
        else:
            text = text.replace(part, word)
    return text


def _kind(field: str, part: str) -> Kind:
    """What a secret is, by its field's name and its digits."""
    named = next((kind for word, kind in _NAMED.items() if word in field), None)
    if named is not None:
        return named
    return Kind.PHONE if sum(character.isdigit() for character in part) >= _NUMBER else Kind.PERSON


def propagated(frame: pl.DataFrame, text: str, personal: Sequence[str]) -> pl.Series:
    """Column ``text`` of ``frame`` without what the row's ``personal`` columns hold. Distinct rows are treated once."""
    secrets = [name for name in personal if name in frame.columns and name != text]
    own = frame[text].cast(pl.String)
    if not secrets or own.null_count() == len(own):
        return own
    rows = frame.select(pl.col(text).cast(pl.String), *(pl.col(name).cast(pl.String) for name in secrets))
    distinct = rows.drop_nulls(text).unique(maintain_order=True)
    treated = [
        without(row[0], {name: cell for name, cell in zip(secrets, row[1:], strict=True) if cell})
        for row in distinct.iter_rows()
    ]
    known = distinct.with_columns(pl.Series("_treated", treated, dtype=pl.String))
    joined = rows.join(known, on=[text, *secrets], how="left", nulls_equal=True, maintain_order="left")
    return joined["_treated"].alias(text)
