"""What is asked of a protected table: its dimensions, measures, rules and how it is to be protected.

Everything here is frozen data. ``spec_reading`` builds it from TOML; ``docs/disclosure.md`` explains every key with
its source. Terms follow the handbook of Hundepool et al., *Statistical Disclosure Control* (2012), chapter 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

IN, OUT = "in", "out"
"""The codes of a selection: records that meet all its conditions, and the others."""


class MeasureKind(StrEnum):
    """What a measure's cells add up."""

    COUNT = "count"
    """Whole numbers of events; a cell is the sum over its records."""
    VALUE = "value"
    """Amounts; a cell is the sum over its records."""
    UNITS = "units"
    """Distinct contributors with something other than nought; not additive over cells that share contributors."""


class HierarchyKind(StrEnum):
    """How the codes of a dimension group into coarser ones."""

    FLAT = "flat"
    PREFIX = "prefix"
    PERIOD = "period"
    COLUMNS = "columns"
    PARENTS = "parents"


class Method(StrEnum):
    """How sensitive cells are protected."""

    SUPPRESS = "suppress"
    CELL_KEY = "cell-key"
    ROUND = "round"
    PRIVATE = "private"


class Search(StrEnum):
    """How secondary suppressions are sought; ``auto`` is exact for small tables."""

    AUTO = "auto"
    EXACT = "exact"
    MODULAR = "modular"


class Cost(StrEnum):
    """What a secondary suppression costs."""

    VALUE = "value"
    CELLS = "cells"
    CONTRIBUTORS = "contributors"


@dataclass(frozen=True, slots=True)
class Condition:
    """Records whose ``column`` is one of ``codes``, none of ``without``, at ``least`` so much, ``below`` so much."""

    column: str
    codes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    least: float | None = None
    below: float | None = None


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension and its hierarchy.

    ``columns`` are its source columns, coarse to fine; only hierarchies of kind ``columns`` have several.
    ``widths`` are the lengths of prefixes, coarse to fine (GB/T 2260: 2, 4, 6); ``pad`` fills shorter codes up.
    ``parents`` maps a code to its parent. ``total`` is the code of the whole. ``where``: the selection that the
    dimension stands for, whose codes say whether a record is ``IN`` it or ``OUT``; such a dimension is not told.
    """

    name: str
    columns: tuple[str, ...]
    kind: HierarchyKind = HierarchyKind.FLAT
    total: str = "_T"
    widths: tuple[int, ...] = ()
    pad: str = ""
    parents: Mapping[str, str] = field(default_factory=dict)
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """When a cell is sensitive. Nought switches a rule off.

    ``threshold``: fewest contributors of a safe cell. ``dominance``: (n, k) pairs, sensitive when the n largest
    contribute more than k per cent. ``p``: sensitive when the second largest can estimate the largest to within p per
    cent. ``pq``: the same with prior knowledge to within q per cent. ``range``: protection of cells below the
    threshold, as per cent of their value. ``zeros_safe``: whether a nought that has contributors may be told.
    """

    threshold: int = 3
    dominance: tuple[tuple[int, float], ...] = ()
    p: float = 0.0
    pq: tuple[float, float] | None = None
    range: float = 15.0
    zeros_safe: bool = True


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is counted or added up per cell. ``decimals`` make amounts whole numbers of their last digit.

    Amounts are told in multiples of ``unit`` last digits, with ``shown`` decimals (fen in 10 000 yuan: 1000000 and 2).
    """

    name: str
    column: str
    kind: MeasureKind
    rules: Rules
    decimals: int = 0
    signed: bool = False
    unit: int = 1
    shown: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """A published ratio of two measures, in per cent with ``decimals``; told only where both of its parts are."""

    name: str
    numerator: str
    denominator: str
    decimals: int = 1


@dataclass(frozen=True, slots=True)
class Change:
    """A published difference of two rates of one cell, in percentage points; told only where both rates are."""

    name: str
    after: str
    before: str


@dataclass(frozen=True, slots=True)
class Relation:
    """What everybody knows of measures of one cell: ``parts`` add up to ``total`` or leave a rest."""

    total: str
    parts: tuple[str, ...]
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Attacker:
    """What an outsider knows beforehand of every cell: its value within these shares of it.

    ``below`` of 1 means nothing but that it is not negative; ``above`` of None means no upper bound. ``insiders``:
    whether a cell's only contributor must not be able to learn another sensitive cell exactly.
    """

    below: float = 1.0
    above: float | None = None
    insiders: bool = True


@dataclass(frozen=True, slots=True)
class CellKey:
    """Parameters of cell-key perturbation: largest deviation ``d``, its variance, and counts never made (``js``).

    ``record`` is the column that names a record; without it, contributor and finest codes do.
    """

    d: int = 5
    variance: float = 3.0
    js: int = 2
    record: str = ""


@dataclass(frozen=True, slots=True)
class Privacy:
    """Differential privacy: what each release spends (``epsilon``) of whose ``budget`` (an agreement's, over all time).

    ``most``: what one contributor may count for over the whole table, in a measure's whole units.
    """

    epsilon: float = 0.0
    most: int = 1
    budget: float = 0.0
    agreement: str = ""


@dataclass(frozen=True, slots=True)
class Only:
    """What a table is cut down to: of this dimension, only these codes and what they consist of are published."""

    dimension: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dear:
    """Figures that readers need most: hiding one at these codes costs so many ``times`` as much (below 1, less)."""

    dimension: str
    codes: tuple[str, ...]
    times: float


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table, or several linked ones: ``tables`` name the sets of dimensions that are crossed and published.

    ``source`` names the records that tables are made of: all releases of one source are protected together. ``keep``
    are columns that other tables of the source cross and this one does not.
    """

    name: str
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    contributor: str
    owner: str = ""
    weight: str = ""
    waiver: str = ""
    unknown_is_one: bool = False
    tables: tuple[tuple[str, ...], ...] = ()
    rates: tuple[Rate, ...] = ()
    changes: tuple[Change, ...] = ()
    relations: tuple[Relation, ...] = ()
    attacker: Attacker = Attacker()
    method: Method = Method.SUPPRESS
    search: Search = Search.AUTO
    cost: Cost = Cost.VALUE
    base: int = 5
    cell_key: CellKey = CellKey()
    privacy: Privacy = Privacy()
    source: str = ""
    keep: tuple[str, ...] = ()
    only: tuple[Only, ...] = ()
    dear: tuple[Dear, ...] = ()

    @property
    def crossed(self) -> tuple[tuple[str, ...], ...]:
        """The sets of dimensions that are crossed; all of them when none are named."""
        return self.tables or (tuple(d.name for d in self.dimensions),)

    @property
    def top(self) -> int:
        """How many of the largest contributions the rules look at."""
        return max([2, *(n for measure in self.measures for n, _ in measure.rules.dominance)])
