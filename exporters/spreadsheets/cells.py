"""Cells of a sheet made comparable: by the kind of the field they stand in, never by guessing what they may mean."""

from __future__ import annotations

import polars as pl

from catalog.codes import code_list
from catalog.identifiers.characters import narrow_column, trim_column
from catalog.model import Field, Kind

_MIDNIGHT = "^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00$"
_CLOCK = "^1899-12-3[01] ([0-9]{2}:[0-9]{2}:[0-9]{2})$"
_THOUSANDS = "^[+-]?[0-9]{1,3}([,，][0-9]{3})+(\\.[0-9]+)?$"
_SERIAL = "^[1-9][0-9]{4}(\\.[0-9]+)?$"
_SERIALS = (18_264, 73_050)  # 1950 to 2099, counted from 1899-12-30
_NARROWED = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.DATETIME, Kind.CODE, Kind.CODES, Kind.BOOLEAN})
_BRACKETS = {"(": ")", "（": "）", "[": "]", "【": "】", "「": "」", "《": "》"}
_STARS = "*＊★"


def cleaned(cells: pl.Series, empty: tuple[str, ...]) -> pl.Series:
    """Trimmed; empty texts and the layout's signs for "nothing" are null; dates without a clock time lose the zeros."""
    texts = trim_column(cells.str.replace_all("\u200b", "", literal=True))
    texts = texts.str.replace(_MIDNIGHT, "$1").str.replace(_CLOCK, "$1")
    return texts.to_frame("x").select(pl.when(~pl.col("x").is_in(["", *empty])).then(pl.col("x"))).to_series()


def of_kind(cells: pl.Series, field: Field, epoch: int) -> pl.Series:
    """The cells as text that the field's kind can be judged by."""
    if field.kind in _NARROWED or field.check is not None or field.pattern is not None:
        cells = narrow_column(cells)
    if field.kind in {Kind.INTEGER, Kind.DECIMAL}:
        return _without_thousands(cells)
    if field.kind in {Kind.DATE, Kind.DATETIME}:
        return _from_serials(cells, epoch)
    if field.kind is Kind.CODE:
        return _codes(cells, field)
    return cells


def serials(cells: pl.Series) -> pl.Series:
    """Which cells of a date field are day numbers."""
    days = cells.str.extract("^([0-9]+)").cast(pl.Int64, strict=False)
    return (cells.str.contains(_SERIAL) & days.is_between(*_SERIALS)).fill_null(value=False)


def _without_thousands(cells: pl.Series) -> pl.Series:
    plain = cells.str.replace_all("[,，]", "")
    return cells.zip_with(~cells.str.contains(_THOUSANDS).fill_null(value=False), plain)


def _from_serials(cells: pl.Series, epoch: int) -> pl.Series:
    chosen = serials(cells)
    if not chosen.any():
        return cells
    days = (
        cells.str.extract("^([0-9]+)").cast(pl.Int32, strict=False).zip_with(chosen, pl.Series([None], dtype=pl.Int32))
    )
    return (days + epoch).cast(pl.Date).dt.to_string("%Y-%m-%d").zip_with(chosen, cells)


def _codes(cells: pl.Series, field: Field) -> pl.Series:
    """Labels of a short code list become their codes; everything else stays as it is."""
    if field.codes is None:
        return cells
    entries = code_list(field.codes).entries
    labels = {zh: code for code, (zh, _) in entries.items() if zh not in entries}
    if len(entries) > 100 or len(labels) < len([code for code, (zh, _) in entries.items() if zh not in entries]):
        return cells
    return cells.replace(labels) if labels else cells


def items_of(cells: pl.Series, separators: str) -> tuple[pl.Series, pl.Series]:
    """Lists of the items in each cell, and whether an item carried a star. Signs inside brackets part nothing."""
    distinct = cells.drop_nulls().unique(maintain_order=True)
    parted = [_parted(text, separators) for text in distinct]
    told = pl.DataFrame(
        {
            "text": distinct,
            "items": pl.Series([items for items, _ in parted], dtype=pl.List(pl.String)),
            "starred": pl.Series([starred for _, starred in parted], dtype=pl.Boolean),
        }
    )
    joined = cells.to_frame("text").join(told, on="text", how="left", maintain_order="left")
    return joined["items"], joined["starred"].fill_null(value=False)


def _parted(text: str, separators: str) -> tuple[list[str], bool]:
    """One cell's items in order, and whether one of them ends with a star."""
    items: list[str] = []
    waiting: list[str] = []
    current = ""
    closes = any(sign in text for sign in _BRACKETS.values())
    for sign in text:
        if waiting and sign == waiting[-1]:
            waiting.pop()
        elif closes and sign in _BRACKETS:
            waiting.append(_BRACKETS[sign])
        elif not waiting and sign in separators:
            items.append(current)
            current = ""
            continue
        current += sign
    items = [item.strip() for item in (*items, current)]
    return [bare for item in items if (bare := item.rstrip(_STARS).rstrip())], any(
        i.endswith(tuple(_STARS)) for i in items
    )
