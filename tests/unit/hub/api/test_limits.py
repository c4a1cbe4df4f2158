"""Rates: never more than they say, whatever number of processes count, and true words about what is left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import StorageError
from hub.api.process.limits import Limiter, Rate
from hub.api.process.tallies import Tallies

RATE = Rate("r", 5, 60)
WORKER = """
import sys
from pathlib import Path
from hub.api.process.limits import Limiter, Rate
limiter = Limiter(Path(sys.argv[1]))
print(sum(limiter.take(Rate("r", 300, 60), "somebody", 1000.0)[0] for _ in range(300)))
"""


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 90), max_size=60))
def test_a_rate_never_lets_more_through_than_it_says(waits: list[int]) -> None:
    limiter, now = Limiter(), 0.0
    passed: list[float] = []
    for wait in waits:
        now += wait
        if limiter.take(RATE, "a", now)[0]:
            passed.append(now)
    # The first burst is the whole rate; from then on one request comes back each twelfth second.
    for start in passed:
        assert len([at for at in passed if start <= at <= start + 60]) <= 10


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=30), st.integers(1, 5))
def test_who_waits_as_told_is_let_in_and_no_second_earlier(waits: list[int], cost: int) -> None:
    limiter, now = Limiter(), 0.0
    for wait in waits:
        now += wait
        allowed, left = limiter.take(RATE, "a", now, cost)
        if allowed:
            assert left.wait == 0
        else:
            assert not limiter.take(RATE, "a", now + left.wait - 1, cost)[0]
            now += left.wait
            assert limiter.take(RATE, "a", now, cost)[0]


def test_processes_that_count_at_once_let_through_together_what_one_would(tmp_path: Path) -> None:
    path = tmp_path / "work" / "rates"
    crowd = [
        subprocess.Popen([sys.executable, "-c", WORKER, str(path)], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    passed = [int(one.communicate()[0]) for one in crowd]
    assert sum(passed) == 300
    assert not Limiter(path).take(Rate("r", 300, 60), "somebody", 1000.0)[0]
    assert path.stat().st_mode & 0o077 == 0
    assert b"somebody" not in path.read_bytes()


def test_two_that_share_a_file_see_each_others_charges(tmp_path: Path) -> None:
    one, other = Limiter(tmp_path / "rates"), Limiter(tmp_path / "rates")
    one.charge(RATE, "a", 10.0, 5)
    assert other.take(RATE, "a", 10.0, cost=0)[1].remaining == 0
    assert other.take(RATE, "b", 10.0, cost=0)[1].remaining == 5


def test_what_was_kept_before_the_machine_began_again_keeps_nobody_out(tmp_path: Path) -> None:
    Limiter(tmp_path / "rates").charge(RATE, "a", 9_000_000.0, 5)
    assert Limiter(tmp_path / "rates").take(RATE, "a", 3.0)[1].remaining == 4


def test_names_beyond_what_the_file_holds_push_out_those_that_are_full_soonest() -> None:
    tallies, seen = Tallies(), []
    for number in range(100_000):
        tallies.change(f"caller {number}", lambda _, number=number: 1.0 + number)  # type: ignore[misc]
    for number in (99_999, 0):
        tallies.change(f"caller {number}", lambda held: seen.append(held) or held)  # type: ignore[func-returns-value]
    assert seen[0] == 100_000.0
    assert seen[1] == 0.0


def test_a_file_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    (tmp_path / "rates").mkdir()
    with pytest.raises(StorageError):
        Limiter(tmp_path / "rates")
