"""A data file's hash is of its bytes, and a file that the disk cut short is none."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from catalog.errors import StorageError
from catalog.formats.layout import Hashed


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    file = Hashed(path)
    for piece in (b"a,b\r\n", memoryview(b"1,2\r\n"), b""):
        file.write(piece)
    told = file.finished("csv", "text/csv", 1)
    assert path.read_bytes() == b"a,b\r\n1,2\r\n"
    assert (told.sha256, told.size) == (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)


def test_a_file_that_the_disk_cut_short_is_refused(tmp_path: Path) -> None:
    file = Hashed(tmp_path / "rows.csv")
    file.write(b"a,b\r\n")
    os.truncate(tmp_path / "rows.csv", 2)
    with pytest.raises(StorageError):
        file.finished("csv", "text/csv", 1)
