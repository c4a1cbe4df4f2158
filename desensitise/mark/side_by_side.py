"""Windows worked on side by side, given out in their order: what a copy costs by the clock on several cores.

NumPy and Arrow let go of Python's lock while they work. At most ``HANDS`` windows are in work and two more wait, so
memory stays flat; what comes out hangs on the windows alone, never on which hand was first.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from queue import SimpleQueue
from typing import TypeVar

HANDS = min(3, os.cpu_count() or 1)
"""More would wait for Python's lock."""

Item = TypeVar("Item")
Made = TypeVar("Made")


def in_order(
    items: Iterable[Item], hand: Callable[[Item], Callable[[Item], Made]], hands: int = HANDS
) -> Iterator[Made]:
    """What a hand makes of each item, in their order. ``hand`` makes one of the first item; none is shared."""
    source = iter(items)
    begun = list(islice(source, 2))
    if not begun:
        return
    if len(begun) == 1 or hands == 1:
        alone = hand(begun[0])
        for item in chain(begun, source):
            yield alone(item)
        return
    idle: SimpleQueue[Callable[[Item], Made]] = SimpleQueue()
    for _ in range(hands):
        idle.put(hand(begun[0]))

    def made_of(item: Item) -> Made:
        free = idle.get()
        try:
            return free(item)
        finally:
            idle.put(free)

    with ThreadPoolExecutor(hands, "mark") as pool:
        waiting: deque[Future[Made]] = deque()
        for item in chain(begun, source):
            waiting.append(pool.submit(made_of, item))
            if len(waiting) == hands + 2:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
