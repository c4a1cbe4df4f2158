"""One row of many: the index finds what a look at all rows finds, and reads one batch for it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from catalog.files import save_batches
from hub.marking import record_index
from hub.marking.kept import LIST, shared_pieces, shared_table
from hub.marking.record_index import NAME, RecordIndex
from tests.mark_world import TRACE, trace
from tests.plugins.ports import PATIENCE

ROWS = trace(120)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two parts of two batches and one; four rows of the second part are no longer in force."""
    keyed = ROWS.append_column("_key", pa.array([f"r{n}" for n in range(120)]))
    save_batches([keyed.slice(0, 50), keyed.slice(50, 20)], tmp_path / "a.arrow")
    save_batches([keyed.slice(70, 50)], tmp_path / "b.arrow")
    gone = pa.RecordBatch.from_pydict({"id": ["r70", "r90", "r91", "r119"]})
    save_batches([gone], tmp_path / "gone.arrow")
    parts = [{"file": "a.arrow", "removed": ""}, {"file": "b.arrow", "removed": "gone.arrow"}]
    (tmp_path / LIST).write_text(json.dumps([{**one, "sha256": "", "removed_sha256": ""} for one in parts]))
    return tmp_path


def test_the_row_of_every_ordinal_is_that_of_the_shared_order(folder: Path) -> None:
    table = shared_table(folder)
    assert table is not None
    assert table.num_rows == 116
    index = RecordIndex(folder, TRACE)
    for ordinal in range(116):
        row = index.row(ordinal)
        assert row is not None
        assert row.to_pylist() == table.slice(ordinal, 1).to_pylist()
    assert index.row(116) is None
    assert index.row(2**32 - 1) is None


def test_rows_stand_there_whatever_the_order_of_their_lists_and_others_do_not(folder: Path) -> None:
    index = RecordIndex(folder, TRACE)
    frame = pl.DataFrame(ROWS)
    there = [index.holds(one_row(frame[n])) for n in range(120)]
    assert [n for n, found in enumerate(there) if not found] == [70, 90, 91, 119]
    turned = frame.with_columns(pl.col("standards").list.reverse())
    assert index.holds(one_row(turned[3]))
    changed = frame.with_columns(pl.concat_str("batch", pl.lit("x")).alias("batch"))
    assert not any(index.holds(one_row(changed[n])) for n in range(20))


def one_row(frame: pl.DataFrame) -> pa.RecordBatch:
    (batch,) = frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(ROWS.schema).to_batches()
    return batch


def test_an_answer_decompresses_one_batch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = RecordIndex(folder, TRACE)
    index.row(0)
    read: list[int] = []
    whole = pa.ipc.open_stream

    def counted(stream: object, **options: object) -> pa.ipc.RecordBatchStreamReader:
        if isinstance(stream, bytes):  # of parts; lists of ids are files
            read.append(len(list(whole(stream))))
        return whole(stream, **options)

    monkeypatch.setattr("hub.marking.kept.pa.ipc.open_stream", counted)
    monkeypatch.setattr("hub.marking.record_index.shared_pieces", lambda _: pytest.fail("all rows were read"))
    assert index.row(65) is not None
    assert index.holds(ROWS.slice(100, 1))
    assert not index.holds(ROWS.slice(90, 1))
    assert read == [1, 1]


def test_the_index_is_made_once_and_leaves_nothing_beside_it(folder: Path) -> None:
    before = {path.name for path in folder.iterdir()}
    RecordIndex(folder, TRACE).row(5)
    made = (folder / NAME).stat().st_mtime_ns
    RecordIndex(folder, TRACE).row(6)
    assert {path.name for path in folder.iterdir()} == before | {NAME}
    assert (folder / NAME).stat().st_mtime_ns == made
    assert [rows.num_rows for _, _, rows in shared_pieces(folder)] == [50, 20, 46]


def test_threads_that_ask_first_at_the_same_moment_are_all_answered(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(2)

    def pieces(where: Path) -> Iterator[tuple[int, int, pa.RecordBatch]]:
        together.wait(PATIENCE)  # both have begun a file
        yield from shared_pieces(where)
        together.wait(PATIENCE)  # and neither has finished it

    monkeypatch.setattr(record_index, "shared_pieces", pieces)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(RecordIndex(folder, TRACE).row, [5, 5])
    assert first is not None
    assert first.equals(second)
    assert [one.name for one in folder.glob(".records*")] == []
