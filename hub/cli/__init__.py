"""The command line ``hub``. Each module holds the commands of one subject; ``main`` is the only exit."""

from __future__ import annotations

import io
import sys

import click

from hub import log
from hub.cli.lazy import Commands


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="quality-open-data-hub")
def hub() -> None:
    """Open-data publishing and exchange hub for product quality supervision. 工业产品质量安全监管数据开放与共享.

    \b
    First steps 入门:
      hub sample --rows 20000        invent a source database  生成样例省份
      hub run                        run every declared dataset  运行全部数据集
      hub releases                   what was released  查看发布版本
      hub verify FILE                prove a file  验证文件
    """


def main() -> None:
    """Run a command; every error is one line and an exit code of its class (docs/errors.md)."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no Chinese is given escapes, which mean the same in JSON, and not a crash.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        hub.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped. What was finished is kept; run the same command again to go on.", err=True)
        sys.exit(130)
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - the last door; panics of native libraries are no Exceptions
        from hub.cli.common import readable

        told = readable(error)
        if told is not error:
            log.failure("command.crashed", error)
        click.echo(f"error[{told.code}]: {told}", err=True)
        sys.exit(told.exit_code)
