"""Patterns asked by table say what ``re`` says, for any pattern of that kind and any text."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.identifiers.checks import matches
from catalog.identifiers.fixed import alphabets

ATOMS = st.sampled_from(
    ["[0-9]", "[A-Z]", "[A-Z0-9-]", "[3-9]", "1", "-", "A", "[0-9A-HJ-NP-RT-Y]", "[0-9]{2}", "[a-c]{3}"]
)
NEAR = st.text("01359AHZabc-\n０é ", max_size=12)


@given(st.lists(ATOMS, min_size=1, max_size=6).map("".join), st.lists(st.none() | NEAR, max_size=8))
def test_tables_and_regular_expressions_agree(pattern: str, drawn: list[str | None]) -> None:
    # Enough values that the columns' way is taken, with right ones among them.
    right = "".join(allowed[0] for allowed in alphabets(pattern) or ())
    texts = [*drawn, right, right + "\n", right[:-1], None] * 100
    expected = [text is not None and re.fullmatch(pattern, text) is not None for text in texts]
    assert any(expected)
    assert matches(pa.array(texts, pa.string()), pattern).tolist() == expected


def test_a_wrong_character_is_found_wherever_it_stands_in_a_long_column() -> None:
    texts = [f"A{number:05d}" for number in range(10_000)]
    wrong = {0: "a00000", 4_095: "A0409:", 4_096: "A/4096", 8_191: "@08191", 9_999: "A0999\u00e9"}
    texts = [wrong.get(number, text) for number, text in enumerate(texts)]
    found = matches(pa.array(texts), "[A-Z][0-9]{5}").tolist()
    assert [number for number, fits in enumerate(found) if not fits] == list(wrong)


@pytest.mark.parametrize(
    "pattern", ["", "[0-9]+", "[0-9]{1,3}", "a|b", "(?:a)", ".", r"\d", "[^a]", "a?", "^a$", "[0-9]{33}", "é", "a*"]
)
def test_patterns_that_say_more_are_left_to_regular_expressions(pattern: str) -> None:
    assert alphabets(pattern) is None
