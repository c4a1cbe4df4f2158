"""The main job: from a regulator's database to a verified release. One straight line; any kill can be run again."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace

from catalog.errors import HubError, SourceChanged, SourceError, UnsafeRelease
from catalog.model import Dataset
from catalog.release import Release
from exporters.products import product_of
from exporters.source import Source
from hub import log
from hub.db.engine import reading, writing
from hub.job import extract
from hub.job.gate_cost import told
from hub.job.publish import publish
from hub.job.seal import Result, seal
from hub.parts import Parts, shown_on_portal
from hub.state import known, releases, runs
from hub.state.known import Known
from hub.state.runs import Run
from hub.timetable.leases import held


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run of one dataset ended: published, stored (not for the portal), held or unchanged."""

    dataset: str
    run: str
    state: str
    mode: str
    release: Release
    report: Mapping[str, object]
    address: str
    held_back: str
    broken_off: str = ""
    """The run that had been broken off before: this one, which went on with it, or another, which was begun anew."""


def release(dataset: Dataset, parts: Parts, *, full: bool = False) -> Outcome:
    """Extract, check, derive, treat, seal and publish one dataset; goes on where a killed run stopped."""
    lease = held(parts.engine, f"dataset:{dataset.id}", parts.clock, parts.lease_seconds)
    with lease, closing(parts.source(dataset)) as source:
        with reading(parts.engine) as connection:
            before = runs.unfinished(connection, dataset.id)
        broken_off = before.id if before else ""
        run = extract.begin(dataset, source, parts, full=full)
        if broken_off:
            log.event("run.resumed" if broken_off == run.id else "run.restarted", dataset=dataset.id, run=broken_off)
        try:
            outcome = _attempt(dataset, run, parts, source)
        except SourceChanged:
            if broken_off != run.id:
                raise
            # The plan of a run that was cut short holds no more; that run has ended now.
            run = extract.begin(dataset, source, parts, full=full)
            outcome = _attempt(dataset, run, parts, source)
        if outcome is None:
            extract.abandon(run, parts)
            log.event("run.vanished", dataset=dataset.id, run=run.id)
            outcome = _attempt(dataset, extract.begin(dataset, source, parts, full=True), parts, source)
        assert outcome is not None  # noqa: S101 - from a full run nothing can have vanished
        return replace(outcome, broken_off=broken_off)


def _attempt(dataset: Dataset, run: Run, parts: Parts, source: Source) -> Outcome | None:
    """The run to its end; an error ends it, or stays noted on it where the next command can go on with it."""
    try:
        return _run(dataset, run, parts, source)
    except UnsafeRelease as refusal:
        _end(run, "refused", parts, {}, error=refusal.happened)
        raise
    except SourceError as error:
        # Who reads a source does not know what a run had done by then.
        if error.retry and not isinstance(error, SourceChanged):
            _note(run, error, parts)
            raise error.leaving(_kept(run, parts)) from None
        _end(run, "failed", parts, {}, error=error.happened)
        raise error.leaving("Nothing was released; readers see what they saw before.") from None
    except BaseException as error:
        if isinstance(error, HubError) and not error.retry:
            _end(run, "failed", parts, {}, error=error.happened)
        else:
            _note(run, error, parts)
        raise


def _kept(run: Run, parts: Parts) -> str:
    with reading(parts.engine) as connection:
        done = len(runs.parts_of(connection, run.id))
    return f"{done} of {len(run.plan.units)} units of work are kept; nothing was released."


def _note(run: Run, error: BaseException, parts: Parts) -> None:
    """Say on the run why it was broken off; only the kind and place of what no one foresaw."""
    if isinstance(error, HubError):
        happened = error.happened
    else:
        by_hand = isinstance(error, KeyboardInterrupt)
        happened = "Stopped by hand." if by_hand else f"{type(error).__name__} at {log.place(error.__traceback__)}."
    with suppress(HubError), writing(parts.engine) as connection:
        runs.note(connection, run.id, happened)


