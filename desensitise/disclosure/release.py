"""A dataset's aggregate on its way to release: protected by the specification in its declaration, shaped as declared.

Rows are all cells of the declared tables, totals among them (``_T``, or the code of the area that holds all). A column
named ``withheld`` tells whether anything in a row is hidden. Fails closed: an aggregate without a specification is not
released.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import pyarrow as pa

from catalog.codes import region_name
from catalog.errors import DeclarationError
from catalog.model import Dataset
from catalog.rows import Raw, Safe
from catalog.standards.reading import Table
from desensitise.apply import treat
from desensitise.disclosure.history import Edition, Past
from desensitise.disclosure.history.edition import pseudonymous
from desensitise.disclosure.protect import protect
from desensitise.disclosure.remembered import noise_asked, remembered
from desensitise.disclosure.result import Protected
from desensitise.disclosure.search import Step, quiet
from desensitise.disclosure.spec import TableSpec
from desensitise.disclosure.spec_reading import read_spec
from desensitise.disclosure.sums import sums_of
from desensitise.policy import KEY_COLUMN, Policy, Rule

STATUS = "withheld"
WHOLE = "_T"
WHOLE_NAME = "合计"


Finish = Callable[[pl.DataFrame, Dataset], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Released:
    """A safe table, and what it was made from; ``protected`` stays inside."""

    safe: Safe
    protected: Protected

    @property
    def edition(self) -> Edition:
        """What it told, for later releases of the source to be protected against."""
        return remembered(self.protected)

    @property
    def withheld(self) -> int:
        """Figures withheld."""
        return self.protected.withheld


def spec_of(dataset: Dataset, threshold: int = 0) -> TableSpec:
    """The specification of a dataset's declaration; no rule asks for fewer contributors than ``threshold``."""
    if not dataset.disclosure:
        raise DeclarationError(
            f"Dataset {dataset.id} publishes aggregates and does not say how they are protected.",
            left="Nothing was released.",
            todo="Add [disclosure] to the declaration; docs/disclosure.md shows how.",
        )
    spec = read_spec(Table(_thawed(dataset.disclosure), f"{dataset.id}.toml", "[disclosure]"))
    measures = tuple(
        replace(one, rules=replace(one.rules, threshold=max(threshold, one.rules.threshold))) for one in spec.measures
    )
    return replace(spec, measures=measures)


def source_of(dataset: Dataset) -> str:
    """The records that the dataset's tables are made of, as its declaration calls them."""
    spec = spec_of(dataset)
    return spec.source or spec.name


def asked_of(dataset: Dataset, threshold: int) -> str:
    """A digest of the noise that the dataset asks for; empty where it asks for none."""
    return noise_asked(spec_of(dataset, threshold))


def sums_behind(raw: Raw, dataset: Dataset, past: Past) -> pl.DataFrame:
    """The sums that the dataset's table is made of, as its editions keep them."""
    spec = spec_of(dataset)
    sums, key = sums_of(raw.batch, spec), past.key(spec.source or spec.name)
    return pseudonymous(sums, key) if key else sums


def release_table(
    raw: Raw,
    dataset: Dataset,
    policy: Policy,
    threshold: int,
    *,
    past: Past | None = None,
    step: Step = quiet,
    finish: Finish | None = None,
) -> Released:
    """The dataset's rows from sums by contributor; errors of ``protect`` stop the release.

    ``finish`` sees the protected table only, so what it adds tells nothing that the table does not.
    """
    spec = spec_of(dataset, threshold)
    protected = protect(raw.batch, spec, past=past, step=step)
    frame = _named(protected.table, spec, dataset)
    frame = frame if finish is None else finish(frame, dataset)
    hidden = pl.any_horizontal(pl.col(f"{one.name}_obs_status") == "Q" for one in spec.measures)
    frame = frame.with_columns(hidden.alias(STATUS)).with_columns(
        pl.concat_str((pl.col(one.name) for one in spec.dimensions if not one.where), separator="|").alias(KEY_COLUMN)
    )
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks()
    batches = table.to_batches() or [pa.RecordBatch.from_pylist([], schema=table.schema)]
    treated = treat(Raw(batches[0]), _passing(policy))
    return Released(Safe(treated.safe.batch, policy.digest), protected)


def _named(table: pl.DataFrame, spec: TableSpec, dataset: Dataset) -> pl.DataFrame:
    """Names beside the codes of areas, where the dataset declares a column for them."""
    wanted = {column.field.name for column in dataset.columns}
    for one in spec.dimensions:
        name = f"{one.name.removesuffix('_code')}_name"
        if name in wanted and name not in table.columns:
            codes = table[one.name].unique().to_list()
            names = [WHOLE_NAME if code == WHOLE else region_name(code) for code in codes]
            pairs = pl.DataFrame({one.name: codes, name: names}, schema={one.name: pl.String, name: pl.String})
            table = table.join(pairs, on=one.name, how="left", maintain_order="left")
    return table


def _thawed(body: Mapping[str, object]) -> dict[str, Any]:
    return dict(body)


def _passing(policy: Policy) -> Policy:
    """The policy for figures that are protected already."""

    def passed(rule: Rule) -> Rule:
        return replace(rule, treatment="keep", trader="") if rule.treatment == "withhold_small" else rule

    return replace(policy, rules=tuple(passed(rule) for rule in policy.rules))
