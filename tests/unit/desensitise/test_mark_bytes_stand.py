"""Copies that left the house are made anew from the registry: what given keys mark never changes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from desensitise.mark import Channel, MasterKeys, Profile, embed
from desensitise.mark.embed import WINDOW
from tests.mark_world import TRACE, Entries, keys

COUNT = WINDOW + 300
SPREAD = [n * 2_654_435_761 % 2**32 for n in range(COUNT)]
FIRST = date(2024, 1, 1)


def but_some(values):
    """The values with nothing in every fiftieth place."""
    return [None if place % 50 == 7 else value for place, value in enumerate(values)]


ROWS = pa.RecordBatch.from_pydict(
    {
        "uscc": pa.array([f"91370100MA{n % 10**8:08d}" for n in SPREAD]),
        "product": pa.array(but_some("产品" * (n % 4) for n in SPREAD)),
        "batch": pa.array([f"B{n % 977}" for n in SPREAD]).dictionary_encode(),
        "event": pa.array(but_some(FIRST + timedelta(n % 700) for n in SPREAD)),
        "standards": pa.array(but_some([f"GB {k}" for k in range(n % 8)] for n in SPREAD), pa.list_(pa.string())),
        "made_on": pa.array([str(FIRST + timedelta(n % 90)) for n in SPREAD]),
        "quantity": pa.array(but_some(n % 5000 for n in SPREAD), pa.int64()),
        "price": pa.array(but_some(Decimal(n % 10**6) / 100 for n in SPREAD), pa.decimal128(18, 2)),
    }
)
EVERY = replace(TRACE, channels=(*TRACE.channels, Channel("price", "precision", 2)))
COUNTS = Profile("counts", (Channel("quantity", "additive", 3, floor=2),), identity=("uscc",), keyed_by_identity=True)
PICKED = Profile(
    "picked",
    (Channel("standards", "exemplar"), Channel("event", "precision", coarse="month")),
    "uri",
    binding="download",
)


@pytest.mark.parametrize(
    ("profile", "service", "digest"),
    [
        (EVERY, MasterKeys(b"m" * 32), "6842c75e8798e2f64313b6803c8e699dfa217a326480898c6c8e54a6aa2b6344"),
        (
            EVERY,
            MasterKeys(b"m" * 32, "sm3", "sm4"),
            "9bcdd0773dd8652048b2df2e46f5880c364ef44df2cef1d3f3aa13f3ee24eae1",
        ),
        (COUNTS, MasterKeys(b"m" * 32), "35930e018599fab2289ee61c2c9af665fdf94e2e83c1891c0add47a173a08192"),
        (PICKED, MasterKeys(b"m" * 32), "576afd26096267375b24c444da92d4dcb290ddbd57b8b95e908131952a1f1fcf"),
    ],
)
def test_given_keys_mark_as_they_always_did(profile, service, digest):
    told = hashlib.sha256()
    for batch in embed([ROWS], profile, keys(7, service=service), Entries()):
        for name, values in batch.to_pydict().items():
            told.update(repr((name, values)).encode())
    assert told.hexdigest() == digest
