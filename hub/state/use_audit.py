"""Uses held against the ledger: every batch must be the one whose digest its entry holds, and none may be gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, select

from hub.db.exchange import use
from hub.db.tables import ledger_leaf
from hub.state.uses import digest_of

_PORTION: Final = 2_000


def broken_batches(connection: Connection) -> Iterator[int]:
    """Numbers of ledger entries whose uses were changed, added to or removed since they were written, smallest first.

    Uses that were forgotten in due time (``hub uses forget``) are not missed. Reads both tables once, in portions.
    """
    since = _kept_since(connection)
    portions = {"yield_per": _PORTION}
    rows = connection.execute(select(use).order_by(use.c.leaf, use.c.id), execution_options=portions)
    batches = ((number, digest_of(batch)) for number, batch in groupby(rows, key=lambda row: int(row.leaf)))
    number, digest = next(batches, (None, ""))
    for leaf in connection.execute(_entries("use.recorded"), execution_options=portions):
        while number is not None and number < leaf.seq:
            yield number
            number, digest = next(batches, (None, ""))
        if number == leaf.seq:
            if digest != _data(leaf)["sha256"]:
                yield leaf.seq
            number, digest = next(batches, (None, ""))
        elif leaf.at >= since:
            yield leaf.seq
    while number is not None:
        yield number
        number, digest = next(batches, (None, ""))


def _kept_since(connection: Connection) -> str:
    """Before which moment uses may have been forgotten, "" when none were."""
    return max((_data(leaf)["before"] for leaf in connection.execute(_entries("use.forgotten"))), default="")


def _entries(kind: str) -> Any:
    return select(ledger_leaf).where(ledger_leaf.c.kind == kind).order_by(ledger_leaf.c.seq)


def _data(leaf: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(leaf.body)["data"]
    return found
