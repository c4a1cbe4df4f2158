"""生产日期/批号: one cell, more than two dozen spellings (DOMAIN 1.11).

A cell is read as a date, a range of dates, a date with a batch, or a batch. What is none of these is kept as text and
flagged; nothing is guessed. A month counts as the range of its days. Six digits are a batch: they may be a day or a
month, and nobody can tell.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pyarrow as pa

from catalog.identifiers.characters import narrow, trim


class Reading(StrEnum):
    """What a cell was read as."""

    NONE = "none"
    DATE = "date"
    RANGE = "range"
    BATCH = "batch"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class DateOrBatch:
    """A cell as read. ``start`` and ``end`` are equal for one day; ``expiry`` says the dates are of use, not of making.

    A cell with both date and batch reads as ``DATE`` or ``RANGE`` and holds the batch too. ``TEXT`` is the flagged one.
    """

    reading: Reading
    start: date | None = None
    end: date | None = None
    batch: str | None = None
    expiry: bool = False

    @property
    def flagged(self) -> bool:
        """True where nothing was recognised: the cell keeps its text and gets ``DATE_UNPARSED``."""
        return self.reading is Reading.TEXT


NOTHING = frozenset({"", "/", "//", "\\", "-", "--", "—", "——", "无", "无标注", "未标注", "未标示", "未标识", "不详"})
_FORMS = str.maketrans("（）［］，；～", "()[],;~")
_YEAR = r"((?:19|20)[0-9]{2})"
_CLOCK = r"(?:[ T][0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?)?"
_DAYS = (
    re.compile(rf"{_YEAR}([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}})(?![0-9]){_CLOCK}"),
    re.compile(rf"{_YEAR} ?(年) ?([0-9]{{1,2}}) ?月 ?([0-9]{{1,2}}) ?[日号]{_CLOCK}"),
    re.compile(rf"{_YEAR}()([0-9]{{2}})([0-9]{{2}})(?![0-9]){_CLOCK}"),
)
_MONTHS = (
    re.compile(rf"{_YEAR}[-/.]([0-9]{{1,2}})(?![0-9])"),
    re.compile(rf"{_YEAR} ?年 ?([0-9]{{1,2}}) ?月份?"),
)
_EXPIRY = re.compile(r"(?:限期?使用日期|限用日期|有效期[至到]?|有效日期|失效日期|保质期[至到]?)[: ]*[至到]?[: ]*")
_MADE = re.compile(r"(?:生产日期|制造日期|出厂日期|生产年月|加工日期|日期)(?:[/及或]批号|\(批号\))?[: ]*")
_WORD = r"(?:生产批号|产品批号|批次号|批号|批次|出厂编号|编号|LOT(?: ?NO\.?)?|NO\.?)[: ]*"
_BATCH_WORD = re.compile(_WORD, re.IGNORECASE)
_TAIL = re.compile(rf" ?(?:[/(\[,; ] ?(?:{_WORD})?|{_WORD})(?P<batch>[^)\]]+)[)\]]?", re.IGNORECASE)
_BATCH = re.compile(r"(?=[^0-9]*[0-9])[0-9A-Za-z](?:[0-9A-Za-z._/#+* -]{0,38}[0-9A-Za-z*#])?")
_DATE_LIKE = re.compile(
    r"(?:(?:19|20)?[0-9]{2}([-/.])[0-9]{1,2}\1[0-9]|[0-9]{1,2}([-/.])[0-9]{1,2}\2(?:19|20)[0-9]{2})"
)
_BETWEEN = re.compile(r" ?(?:/|~|至|到|--|—|–|-|、|,|;| ) ?")


def parse_date_or_batch(text: str | None) -> DateOrBatch:
    """Read one cell; never fails, whatever the text holds."""
    cell = narrow(trim(text or "")).translate(_FORMS)
    if cell in NOTHING:
        return DateOrBatch(Reading.NONE)
    if label := _EXPIRY.match(cell):
        return _dated(cell[label.end() :], expiry=True) or DateOrBatch(Reading.TEXT)
    if label := _MADE.match(cell):
        cell = cell[label.end() :]
    return _dated(cell) or _batch_first(cell) or DateOrBatch(Reading.TEXT)


def is_date_or_batch(text: str) -> bool:
    """Whether the cell is anything but unreadable text."""
    return not parse_date_or_batch(text).flagged


def parse_dates_or_batches(array: pa.StringArray) -> pa.StructArray:
    """The readings of a column, asked once per distinct value: reading, start, end, batch, expiry."""
    encoded = array.dictionary_encode()
    readings = [parse_date_or_batch(text) for text in encoded.dictionary.to_pylist()]
    rows = [(r.reading.value, r.start, r.end, r.batch, r.expiry) for r in (*readings, DateOrBatch(Reading.NONE))]
    types = (pa.string(), pa.date32(), pa.date32(), pa.string(), pa.bool_())
    columns = [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), types, strict=True)]
    distinct = pa.StructArray.from_arrays(columns, ["reading", "start", "end", "batch", "expiry"])
    return distinct.take(encoded.indices.fill_null(len(readings)))


def _dated(cell: str, *, expiry: bool = False) -> DateOrBatch | None:
    """Dates at the start of the cell, then nothing or a batch."""
    spans: list[tuple[date, date]] = []
    at = 0
    while (found := _date_at(cell, at)) is not None:
        first, last, at = found
        spans.append((first, last))
        between = _BETWEEN.match(cell, at)
        if between is None or _date_at(cell, between.end()) is None:
            break
        at = between.end()
    ends = [last for _, last in spans]
    if not spans or ends != sorted(ends):
        return None
    batch = None
    if at < len(cell):
        tail = _TAIL.fullmatch(cell, at)
        batch = tail["batch"].strip() if tail else None
        if batch is None or not _BATCH.fullmatch(batch):
            return None
    start, end = spans[0][0], ends[-1]
    return DateOrBatch(Reading.DATE if start == end else Reading.RANGE, start, end, batch, expiry)


def _date_at(cell: str, at: int) -> tuple[date, date, int] | None:
    """First day, last day and end of the day or month that starts here."""
    for pattern in _DAYS:
        if found := pattern.match(cell, at):
            day = _day(int(found[1]), int(found[3]), int(found[4]))
            return (day, day, found.end()) if day else None
    for pattern in _MONTHS:
        if (found := pattern.match(cell, at)) and 1 <= int(found[2]) <= 12:
            year, month = int(found[1]), int(found[2])
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), found.end()
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _batch_first(cell: str) -> DateOrBatch | None:
    """A batch alone, or a batch and then a labelled date."""
    word = _BATCH_WORD.match(cell)
    rest = cell[word.end() :] if word else cell
    if word and (label := _MADE.search(rest)):
        dated = _dated(rest[label.end() :])
        batch = rest[: label.start()].rstrip(" /,;")
        if dated and dated.batch is None and _BATCH.fullmatch(batch):
            return DateOrBatch(dated.reading, dated.start, dated.end, batch)
    if not _BATCH.fullmatch(rest) or (not word and (" " in rest or _DATE_LIKE.match(rest))):
        return None  # a day that does not exist, or a spelling that can be read two ways, is no batch
    return DateOrBatch(Reading.BATCH, batch=rest)
