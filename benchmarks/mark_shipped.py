"""CSV with all marks against CSV without, on the records of a shipped dataset as they are released.

    python -m benchmarks.mark_shipped [--rows 60000] [--dataset traceability]

CPU time, tried in turns in one process: in memory by the hub's own writer, and whole copies of the version as it is
kept on the disk, with everything that a download asks for (rows or lines read and their digests compared, registry,
signed ledger) against reading the same rows and writing them without marks. The benchmark ``benchmarks.mark`` does
the first on a narrow record of eight columns, where a record's address is a third of the line.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from benchmarks.mark import hub_csv, hub_lines, together
from catalog.model import Dataset
from catalog.repeats import plain_schema
from desensitise.mark import MasterKeys
from desensitise.mark.embed import embed, marked_schema
from desensitise.mark.lines import prepared
from exporters.sample import invent
from hub.db.engine import reading
from hub.job.pipeline import release
from hub.marking.copies import copy_for, kept_path, profile_for
from hub.marking.identify import shared_rows
from hub.marking.kept import Kept, load_kept
from hub.marking.marks import entries
from hub.parts import Parts, assemble, datasets
from hub.settings import Settings
from tests.mark_world import Entries, keys


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--dataset", default="traceability")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = f"sqlite:///{folder}/p.sqlite"
        invent(source, asked.rows, seed=3, drop_folder=Path(folder) / "drop")
        environ = {"HUB_HOME": f"{folder}/home", "HUB_SOURCE": source, "HUB_DROP_FOLDER": f"{folder}/drop"}
        settings = Settings.read(environ)
        parts = assemble(settings, "benchmark")
        (dataset,) = datasets(settings, (asked.dataset,))
        release(dataset, parts)
        in_memory(dataset, parts)
        from_disk(dataset, parts)
        parts.engine.dispose()


def in_memory(dataset: Dataset, parts: Parts) -> None:
    """Rows and prepared lines in memory, files on the disk."""
    rows, profile = shared_rows(parts, dataset.id, 1), profile_for(dataset, parts)
    if rows is None:
        raise SystemExit("nothing was released")
    batches = rows.combine_chunks().to_batches()
    shown = marked_schema(rows.schema, profile).append(pa.field(profile.token, pa.string()))
    kept = list(prepared(batches, profile, shown, MasterKeys(b"m" * 32).family("trace"), "aes"))
    (plain, _), (lines, _), (marked, _) = together(
        lambda: hub_csv(batches, rows.schema),
        lambda: hub_lines(kept, profile, shown, 1),
        lambda: hub_csv(embed(batches, profile, keys(7), Entries(), threads=1), shown),
    )
    print(f"{dataset.id}: {rows.num_rows} rows, {rows.num_columns} columns, {len(profile.channels)} channels besides")
    print(f"CSV without marks: {plain * 1e9 / rows.num_rows:.0f} ns a row")
    print(f"with all marks, by lines: {lines / plain:.2f}; row by row: {marked / plain:.2f}")


def from_disk(dataset: Dataset, parts: Parts) -> None:
    """Whole copies of the version as it is kept."""
    with reading(parts.engine) as connection:
        first = entries(connection, dataset.id, 1)[0]
    kept = Kept(kept_path(dataset.id, 1, parts), first.rows, first.policy, first.facts, "")
    schema = plain_schema(next(load_kept(kept)).batch.schema)
    (plain, _), (copy, _) = together(
        lambda: hub_csv((safe.batch for safe in load_kept(kept)), schema),
        _copy(dataset, parts, ("csv",)),
    )
    print(f"a whole copy in CSV / rows read and written without marks: {copy / plain:.2f}")


def _copy(dataset: Dataset, parts: Parts, formats: tuple[str, ...]) -> Callable[[], None]:
    def made() -> None:
        shutil.rmtree(copy_for(dataset, 1, "somebody", "somebody", parts, formats).folder)

    return made


if __name__ == "__main__":
    main()
