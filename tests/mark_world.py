"""Invented trace records and aggregates, grants and copies: what the tests and the benchmark of marks share."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa

from desensitise.mark.embed import embed
from desensitise.mark.keys import Copy, CopyKeys, MasterKeys, keys_of
from desensitise.mark.profile import Channel, Profile
from desensitise.mark.verdict import Candidate, Original

MASTER = MasterKeys(b"m" * 32)
ADDRESS = "https://hub.example.org/r/"
IDENTITY = ("uscc", "product", "batch", "event")
LISTS = Channel("standards", "list")
TRACE = Profile(
    "regulators",
    (LISTS, Channel("made_on", "precision", coarse="month"), Channel("quantity", "rounding", 5)),
    "record_uri",
    ADDRESS,
    order=True,
    identity=IDENTITY,
)
PUBLIC = Profile("public", (LISTS,), "record_uri", ADDRESS, order=True, identity=IDENTITY)
ROUNDED = Profile("rounded", (Channel("quantity", "rounding", 5),), identity=IDENTITY)
CELLS = Profile(
    "cells", (Channel("count", "additive", 4, floor=1),), identity=("region", "kind"), keyed_by_identity=True
)


@dataclass
class Entries:
    """A registry that remembers."""

    found: list[tuple[CopyKeys, Profile]] = field(default_factory=list)

    def enter(self, keys: CopyKeys, profile: Profile) -> None:
        self.found.append((keys, profile))


def trace(rows: int, seed: int = 1) -> pa.RecordBatch:
    """Invented trace records: who made which batch when, to which standards, how many."""
    draw = np.random.default_rng(seed)
    firms, kinds = draw.integers(0, max(rows // 40, 3), rows), draw.integers(0, 60, rows)
    days = np.datetime64("2024-01-01") + draw.integers(0, 700, rows)
    made = days - draw.integers(1, 90, rows)
    lengths = draw.choice([1, 2, 3, 4, 5], rows, p=[0.25, 0.3, 0.25, 0.15, 0.05])
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    within = np.arange(ends[-1]) - np.repeat(ends[:-1], lengths)
    standard = (np.repeat(draw.integers(0, 200, rows), lengths) * 7 + within * 31) % 900
    standards = [f"GB {1000 + n}-2019" for n in range(900)]
    return pa.RecordBatch.from_pydict(
        {
            "uscc": pa.array([f"91370100MA{n:08d}" for n in firms]),
            "product": pa.array([f"产品{n:02d}" for n in kinds]),
            "batch": pa.array([f"B{n:08d}" for n in draw.integers(0, 10**8, rows)]),
            "event": pa.array(np.datetime_as_string(days)),
            "region": pa.array([f"37{n:02d}00" for n in firms % 17]),
            "standards": pa.ListArray.from_arrays(pa.array(ends), pa.array(standards).take(pa.array(standard))),
            "made_on": pa.array(np.datetime_as_string(made)),
            "quantity": pa.array(draw.integers(0, 5000, rows)),
        }
    )


def cells(rows: int = 2000, seed: int = 1) -> pa.RecordBatch:
    """An invented aggregate whose counts disclosure control has perturbed already."""
    draw = np.random.default_rng(seed)
    return pa.RecordBatch.from_pydict(
        {
            "region": pa.array([f"37{n % 50:02d}00" for n in range(rows)]),
            "kind": pa.array([f"产品{n // 50:02d}" for n in range(rows)]),
            "count": pa.array(draw.integers(10, 400, rows)),
        }
    )


def keys(grant: int, number: int = 0, dataset: str = "trace", service: MasterKeys = MASTER) -> CopyKeys:
    """Keys of a grant's download; grant 7 has download 7 unless told otherwise."""
    return keys_of(service, Copy(dataset, 1, f"g{grant}", f"agency {grant}", number or grant))


def copy(
    rows: pa.RecordBatch, profile: Profile, grant: int, number: int = 0, service: MasterKeys = MASTER
) -> pl.DataFrame:
    """The copy that a grant receives."""
    made = embed([rows], profile, keys(grant, number, service=service), Entries())
    shown = pl.from_arrow(pa.Table.from_batches(made))
    assert isinstance(shown, pl.DataFrame)
    return shown


def candidates(count: int, dataset: str = "trace") -> list[Candidate]:
    """Grants 1 to ``count`` with one download each."""
    return [Candidate.of(keys(n, dataset=dataset)) for n in range(1, count + 1)]


def original(rows: pa.RecordBatch, profile: Profile, dataset: str = "trace", service: MasterKeys = MASTER) -> Original:
    """The dataset as it is before marks."""
    return Original(dataset, 1, pa.Table.from_batches([rows]), profile, service.family(dataset))


def joined(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists as one text each, as files without lists show them."""
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    return frame.with_columns(pl.col(lists).list.join(";"))
