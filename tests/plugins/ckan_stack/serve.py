"""Run the whole stack in the foreground until it is told to end: PostgreSQL, Redis, Solr, CKAN, its job worker.

One process owns all others and ends them whatever happens to those who asked for it: it stops at SIGTERM, and, unless
it was told to stay, as soon as none of the processes that registered in ``clients/`` is alive any more.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

import catalog.ckan
from tests.plugins.ckan_stack import account, install, solr
from tests.plugins.ports import free_ports
from tests.plugins.postgres import cluster

PATIENCE = 600
TEMPLATES = Path(catalog.ckan.__file__).parent / "templates"
PLUGINS = "activity datastore datatables_view text_view"


@dataclass(frozen=True, slots=True)
class Options:
    """What differs between the stack of the tests and that of ``make ckan``."""

    home: Path
    port: int = 0
    megabytes: int = 16
    xloader: bool = False
    stay: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """A started stack, as written to ``ready.json``. ``datastore`` may write the DataStore's tables."""

    url: str
    token: str
    user: str
    password: str
    datastore: str
    solr: str
    processes: dict[str, int]
    home: str


def serve(options: Options) -> None:
    """Start everything, say so in ``ready.json``, wait for the end, stop everything."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    home = options.home
    (home / "ready.json").unlink(missing_ok=True)
    (home / "serve.pid").write_text(str(os.getpid()))
    try:
        with ExitStack() as stack:
            running = _start(options, stack)
            partial = home / "ready.json.partial"
            partial.write_text(json.dumps(asdict(running)))
            partial.chmod(0o600)
            partial.replace(home / "ready.json")
            while options.stay or _has_clients(home):
                time.sleep(0.5)
    finally:
        (home / "ready.json").unlink(missing_ok=True)
        (home / "serve.pid").unlink(missing_ok=True)
        if not options.stay:
            shutil.rmtree(home, ignore_errors=True)


def _start(options: Options, stack: ExitStack) -> Running:
    _demand_free(options.port)
    home, ports = options.home, free_ports(3)
    began, processes = time.monotonic(), {}

    def tell(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", file=sys.stderr, flush=True)

    def run(name: str, command: list[str], **more: str) -> None:
        processes[name] = stack.enter_context(_process(name, command, home, **more))

    solr.make_home(home / "solr")
    for program in (install.OWN / "wsgi.py", install.OWN / "SolrMain.java"):
        shutil.copy(program, home)
    shutil.copytree(TEMPLATES, home / "templates", dirs_exist_ok=True)
    account.give(home, _runner(home))
    run("solr", solr.command(home, ports[0]))
    redis = ["--bind", "127.0.0.1", "--save", "", "--dir", str(home)]
    run("redis", [install.redis_server(), "--port", str(ports[1]), *redis])
    server = stack.enter_context(cluster())
    tell("PostgreSQL, Redis and Solr are starting")
    reader = _databases(server)
    port = options.port or ports[2]
    url = f"http://127.0.0.1:{port}"
    ini = home / "ckan.ini"
    facts = {
        "secret": secrets.token_urlsafe(32),
        "database": _base(server),
        "reader": reader,
        "redis": f"redis://127.0.0.1:{ports[1]}/0",
        "solr": f"http://127.0.0.1:{ports[0]}/solr/ckan",
        "url": url,
        "home": home,
        "megabytes": options.megabytes,
        "plugins": PLUGINS + (" xloader" if options.xloader else ""),
        "token": "not-yet",  # xloader refuses to start without one
    }
    _write_ini(ini, facts)
    _permit(server, urlsplit(reader).username or "")
    tell("the DataStore's rights are set")
    _wait(lambda: _answers(f"{facts['solr']}/select?q=*:*"), "Solr", home / "solr.log")
    tell("Solr answers")
    password, token = secrets.token_urlsafe(12), home / "token"
    first = {"CKAN_INI": str(ini), "CKAN_TOKEN_FILE": str(token), "CKAN_ADMIN_PASSWORD": password}
    run("ckan", _gunicorn(port), **first)
    _wait(lambda: _answers(f"{url}/api/3/action/status_show"), "CKAN", home / "ckan.log")
    if options.xloader:
        _write_ini(ini, {**facts, "token": token.read_text()})
        run("worker", [str(install.python().parent / "ckan"), "-c", str(ini), "jobs", "worker"])
    tell(f"CKAN answers at {url}")
    return Running(
        url,
        token.read_text(),
        "admin",
        password,
        f"{_base(server)}/datastore",
        str(facts["solr"]),
        processes,
        str(home),
    )


@contextmanager
def another_ckan(running: Running, **lines: str) -> Iterator[Running]:
    """One more CKAN on the same databases, with other settings (dots in their names as double underscores)."""
    home = Path(running.home)
    (port,) = free_ports(1)
    text = (home / "ckan.ini").read_text(encoding="utf-8")
    for name, value in {**lines, "ckan__site_url": f"http://127.0.0.1:{port}"}.items():
        text = re.sub(rf"(?m)^{re.escape(name.replace('__', '.'))} = .*$", f"{name.replace('__', '.')} = {value}", text)
    ini = home / f"other-{port}.ini"
    ini.touch(mode=0o600)
    ini.write_text(text, encoding="utf-8")
    account.give(ini, _runner(home))
    with _process(f"other-{port}", _gunicorn(port), home, CKAN_INI=str(ini)) as process:
        url = f"http://127.0.0.1:{port}"
        _wait(lambda: _answers(f"{url}/api/3/action/status_show"), "CKAN", home / f"other-{port}.log")
        yield replace(running, url=url, processes={**running.processes, "ckan": process})


def _gunicorn(port: int) -> list[str]:
    workers = ["-w", "2", "--threads", "4", "-t", "600", "--preload"]
    return [str(install.python()), "-m", "gunicorn", *workers, "-b", f"127.0.0.1:{port}", "wsgi:application"]


def _write_ini(path: Path, facts: dict[str, object]) -> None:
    template = (install.OWN / "ckan.ini").read_text(encoding="utf-8")
    path.touch(mode=0o600)
    path.write_text(template.format(**facts), encoding="utf-8")
    account.give(path, _runner(path.parent))


def _base(server: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=""))


def _databases(server: str) -> str:
    """CKAN's two databases, and a role that may only read the second; its URL without the path."""
    password = secrets.token_hex(16)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE ckan")
        connection.execute("CREATE DATABASE datastore")
        # The words of rows are found by ckan.datastore.default_fts_lang; CKAN's trigger makes them by this.
        connection.execute("ALTER DATABASE datastore SET default_text_search_config = 'pg_catalog.simple'")
        connection.execute(f"CREATE ROLE datastore_reader LOGIN PASSWORD '{password}'".encode())
    parts = urlsplit(server)
    return urlunsplit(parts._replace(netloc=f"datastore_reader:{password}@{parts.hostname}:{parts.port}", path=""))


