"""Several windows at once: what a copy shows of each follows from its rows and its first ordinal alone.

numpy, Arrow and the ciphers let go of the interpreter while they work. So with two processors two threads make more
rows a second by the clock, and whoever writes the rows out does so while the next ones are made.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(given: Iterable[Given], hand: Callable[[], Callable[[Given], Made]], threads: int) -> Iterator[Made]:
    """What hands make of the things given, in the order of the things.

    ``hand`` makes one more hand, and no hand is ever asked by two threads at once. The things are taken by the
    caller's thread alone, at most two more than there are ``threads`` before their turn. No thread begins for a single
    thing or on a single processor, and all end with the iterator, however it ends. What goes wrong is raised in its
    turn when a hand did it, and at once when the things end so.
    """
    things, hands = iter(given), min(threads, processors())
    first = list(islice(things, 2)) if hands > 1 else []
    if len(first) < 2:
        yield from map(hand(), chain(first, things))
        return
    idle = deque(hand() for _ in range(hands))

    def made(thing: Given) -> Made:
        work = idle.pop()
        try:
            return work(thing)
        finally:
            idle.append(work)

    waiting: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(hands, "mark") as pool:
        try:
            for thing in chain(first, things):
                waiting.append(pool.submit(made, thing))
                if len(waiting) > hands:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
