"""The generated pages of the exchange are current, and its diagram names every state and step."""

from __future__ import annotations

from agreements import docs
from agreements.matrix import matrix
from agreements.states import life
from tests.spec import readers_page, sharing_page


def test_the_pages_are_those_that_the_data_says() -> None:
    assert docs.PAGE.read_text(encoding="utf-8") == docs.page()
    assert sharing_page.PAGE.read_text(encoding="utf-8") == sharing_page.page()
    assert readers_page.PAGE.read_text(encoding="utf-8") == readers_page.page()


def test_the_diagram_names_every_state_and_every_step() -> None:
    text = docs.page()
    for state in life().states:
        assert f"as {state}\n" in text
    for name, move in life().transitions.items():
        assert f" {name}" in text
        assert all(f"    {source} --> {move.to}:" in text for source in move.sources)


def test_every_state_is_reached_and_every_state_that_is_not_final_is_left() -> None:
    moves = life().transitions.values()
    assert {move.to for move in moves} == set(life().states)
    left = {source for move in moves for source in move.sources}
    assert {name for name, state in life().states.items() if not state.final} == left


def test_the_page_of_the_matrix_shows_every_clause_with_its_text() -> None:
    text = sharing_page.page()
    assert all(f"## {row.id} {row.zh}" in text and row.basis in text for row in matrix().row)
