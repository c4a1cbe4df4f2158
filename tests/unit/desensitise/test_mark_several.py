"""Windows are made by several threads in their order, and no thread outlives the copy."""

from __future__ import annotations

import threading

import pyarrow as pa
import pytest

from desensitise.mark import embed, several
from desensitise.mark.embed import AT_ONCE, WINDOW, marked_schema
from desensitise.mark.lines import marked_lines, prepared
from tests.mark_world import MASTER, TRACE, Entries, keys, trace

ROWS = trace(600)


@pytest.fixture(autouse=True)
def two_processors(monkeypatch):
    monkeypatch.setattr(several, "processors", lambda: 2)


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setitem(embed.__globals__, "AT_ONCE", 100)


def marking():
    return [one for one in threading.enumerate() if one.name.startswith("mark")]


def marked(threads):
    return list(embed([ROWS], TRACE, keys(3), Entries(), threads))


@pytest.mark.usefixtures("small_batches")
def test_any_number_of_threads_makes_the_same_batches():
    assert len(marked(1)) == 6
    assert marked(1) == marked(2) == marked(3)
    assert not marking()


def test_any_number_of_threads_makes_the_same_lines():
    rows = trace(2 * WINDOW + 100)
    shown = marked_schema(rows.schema, TRACE).append(pa.field(TRACE.token, pa.string()))
    kept = list(prepared([rows], TRACE, shown, MASTER.family("trace"), "aes"))

    def lines(threads):
        made = marked_lines(kept, "m", TRACE, shown.names, keys(3), Entries(), threads)
        return [(bytes(one.lines), one.rows) for one in made]

    assert [count for _, count in lines(1)] == [WINDOW, WINDOW, 100]
    assert lines(1) == lines(2) == lines(3)
    assert not marking()


def test_what_comes_first_is_handed_out_first_though_it_is_made_last():
    second = threading.Event()

    def hand():
        def work(number):
            return second.wait(120) if number == 0 else second.set() or number

        return work

    assert list(several.in_order(range(5), hand, 2)) == [True, 1, 2, 3, 4]


def test_no_hand_is_asked_by_two_threads_at_once():
    busy = []

    def hand():
        lock = threading.Lock()
        busy.append(lock)

        def work(number):
            assert lock.acquire(blocking=False)
            try:
                return sum(range(100)) + number
            finally:
                lock.release()

        return work

    assert list(several.in_order(range(200), hand, 2)) == list(range(4950, 5150))
    assert len(busy) == 2


@pytest.mark.usefixtures("small_batches")
def test_threads_end_with_a_copy_that_is_broken_off():
    copy = embed([ROWS], TRACE, keys(3), Entries())
    next(copy)
    assert marking()
    copy.close()
    assert not marking()


def test_things_are_taken_few_ahead_of_their_turn():
    taken = []
    made = several.in_order((taken.append(n) or n for n in range(100)), lambda: abs, 2)
    assert next(made) == 0
    assert len(taken) == 3
    made.close()


def test_what_goes_wrong_in_a_thread_is_raised_in_its_turn_and_ends_the_threads():
    made = several.in_order([4, 2, 0, 1], lambda: lambda n: 4 // n, 2)
    assert [next(made), next(made)] == [1, 2]
    with pytest.raises(ZeroDivisionError):
        next(made)
    assert not marking()


def test_what_goes_wrong_while_rows_are_read_ends_the_threads():
    def broken():
        yield from [ROWS, ROWS.slice(0, 0)]
        raise OSError

    with pytest.raises(OSError, match=r"^$"):
        list(several.in_order(broken(), lambda: len, 2))
    assert not marking()


@pytest.mark.parametrize("rows", [0, 600, AT_ONCE])
def test_few_rows_begin_no_thread(rows, monkeypatch):
    monkeypatch.setattr(several, "ThreadPoolExecutor", None)
    batch = trace(rows) if rows else ROWS.slice(0, 0)
    assert sum(one.num_rows for one in embed([batch], TRACE, keys(3), Entries())) == rows


@pytest.mark.usefixtures("small_batches")
def test_one_processor_begins_no_thread(monkeypatch):
    monkeypatch.setattr(several, "processors", lambda: 1)
    monkeypatch.setattr(several, "ThreadPoolExecutor", None)
    assert len(marked(2)) == 6
