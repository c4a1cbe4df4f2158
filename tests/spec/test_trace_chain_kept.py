"""Runs keep the chains of trace records; whatever is changed upstream afterwards is seen, told once, and provable."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from catalog.errors import ProofError
from exporters.sample import invent
from hub.cli import hub
from hub.db.engine import reading
from hub.db.tables import ledger_leaf
from hub.parts import Parts
from hub.rules import keeping
from hub.rules.trace_chains import NAME, head, keep, kept_chain, verify
from tests.house import house

ROWS = 200


@pytest.fixture
def place(tmp_path: Path) -> tuple[Parts, str, Path]:
    """A house, its source's address, and the source's file; the chains were kept once."""
    file = tmp_path / "p.sqlite"
    invent(f"sqlite:///{file}", ROWS, seed=7)
    parts = house(tmp_path / "home", f"sqlite:///{file}")
    assert keep(parts, f"sqlite:///{file}").sound
    return parts, f"sqlite:///{file}", file


def _changed(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as source, source:
        source.execute(statement)


def test_all_records_are_chained_and_an_unchanged_source_finds_nothing(place: tuple[Parts, str, Path]) -> None:
    parts, address, _ = place
    chain, findings = kept_chain(parts)
    assert chain.height == ROWS
    assert findings.is_empty()
    again = keep(parts, address)
    assert (again.sound, again.kept.number) == (True, 2)
    assert kept_chain(parts)[0].equals(chain)


_FIRST = "(SELECT min(record_id) FROM traceability)"


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (f"UPDATE traceability SET model_spec = '改过的型号' WHERE record_id = {_FIRST}", "changed"),
        (f"UPDATE traceability SET record_hash = '{'a' * 64}' WHERE record_id = {_FIRST}", "changed"),
        (f"DELETE FROM traceability WHERE record_id = {_FIRST}", "gone"),
        (f"UPDATE traceability SET updated_at = '2001-01-01T00:00:00+08:00' WHERE record_id = {_FIRST}", "backdated"),
    ],
)
def test_a_change_upstream_is_found_told_once_and_the_chain_keeps_what_was(
    place: tuple[Parts, str, Path], statement: str, why: str
) -> None:
    parts, address, file = place
    before = kept_chain(parts)[0]
    _changed(file, statement)
    assert verify(parts, address)["why"].to_list() == [why]
    assert keep(parts, address).found == {why: 1}
    chain, findings = kept_chain(parts)
    assert findings["why"].to_list() == [why]
    assert chain.equals(before)
    assert keep(parts, address).sound, "told once"
    assert verify(parts, address).height == 1, "and still there to be verified"


def test_an_honest_correction_is_one_more_link(place: tuple[Parts, str, Path]) -> None:
    parts, address, file = place
    _changed(
        file,
        "UPDATE traceability SET model_spec = '更正', updated_at = '2031-01-01T00:00:00+08:00' "
        f"WHERE record_id = {_FIRST}",
    )
    assert keep(parts, address).sound
    assert kept_chain(parts)[0].height == ROWS + 1
    assert verify(parts, address).is_empty()


def test_a_chain_that_somebody_rewrote_is_not_believed(place: tuple[Parts, str, Path]) -> None:
    parts, address, _ = place
    last = keeping.last(parts, NAME)
    assert last is not None
    path = last.folder / "chain.parquet"
    chain = last.frame("chain")
    chain.head(chain.height - 1).write_parquet(path)
    for act in (keep, verify):
        with pytest.raises(ProofError, match="trace chain 1"):
            act(parts, address)


def test_the_head_stands_in_the_ledger_with_what_was_found_and_the_gaps(place: tuple[Parts, str, Path]) -> None:
    parts, address, file = place
    early = "sold_on = '2001-01-01T00:00:00+08:00', updated_at = '2031-01-01T00:00:00+08:00'"
    _changed(file, f"UPDATE traceability SET {early} WHERE record_id = {_FIRST}")
    checked = keep(parts, address)
    about = checked.kept.about
    assert about["gaps"] == {"order": 1}
    assert checked.kept.frame("gaps")["gap"].to_list() == ["order"]
    assert about["head"] == head(checked.kept.frame("chain"))
    with reading(parts.engine) as connection:
        made = select(ledger_leaf.c.body).where(ledger_leaf.c.kind == "trace-chain.made")
        events = [str(row[0]) for row in connection.execute(made)]
    assert len(events) == 2
    assert about["head"] in events[1]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    file = tmp_path / "p.sqlite"
    invent(f"sqlite:///{file}", 60, seed=7)
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUB_SOURCE", f"sqlite:///{file}")

    def run(*words: str) -> tuple[int, str]:
        made = CliRunner().invoke(hub, words)
        return made.exit_code, made.output

    return run


def test_a_run_of_traceability_keeps_the_chains_and_the_command_verifies_them(
    command: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    code, told = command("run", "traceability")
    assert code == 0, told
    assert "60 links of 60 records" in told
    assert command("trace-chain", "verify")[0] == 0
    _changed(tmp_path / "p.sqlite", f"UPDATE traceability SET model_spec = 'x' WHERE record_id = {_FIRST}")
    code, told = command("trace-chain", "verify")
    assert code == 1
    assert "changed" in told
    assert "changed 1" in command("run", "traceability")[1]
    assert "changed" in command("trace-chain", "show", "findings")[1]
    assert command("trace-chain", "show", "gaps")[1].startswith("trace_code,record_id,gap")
