"""Monitoring by the clock: what the sources bring, tasks that clusters make, reminders that fall due."""

from __future__ import annotations

from typing import Final

import polars as pl
import pyarrow as pa

from agreements.acting import house_of
from agreements.peers.outbox import NOTICE
from catalog.errors import HubError, OutOfStep, SettingsError
from catalog.model import SourceSpec
from catalog.standards import load_standard
from exporters.rules.accept import accepted
from exporters.rules.book import shipped
from exporters.rules.risk_intake import kinds
from exporters.rules.risk_intake.model import Reminder, RiskTask
from exporters.rules.tables import tables
from exporters.source import MOST_VALUES
from hub import log
from hub.db.engine import reading
from hub.parts import Parts, open_spec
from hub.peering.peers import PLACES
from hub.risk import peer_notices
from hub.risk.archiving import archive
from hub.risk.intake import Taken, collect, today
from hub.risk.reminding import remind
from hub.risk.risk_tasks import HOMES, heard_since, raise_tasks, window
from hub.settings import Settings
from hub.state.exchange import desk, reading_desk
from hub.state.known import known_of

INTAKE_CRON: Final = "10 * * * *"
WATCH_CRON: Final = "*/10 * * * *"
_BY: Final = "scheduler"
_FIRMS: Final = "enterprise_basic"
_RECORDS_OF_ONE: Final = 20
"""Records of one producer that are looked at, whatever a source holds twice."""


def collect_all(parts: Parts, settings: Settings, by: str = _BY) -> tuple[Taken, ...]:
    """Every kind of source that is there, and the notices of peers.

    One that fails does not stop the others; its error is raised at the end. A kind that never brought anything and
    cannot be read now is not set up here, and only logged.
    """
    taken: list[Taken] = []
    failed: list[HubError] = []
    for kind in kinds().values():
        try:
            taken.append(collect(kind, parts, settings, by))
        except HubError as error:
            log.failure("intake.failed", error, kind=kind.id)
            with reading(parts.engine) as connection:
                if known_of(connection, f"intake.{kind.id}") is not None:
                    failed.append(error)
    if (settings.home / "peers" / PLACES[NOTICE]).is_dir():
        taken.append(peer_notices.take_up(settings.home, parts.engine, parts.clock, by))
    if failed:
        raise failed[0]
    return tuple(taken)


def watch(parts: Parts, settings: Settings) -> tuple[tuple[RiskTask, ...], tuple[Reminder, ...]]:
    """Tasks that were raised or grew, and the reminders that were sent; what is over is archived.

    Doing it again changes nothing.
    """
    day = today(parts, settings)
    with reading_desk(parts.engine, parts.clock.now()) as looking:
        heard = heard_since(looking, window(shipped("notices"), day))
    homes = homes_of(sorted({one.producer_uscc for one in heard if one.producer_uscc}), settings)
    with desk(parts.engine, parts.clock.now()) as found:
        raised, told = raise_tasks(found, homes, day), remind(found)
        archive(found)
    return raised, told


def scheduled_intake(parts: Parts, settings: Settings) -> None:
    """``collect_all`` where the exchange was founded."""
    if _founded(parts):
        for one in collect_all(parts, settings):
            log.event("risk.collected", kind=one.kind, new=one.new, corrected=one.corrected, refused=one.refused)


def scheduled_watch(parts: Parts, settings: Settings) -> None:
    """``watch`` where the exchange was founded."""
    if _founded(parts):
        tasks, reminders = watch(parts, settings)
        log.event("risk.watched", tasks=len(tasks), reminders=len(reminders))


def homes_of(producers: list[str], settings: Settings) -> pl.DataFrame:
    """Where these producers are registered; nothing where no SQL source is set."""
    standard = load_standard(tables()[_FIRMS].standard)
    columns = [column.name for column in tables()[_FIRMS].columns]
    fields = [field for name in columns if (field := standard.find(name))]
    batches: list[pa.RecordBatch] = []
    try:
        with open_spec(SourceSpec("sql", table=_FIRMS), fields, settings) as source:
            for start in range(0, len(producers), MOST_VALUES):
                some = producers[start : start + MOST_VALUES]
                batches.append(source.find("uscc", some, _RECORDS_OF_ONE * len(some)).batch)
    except SettingsError:
        return pl.DataFrame(schema=HOMES)
    if not batches:
        return pl.DataFrame(schema=HOMES)
    return accepted(tables()[_FIRMS], pl.DataFrame(pa.Table.from_batches(batches).select(columns))).select(
        HOMES.names()
    )


def _founded(parts: Parts) -> bool:
    try:
        with reading_desk(parts.engine, parts.clock.now()) as found:
            house_of(found)
    except OutOfStep:
        return False
    return True
