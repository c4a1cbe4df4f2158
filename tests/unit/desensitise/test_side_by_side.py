"""Work side by side comes out in order, reads only a little ahead, and fails where its own item failed."""

from __future__ import annotations

from importlib import import_module
from itertools import count, islice

import pyarrow as pa
import pytest

from desensitise.mark.embed import embed
from desensitise.mark.side_by_side import in_order
from tests.mark_world import TRACE, Entries, keys, trace


def squares(first):
    del first
    return lambda item: item * item


@pytest.mark.parametrize("hands", [1, 2, 5])
@pytest.mark.parametrize("items", [0, 1, 2, 40])
def test_what_is_made_comes_in_the_order_of_the_items(hands, items):
    assert list(in_order(range(items), squares, hands)) == [n * n for n in range(items)]


def test_items_are_read_only_a_little_ahead():
    read = []
    made = in_order((read.append(n) or n for n in count()), squares, 2)
    assert list(islice(made, 10)) == [n * n for n in range(10)]
    made.close()
    assert len(read) <= 10 + 4


def test_an_error_comes_where_its_item_would():
    made = in_order([4, 2, 0, 1], lambda _: lambda item: 8 // item, 2)
    assert [next(made), next(made)] == [2, 4]
    with pytest.raises(ZeroDivisionError):
        next(made)


def test_a_copy_has_the_same_rows_by_one_hand_and_by_several(monkeypatch):
    module = import_module("desensitise.mark.embed")
    rows, copies = trace(40_000), []
    for hands in (1, 3):
        monkeypatch.setattr(module, "in_order", lambda items, hand, hands=hands: in_order(items, hand, hands))
        copies.append(pa.Table.from_batches(embed([rows], TRACE, keys(7), Entries())))
    assert copies[0].equals(copies[1])
