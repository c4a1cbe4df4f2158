"""The risk that records are told apart and known again, measured on their quasi-identifiers.

Terms follow GB/T 42460-2023 (个人信息去标识化效果评估指南) and the literature: k-anonymity (Sweeney 2002), l-diversity
(Machanavajjhala and others 2007), t-closeness (Li and others 2007), the three attackers (El Emam 2013). Which k
suffices is the steward's decision and stands in the declaration; no standard is quoted for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl

from catalog.model import RecordRisk
from desensitise.records.classes import COUNT, Ints, Survey, codes, numbered
from desensitise.records.spread import Cells, closeness, distinct, entropy

BOUNDS = (1, 2, 5, 10, 20, 50)
"""Class sizes at which the report's groups of rows begin."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A sensitive column: the least l of any class, counted and by entropy, and the greatest distance t."""

    name: str
    distinct: int
    entropy: float
    t: float
    ordered: bool


@dataclass(frozen=True, slots=True)
class Risk:
    """What a table gives away. Probabilities are those of naming the right row for somebody who is in it.

    ``prosecutor``: the attacker knows that the person is in the table. ``journalist``: the person is somewhere in the
    population; without one the table itself is taken for it, which can only overstate. ``marketer``: the share of
    rows that an attack on all of them names rightly. ``at_risk``: the share of rows in classes below ``k_wanted``.
    ``sizes`` are rows by the size of their class, from each of ``BOUNDS`` to the next.
    """

    rows: int
    classes: int
    k: int
    k_wanted: int
    average: float
    unique: int
    at_risk: float
    prosecutor: float
    journalist: float
    marketer: float
    sizes: Mapping[str, int]
    attributes: tuple[Attribute, ...] = ()
    population: int = 0

    def to_json(self) -> dict[str, object]:
        """Plain values, shares and probabilities cut to six decimals."""
        body = asdict(self)
        body["attributes"] = [{key: _short(value) for key, value in one.items()} for one in body["attributes"]]
        return {key: _short(value) for key, value in body.items()}


def _short(value: object) -> object:
    return round(value, 6) if isinstance(value, float) else value


def measure(survey: Survey, k_wanted: int = 2, population: Survey | None = None) -> Risk:
    """The risk of a table. ``population`` is a survey of the same quasi-identifiers over all who could be in it."""
    if survey.rows == 0:
        names = dict.fromkeys(_names(), 0)
        return Risk(0, 0, 0, k_wanted, 0.0, 0, 0.0, 0.0, 0.0, 0.0, names)
    count = survey.table[COUNT].to_numpy().astype(np.int64)
    coded = [codes(survey.table[name]) for name in survey.quasi]
    group, groups = numbered([at for at, _ in coded], [len(values) for _, values in coded])
    size = np.bincount(group, weights=count, minlength=groups).astype(np.int64)
    others = size if population is None else _in_population(survey, population, group)
    rows = int(size.sum())
    return Risk(
        rows=rows,
        classes=groups,
        k=int(size.min()),
        k_wanted=k_wanted,
        average=rows / groups,
        unique=int(size[size == 1].sum()),
        at_risk=float(size[size < k_wanted].sum()) / rows,
        prosecutor=1 / int(size.min()),
        journalist=1 / int(others.min()),
        marketer=float((size / others).sum()) / rows,
        sizes=_sizes(size),
        attributes=tuple(_attribute(survey, name, group, groups, count) for name in survey.sensitive),
        population=0 if population is None else population.rows,
    )


def _attribute(survey: Survey, name: str, group: Ints, groups: int, count: Ints) -> Attribute:
    column = survey.table[name]
    at, values = codes(column)
    cells = Cells.of(group, at, count, groups, len(values))
    ordered = is_ordered(column.dtype)
    far = float(closeness(cells, ordered=ordered).max())
    return Attribute(name, int(distinct(cells).min()), float(entropy(cells).min()), far, ordered)


def is_ordered(dtype: pl.DataType) -> bool:
    """Whether values of a type lie in an order that distances follow."""
    return dtype.is_numeric() or dtype.is_temporal()


def _in_population(survey: Survey, population: Survey, group: Ints) -> Ints:
    """How many of the population fall into each class; a class that is missing there counts as itself."""
    keys = list(survey.quasi)
    of = survey.table.select(*keys, pl.Series("group", group), COUNT)
    own = of.group_by([*keys, "group"]).agg(pl.col(COUNT).sum())
    everybody = population.table.group_by(keys).agg(pl.col(COUNT).sum().alias("everybody"))
    joined = own.join(everybody, on=keys, how="left", nulls_equal=True).sort("group")
    others: Ints = joined.select(pl.max_horizontal(pl.col("everybody").fill_null(0), COUNT)).to_series().to_numpy()
    return others


def _names() -> list[str]:
    ends = [str(end - 1) for end in BOUNDS[1:]]
    names = [f"{begin}-{end}" if str(begin) != end else end for begin, end in zip(BOUNDS, ends, strict=False)]
    return [*names, f"{BOUNDS[-1]}+"]


def _sizes(size: Ints) -> dict[str, int]:
    rows = np.bincount(np.searchsorted(BOUNDS, size, side="right") - 1, weights=size, minlength=len(BOUNDS))
    return dict(zip(_names(), rows.astype(int).tolist(), strict=True))


def broken(risk: Risk, promise: RecordRisk) -> Sequence[str]:
    """Which promises a measured table does not keep, in words without values; an empty table keeps all."""
    if risk.rows == 0:
        return ()
    found = [f"k is {risk.k}, declared {promise.k}"] if risk.k < promise.k else []
    for one in risk.attributes:
        have = one.entropy if promise.entropy else float(one.distinct)
        if have < promise.l - SLACK:
            found.append(f"l of {one.name} is {have:.2f}, declared {promise.l}")
        if promise.t is not None and one.t > promise.t + SLACK:
            found.append(f"t of {one.name} is {one.t:.3f}, declared {promise.t}")
    return found


SLACK = 1e-9
"""What binary fractions may take from exact ones."""
