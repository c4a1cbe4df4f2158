"""The lines of a version's CSV copies as far as all copies share them, kept beside its rows.

They follow from the rows before marks, whose digest stands in the registry, and are written when the first copy is
asked for. A note beside them names rows, marks and code that they were made of and is sealed with the key of the
dataset's family, so nobody who merely writes into the folder changes a copy: lines that are not as they were sealed
are made anew. Whoever has no room for them, or finds them being made, marks row by row; the bytes are the same.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa

from catalog.errors import Busy, DeclarationError, StorageError
from catalog.files import save_batches, sha256_of, stream_batches, write_whole
from catalog.folder.disk import only_writer
from catalog.repeats import plain
from desensitise.mark import KeyService, Profile
from desensitise.mark.lines import can_prepare, prepared
from hub.code import code_digest
from hub.marking.kept import Kept, load_kept

LINES, NOTE, _LOCK = "lines.arrow", "lines.json", ".lines"
PATIENCE: Final = 20.0
"""Seconds that a copy waits for lines that another one makes."""


def kept_lines(
    dataset: str, kept: Kept, profile: Profile, shown: pa.Schema, service: KeyService
) -> Iterator[pa.RecordBatch] | None:
    """The lines of a version for copies with rows of schema ``shown``; None when its copies are made row by row."""
    if not can_prepare(profile):
        return None
    family = service.family(dataset)
    meant = json.dumps(["kept lines 1", kept.sha256, kept.policy, profile.digest, service.cipher, code_digest()])
    key = hmac.digest(family, f"{meant}\n{shown}".encode(), hashlib.sha256)
    path = kept.path / LINES
    try:
        if not _stands(path, key):
            with only_writer(kept.path / _LOCK, PATIENCE):
                if not _stands(path, key):
                    _keep(
                        path,
                        key,
                        prepared((plain(s.batch) for s in load_kept(kept)), profile, shown, family, service.cipher),
                    )
    except (Busy, DeclarationError, StorageError):
        return None
    return stream_batches(path)


def _keep(path: Path, key: bytes, lines: Iterator[pa.RecordBatch]) -> None:
    saved = save_batches(lines, path)
    write_whole(path.with_name(NOTE), json.dumps({"sha256": saved.sha256, "seal": _seal(key, saved.sha256)}).encode())


def _stands(path: Path, key: bytes) -> bool:
    """Whether the lines are those that whoever holds ``key`` wrote down."""
    try:
        note = json.loads(path.with_name(NOTE).read_bytes())
        sha256, seal = str(note["sha256"]), str(note["seal"])
        return hmac.compare_digest(seal, _seal(key, sha256)) and sha256_of(path) == sha256
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return False


def _seal(key: bytes, sha256: str) -> str:
    return hmac.digest(key, sha256.encode(), hashlib.sha256).hex()
