"""The derivations of ``benchmarks.rules`` that have a table of their own: traces, outcomes, grades."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import polars as pl

from benchmarks.rules_common import DAY, Watch, read
from exporters.rules import outcomes, quality_grading, trace_chain
from hub.rules.trace_chains import versions


def derive_views(folder: Path, watch: Watch) -> float:
    """Traces, outcomes and grades, each with its own table; gives the CPU seconds of reading and accepting them."""
    spent, take = 0.0, watch.take

    def table(name: str) -> pl.DataFrame:
        nonlocal spent
        at = time.process_time()
        found = read(folder, (name,))[name]
        spent += time.process_time() - at
        return found

    held = table("inspection")
    take("outcomes OC01-OC30", partial(outcomes.outcomes, held), held.height)
    take("outcomes undecided", partial(outcomes.undecided, held), held.height)
    held = table("grading_record")
    book = quality_grading.shipped_catalogue()
    made = take("grades by the catalogue", partial(quality_grading.grades, held, book), held.height)
    take("grades on a day", partial(quality_grading.on, DAY, made), made.height)
    held = table("trace_flow")
    take("gaps of traces", partial(trace_chain.gaps, held), held.height)
    del held
    raw = pl.read_parquet(folder / "trace_flow.parquet")
    upstream = take("digests of traces", partial(versions, raw), raw.height)
    del raw
    begin = partial(trace_chain.extended, trace_chain.LINKS.to_frame(), upstream)
    chain = take("hash chains begun", begin, upstream.height)
    take("hash chains checked", partial(trace_chain.broken, chain, upstream), chain.height)
    return spent
