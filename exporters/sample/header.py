"""The header that every record carries (H01-H14): keys, times of change, states, corrections, digest."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import polars as pl

from exporters.sample import codes, draw
from exporters.sample.shape import Shape, texts
from exporters.sample.world import World

START = np.datetime64("2025-10-01T00:00:00", "us")
YEAR = 365 * 86_400_000_000
"""Length in microseconds of the year over which the sample's changes are spread, from ``START`` on."""

_BULK_EVERY, _BULK = 20_000, 500
_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Stamps:
    """Local times of records: when the event happened, when it was collected, when the record last changed."""

    event: draw.Times
    collected: draw.Times
    updated: draw.Times


def stamps(first: int, n: int, total: int, rng: draw.Rng) -> Stamps:
    """Times of rows ``first`` … of ``total``, spread over the year.

    Now and then four rows share one time, and once in 20,000 rows five hundred do, as after a bulk import: reading by
    time alone then loses or repeats rows.
    """
    number = first + np.arange(n, dtype=np.int64)
    tied = ((number // 4) * 2_654_435_761 >> 13) % 5 == 0
    number = np.where(tied, number // 4 * 4, number)
    if total > _BULK_EVERY:
        number = np.where(number % _BULK_EVERY < _BULK, number // _BULK_EVERY * _BULK_EVERY, number)
    base = START + (number * (YEAR // total) + number * 7_919 % 1_000_000).astype("timedelta64[us]")
    return _around(base, rng)


def following(after: np.datetime64, n: int, rng: draw.Rng) -> Stamps:
    """Times of ``n`` later rows on the day after ``after``, several at each time."""
    step = (np.arange(n, dtype=np.int64) // 3) * (_DAY // (n + 1)) + 1
    return _around(after + step.astype("timedelta64[us]"), rng)


def _around(base: draw.Times, rng: draw.Rng) -> Stamps:
    collected = draw.before(base.astype("datetime64[s]").astype("datetime64[us]"), rng, 1, 2_000)
    return Stamps(draw.before(collected, rng, 5, 7_000), collected, base)


def corrected(n: int, rng: draw.Rng) -> draw.Ints:
    """Positions of rows that correct the row before them: about one per cent, never two side by side."""
    count = max(2, n // 100) if n >= 40 else 0
    return np.sort(rng.choice(np.arange(1, n, 2), count, replace=False)) if count else np.zeros(0, dtype=np.int64)


def keys(prefix: str, numbers: draw.Ints) -> pl.Series:
    """Record identifiers of a table's running numbers."""
    return draw.glue(prefix + "37-", codes.number(numbers, 10))


def attach(world: World, table: Shape, body: pl.DataFrame, times: Stamps, rng: draw.Rng) -> pl.DataFrame:
    """Body with the header but keys, states and digest; ``_place`` of the body names the bureau."""
    n = body.height
    place = body["_place"].to_numpy()
    ceiling = (97, 2, 1) if table.standard.no in {"1.1", "1.2", "2.2", "2.6", "2.7"} else (0, 95, 5)
    return body.drop("_place").with_columns(
        pl.lit(table.standard.no).alias("standard_no"),
        pl.lit(table.standard.version).alias("standard_version"),
        draw.choose(rng, ("省局监管平台", "市局业务系统", "历史数据迁移"), n, (70, 25, 5)).alias("source_system"),
        world.of_places("bureau_uscc", place).alias("source_org_uscc"),
        world.of_places("code", place).alias("source_region_code"),
        pl.Series("event_time", times.event),
        pl.Series("collected_at", times.collected),
        pl.Series("updated_at", times.updated),
        draw.choose(rng, ("1", "2", "3"), n, ceiling).alias("openness"),
        draw.only(draw.chance(rng, 0.01, n), draw.constant('["DATE_UNPARSED"]', n)).alias("quality_flags"),
    )


def states(frame: pl.DataFrame, fixes: draw.Ints, rng: draw.Rng) -> pl.DataFrame:
    """With record states: one per cent each withdrawn and cancelled, and corrections that name what they supersede."""
    n = frame.height
    status = draw.weighted(rng, (98, 0, 1, 1), n)
    status[fixes] = 1
    status[np.maximum(fixes - 1, 0)] = 0
    is_fix = np.zeros(n, dtype=np.bool_)
    is_fix[fixes] = True
    before = frame["record_id"].shift(1)
    return frame.with_columns(
        draw.coded(status, ("1", "2", "3", "4")).alias("record_status"), draw.only(is_fix, before).alias("supersedes")
    )


def touched(times: Stamps, fixes: draw.Ints, rng: draw.Rng) -> Stamps:
    """The times with four per cent of the records changed again, up to thirty days later but within the year."""
    n = len(times.updated)
    again = draw.chance(rng, 0.04, n)
    again[fixes] = False
    again[np.maximum(fixes - 1, 0)] = False
    later = times.updated + rng.integers(1, 30 * _DAY, n).astype("timedelta64[us]")
    end = START + np.timedelta64(YEAR - 1, "us")
    return Stamps(times.event, times.collected, np.where(again, np.minimum(later, end), times.updated))


def digested(frame: pl.DataFrame, table: Shape) -> pl.DataFrame:
    """With H14: SHA-256 of all other columns as text in the table's order, one a line (missing: empty line)."""
    others = [text for column, text in zip(table.columns, texts(table), strict=True) if column.name != "record_hash"]
    lines = frame.select(pl.concat_str([text.fill_null("") for text in others], separator="\n")).to_series()
    return frame.with_columns(pl.Series("record_hash", [sha256(line.encode()).hexdigest() for line in lines]))
