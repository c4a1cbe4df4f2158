"""Files appear whole or not at all, also when two write the same one at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catalog.files import whole, write_whole


def test_a_second_writer_waits_and_neither_cuts_the_other_short(tmp_path: Path) -> None:
    path, begun = tmp_path / "told.json", threading.Event()

    def second() -> bytes:
        begun.set()
        write_whole(path, b"second")
        return path.read_bytes()

    with ThreadPoolExecutor(1) as pool:
        with whole(path) as file:
            file.write(b"first, and longer")
            file.flush()
            other = pool.submit(second)
            begun.wait()
        assert path.read_bytes() in {b"first, and longer", b"second"}
        assert other.result() == b"second"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_what_a_kill_left_is_written_over(tmp_path: Path) -> None:
    (tmp_path / ".told.json.partial").write_bytes(b"half of something longer")
    write_whole(tmp_path / "told.json", b"whole")
    assert (tmp_path / "told.json").read_bytes() == b"whole"
    assert [one.name for one in tmp_path.iterdir()] == ["told.json"]


def test_a_writer_that_fails_leaves_what_stood_there_and_lets_the_next_one_write(tmp_path: Path) -> None:
    path = tmp_path / "told.json"
    write_whole(path, b"before")
    with pytest.raises(TypeError):
        _fails_midway(path)
    assert path.read_bytes() == b"before"
    write_whole(path, b"after")
    assert path.read_bytes() == b"after"
    assert [one.name for one in tmp_path.iterdir()] == ["told.json"]


def _fails_midway(path: Path) -> None:
    with whole(path) as file:
        file.write(b"half")
        file.write("no bytes")  # type: ignore[arg-type]
