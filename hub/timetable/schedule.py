"""The scheduler: runs each dataset at the windows of its cron expression, whichever process gets there first.

APScheduler only wakes us: its jobs live in code, never in a table, and to be woken late, twice or for nothing is
harmless, because every wake-up looks for the latest window that is due and claims it (``hub.timetable.claims``).
So windows missed during a downtime are caught up by one run, and a window whose process died is taken over after
its lease.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine

from catalog.errors import Busy, DeclarationError, HubError
from hub import log
from hub.clock import Clock
from hub.timetable import claims

_DAY: Final = "(mon|tue|wed|thu|fri|sat|sun)"
# Numbers of weekdays are refused: APScheduler counts from Monday, cron from Sunday.
_WEEKDAYS: Final = re.compile(rf"\*|{_DAY}(-{_DAY})?(,{_DAY}(-{_DAY})?)*")
_FIELD: Final = re.compile(r"[0-9a-z*/,-]+")
_SECOND: Final = timedelta(seconds=1)
_WATCH_AT_MOST: Final = 60.0


@dataclass(frozen=True, slots=True)
class Job:
    """What is run when; an empty ``cron`` is never due."""

    name: str
    cron: str


def trigger(cron: str, timezone: tzinfo) -> CronTrigger:
    """The trigger of ``minute hour day month weekday`` (weekdays by name), or with seconds as a sixth field in front.

    All fields must hold: unlike cron, a day and a weekday together mean both. DeclarationError when malformed.
    """
    parts = cron.lower().split()
    names = ("second", "minute", "hour", "day", "month", "day_of_week")[6 - len(parts) :]
    shaped = len(parts) in {5, 6} and _WEEKDAYS.fullmatch(parts[-1]) and all(map(_FIELD.fullmatch, parts[:-1]))
    try:
        if shaped:
            return CronTrigger(**dict(zip(names, parts, strict=True)), timezone=timezone)
    except (ValueError, TypeError):
        shaped = False
    raise DeclarationError(
        "A dataset's cron is no 'minute hour day month weekday' with weekdays by name (mon-sun).",
        todo="Correct cron in the dataset's declaration, for example '0 3 * * mon'.",
    )


def due(cron: CronTrigger, since: datetime, until: datetime) -> datetime | None:
    """The latest window after ``since`` and not after ``until``, or None: of many missed ones only this is run."""
    low = since + timedelta(microseconds=1)
    found = _next(cron, low, until)
    # Windows have whole seconds, and "a window is due from here on" is true up to the latest one and false after it.
    high = until + _SECOND
    while found is not None and high - low > _SECOND:
        middle = low + (high - low) / 2
        later = _next(cron, middle, until)
        low, high, found = (middle, high, later) if later else (low, middle, found)
    return found and (_next(cron, found + _SECOND, until) or found)


def _next(cron: CronTrigger, start: datetime, until: datetime) -> datetime | None:
    window: datetime | None = cron.get_next_fire_time(None, start)
    return window if window is not None and window <= until else None


def serve(
    jobs: Iterable[Job],
    run: Callable[[str], None],
    engine: Engine,
    *,
    owner: str,
    clock: Clock,
    stop: threading.Event,
    timezone: tzinfo,
    lease_seconds: int,
) -> None:
    """Run ``run(name)`` for every due window until ``stop`` is set; a run that is under way then is finished first.

    One run at a time in this process: a run uses the whole machine. A failing run is logged, its window marked
    failed, and the scheduler goes on. DeclarationError when a cron expression is malformed.
    """
    lease, started = timedelta(seconds=lease_seconds), clock.now()
    works = [
        _Work(claims.Claimant(engine, job.name, owner, lease), trigger(job.cron, timezone), run, clock, stop, started)
        for job in jobs
        if job.cron
    ]
    # It reports skipped wake-ups as warnings, and they are no news; its other records go the way of all libraries'.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(
        timezone=timezone,
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
    )
    at_once = datetime.now(UTC)  # wake-ups go by the machine's clock, windows by ours
    watch = min(_WATCH_AT_MOST, max(1.0, lease_seconds / 2))
    for work in works:
        scheduler.add_job(work.wake, work.cron, id=f"{work.who.job}:due")
        # Finds what no cron tick tells of: windows missed before we started, and windows of processes that died.
        scheduler.add_job(work.wake, IntervalTrigger(seconds=watch), id=f"{work.who.job}:watch", next_run_time=at_once)
    scheduler.start()
    log.event("schedule.started", jobs=len(works), owner=owner)
    try:
        stop.wait()
    finally:
        scheduler.shutdown(wait=True)
        log.event("schedule.stopped", owner=owner)


@dataclass(slots=True)
class _Work:
    """One job of this process, and what it needs to find, claim and run its due window."""

    who: claims.Claimant
    cron: CronTrigger
    run: Callable[[str], None]
    clock: Clock
    stop: threading.Event
    started: datetime
    busy: threading.Lock = field(default_factory=threading.Lock)

    def wake(self) -> None:
        """Run the due window if there is one and nobody else has it. Raises nothing."""
        if self.stop.is_set() or not self.busy.acquire(blocking=False):
            return
        try:
            window = self._due()
            if window is not None:
                self._run(window)
        except HubError as error:
            # The database may be away; the next wake-up tries again.
            log.failure("schedule.check-failed", error, job=self.who.job)
        finally:
            self.busy.release()

    def _due(self) -> datetime | None:
        """The window to run now, already claimed."""
        now, last = self.clock.now(), claims.latest(self.who.engine, self.who.job)
        window = due(self.cron, self.started if last is None else last.window - _SECOND, now)
        if window is None or (last is not None and window == last.window and not last.open_at(now)):
            return None
        taken = claims.claim(self.who, window, now)
        return window if taken else None

    def _run(self, window: datetime) -> None:
        at = window.isoformat()
        log.event("schedule.claimed", job=self.who.job, window=at, owner=self.who.owner)
        state = claims.DONE
        with self._kept(window):
            try:
                self.run(self.who.job)
            except Busy:
                # Somebody runs the dataset by hand: the window is tried again later.
                claims.give_back(self.who, window)
                log.event("schedule.given-back", job=self.who.job, window=at)
                return
            except BaseException as error:  # noqa: BLE001 -- panics of native libraries are no Exceptions
                log.failure("schedule.run-failed", error, job=self.who.job, window=at)
                state = claims.FAILED
        kept = claims.finish(self.who, window, self.clock.now(), state)
        log.event("schedule.finished" if kept else "schedule.lost", job=self.who.job, window=at, state=state)

    @contextmanager
    def _kept(self, window: datetime) -> Iterator[None]:
        """Renew the lease in the background while the body runs."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(self.who.lease.total_seconds() / 3):
                try:
                    if not claims.renew(self.who, window, self.clock.now()):
                        return
                except HubError as error:
                    log.failure("schedule.renew-failed", error, job=self.who.job)

        thread = threading.Thread(target=beat, name=f"claim-{self.who.job}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
