"""Files that appear whole or not at all, and Arrow part files built on that.

A kill or a full disk leaves at most a temporary file that the next attempt overwrites; the name people look at is
only ever given to complete, synced content.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa

from catalog.errors import StorageError
from catalog.repeats import like, plain

DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO})
"""What the system says when a disk cannot be written."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Saved:
    """A finished part file: SHA-256 of its bytes and how many rows it holds."""

    sha256: str
    rows: int


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """Open ``path`` for writing so that it appears complete and synced, or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with _held(partial) as file:
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                partial.replace(path)
            except BaseException:
                partial.unlink(missing_ok=True)
                raise
        sync_folder(path.parent)
    except OSError as error:
        raise disk_error(error, path) from None


def _held(partial: Path) -> IO[bytes]:
    """The empty file, for one writer at a time: a second one would cut short what the first is about to rename."""
    while True:
        file = os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT, 0o666), "wb")
        fcntl.flock(file, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), partial.stat()):
                file.truncate(0)
                return file
        file.close()  # Its writer gave it its name, or took it away.


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` as the whole file ``path``."""
    with whole(path) as file:
        file.write(content)


def into_place(folder: Path, target: Path) -> None:
    """One rename puts a finished folder or file where it belongs; a folder left by a kill is replaced by its equal."""
    target.parent.mkdir(exist_ok=True, parents=True, mode=0o700)
    if target.is_dir():
        shutil.rmtree(target)
    folder.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make renames inside ``folder`` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def disk_error(error: OSError, path: Path) -> StorageError:
    """The error of a disk, said in our words: file names and reasons, never content."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        reason, todo = "the disk is full", "Free some space and run the same command again."
    elif error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        reason, todo = "writing is not permitted", "Give the hub's user write access and run the same command again."
    else:
        reason, todo = f"the system said {errno.errorcode.get(error.errno or 0, 'error')}", "Mend it and run again."
    return StorageError(f"{path.name} could not be written: {reason}.", left="No half file remains.", todo=todo)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal, read in chunks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save_batches(batches: Iterable[pa.RecordBatch], path: Path) -> Saved:
    """Write batches of one schema as an Arrow file (LZ4) that appears whole."""
    rows = 0
    iterator = iter(batches)
    first = next(iterator, None)
    with whole(path) as file:
        if first is not None:
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            with pa.ipc.new_stream(pa.PythonFile(file, mode="w"), first.schema, options=options) as writer:
                writer.write_batch(first)
                rows += first.num_rows
                for batch in iterator:
                    writer.write_batch(like(batch, first.schema))
                    rows += batch.num_rows
    return Saved(sha256_of(path), rows)


def load_batches(path: Path, *columns: str, repeating: bool = False) -> Iterator[pa.RecordBatch]:
    """The batches of ``save_batches``, or only some of their columns, one at a time; an empty file holds none.

    ``repeating``: texts that were saved once a batch are given so (``catalog.repeats``).
    """
    if path.stat().st_size == 0:
        return
    with pa.memory_map(str(path)) as file:
        options = pa.ipc.IpcReadOptions(included_fields=_indices(file, columns)) if columns else None
        with pa.ipc.open_stream(file, options=options) as reader:
            yield from reader if repeating else map(plain, reader)


def stream_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The same without mapping the file: who goes through it once holds one batch and not the pages of all."""
    if path.stat().st_size:
        with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
            yield from reader


def _indices(file: pa.NativeFile, columns: tuple[str, ...]) -> list[int]:
    schema = pa.ipc.read_schema(file)
    file.seek(0)
    return [schema.get_field_index(name) for name in columns]
