"""Part files of safe rows: whole or absent, bound to the policy that made them, verified when read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from catalog.errors import ProofError
from catalog.files import Saved, load_batches, save_batches, sha256_of
from catalog.rows import Safe

_POLICY = b"policy"
Part = Saved


def save(batches: Iterable[Safe], path: Path) -> Part:
    """Write safe batches of one policy and schema as an Arrow file (LZ4) that appears whole."""
    return save_batches((_sealed(safe) for safe in batches), path)


def load(path: Path, sha256: str, policy: str, *, repeating: bool = False) -> Iterator[Safe]:
    """The safe batches of a part; ProofError if the file changed on disk or belongs to another policy.

    ``repeating``: texts that repeat are held once, as they were saved (``catalog.repeats``).
    """
    if not path.is_file() or sha256_of(path) != sha256:
        raise ProofError(
            f"Part {path.name} is missing or not the file that was written.",
            left="Nothing was released.",
            todo="Run the dataset again with --full; look at who may write to the hub's folder.",
        )
    for batch in load_batches(path, repeating=repeating):
        if (batch.schema.metadata or {}).get(_POLICY) != policy.encode():
            raise ProofError(
                f"Part {path.name} was made under another policy.",
                left="Nothing was released.",
                todo="Run the dataset again with --full.",
            )
        yield Safe(batch.replace_schema_metadata(None), policy)


def _sealed(safe: Safe) -> pa.RecordBatch:
    return safe.batch.replace_schema_metadata({_POLICY: safe.policy.encode()})
