"""Tables in text: any encoding, any delimiter, with titles or notes above the headings, or without headings."""

from __future__ import annotations

import io
import re
from statistics import median_high
from typing import Final

import polars as pl

_DELIMITERS: Final = ",\t;|&\x01^"
_LOOKED_AT: Final = 50
_BLANKS = re.compile(r" {2,}|\u3000+")
_WIDE = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_MARKS = (*((mark, "utf-32") for mark in _WIDE), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_VALUE = re.compile(r"[0-9]{4}|(?<![a-z2-7])[a-z2-7]{26}(?![a-z2-7])", re.IGNORECASE)
_BARS = str.maketrans("│┃║┆，", "||||,")
"""Lines of boxes and the comma of Chinese text divide as their plain twins do."""
_AGAIN = re.compile(r"_duplicated_[0-9]+\Z")
_EVEN, _FEW, _WORDS = 0.6, 3, 100
_RULE = re.compile(r"[\s|:+=-]*-[\s|:+=-]*")


def decoded(raw: bytes) -> str:
    """Text of any of the usual encodings; mixed ones line by line."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    head = raw[:4096]
    if head.count(0) * 4 > len(head):
        # Every other byte of plain letters is nought, and which one tells the order of bytes.
        return raw.decode("utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "\n".join(_line(line) for line in raw.split(b"\n"))


def _line(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def delimited(text: str) -> pl.DataFrame:
    """Rows divided by the character that most lines hold most often; ragged rows are cut or filled.

    What stands above the headings is left out, and headings that hold values are a row.
    """
    if "\n" not in text:
        text = text.replace("\r", "\n")
    text = text.translate(_BARS)
    lines = [line for line in text.splitlines()[:_LOOKED_AT] if line.strip()]
    if not lines:
        return pl.DataFrame()
    usual = {mark: median_high([line.count(mark) for line in lines]) for mark in _DELIMITERS}
    best = max(usual, key=lambda mark: usual[mark])
    if median_high([line.count("\\t") for line in lines]) > usual[best]:
        return delimited(text.replace("\\t", "\t"))
    if median_high([len(_BLANKS.findall(line.strip())) for line in lines]) > usual[best]:
        text = "\n".join(_BLANKS.sub("\t", line.strip()) for line in text.splitlines())
        return delimited(text)
    if _is_typed(lines, best):
        return _typed(text)
    if not usual[best]:
        best = max(_DELIMITERS, key=lines[0].count)
    table = _read(_from_headings(text, best, usual[best]), best)
    headings = [name for name in table.columns if _VALUE.search(name)]
    return _with_headings_as_row(table) if headings else table


def _is_typed(lines: list[str], mark: str) -> bool:
    """Whether lines look read off a screen: single blanks part them, and no other character does evenly."""
    counts = [line.count(mark) for line in lines]
    blanks = median_high([len(line.split()) - 1 for line in lines])
    even = max(map(counts.count, counts)) >= _EVEN * len(counts)
    return len(lines) >= _FEW and blanks >= _FEW and not (even and max(counts))


def _typed(text: str) -> pl.DataFrame:
    """Words by their place from the left and from the right, as some value between may have several; and the line."""
    rows = [line.split() for line in text.splitlines() if line.strip()]
    most = min(median_high(map(len, rows)), _WORDS)
    left = {f"word {n + 1}": [row[n] if n < len(row) else None for row in rows] for n in range(most)}
    right = {f"word -{n}": [row[-n] if n <= len(row) else None for row in rows] for n in range(1, most + 1)}
    return pl.DataFrame({**left, **right, "line": [" ".join(row) for row in rows]})


def _from_headings(text: str, mark: str, usual: int) -> str:
    """The text from the first line on that is divided as most are; rules between headings and rows are left out.

    Where rows begin with a number that has no heading, it gets one.
    """
    lines = text.splitlines()
    first = next((n for n, line in enumerate(lines) if line.count(mark) >= max(usual - 1, 1)), 0)
    if first + 1 < len(lines) and _RULE.fullmatch(lines[first + 1]):
        del lines[first + 1]
    few = lines[first].count(mark) == usual - 1 and all(
        line.count(mark) == usual for line in lines[first + 1 :] if line
    )
    return "\n".join([mark * few + lines[first], *lines[first + 1 :]]) if first or few else "\n".join(lines)


def turned(table: pl.DataFrame) -> pl.DataFrame:
    """A table that stands on its side: each row is a column, called by its first cell."""
    return upright([[_AGAIN.sub("", name), *table[name]] for name in table.columns])


def upright(columns: list[list[str | None]]) -> pl.DataFrame:
    """The same of columns of which the first holds what rows are called."""
    first, *rest = columns
    names = [str(name or f"column {place + 1}") for place, name in enumerate(first)]
    if len(set(names)) < len(names) or any(map(_VALUE.search, names)):
        names, rest = [f"column {place + 1}" for place in range(len(names))], [first, *rest]
    return pl.DataFrame(rest, schema=dict.fromkeys(names, pl.String), orient="row")


def _with_headings_as_row(table: pl.DataFrame) -> pl.DataFrame:
    headings = pl.DataFrame({name: [name] for name in table.columns})
    return pl.concat([headings, table]).rename({name: f"column {n + 1}" for n, name in enumerate(table.columns)})


def _read(text: str, mark: str) -> pl.DataFrame:
    quote = "'" if text.count(f"'{mark}'") > text.count(f'"{mark}"') else '"'
    try:
        return _parsed(text, mark, quote)
    except pl.exceptions.ComputeError:
        # A quote that nobody closed, as where a text was cut: then quotes divide nothing.
        bare = _parsed(text, mark, None)
        return bare.rename(lambda name: name.strip('"')).with_columns(pl.all().str.strip_chars('"'))


def _parsed(text: str, separator: str, quote: str | None) -> pl.DataFrame:
    return pl.read_csv(
        io.BytesIO(text.encode()),
        separator=separator,
        quote_char=quote,
        infer_schema=False,
        truncate_ragged_lines=True,
        ignore_errors=True,
    )
