"""Data quality by the six dimensions of GB/T 36344-2018: each a share of what meets its rule (X = A / B).

A dimension is the mean of its sub-indicators that were measured. What was not measured is None and is said so; it is
never taken as full marks. Pure: everything comes in as an argument.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from catalog.tally import LAG_DAYS, Tally

_PERIOD = re.compile(r"P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)W)?(?:([0-9]+)D)?(?:T[0-9HMS]+)?")
_MONTHS = (0, 31, 62, 92, 123, 153, 184, 215, 245, 276, 306, 337)
"""Days of so many months in a row, at most."""


@dataclass(frozen=True, slots=True)
class Share:
    """``met`` of ``of``. Nothing to look at gives no share."""

    met: int
    of: int

    @property
    def rate(self) -> float | None:
        return self.met / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Indicator:
    """A sub-indicator: its names, its share, or None and in ``why`` the reason why it was not measured."""

    name: str
    zh: str
    en: str
    share: Share | None
    why: str = ""

    @property
    def rate(self) -> float | None:
        return self.share.rate if self.share else None


@dataclass(frozen=True, slots=True)
class Dimension:
    """One of the six dimensions with its sub-indicators."""

    name: str
    zh: str
    en: str
    indicators: tuple[Indicator, ...]

    @property
    def score(self) -> float | None:
        """Mean of the measured sub-indicators in per cent, cut (not rounded up) to two decimals; None if none was."""
        rates = [i.rate for i in self.indicators if i.rate is not None]
        # The added billionth undoes what binary fractions take from exact decimals; 100 still means all of it.
        return math.floor(sum(rates) / len(rates) * 10_000 + 1e-9) / 100 if rates else None

    @property
    def numerator(self) -> int | None:
        """What met the rules, added over the measured sub-indicators."""
        return self._sum("met")

    @property
    def denominator(self) -> int | None:
        """What was looked at, added over the measured sub-indicators."""
        return self._sum("of")

    def _sum(self, part: str) -> int | None:
        shares = [i.share for i in self.indicators if i.share is not None and i.share.of]
        return sum(getattr(share, part) for share in shares) if shares else None


@dataclass(frozen=True, slots=True)
class Quality:
    """The six dimensions of one dataset as of one moment."""

    as_of: str
    rows: int
    dimensions: tuple[Dimension, ...]

    def scores(self) -> dict[str, float]:
        """Dimension -> per cent, measured ones only."""
        return {d.name: d.score for d in self.dimensions if d.score is not None}

    def unmeasured(self) -> tuple[str, ...]:
        """Names of the dimensions that could not be measured at all."""
        return tuple(d.name for d in self.dimensions if d.score is None)

    def to_json(self) -> str:
        """Canonical JSON with scores and rates spelled out; equal qualities give equal text."""
        body = asdict(self)
        for shown, dimension in zip(body["dimensions"], self.dimensions, strict=True):
            shown["score"] = dimension.score
            shown["numerator"], shown["denominator"] = dimension.numerator, dimension.denominator
        return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Quality:
        body = json.loads(text)
        return cls(body["as_of"], body["rows"], tuple(_dimension(d) for d in body["dimensions"]))


@dataclass(frozen=True, slots=True)
class Outside:
    """Measurements that no record shows; each is None until somebody took it.

    ``metadata``: filled of wanted metadata entries · ``protected``: sensitive fields with a treatment ·
    ``agreeing``: equal of compared facts told twice · ``linked``: references that resolve ·
    ``reached``: successful of attempted downloads · ``usable``: files within their validity that open.
    """

    metadata: Share | None = None
    protected: Share | None = None
    agreeing: Share | None = None
    linked: Share | None = None
    reached: Share | None = None
    usable: Share | None = None


def evaluate(
    tally: Tally,
    *,
    total_at_source: int,
    as_of: datetime,
    frequency: str,
    outside: Outside | None = None,
) -> Quality:
    """Quality of the rows behind a tally.

    ``total_at_source`` is how many records the source says it holds, ``frequency`` the promised ISO 8601 interval
    of updates (``P1M``); an empty one, or one that is no period, leaves timeliness against it unmeasured.
    """
    more = outside or Outside()
    dimensions = (
        Dimension("normativity", "规范性", "Normativity", _normativity(tally, more)),
        Dimension("completeness", "完整性", "Completeness", _completeness(tally, total_at_source)),
        Dimension("accuracy", "准确性", "Accuracy", _accuracy(tally)),
        Dimension("consistency", "一致性", "Consistency", _consistency(more)),
        Dimension("timeliness", "时效性", "Timeliness", _timeliness(tally, frequency)),
        Dimension("accessibility", "可访问性", "Accessibility", _accessibility(more)),
    )
    return Quality(as_of.isoformat(), tally.rows_read, dimensions)


def _normativity(tally: Tally, more: Outside) -> tuple[Indicator, ...]:
    return (
        _asked(tally, ("type", "length"), "standard", "数据标准", "Types and lengths as declared"),
        _asked(tally, ("required_when", "range", "order"), "business_rules", "业务规则", "Business rules kept"),
        _asked(tally, ("code",), "reference_data", "权威参考数据", "Codes found in their lists"),
        _told(more.metadata, "metadata", "元数据", "Metadata filled"),
        _told(more.protected, "security", "安全规范", "Sensitive fields treated"),
    )


def _completeness(tally: Tally, total: int) -> tuple[Indicator, ...]:
    records = Share(min(tally.rows_read, total), total)
    return (
        _asked(tally, ("required", "required_when"), "elements", "数据元素完整性", "Required cells filled"),
        _told(records, "records", "数据记录完整性", "Records received of those at the source"),
    )


def _accuracy(tally: Tally) -> tuple[Indicator, ...]:
    unique = Share(tally.keyed - tally.duplicates, tally.keyed)
    clean = Share(tally.filled - min(tally.dirty, tally.filled), tally.filled)
    return (
        _asked(tally, ("check",), "content", "数据内容正确性", "Check digits and grammars right"),
        _asked(tally, ("pattern", "type"), "format", "数据格式合规性", "Formats right"),
        _told(unique, "uniqueness", "数据唯一性", "Keys met once"),
        _told(clean, "clean_cells", "非脏数据率", "Cells that break no rule"),
    )


def _consistency(more: Outside) -> tuple[Indicator, ...]:
    return (
        _told(more.agreeing, "same_data", "相同数据一致性", "Facts told twice agree"),
        _told(more.linked, "linked_data", "关联数据一致性", "References resolve"),
    )


def _timeliness(tally: Tally, frequency: str) -> tuple[Indicator, ...]:
    days = period_days(frequency)
    zh, en = "基于时间点的及时性", "Collected within the promised interval"
    if days is None or days > LAG_DAYS[-1]:
        prompt = Indicator("promptness", zh, en, None, "no interval is promised")
    else:
        within = 1 + next(at for at, bound in enumerate(LAG_DAYS) if bound >= days)
        prompt = _told(Share(sum(tally.lags[:within]), sum(tally.lags)), "promptness", zh, en)
    return (
        prompt,
        _told(Share(tally.ordered, tally.timed), "sequence", "时序性", "Event, collection and update in order"),
    )


def _accessibility(more: Outside) -> tuple[Indicator, ...]:
    return (
        _told(more.reached, "reachable", "可访问", "Downloads that succeed"),
        _told(more.usable, "usable", "可用性", "Files within their promised interval"),
    )


def period_days(frequency: str) -> int | None:
    """Days of an ISO 8601 period at its longest (P3M is 92); parts of a day count as one. None if it is none."""
    found = _PERIOD.fullmatch(frequency)
    if found is None or frequency in {"", "P"}:
        return None
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    whole = years * 366 + (months // 12) * 366 + _MONTHS[months % 12] + weeks * 7 + days
    return max(whole, 1)


def _asked(tally: Tally, kinds: tuple[str, ...], name: str, zh: str, en: str) -> Indicator:
    asked, broken = tally.of_kind(*kinds)
    return _told(Share(asked - broken, asked), name, zh, en)


def _told(share: Share | None, name: str, zh: str, en: str) -> Indicator:
    if share is None:
        return Indicator(name, zh, en, None, "not measured")
    return Indicator(name, zh, en, share, "" if share.of else "nothing to measure")


def _dimension(body: Mapping[str, object]) -> Dimension:
    indicators = body["indicators"]
    assert isinstance(indicators, list)  # noqa: S101 - as written by to_json
    read = (Indicator(**{**i, "share": Share(**i["share"]) if i["share"] else None}) for i in indicators)
    return Dimension(str(body["name"]), str(body["zh"]), str(body["en"]), tuple(read))
