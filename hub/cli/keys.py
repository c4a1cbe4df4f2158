"""``hub keys``: the process that holds the master of marks."""

from __future__ import annotations

import signal
from typing import NoReturn

import click

from catalog.errors import SettingsError
from hub.cli import common


@click.group(name="keys")
def keys_group() -> None:
    """The key service of marks. 水印密钥服务。"""


@keys_group.command(name="serve")
@click.option("--group", default="", metavar="GROUP", help="Unix group that may ask as well. 允许访问的用户组。")
def serve_command(group: str) -> None:
    """Hold the master of marks and answer at HUB_MARK_KEY_SOCKET until stopped. 持有水印主密钥并应答。

    Run it under a user of its own whose key file nobody else can read; all other commands of the hub are then given
    HUB_MARK_KEY_SOCKET and never see the master.

    \b
    Example:
      HUB_MARK_KEY_SOCKET=/run/hub/keys.sock hub keys serve --group hub
    """
    from hub.key_agent import listening
    from hub.parts import master_keys

    settings = common.settings()
    if settings.mark_key_socket is None:
        raise SettingsError("HUB_MARK_KEY_SOCKET is not set.", todo="Set it to the path where to listen.")
    signal.signal(signal.SIGTERM, _stop)
    with listening(settings.mark_key_socket, master_keys(settings), group) as serve:
        click.echo(f"Keys 密钥: {settings.mark_key_socket}")
        serve()


def _stop(number: int, frame: object) -> NoReturn:
    del number, frame
    raise KeyboardInterrupt


COMMANDS = (keys_group,)
