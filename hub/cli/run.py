"""``hub run``, ``hub publish`` and ``hub schedule``: doing the work, now or by the clock."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from catalog.errors import HubError, OutOfStep
from catalog.model import Dataset
from hub import log
from hub.cli import common
from hub.declarations import runnable
from hub.job.pipeline import Outcome, release
from hub.job.publish import find, publish
from hub.parts import Parts, assemble, datasets, mail_of
from hub.progress import drawn
from hub.rules.trace_chains import Checked, kept_by_runs, summary
from hub.rules.trace_chains import keep as keep_chains
from hub.settings import Settings
from hub.timetable.leases import owner_name
from hub.timetable.schedule import Job, serve

if TYPE_CHECKING:
    from hub.ledger.timestamps import Authority

_PEERS: Final = "hub.peering.peers"
_PEERS_CRON: Final = "*/5 * * * *"
_INTAKE: Final = "hub.risk.intake"
_WATCH: Final = "hub.risk.monitoring"
_DERIVED: Final = "hub.rules.derived"
_DERIVED_CRON: Final = "0 5 * * *"
_TIMESTAMP: Final = "hub.timestamp"
_TIMESTAMP_CRON: Final = "20 0 * * *"


@click.command(name="run")
@click.argument("names", nargs=-1, metavar="[DATASET]...")
@click.option(
    "--source", metavar="URL", help="Source address: postgresql://, sqlite://, http(s):// or a folder. 数据源。"
)
@click.option("--portal", metavar="NAME", help="Portal to publish to; default: HUB_PORTAL. 发布门户。")
@click.option("--full", is_flag=True, help="Read everything again instead of only what changed. 全量抽取。")
@common.by_option
@common.json_option
def run_command(
    names: tuple[str, ...],
    source: str | None,
    portal: str | None,
    full: bool,
    by: str | None,
    as_json: bool,
) -> None:
    """Extract, check, desensitise, release and publish datasets. 抽取、校验、脱敏、发布。

    Without names, every declared dataset is run. A run that was broken off goes on where it stopped. No dataset's
    failure, damaged declaration or source stops the others; the exit code is the first failure's.

    \b
    Examples:
      hub run
      hub run traceability --source postgresql://reader@db.example/quality
      hub run grading --full --json
    """
    settings = common.settings()
    chosen = runnable(settings.datasets, names)
    failures: list[tuple[str, HubError]] = list(chosen.refused)
    outcomes: list[Outcome] = []
    kept: list[Checked] = []
    with drawn(common.errors_console()) as steps:
        parts = assemble(settings, common.operator(by), source=source, portal=portal, steps=steps)
        for dataset in chosen.sound:
            try:
                outcomes.append(release(dataset, parts, full=full))
                kept.extend(_chained(dataset, parts, source or settings.source.reveal()))
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001 - not even a defect, or a native library's panic, stops others
                log.failure("run.failed", error, dataset=dataset.id)
                failures.append((dataset.id, common.readable(error)))
    _show(outcomes, failures, as_json=as_json)
    for one in kept if not as_json else ():
        click.echo(summary(one))
    if failures:
        raise SystemExit(failures[0][1].exit_code)


def _show(outcomes: list[Outcome], failures: list[tuple[str, HubError]], *, as_json: bool) -> None:
    if as_json:
        common.show_json(
            {
                "released": [_body(outcome) for outcome in outcomes],
                "failed": [
                    {"dataset": name, "code": error.code, "message": str(error), "exit_code": error.exit_code}
                    for name, error in failures
                ],
            },
        )
        return
    common.show_table(
        "Releases 发布",
        ("dataset 数据集", "state 状态", "version 版本", "rows 行数", "changes +/~/- 变更", "where 位置"),
        [
            (
                o.dataset,
                o.state,
                o.release.version,
                f"{o.release.rows:,}",
                f"+{o.release.changes.added} ~{o.release.changes.corrected} -{o.release.changes.withdrawn}",
                o.address,
            )
            for o in outcomes
        ],
    )
    held = [(o.dataset, f"{count:,}", reason) for o in outcomes for reason, count in o.release.held_back.items()]
    held += [(o.dataset, "files", o.held_back) for o in outcomes if o.held_back]
    common.show_table("Held back 未发布", ("dataset 数据集", "how many 数量", "why 原因"), held)
    for o in outcomes:
        if o.broken_off:
            then = (
                "went on and is finished 已接续完成"
                if o.broken_off == o.run
                else f"was begun anew as {o.run} 已重新开始"
            )
            click.echo(f"Run {o.broken_off} had been broken off 曾中断; it {then}.")
    for name, error in failures:
        click.echo(f"error[{error.code}] {name}: {error}", err=True)


def _body(outcome: Outcome) -> dict[str, Any]:
    made = outcome.release
    return {
        "dataset": outcome.dataset,
        "run": outcome.run,
        "broken_off": outcome.broken_off,
        "state": outcome.state,
        "mode": outcome.mode,
        "version": made.version,
        "rows": made.rows,
        "changes": asdict(made.changes),
        "held_back": {**made.held_back, **({"files": outcome.held_back} if outcome.held_back else {})},
        "quality": dict(made.quality),
        "where": outcome.address,
        "content": made.provenance.content,
    }


@click.command(name="publish")
@click.argument("release_name", metavar="DATASET/VERSION")
@common.by_option
def publish_command(release_name: str, by: str | None) -> None:
    """Go on with publishing a sealed release, for example after a portal was away. 继续发布。

    \b
    Example:
      hub publish grading/3
    """
    parts, dataset, version = named_release(release_name, by)
    publish(dataset, find(dataset, version, parts), parts)
    click.echo(f"{release_name} is published: {parts.portal.address(dataset.id)}")


def named_release(release_name: str, by: str | None) -> tuple[Parts, Dataset, int]:
    """Parts, dataset and version of a name like ``grading/3``."""
    name, _, version = release_name.partition("/")
    if not version.isascii() or not version.isdigit():
        raise click.BadParameter("write it as DATASET/VERSION, for example grading/3", param_hint="DATASET/VERSION")
    settings = common.settings()
    (dataset,) = datasets(settings, (name,))
    return assemble(settings, common.operator(by)), dataset, int(version)


@click.command(name="schedule")
@click.argument("names", nargs=-1, metavar="[DATASET]...")
@click.option("--source", metavar="URL", help="Source address, as for 'hub run'. 数据源。")
@common.json_option
def schedule_command(names: tuple[str, ...], source: str | None, as_json: bool) -> None:
    """Run datasets by their declared timetable until stopped, and tell each release. 按计划运行。

    Several schedulers may share one database: each window is run exactly once. Windows missed while no scheduler was
    up are caught up once, at the latest of them. SIGTERM lets the running dataset finish. Without names it also sends
    high risks to the peers and notices to their followers every five minutes (hub peers collect, push; hub notices
    push), takes risk information in every hour (hub risks collect), and every ten minutes raises tasks, sends
    reminders and archives what is over (hub risks watch). Each morning at five it brings the derivations and the
    negative list up to date (hub derived update).

    \b
    Examples:
      hub schedule
      hub schedule grading traceability --json    (a JSON object a line)
    """
    settings = common.settings()
    declared = runnable(settings.datasets, names)
    for name, refusal in declared.refused:
        log.failure("schedule.refused", refusal, dataset=name)
        click.echo(f"error[{refusal.code}] {name}: {refusal}", err=True)
    chosen = {dataset.id: dataset for dataset in declared.sound}
    parts = assemble(settings, "scheduler", source=source)
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    works: dict[str, Callable[[], None]] = {
        name: partial(_scheduled, dataset, parts, source or settings.source.reveal(), as_json=as_json)
        for name, dataset in chosen.items()
    }
    jobs = [Job(name, dataset.cron) for name, dataset in chosen.items()]
    if not names:
        jobs.append(Job(_PEERS, _PEERS_CRON))
        works[_PEERS] = partial(_to_peers, parts, settings)
        from hub.risk import monitoring

        jobs += [Job(_INTAKE, monitoring.INTAKE_CRON), Job(_WATCH, monitoring.WATCH_CRON)]
        works[_INTAKE] = partial(monitoring.scheduled_intake, parts, settings)
        works[_WATCH] = partial(monitoring.scheduled_watch, parts, settings)
        if source or settings.source.reveal():
            jobs.append(Job(_DERIVED, _DERIVED_CRON))
            works[_DERIVED] = partial(_derived, parts, settings, source)
    from hub.ledger import timestamps

    authority = timestamps.authority(settings.tsa_url, settings.tsa_roots)
    if authority is not None and not names:
        jobs.append(Job(_TIMESTAMP, _TIMESTAMP_CRON))
        works[_TIMESTAMP] = partial(_timestamped, parts, authority)
    serve(
        jobs,
        lambda name: works[name](),
        parts.engine,
        owner=owner_name(),
        clock=parts.clock,
        stop=stop,
        timezone=settings.timezone,
        lease_seconds=settings.lease_seconds,
    )


def _chained(dataset: Dataset, parts: Parts, address: str) -> list[Checked]:
    """The trace chains, kept after every run of the trace records."""
    return [keep_chains(parts, address)] if address and kept_by_runs(dataset) else []


def _scheduled(dataset: Dataset, parts: Parts, address: str, *, as_json: bool) -> None:
    outcome = release(dataset, parts)
    told = f"{dataset.id}/{outcome.release.version} {outcome.state} {outcome.address}"
    click.echo(json.dumps(_body(outcome), ensure_ascii=False, sort_keys=True) if as_json else told)
    _chained(dataset, parts, address)
    log.event("schedule.released", dataset=dataset.id, run=outcome.run, state=outcome.state)


def _to_peers(parts: Parts, settings: Settings) -> None:
    """Collect and push, where the exchange was founded."""
    from hub.peering import peer_client, peer_risks, peers
    from hub.peering.peer_station import station_of
    from hub.risk import peer_notices, pushing

    try:
        station = station_of(parts, settings)
    except OutOfStep:
        return
    try:
        peer_notices.offer(station, parts.clock, parts.lease_seconds)
        peer_risks.collect(station, parts, datasets(settings), parts.clock.now())
    finally:
        # What waits already does not wait for a release that cannot be read.
        tried = peers.push(station, parts.clock.now, peer_client.send)
        if tried:
            log.event("peers.pushed", tried=len(tried), sent=sum(one.state == "sent" for one in tried))
        told = pushing.push(station, parts.clock, peer_client.deliver, mail_of(settings))
        if told:
            log.event("notices.pushed", tried=len(told), sent=sum(one.state == "sent" for one in told))


def _derived(parts: Parts, settings: Settings, source: str | None) -> None:
    """The kept derivations, and the negative list, of today."""
    from hub.rules import derived

    today = parts.clock.now().astimezone(settings.timezone).date()
    made = derived.update(parts, settings, today, source=source)
    log.event("derived.made", number=made.kept.number, whole=made.whole, read=sum(made.read.values()))


def _timestamped(parts: Parts, authority: Authority) -> None:
    from hub.ledger import timestamps

    found = timestamps.take(parts.engine, parts.signer, parts.clock.now(), authority)
    log.event("ledger.timestamped", size=found.size)


COMMANDS = (run_command, publish_command, schedule_command)
