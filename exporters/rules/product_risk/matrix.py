"""Risk of one hazard: severity and probability through the matrix, with a sensitivity run (DOMAIN 4.1; S1 风险矩阵法).

The sensitivity run moves severity by one and probability by ten; where a neighbour is higher, the higher level is told
and ``sensitive`` set.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec
import polars as pl

from catalog.codes import code_list
from catalog.errors import DeclarationError
from catalog.typed import from_toml

RANKS = {"S": 4, "H": 3, "M": 2, "L": 1}
_WORDS = {rank: level for level, rank in RANKS.items()}


class _Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    over: float
    cells: tuple[str, str, str, str]


class Matrix(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The steps of probability with their limits and cells, and the levels that are not tolerable."""

    version: str
    intolerable: tuple[str, ...]
    step: tuple[_Step, ...]


@cache
def matrix() -> Matrix:
    """The shipped matrix."""
    return parse_matrix((files("exporters") / "rules" / "product_risk" / "matrix.toml").read_text(encoding="utf-8"))


def parse_matrix(text: str) -> Matrix:
    """A matrix from its TOML. DeclarationError for limits out of order, unknown or missing steps and unknown levels."""
    try:
        read = from_toml(text, Matrix)
    except (msgspec.DecodeError, ValueError) as error:
        raise DeclarationError(
            f"The text is no risk matrix: {type(error).__name__}.", todo="Compare it with matrix.toml."
        ) from None
    limits = [step.over for step in read.step]
    wrong = {
        "steps must be those of the standard, each once": {step.code for step in read.step}
        != set(code_list("probability").codes) or len(limits) != len(code_list("probability").codes),
        "limits must fall from below one to nought": not limits or limits != sorted(set(limits), reverse=True)
        or limits[0] >= 1 or limits[-1] != 0,
        "cells and intolerable levels must be S, H, M or L": not {*read.intolerable}.union(
            *(step.cells for step in read.step)
        ) <= set(RANKS),
    }  # fmt: skip
    if said := [what for what, is_so in wrong.items() if is_so]:
        raise DeclarationError(f"The risk matrix {read.version} is not sound: {'; '.join(said)}.", todo="Mend it.")
    return read


@cache
def cells() -> pl.DataFrame:
    """Every cell: probability, severity -> level, ``highest`` of the sensitivity run, ``sensitive``, ``tolerable``.

    Of a step's own probability nobody knows more than the step: ten times as probable is the step above it.
    """
    return _neighbours().filter(pl.col("tenfold") == pl.col("_above")).drop("tenfold", "_above")


@cache
def _neighbours() -> pl.DataFrame:
    """``cells`` for every step that ten times the probability may lie in."""
    steps = matrix().step
    grid = [[RANKS[cell] for cell in step.cells] for step in steps]
    rows = []
    for row, step in enumerate(steps):
        # I is all above one half and has nothing above it.
        above = steps[max(row - 1, 0)].code
        for up in range(row + 1):
            for column, own in enumerate(grid[row]):
                top = max(own, grid[up][column], *grid[row][max(column - 1, 0) : column + 2])
                told = _WORDS[top]
                rows.append(
                    (step.code, str(column + 1), steps[up].code, above,
                     _WORDS[own], told, top > own, told not in matrix().intolerable)
                )  # fmt: skip
    names = ("probability", "severity", "tenfold", "_above", "level", "highest", "sensitive", "tolerable")
    return pl.DataFrame(rows, schema=list(names), orient="row")


def probability_of(steps: pl.Expr, times: int = 1) -> pl.Expr:
    """Step of the matrix for texts like ``1;1/50;0.1``: ``times`` the product of the steps' probabilities.

    Null where a step is no number between nought and one. Products are rounded to twelve digits, so that 0.1 × 0.1 does
    not exceed 1/100.
    """
    parts = pl.element().str.strip_chars().str.split("/")
    number = parts.list.get(0).cast(pl.Float64, strict=False)
    below = parts.list.get(1, null_on_oob=True)
    share = pl.when(below.is_null()).then(number).otherwise(number / below.cast(pl.Float64, strict=False))
    shares = steps.str.split(";").list.eval(pl.when((share >= 0) & (share <= 1)).then(share))
    sound = shares.list.len() == shares.list.drop_nulls().list.len()
    product = pl.when(sound & (shares.list.len() > 0)).then(
        (shares.list.eval(pl.element().log()).list.sum().exp() * times).round_sig_figs(12)
    )
    answer = pl.lit(None, pl.String)
    for step in reversed(matrix().step):
        answer = pl.when(product > step.over).then(pl.lit(step.code)).otherwise(answer)
    return pl.when(product == 0).then(pl.lit(matrix().step[-1].code)).otherwise(answer)


def assessed(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with ``probability`` and ``severity`` joined to their cell; null where either is missing or unknown.

    Where ``tenfold`` tells the step of ten times the probability, the sensitivity run takes that one.
    A ``risk_level`` that stands beside them and differs from the matrix is flagged: the matrix counts.
    """
    above = dict(_neighbours().select("probability", "_above").unique().iter_rows())
    step = pl.col("probability").replace_strict(above, default=None, return_dtype=pl.String)
    known = [pl.col("tenfold")] if "tenfold" in rows.columns else []
    asked = rows.with_columns(pl.coalesce(*known, step).alias("tenfold"))
    keys = ["probability", "severity", "tenfold"]
    joined = asked.join(_neighbours().drop("_above"), on=keys, how="left", maintain_order="left", suffix="_cell")
    joined = joined.drop("tenfold")
    if "risk_level" not in rows.columns:
        return joined
    differs = (pl.col("risk_level") != pl.col("level")).fill_null(value=False)
    flag = pl.when(differs).then(pl.lit("CONTRADICTS:risk_level,matrix"))
    kept = pl.when(pl.col("flags") != "").then("flags")
    return joined.with_columns(pl.concat_str([kept, flag], separator=";", ignore_nulls=True).alias("flags"))
