"""``hub approve|return|withdraw``: decisions of people about releases."""

from __future__ import annotations

import click

from hub.cli import common
from hub.cli.run import named_release
from hub.db.engine import reading
from hub.job.publish import approve, publish, withdraw
from hub.parts import assemble, folder_portal
from hub.state import releases


@click.command(name="approve")
@click.argument("release_name", metavar="DATASET/VERSION")
@click.option("--note", default="", help="A remark for the record. 备注。")
@click.option("--if-waiting", is_flag=True, help="DATASET alone: its release that waits, if one does. 若有待审批版本。")
@common.by_option
def approve_command(release_name: str, note: str, if_waiting: bool, by: str | None) -> None:
    """Approve a release that awaits it, as a second person, and publish it. 审批通过并发布。

    \b
    Examples:
      hub approve statistics/1 --by lihua
      hub approve area-colours --if-waiting --by lihua
    """
    if if_waiting:
        waiting = _waiting(release_name)
        if waiting is None:
            click.echo(f"Nothing of {release_name} waits for approval.")
            return
        release_name = waiting
    parts, dataset, version = named_release(release_name, by)
    sealed = approve(dataset, version, common.operator(by), "approve", note, parts)
    publish(dataset, sealed, parts)
    click.echo(f"{release_name} is approved and published.")


def _waiting(dataset: str) -> str | None:
    """The newest release of the dataset that waits for approval."""
    with reading(assemble(common.settings(), "").engine) as connection:
        found = releases.releases_of(connection, dataset, ("awaiting",))
    return f"{dataset}/{found[0].release.version}" if found else None


@click.command(name="return")
@click.argument("release_name", metavar="DATASET/VERSION")
@click.option("--note", required=True, help="Why it is returned. 退回原因。")
@common.by_option
def return_command(release_name: str, note: str, by: str | None) -> None:
    """Return a release that awaits approval; it will not be published. 审批退回。

    \b
    Example:
      hub return statistics/1 --by lihua --note "period incomplete"
    """
    parts, dataset, version = named_release(release_name, by)
    approve(dataset, version, common.operator(by), "return", note, parts)
    click.echo(f"{release_name} is returned; nothing was published.")


@click.command(name="withdraw")
@click.argument("release_names", metavar="DATASET/VERSION...", nargs=-1, required=True)
@click.option("--reason", required=True, help="Shown to the public in its place. 撤回原因（公开显示）。")
@common.by_option
def withdraw_command(release_names: tuple[str, ...], reason: str, by: str | None) -> None:
    """Take releases down for good and prove that they are gone. 撤回发布。

    \b
    Example:
      hub withdraw grading/2 --reason "Published by mistake"
    """
    for release_name in release_names:
        parts, dataset, version = named_release(release_name, by)
        absence = withdraw(dataset, (version,), reason, parts)
        click.echo(f"{release_name} is withdrawn; {absence.checked} addresses were checked and are gone.")


@click.command(name="refresh")
def refresh_command() -> None:
    """Make every page of the folder portal anew, for example after an upgrade. 重新生成门户页面。

    Releases and their files are not touched.

    \b
    Example:
      hub refresh
    """
    settings = common.settings()
    changed = folder_portal(settings).refresh()
    click.echo(f"{settings.portal_home}: " + ("pages made anew." if changed else "every page is as it should be."))


COMMANDS = (approve_command, return_command, withdraw_command, refresh_command)
