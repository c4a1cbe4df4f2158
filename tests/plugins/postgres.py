"""A real PostgreSQL for tests and benchmarks: found, started in a private place, and stopped again.

Looked for in this order: a server named by ``HUB_TEST_POSTGRES``, the system's binaries, the binaries that the
``pgserver`` package brings. A shell stands between us and the server and stops it as soon as our end of its input
closes, so that not even a killed test run leaves a server or its files behind.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.plugins.ports import PATIENCE, free_port

ADVICE = (
    "PostgreSQL is missing: install the system's package (Debian: apt-get install postgresql), or pgserver from PyPI, "
    "or name a server in HUB_TEST_POSTGRES."
)
USER = "hub"
# Waits for the end of its input, then asks for a fast shutdown and clears up. "$@" is the server's command line.
KEEPER = (
    '"$@" >"$LOG" 2>&1 & server=$!; read -r _ || true; kill -INT "$server" 2>/dev/null; wait "$server"; rm -rf "$PLACE"'
)


class MissingServerError(Exception):
    """No PostgreSQL can be had on this machine."""


@dataclass(frozen=True, slots=True)
class _Home:
    """A place for one cluster. ``runner`` holds the arguments of ``subprocess`` that change the user, if any."""

    bin: Path
    root: Path
    runner: Mapping[str, Any]


def uses_system_servers() -> bool:
    """Whether the system's servers come before those from PyPI; ``HUB_TEST_SERVERS=pypi`` says no."""
    return os.environ.get("HUB_TEST_SERVERS") != "pypi"


def binaries() -> Path | None:
    """Folder of ``initdb`` and ``postgres``: the system's, newest first, else those of ``pgserver``."""
    places: list[Path] = []
    if uses_system_servers():
        found = shutil.which("pg_ctl")
        system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name.split(".")[0]))
        places = [*([Path(found).resolve().parent] if found else []), *reversed(system)]
    spec = importlib.util.find_spec("pgserver")
    if spec and spec.submodule_search_locations:
        places.append(Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin")
    return next((p for p in places if (p / "initdb").exists() and (p / "postgres").exists()), None)


@contextmanager
def cluster() -> Iterator[str]:
    """URL of a running server for this caller alone, or of ``HUB_TEST_POSTGRES``; else ``MissingServerError``."""
    given = os.environ.get("HUB_TEST_POSTGRES")
    if given:
        yield given
        return
    found = binaries()
    if found is None:
        raise MissingServerError(ADVICE)
    with tempfile.TemporaryDirectory(prefix="hub-pg-", ignore_cleanup_errors=True) as folder:
        home = _home(found, Path(folder))
        password = secrets.token_hex(16)
        _initialise(home, password)
        with _running(home) as port:
            url = f"postgresql://{USER}:{password}@127.0.0.1:{port}/postgres"
            _wait(url, home)
            yield url


@contextmanager
def new_database(url: str, like: str = "template1") -> Iterator[str]:
    """URL of a database on the server of ``url``, empty or as the one named ``like``, dropped at the end."""
    name = f"hub_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"'.encode())
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _home(found: Path, root: Path) -> _Home:
    """PostgreSQL refuses to run as root: then another user owns the place and must be able to run the binaries."""
    if os.geteuid() != 0:
        return _Home(found, root, {})
    user = next(entry for entry in map(_account, ("postgres", "nobody")) if entry is not None)
    runner: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    try:
        subprocess.run([found / "postgres", "--version"], check=True, capture_output=True, cwd="/", **runner)
    except (OSError, subprocess.CalledProcessError):
        found = _copied(found, root)
    for path in (root, *root.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    return _Home(found, root, runner)


def _copied(found: Path, root: Path) -> Path:
    """The binaries in a place that everyone may enter, with the libraries that ``pgserver`` keeps beside itself."""
    package = found.parents[1]
    shutil.copytree(found.parent, root / package.name / found.parent.name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, root / libraries.name)
    return root / package.name / found.parent.name / "bin"


def _account(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _initialise(home: _Home, password: str) -> None:
    secret = home.root / "password"
    secret.write_text(password, encoding="ascii")
    if home.runner:
        os.chown(secret, home.runner["user"], home.runner["group"])
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", "-U", USER, f"--pwfile={secret}"]
    command = [str(home.bin / "initdb"), *options, "-D", str(home.root / "data")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=home.root, **home.runner)
    if done.returncode:
        raise MissingServerError(f"initdb failed: {done.stderr.strip().splitlines()[-1:]}. {ADVICE}")


@contextmanager
def _running(home: _Home) -> Iterator[int]:
    port = free_port()
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": home.root,
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "shared_buffers": "64MB",
        "dynamic_shared_memory_type": "mmap",
    }
    flags = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    command = ["sh", "-c", KEEPER, "sh", str(home.bin / "postgres"), "-D", str(home.root / "data"), *flags]
    environment = {**os.environ, "LOG": str(home.root / "log"), "PLACE": str(home.root)}
    keeper = subprocess.Popen(
        command, stdin=subprocess.PIPE, cwd=home.root, env=environment, start_new_session=True, **home.runner
    )
    try:
        yield port
    finally:
        assert keeper.stdin is not None
        keeper.stdin.close()
        keeper.wait(PATIENCE)


def _wait(url: str, home: _Home) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(url, connect_timeout=30).close()
        except psycopg.OperationalError:
            if time.monotonic() > end:
                log = (home.root / "log").read_text(errors="replace").strip().splitlines()[-1:]
                raise MissingServerError(f"PostgreSQL did not start: {log}. {ADVICE}") from None
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One server a test process (starting one takes about a second, so workers share nothing)."""
    with cluster_or_skip() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> Iterator[str]:
    """One empty database a test process; a test that needs its own asks for ``postgres_database``."""
    with new_database(postgres_server) as url:
        yield url


@pytest.fixture
def postgres_database(postgres_server: str) -> Iterator[str]:
    """An empty database for one test."""
    with new_database(postgres_server) as url:
        yield url


@contextmanager
def cluster_or_skip() -> Iterator[str]:
    """As ``cluster``; without PostgreSQL the test skips, or fails when ``HUB_REQUIRE`` names ``postgres``."""
    started = cluster()
    try:
        url = started.__enter__()
    except MissingServerError as missing:
        if "postgres" in os.environ.get("HUB_REQUIRE", "").replace(" ", "").split(","):
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))
    try:
        yield url
    finally:
        started.__exit__(None, None, None)