def _run(dataset: Dataset, run: Run, parts: Parts, source: Source) -> Outcome | None:
    """None where records vanished at the source, so that only a full run tells the truth."""
    begun = time.process_time()
    with reading(parts.engine) as connection:
        before = known.known_of(connection, dataset.id)
    base = extract.base_of(run, before)
    if run.state != "sealed":
        extract.extract(dataset, source, run, parts)
        if extract.vanished(run, extract.layers_of(base, parts)):
            return None
        result = seal(dataset, run, base, parts)
        result = replace(result, report=told(result.report, time.process_time() - begun, dataset.id))
    else:
        result = _sealed_before(run, parts)
    state = _publish(dataset, result, parts)
    _close(dataset, run, before, base, state, result, parts)
    return _outcome(dataset, run, state, result, parts)


def _sealed_before(run: Run, parts: Parts) -> Result:
    """What a run that was killed after sealing had sealed."""
    with reading(parts.engine) as connection:
        found = releases.find_release(connection, run.dataset, run.version or 0)
    assert found is not None  # noqa: S101 - sealing writes both in one transaction
    return Result(found.release, unchanged=False, report={})


def _publish(dataset: Dataset, result: Result, parts: Parts) -> str:
    with reading(parts.engine) as connection:
        found = releases.find_release(connection, dataset.id, result.release.version)
    assert found is not None  # noqa: S101 - just sealed, or the unchanged latest one
    if found.state == "awaiting":
        return "held"
    if found.state == "sealed":
        publish(dataset, found, parts)
    if result.unchanged:
        return "unchanged"
    return "published" if shown_on_portal(dataset) else "stored"


def _close(
    dataset: Dataset,
    run: Run,
    before: Known | None,
    base: tuple[str, ...],
    state: str,
    result: Result,
    parts: Parts,
) -> None:
    """Remember where to go on, end the run, and drop the parts that no present state needs."""
    mark = extract.moved_mark(run, before)
    with writing(parts.engine) as connection:
        known.remember(connection, dataset.id, Known(run.fingerprint, mark, run.plan.total, base))
        report = result.report
        runs.finish_run(connection, run, state, parts.clock.now(), report=report)
    for old in before.base_runs if before else ():
        if old not in base:
            shutil.rmtree(parts.parts / old, ignore_errors=True)
    if product_of(dataset).aggregates:
        # Partial sums tell of single units; only the protected table stays.
        for path in (parts.parts / run.id).glob("part-*"):
            path.unlink()
    shutil.rmtree(parts.work / run.id, ignore_errors=True)


def _end(run: Run, state: str, parts: Parts, report: Mapping[str, object], error: str) -> None:
    """A run that cannot be gone on with: its files go, what it found stays on record."""
    shutil.rmtree(parts.parts / run.id, ignore_errors=True)
    shutil.rmtree(parts.work / run.id, ignore_errors=True)
    with writing(parts.engine) as connection:
        runs.finish_run(connection, run, state, parts.clock.now(), report=report, error=error)


def _outcome(dataset: Dataset, run: Run, state: str, result: Result, parts: Parts) -> Outcome:
    version = result.release.version
    store = parts.releases / dataset.id / str(version)
    on_portal = shown_on_portal(dataset) and state != "held"
    if state == "held":
        shrunk = dataset.approval != "second-person"
        reason = "awaits a second person's approval" + (", for it lost over half of its rows" if shrunk else "")
    elif not shown_on_portal(dataset):
        reason = f"shared with {dataset.audience.value} only ({dataset.basis}); kept in the store"
    elif not dataset.is_open:
        reason = f"{dataset.audience.value} only ({dataset.basis}): described on the portal, files on application"
    else:
        reason = ""
    address = parts.portal.address(dataset.id) if on_portal else str(store)
    return Outcome(dataset.id, run.id, state, run.mode, result.release, result.report, address, reason)
