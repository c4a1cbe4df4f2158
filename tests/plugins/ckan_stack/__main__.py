"""``python -m tests.plugins.ckan_stack start|stop|status|install``: a real CKAN on this machine, without containers."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.plugins.ckan_stack import client, install
from tests.plugins.ckan_stack.serve import Options, Running, serve

HOME = client.ROOT / "var" / "ckan"


def main(arguments: list[str]) -> int:
    """Exit code 1: not running; 3: a part is missing."""
    parser = argparse.ArgumentParser(prog="python -m tests.plugins.ckan_stack", description=__doc__)
    parser.add_argument("command", choices=("start", "stop", "status", "install", "serve", "environment"))
    parser.add_argument("--home", type=Path, default=HOME)
    parser.add_argument("--port", type=int, default=5050)
    parser.add_argument("--megabytes", type=int, default=2000)
    parser.add_argument("--xloader", action="store_true")
    parser.add_argument("--stay", action="store_true")
    given = parser.parse_args(arguments)
    options = Options(given.home.absolute(), given.port, given.megabytes, given.xloader, given.stay)
    try:
        return _do(given.command, options)
    except install.MissingStackError as missing:
        print(missing, file=sys.stderr)
        return 3


def _do(command: str, options: Options) -> int:
    if command == "serve":
        serve(options)
    elif command == "install":
        install.install()
    elif command == "start":
        _show(client.start(Options(options.home, options.port, options.megabytes, options.xloader, stay=True)))
    elif command == "stop":
        print("stopped 已停止" if client.stop(options.home) else "was not running 未在运行")
    else:
        running = client.find(options.home)
        if running is None:
            print("not running 未在运行")
            return 1
        (_environment if command == "environment" else _show)(running)
    return 0


def _show(running: Running) -> None:
    print(f"CKAN:     {running.url}\nlogin:    {running.user} / {running.password}")


def _environment(running: Running) -> None:
    """Lines for a shell: the hub's settings for this CKAN."""
    facts = {"URL": running.url, "TOKEN": running.token, "DATASTORE_URL": running.datastore}
    print("\n".join(f"export HUB_CKAN_{name}='{value}'" for name, value in facts.items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
