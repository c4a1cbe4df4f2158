"""Units in other processes: the same function, the same manifest, only more hands.

A worker rebuilds what it needs from the environment that it inherits: sources are opened, not sent.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from catalog.errors import StorageError
from catalog.model import Dataset
from desensitise.policy import Policy, needs_keys, policy_of
from exporters.source import Source, Unit
from hub.units import UnitResult, process_unit


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs beside its environment to rebuild the work: source, dataset, the coming release if it counts.

    Keys are no part of it: a worker reads them itself.
    """

    override: str | None
    dataset: str
    release: str = ""


def run_units(job: Job, units: Sequence[Unit], folder: Path, workers: int) -> Iterator[UnitResult]:
    """Results as they finish, in any order; the first failure stops what has not begun."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting = [pool.submit(_one, job, unit, folder) for unit in units]
        try:
            for future in as_completed(waiting):
                yield future.result()
        except BrokenProcessPool:
            raise StorageError(
                "A process that worked on units was ended from outside, perhaps for want of memory.",
                left="Finished units are kept; nothing was released.",
                todo="Run the same command again, with fewer HUB_WORKERS or smaller HUB_UNIT_ROWS where it repeats.",
            ) from None
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _one(job: Job, unit: Unit, folder: Path) -> UnitResult:
    dataset, source, policy = _opened(job)
    return process_unit(dataset, source, unit, folder, policy)


@cache
def _opened(job: Job) -> tuple[Dataset, Source, Policy]:
    """Once a worker and dataset."""
    from hub.parts import datasets, open_dataset, treatment_keys
    from hub.settings import Settings

    settings = Settings.read(os.environ)
    (dataset,) = datasets(settings, (job.dataset,))
    keys = treatment_keys(settings) if needs_keys(dataset) else None
    return dataset, open_dataset(dataset, settings, job.override), policy_of(dataset, keys, job.release)
