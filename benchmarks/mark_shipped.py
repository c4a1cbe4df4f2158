"""CSV with all marks against CSV without, on the records of the shipped traceability dataset as they are released.

    python -m benchmarks.mark_shipped [--rows 60000]

CPU time, tried in turns in one process, by the hub's own writer. The benchmark ``benchmarks.mark`` does the same on a
narrow record of eight columns, where a record's address is a third of the line.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import pyarrow as pa

from benchmarks.mark import hub_csv, together
from desensitise.mark.embed import embed, marked_schema
from exporters.sample import invent
from hub.copies import profile_for
from hub.identify import shared_rows
from hub.parts import assemble, datasets
from hub.pipeline import release
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
        rows = shared_rows(parts, dataset.id, 1)
        profile = profile_for(dataset, parts)
    if rows is None:
        raise SystemExit("nothing was released")
    batches = rows.combine_chunks().to_batches()
    shown = marked_schema(rows.schema, profile)
    if profile.token:
        shown = shown.append(pa.field(profile.token, pa.string()))
    plain, marked = together(
        lambda: hub_csv(batches, rows.schema),
        lambda: hub_csv(embed(batches, profile, keys(7), Entries()), shown),
        15,
    )
    told = f"{rows.num_rows} rows, {rows.num_columns} columns, {len(profile.channels)} channels of values and lists"
    print(f"{dataset.id}: {told}: {plain * 1e9 / rows.num_rows:.0f} ns a row, {marked / plain:.2f} times with marks")


if __name__ == "__main__":
    main()
