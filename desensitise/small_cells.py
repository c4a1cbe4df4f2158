"""Small cells of finished tables: the simple threshold rule, until disclosure control of tables takes its place.

Counts from 1 to ``threshold - 1`` are withheld together with every rate and sum of their row, because those let the
count be recomputed. Where exactly one row of a group lost a count, a second one is hidden, so that the group's total
(known from elsewhere) does not give the first away. Nought stays: it tells of nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl
import pyarrow as pa

from catalog.errors import DeclarationError
from catalog.model import Kind
from catalog.rows import Raw, Safe
from desensitise.apply import treat
from desensitise.policy import KEY_COLUMN, Policy, Rule

UNITS = "_units"
"""Internal column: how many distinct units stand behind a row; few units are as telling as a small count."""

STATUS = "withheld"
"""A declared boolean column of this name tells readers whether anything in the row was withheld."""


@dataclass(frozen=True, slots=True)
class Protected:
    """A safe table and how many cells of it were withheld."""

    safe: Safe
    withheld: int


def protect(raw: Raw, policy: Policy, threshold: int) -> Protected:
    """The finished table with its small cells withheld. Protected are the columns declared ``withhold_small``."""
    rules = [rule for rule in policy.rules if rule.treatment == "withhold_small"]
    counts = [rule.field for rule in rules if rule.kind is Kind.INTEGER]
    frame = _counted(pl.DataFrame(raw.batch), counts, policy)
    groups = _groups(policy, frame)
    hidden = frame.select(_small(name, frame, threshold).alias(name) for name in counts)
    for name in counts:
        hidden = hidden.with_columns(_second(frame, hidden, name, groups))
    row = hidden.select(any=pl.any_horizontal(counts))["any"] if counts else pl.repeat(False, frame.height, eager=True)
    masks = {rule.field: hidden[rule.field] if rule.field in counts else row for rule in rules}
    shown = frame.with_columns(_without(frame[name], mask) for name, mask in masks.items())
    withheld = sum(int((mask & frame[name].is_not_null()).sum()) for name, mask in masks.items())
    treated = treat(_with_internal(shown, row, policy), _passing(policy))
    return Protected(Safe(treated.safe.batch, policy.digest), withheld)


def _counted(frame: pl.DataFrame, counts: list[str], policy: Policy) -> pl.DataFrame:
    try:
        return frame.with_columns(pl.col(counts).cast(pl.Int64))
    except pl.exceptions.PolarsError as error:
        raise DeclarationError(
            f"{policy.dataset}: counts came missing or as something else than whole numbers: {type(error).__name__}.",
            left="Nothing was released.",
            todo="Compare the product with the declaration.",
        ) from None


def _small(name: str, frame: pl.DataFrame, threshold: int) -> pl.Expr:
    """A count is small when it is, or when few units stand behind its row; missing counts are not there to hide."""
    small = pl.col(name).is_between(1, threshold - 1)
    if UNITS in frame.columns:
        small |= (pl.col(name) > 0) & pl.col(UNITS).is_between(0, threshold - 1)
    return small.fill_null(value=False)


def _groups(policy: Policy, frame: pl.DataFrame) -> list[str]:
    """The table's dimensions but the first one (with the names that belong to it): rows of a group add up."""
    dimensions = [
        rule.field for rule in policy.rules if rule.treatment != "withhold_small" and rule.field in frame.columns
    ]
    first = dimensions[0].removesuffix("_code") if dimensions else ""
    return [name for name in dimensions if not name.startswith(first)]


def _second(frame: pl.DataFrame, hidden: pl.DataFrame, name: str, groups: list[str]) -> pl.Series:
    """``hidden[name]`` with the smallest further count of each group that has exactly one hidden."""
    if not groups:
        groups = ["_all"]
        frame = frame.with_columns(_all=pl.lit(0))
    rows = frame.select(*groups, value=pl.col(name)).with_columns(hidden=hidden[name])
    alone = pl.col("hidden").sum().over(groups) == 1
    spare = ~pl.col("hidden") & (pl.col("value") > 0).fill_null(value=False)
    rows = rows.with_columns(alone=alone, spare=spare).with_columns(
        rank=pl.when(pl.col("spare")).then(pl.col("value").rank("ordinal").over([*groups, "spare"])),
    )
    return rows.select((pl.col("hidden") | (pl.col("alone") & pl.col("spare") & (pl.col("rank") == 1))).alias(name))[
        name
    ]


def _without(column: pl.Series, mask: pl.Series) -> pl.Series:
    rows = pl.DataFrame({"value": column, "mask": mask})
    return rows.select(pl.when(~pl.col("mask")).then(pl.col("value")).alias(column.name))[column.name]


def _with_internal(frame: pl.DataFrame, row: pl.Series, policy: Policy) -> Raw:
    """The frame with its status column and a key per row, without what only this module needed."""
    dimensions = [
        rule.field for rule in policy.rules if rule.treatment != "withhold_small" and rule.field in frame.columns
    ]
    if any(rule.field == STATUS for rule in policy.rules):
        frame = frame.with_columns(row.alias(STATUS))
    if KEY_COLUMN not in frame.columns:
        parts = [pl.col(name).cast(pl.String).fill_null("") for name in dimensions]
        frame = frame.with_columns(pl.concat_str(parts, separator="|").alias(KEY_COLUMN))
    table = frame.drop(UNITS, strict=False).to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks()
    batches = table.to_batches() or [pa.RecordBatch.from_pylist([], schema=table.schema)]
    return Raw(batches[0])


def _passing(policy: Policy) -> Policy:
    def passed(rule: Rule) -> Rule:
        return replace(rule, treatment="keep", trader="") if rule.treatment == "withhold_small" else rule

    return replace(policy, rules=tuple(passed(rule) for rule in policy.rules))
