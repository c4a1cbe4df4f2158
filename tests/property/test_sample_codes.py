"""Numbers made a column at a time pass the row functions that judge such numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catalog.identifiers.gtin import is_gtin
from catalog.identifiers.trace_codes import is_trace_code
from catalog.identifiers.uscc import is_uscc
from exporters.sample import codes, draw

SERIALS = st.lists(st.integers(0, 31**6 - 1), min_size=1, max_size=20, unique=True)


@given(SERIALS, st.sampled_from([11, 91, 92, 93]), st.integers(370000, 379999))
def test_credit_codes_are_right_and_differ_where_their_serials_do(serials: list[int], prefix: int, region: int) -> None:
    numbers = np.array(serials, dtype=np.int64)
    made = codes.uscc(np.full_like(numbers, prefix), np.full_like(numbers, region), numbers).to_list()
    assert all(is_uscc(code) for code in made)
    assert len(set(made)) == len(serials)


@given(st.lists(st.tuples(st.integers(0, 99_999), st.integers(0, 9_999)), min_size=1, max_size=20))
def test_gtins_have_the_right_check_digit(pairs: list[tuple[int, int]]) -> None:
    firms, items = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    assert all(is_gtin(code) for code in codes.gtin13(firms, items))


@given(st.lists(st.integers(0, 10**7 - 1), min_size=1, max_size=20, unique=True), st.integers(9, 12))
def test_opaque_texts_differ_where_their_numbers_do(numbers: list[int], width: int) -> None:
    made = codes.opaque(np.array(numbers, dtype=np.int64), width).to_list()
    assert len(set(made)) == len(numbers)
    assert all(len(text) == width for text in made)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**9 - 1)), min_size=1, max_size=20))
def test_ecodes_are_read_as_trace_codes(pairs: list[tuple[int, int]]) -> None:
    firms, items = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    assert all(is_trace_code(code) for code in codes.ecode(firms, items))


@given(st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=20), st.integers(0, 6))
def test_exact_decimals_are_the_minor_units(units: list[int], scale: int) -> None:
    made = draw.exact(np.array(units, dtype=np.int64), scale).to_list()
    assert [int(value.scaleb(scale)) for value in made] == units


@given(st.integers(0, 50), st.text(alphabet="ab{}张", max_size=6))
def test_templates_keep_their_own_words(n: int, word: str) -> None:
    rng = draw.stream(1, "fill")
    cells = draw.constant("X", n)
    word = word.replace("{", "").replace("}", "")
    made = draw.fill(rng, ("<{person}>", f"{word}.{{person}}"), {"person": cells}, n).to_list()
    assert len(made) == n
    assert set(made) <= {"<X>", f"{word}.X"}
