"""The digest of facts: the same however rows come in batches and copies order them, another one for other facts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import ProofError
from desensitise.mark import Profile, token
from desensitise.mark.facts import FactsDigest, facts_digest

PLAIN = Profile("plain")
TOKENS = Profile("tokens", token="record_uri")
CELLS = st.none() | st.text("ab\x1b\x1e0", max_size=3)
LISTS = st.none() | st.lists(st.text("ab\x1b\x1e0", max_size=2), max_size=3)
ROWS = st.lists(st.tuples(CELLS, LISTS), min_size=1, max_size=8)


def batch(rows):
    texts, lists = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays(
        [pa.array(texts, pa.string()), pa.array(lists, pa.list_(pa.string()))], names=["text", "list"]
    )


def digest(batches):
    found = FactsDigest(PLAIN)
    for one in batches:
        found.add(one)
    return found.digest()


def facts(rows):
    return [(text, None if items is None else sorted(items)) for text, items in rows]


@given(ROWS, st.lists(st.integers(0, 8), max_size=3))
def test_the_digest_is_the_same_however_rows_come_in(rows, cuts):
    whole = batch(rows)
    places = sorted({0, len(rows), *(cut for cut in cuts if cut <= len(rows))})
    assert digest([whole.slice(a, b - a) for a, b in pairwise(places)]) == digest([whole])


@given(ROWS, ROWS)
def test_digests_are_equal_where_the_facts_are(one, two):
    assert (digest([batch(one)]) == digest([batch(two)])) == (facts(one) == facts(two))


@given(ROWS, st.randoms(use_true_random=False))
def test_tokens_tell_the_shared_order_and_lists_are_sorted(rows, draw):
    ordinals = np.arange(len(rows), dtype=np.uint64)
    addresses = token.addresses("https://hub.example/r/", 7, ordinals, ordinals * np.uint64(0x9E3779B97F4A7C15))
    shown = [(text, items and draw.sample(items, len(items))) for text, items in rows]
    copy = pl.DataFrame(batch(shown).append_column("record_uri", addresses))
    places = draw.sample(range(len(rows)), len(rows))
    assert facts_digest([copy[places]], TOKENS) == digest([batch(rows)])


def test_what_lies_below_a_null_is_no_fact():
    bounds, below, nothing = (pa.py_buffer(part) for part in (np.array([0, 2], np.int32), b"xy", b"\0"))
    hidden = pa.StringArray.from_buffers(1, bounds, below, nothing)
    one, two = (
        pa.RecordBatch.from_arrays([cells], names=["text"]) for cells in (hidden, pa.array([None], pa.string()))
    )
    assert digest([one]) == digest([two])


def test_a_copy_without_its_tokens_cannot_be_put_in_order():
    copy = batch([("a", None)]).append_column("record_uri", pa.array(["https://hub.example/r/none"]))
    with pytest.raises(ProofError):
        facts_digest([copy], TOKENS)
