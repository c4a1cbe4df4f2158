"""Cell-key perturbation of counts: small noise that is the same for the same cell in every table and release.

A cell's key is the sum of its records' keys modulo 2**32, so equal sets of records have equal keys wherever they are
counted. Key and count look the noise up in a p-table (Thompson, Broadfoot and Elazar 2013; Giessing and Tent 2019).
Perturbed tables do not add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from desensitise.disclosure.perturb.keys import SPAN, record_keys
from desensitise.disclosure.perturb.ptable import PTable
from desensitise.disclosure.table import Floats

KEY = "_record_key"


def with_record_keys(records: pl.DataFrame, identifier: str, secret: bytes) -> pl.DataFrame:
    """The records with their secret keys; the same identifier has the same key in every table."""
    return records.with_columns(pl.Series(KEY, record_keys(records[identifier], secret)))


def tables_of(
    batches: Iterable[pl.DataFrame], tables: Sequence[Sequence[str]], identifier: str, secret: bytes, noise: PTable
) -> list[pl.DataFrame]:
    """Perturbed tables of counts over some columns each, from batches of records in one pass.

    Records are added up to the finest cells of all tables as they come; every table is made of those.
    """
    columns = list(dict.fromkeys(name for table in tables for name in table))
    finest = _added([_summed(with_record_keys(batch, identifier, secret), columns) for batch in batches], columns)
    return [_noisy(_added([finest], list(table)), list(table), noise) for table in tables]


def counted(records: pl.DataFrame, by: Sequence[str], table: PTable) -> pl.DataFrame:
    """A perturbed table of counts: the columns ``by`` and ``count``. ``records`` carry their keys."""
    return _noisy(_summed(records, by), list(by), table)


def perturbation(counts: npt.NDArray[np.generic], keys: Floats, table: PTable) -> npt.NDArray[np.int64]:
    """The noise of each cell; ``keys`` lie from 0 to below 1. A count of nought has none."""
    row = np.minimum(counts.astype(np.int64), len(table.noise) - 1)
    found = np.zeros(len(row), dtype=np.int64)
    for at in np.unique(row).tolist():
        mine = row == at
        place = np.searchsorted(np.array(table.shares[at]), keys[mine], side="right")
        found[mine] = np.array(table.noise[at])[np.minimum(place, len(table.noise[at]) - 1)]
    return found


def _summed(keyed: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    return keyed.group_by(by).agg(count=pl.len().cast(pl.Int64), key=pl.col(KEY).sum() % SPAN)


def _added(parts: Sequence[pl.DataFrame], by: list[str]) -> pl.DataFrame:
    return pl.concat(parts).group_by(by).agg(pl.col("count").sum(), pl.col("key").sum() % SPAN)


def _noisy(cells: pl.DataFrame, by: list[str], table: PTable) -> pl.DataFrame:
    cells = cells.sort(by)
    noise = perturbation(cells["count"].to_numpy(), cells["key"].to_numpy() / SPAN, table)
    return cells.select(*by, (pl.col("count") + pl.Series(noise)).alias("count"))
