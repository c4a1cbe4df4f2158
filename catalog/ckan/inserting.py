"""Rows into a DataStore table by the API: one call for few, rounds of two calls at once for many.

A round's calls carry different numbers of rows, so that after broken-off calls a count alone tells which of them were
done after all. (CKAN 2.12.0 sometimes answers 500 to calls at once although their rows are there.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, combinations
from typing import Any

import pyarrow as pa

from catalog.ckan.client import PAUSES, Client, Uncertain, unreachable
from catalog.ckan.rows import records, row_batches
from catalog.portal import Edition

Facts = dict[str, Any]
Count = Callable[[], int | None]

ONE_CALL_ROWS = 10_000
"""At most so many rows go in the call that makes the table; CKAN does that in one transaction."""
ROUND_ROWS = 9_999
"""Two calls of at most 5,000 rows."""
BY = {"force": True, "calculate_record_count": False}


class Miscounted(Exception):
    """The table holds rows that no set of the calls explains: a broken-off call was done after it was looked for."""


def fill(
    client: Client, edition: Edition, table: str, fields: list[Facts], count: Count, keep: Callable[[], None]
) -> int:
    """Make the table and fill it; how many rows were sent. ``keep`` is called before each try, to hold a lease.

    ``Miscounted`` when the table holds other rows than were sent: it is then to be thrown away.
    """
    first, rest = _first(row_batches(edition, ROUND_ROWS))
    done = _create(client, table, fields, first, count, keep)
    hands = (client, client.twin())
    with ThreadPoolExecutor(len(hands)) as pool:
        for batch in rest:
            done = _round(hands, pool, table, batch, done, count, keep)
    if count() != done:
        raise Miscounted
    return done


def _first(batches: Iterator[pa.RecordBatch]) -> tuple[list[Facts], Iterator[pa.RecordBatch]]:
    """The records of the first call (all of them, if they are few) and the batches that remain."""
    taken: list[Facts] = []
    for batch in batches:
        if taken and len(taken) + batch.num_rows > ONE_CALL_ROWS:
            return taken, chain([batch], batches)
        taken += records(batch)
    return taken, iter(())


def _create(
    client: Client, table: str, fields: list[Facts], first: list[Facts], count: Count, keep: Callable[[], None]
) -> int:
    request = {"resource_id": table, "fields": fields, "records": first, **BY}

    def act() -> int:
        keep()
        client.call("datastore_create", request)
        return len(first)

    made: int = client.settled(act, lambda: len(first) if count() == len(first) else None)
    return made


def _round(
    hands: Sequence[Client],
    pool: ThreadPoolExecutor,
    table: str,
    batch: pa.RecordBatch,
    before: int,
    count: Count,
    keep: Callable[[], None],
) -> int:
    """Both parts of the batch, each once; the rows of the table after it."""
    middle = batch.num_rows // 2 + 1
    open_parts = [part for part in (batch.slice(0, middle), batch.slice(middle)) if part.num_rows]
    whole: int = before + batch.num_rows
    for _ in PAUSES:
        keep()
        calls = [pool.submit(_insert, hand, table, part) for hand, part in zip(hands, open_parts, strict=False)]
        broken = [part for part, call in zip(open_parts, calls, strict=True) if not call.result()]
        if not broken:
            return whole
        hands[0].rest()
        there = count() or 0
        open_parts = _missing(broken, whole - there)
        if not open_parts:
            return whole
    raise unreachable()


def _insert(client: Client, table: str, part: pa.RecordBatch) -> bool:
    """Whether the call came back; if not, its rows may be there or not."""
    try:
        client.call("datastore_upsert", {"resource_id": table, "method": "insert", "records": records(part), **BY})
    except Uncertain:
        return False
    return True


def _missing(broken: Sequence[pa.RecordBatch], rows: int) -> list[pa.RecordBatch]:
    """The parts that make up the rows that are missing."""
    for size in range(len(broken) + 1):
        for chosen in combinations(broken, size):
            if sum(part.num_rows for part in chosen) == rows:
                return list(chosen)
    raise Miscounted
