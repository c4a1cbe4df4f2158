"""Memory and time of naming a leak, and of verifying one record, beside large versions.

    python -m benchmarks.mark_memory [--rows 200000 1000000]

For each size a process of its own keeps invented trace records as a house does; another writes out the lines of all
copies and one makes a CSV copy of them; one examines 1,000 rows of one copy among 1,000 grants, and one verifies a
record of it. Peaks are of resident memory; the floor is a process that has loaded the same libraries and read nothing.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa

from catalog.files import save_batches, stream_batches
from catalog.formats.csv import CsvWriter
from catalog.formats.layout import Layout
from desensitise.mark import Original, Profile, identify
from desensitise.mark.embed import marked_schema
from desensitise.mark.identify import together
from desensitise.mark.kinds import as_texts
from desensitise.mark.lines import marked_lines, prepared
from desensitise.mark.narrowed import narrowed
from hub.layers import Layer, PartFile
from hub.marking.kept import keep, shared_batches, shared_table
from hub.marking.record_index import RecordIndex
from tests.mark_world import MASTER, TRACE, Entries, candidates, copy, joined, keys, original, trace

_PIECE = 65_536


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[200_000, 1_000_000])
    asked = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    for rows in asked.rows:
        with tempfile.TemporaryDirectory() as work, context.Pool(1, maxtasksperchild=1) as pool:
            folder = Path(work) / "kept"
            pool.apply(_keep, (folder, rows))
            for job in (_floor, _lines, _copied, _index, _verify, _narrowed, _whole):
                took, peak = pool.apply(_measured, (job, folder, rows))
                print(
                    f"{rows:>9} rows, {job.__name__.strip('_'):9} {took:6.2f} CPU s, peak {peak:5.0f} MiB", flush=True
                )


def _measured(job: Callable[[Path, int], None], folder: Path, rows: int) -> tuple[float, float]:
    begun = time.process_time()
    job(folder, rows)
    return time.process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _keep(folder: Path, rows: int) -> None:
    """Parts of one unit each, every one drawn by itself."""
    parts = []
    for start in range(0, rows, _PIECE):
        path = folder.parent / f"{start}.arrow"
        batch = trace(min(_PIECE, rows - start), seed=start + 1).replace_schema_metadata({"policy": ""})
        parts.append(PartFile(path, save_batches([batch], path).sha256, batch.num_rows))
    keep([Layer("given", tuple(parts))], folder, "", Profile(""))


def _floor(folder: Path, rows: int) -> None:
    del folder, rows


def _lines(folder: Path, rows: int) -> None:
    """What the CSV copies of a version share."""
    del rows
    first = next(shared_batches(folder)).schema
    made = prepared(shared_batches(folder), TRACE, _shown(first), MASTER.family("trace"), "aes")
    save_batches(made, folder.parent / "lines.arrow")


def _copied(folder: Path, rows: int) -> None:
    """One copy of these."""
    del rows
    schema = _shown(next(shared_batches(folder)).schema)
    writer = CsvWriter(folder.parent, Layout("rows", schema, datetime(2026, 1, 1, tzinfo=UTC)))
    windows = stream_batches(folder.parent / "lines.arrow")
    for lines in marked_lines(windows, "", TRACE, schema.names, keys(7), Entries()):
        writer.write_lines(lines.lines, lines.rows)
    writer.close()


def _shown(shared: pa.Schema) -> pa.Schema:
    return marked_schema(shared, TRACE).append(pa.field(TRACE.token, pa.string()))


def _index(folder: Path, rows: int) -> None:
    """The first question about a record, which makes the index."""
    RecordIndex(folder, TRACE).row(rows // 2)


def _verify(folder: Path, rows: int) -> None:
    row = RecordIndex(folder, TRACE).row(rows // 2)
    if row is None or not RecordIndex(folder, TRACE).holds(row):
        raise SystemExit("the record was not found")


def _found() -> list[pl.DataFrame]:
    leak = copy(trace(_PIECE, seed=1), TRACE, 7).drop("record_uri").sample(1000, seed=1, shuffle=True)
    return [as_texts(joined(leak))]


def _narrowed(folder: Path, rows: int) -> None:
    del rows
    found = _found()
    some = narrowed(found, lambda: shared_batches(folder), TRACE)
    if some is None:
        raise SystemExit("no rows")
    family = MASTER.family("trace")
    one = Original("trace", 1, some.rows, TRACE, family, some.ordinals, some.naming)
    _named(one, list(some.tables))


def _whole(folder: Path, rows: int) -> None:
    del rows
    table = shared_table(folder)
    if table is None:
        raise SystemExit("no rows")
    _named(original(pa.concat_batches(table.to_batches()), TRACE), _found())


def _named(one: Original, found: list[pl.DataFrame]) -> None:
    verdict = identify(together(found, one), one, candidates(1000))
    if [named.grant for named in verdict.named] != ["g7"]:
        raise SystemExit("the leak was not named")


if __name__ == "__main__":
    main()