def _permit(server: str, reader: str) -> None:
    """The rights, views and functions that 'ckan datastore set-permissions' would print for psql."""
    (script,) = (install.cache() / "venv").glob("lib/python*/site-packages/ckanext/datastore/set_permissions.sql")
    writer = urlsplit(server).username
    names = {"maindb": "ckan", "datastoredb": "datastore", "mainuser": writer, "writeuser": writer, "readuser": reader}
    text = script.read_text().format(**{key: f'"{name}"' for key, name in names.items()})
    lines = [line for line in text.splitlines() if not line.startswith("\\connect")]
    with psycopg.connect(f"{_base(server)}/datastore", autocommit=True) as connection:
        connection.execute("\n".join(lines).encode())


def _runner(home: Path) -> Mapping[str, Any]:
    return account.runner(install.python(), home, install.jars())


@contextmanager
def _process(name: str, command: list[str], home: Path, **more: str) -> Iterator[int]:
    """A server in its own process group, so that its workers end with it."""
    environment = {**os.environ, "HOME": str(home), **more}
    with (home / f"{name}.log").open("ab") as log:
        started = subprocess.Popen(
            command, cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, **_runner(home),
        )  # fmt: skip
    try:
        yield started.pid
    finally:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(started.pid, sign)
                started.wait(30)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        started.wait(PATIENCE)


def _demand_free(port: int) -> None:
    """Tell at once that another program has the port (0: any), rather than wait for a server that cannot start."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise install.MissingStackError(f"Port {port} is taken; name another by --port.") from None


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=30) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _wait(ready: Callable[[], bool], what: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > end:
            last = log.read_text(errors="replace").strip().splitlines()[-2:]
            raise install.MissingStackError(f"{what} did not start: {' '.join(last)}")
        time.sleep(0.25)


def _has_clients(home: Path) -> bool:
    for mark in (home / "clients").glob("*"):
        try:
            os.kill(int(mark.name), 0)
        except ProcessLookupError:
            mark.unlink(missing_ok=True)
        else:
            return True
    return False
