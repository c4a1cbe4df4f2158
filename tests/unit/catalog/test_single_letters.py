"""Columns of single letters are told apart by their bytes; every other column is left to who hashes texts."""

import pyarrow as pa
import pytest

from catalog.rules.text_columns import single_letters


def test_single_letters_are_held_once_and_say_the_same():
    column = pa.array(["2", "1", "?", "1", "2"] * 3, pa.string())
    found = single_letters(column)
    assert found is not None
    texts, places = found
    assert texts.to_pylist() == ["1", "2", "?"]
    assert texts.take(places).equals(column)


def test_a_view_of_a_column_tells_its_own_letters_only():
    found = single_letters(pa.array(["x", "1", "2", "y"]).slice(1, 2))
    assert found is not None
    assert found[0].take(found[1]).to_pylist() == ["1", "2"]


@pytest.mark.parametrize("texts", [[], ["1", None], ["1", ""], ["1", "12"], ["1", "男"]])
def test_other_columns_are_not(texts):
    assert single_letters(pa.array(texts, pa.string())) is None
