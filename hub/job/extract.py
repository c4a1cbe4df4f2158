"""The first half of a run: from a plan to finished units, each safe to repeat, none missing."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from catalog.errors import SourceChanged
from catalog.model import Dataset
from desensitise.policy import changes_each_release
from exporters.products import product_of
from exporters.source import Key, Source, Unit
from hub.clock import in_zone
from hub.code import code_digest
from hub.db.engine import reading, writing
from hub.job.policies import coming_release, policy_for
from hub.job.pool import Job, run_units
from hub.layers import Layer, PartFile, met
from hub.parts import Parts
from hub.state import known, runs
from hub.state.known import Known
from hub.state.runs import NewRun, Run
from hub.units import UnitResult, process_unit


def fingerprint(dataset: Dataset, parts: Parts) -> str:
    """Changes when the same source would give other rows: code, declaration, policy, protection threshold."""
    facts = [
        code_digest(),
        dataset.digest,
        policy_for(dataset, parts).digest,
        str(parts.small_cell),
        str(parts.unit_rows),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def begin(dataset: Dataset, source: Source, parts: Parts, *, full: bool) -> Run:
    """Go on with a run that was cut short, or plan a new one: only what changed where that is enough."""
    print_now = fingerprint(dataset, parts)
    with reading(parts.engine) as connection:
        cut_short = runs.unfinished(connection, dataset.id)
        before = known.known_of(connection, dataset.id)
    if cut_short is not None:
        if cut_short.fingerprint == print_now and not full:
            if cut_short.error is not None:
                with writing(parts.engine) as connection:
                    runs.note(connection, cut_short.id, None)
            return cut_short
        abandon(cut_short, parts)
    incremental = (
        not full
        and source.incremental
        and before is not None
        and before.high_water is not None
        and before.fingerprint == print_now
        and not product_of(dataset).aggregates
        and not changes_each_release(dataset)
    )
    since = before.high_water if incremental and before else None
    plan = source.plan(since, parts.unit_rows)
    now = parts.clock.now()
    with writing(parts.engine) as connection:
        mode = "incremental" if incremental else "full"
        return runs.start_run(connection, NewRun(dataset.id, mode, print_now, plan, parts.operator), now)


def abandon(run: Run, parts: Parts) -> None:
    """Give up a run whose inputs changed; its files go, its quarantine stays on record."""
    shutil.rmtree(parts.parts / run.id, ignore_errors=True)
    shutil.rmtree(parts.work / run.id, ignore_errors=True)
    with writing(parts.engine) as connection:
        runs.finish_run(connection, run, "abandoned", parts.clock.now(), report={})


def extract(dataset: Dataset, source: Source, run: Run, parts: Parts) -> None:
    """Run every unit that has no manifest row yet."""
    folder = parts.parts / run.id
    folder.mkdir(exist_ok=True)
    with reading(parts.engine) as connection:
        done = {row.unit for row in runs.parts_of(connection, run.id)}
    total = len(run.plan.units)
    label = f"{dataset.id} · extract"
    parts.steps(label, len(done), total)
    waiting = [unit for unit in run.plan.units if unit.index not in done]
    for result in _results(dataset, source, waiting, folder, parts):
        _demand_complete(dataset, source, run.plan.units[result.unit], result)
        with writing(parts.engine) as connection:
            runs.record_unit(connection, run, result)
        done.add(result.unit)
        parts.steps(label, len(done), total)


def _results(
    dataset: Dataset,
    source: Source,
    units: list[Unit],
    folder: Path,
    parts: Parts,
) -> Iterator[UnitResult]:
    """Units in this process, or in as many as the settings allow when there is enough to do."""
    if parts.workers > 1 and len(units) > 1:
        job = Job(parts.override, dataset.id, coming_release(dataset, parts))
        yield from run_units(job, units, folder, min(parts.workers, len(units)))
        return
    policy = policy_for(dataset, parts)
    for unit in units:
        yield process_unit(dataset, source, unit, folder, policy)


def _demand_complete(dataset: Dataset, source: Source, unit: Unit, result: UnitResult) -> None:
    """Rows that changed since the plan have moved past the high-water mark; rows that are just missing are an error."""
    if result.rows_read != unit.rows and source.count(unit) != result.rows_read:
        raise SourceChanged(
            f"{dataset.id}: unit {unit.index} gave {result.rows_read} rows, the source counts another number.",
            todo="Run the same command again; if it repeats, check the source for rows that come and go.",
        )


def layers_of(run_ids: tuple[str, ...], parts: Parts) -> list[Layer]:
    """The finished parts of these runs, oldest first."""
    result = []
    with reading(parts.engine) as connection:
        for run_id in run_ids:
            rows = runs.parts_of(connection, run_id)
            files = tuple(PartFile(parts.parts / run_id / row.file, row.sha256, row.rows_kept) for row in rows)
            result.append(Layer(run_id, files))
    return result


def base_of(run: Run, before: Known | None) -> tuple[str, ...]:
    """The runs whose parts make the state after this run."""
    if run.mode == "incremental" and before is not None:
        return (*before.base_runs, run.id)
    return (run.id,)


def vanished(run: Run, layers: list[Layer]) -> bool:
    """Whether records disappeared at the source without a word (H10), so that only a full run tells the truth."""
    return run.mode == "incremental" and met(layers) != run.plan.total


def moved_mark(run: Run, before: Known | None) -> Key | None:
    """The high-water mark to go on from: the plan's, or the old one when nothing changed.

    None, so that the next run reads everything, where a slip at the source would hide later changes behind the mark.
    """
    mark = run.plan.high_water or (before.high_water if before else None)
    return mark if mark is not None and moment_of(mark, run) is not None else None


def moment_of(mark: Key, run: Run) -> datetime | None:
    """When the record at the mark was changed; None where that is no moment, or one ten years away from any sense."""
    try:
        found = in_zone(datetime.fromisoformat(mark.updated_at))
    except ValueError:
        return None
    return found if _EARLIEST <= found <= datetime.fromisoformat(run.started_at) + _GRACE else None


_EARLIEST = datetime(1949, 10, 1, tzinfo=UTC)
_GRACE = timedelta(days=3_653)
