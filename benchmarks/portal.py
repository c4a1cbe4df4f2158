"""What publishing to the folder portal costs over a plain copy with checksums, and how it grows with the catalogue.

    python -m benchmarks.portal [--releases 5] [--megabytes 64] [--datasets 40] [--json]

The first two legs bring the same large files to a folder: ``copy`` copies, hashes on the way and reads the copies
back; ``publish`` stages, verifies and switches them on a portal. The other two publish small releases of one dataset
and of many, and tell what one more release costs when the index lists few or many datasets.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Leg, here, leg, report
from catalog.datasets import shipped
from catalog.folder import FolderPortal
from catalog.folder.disk import copy_new
from catalog.portal import Edition
from catalog.release import Changes, Provenance, Release, Resource, Role

MEGABYTE = 1_000_000
_OPEN = next(dataset for dataset in shipped() if dataset.is_open)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=64)
    parser.add_argument("--datasets", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--leg", choices=["copy", "publish", "one", "many"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.leg:
        print(json.dumps(_run(asked.leg, asked.folder, asked)))
        return
    with tempfile.TemporaryDirectory() as name:
        _versions(Path(name) / "large", asked.releases, asked.megabytes * MEGABYTE)
        legs = [_leg(kind, Path(name), asked) for kind in ("copy", "publish", "one", "many")]
    copy, publish, one, many = legs
    per_one, per_many = (float(str(one.said["seconds_a_release"])) for one in (one, many))
    ratios = {
        "cpu of publish / cpu of a copy with checksums": publish.cpu / copy.cpu,
        "peak of publish / peak of a copy": publish.peak / copy.peak,
        f"seconds a release, {asked.datasets} datasets / 1 dataset": per_many / per_one,
    }
    title = f"{asked.releases} releases of {asked.megabytes} MB; a small release takes {per_one:.3f} s"
    report(title, legs, ratios, as_json=asked.json)


def _leg(kind: str, folder: Path, asked: argparse.Namespace) -> Leg:
    sizes = [f"--{name}={getattr(asked, name)}" for name in ("releases", "megabytes", "datasets")]
    return leg(kind, [here(__file__), "--leg", kind, "--folder", str(folder), *sizes])


def _run(kind: str, folder: Path, asked: argparse.Namespace) -> dict[str, float]:
    if kind in {"copy", "publish"}:
        editions = _versions(folder / "large", asked.releases, asked.megabytes * MEGABYTE)
        started = time.perf_counter()
        (_copy if kind == "copy" else _publish)(folder / kind, editions)
        return {"seconds": time.perf_counter() - started}
    others = [
        _edition(folder / "small", f"d{n:03d}", 1, 1000, ()) for n in range(asked.datasets if kind == "many" else 1)
    ]
    _publish(folder / kind, others)
    editions = _versions(folder / "small", asked.releases, 1000)
    started = time.perf_counter()
    _publish(folder / kind, editions)
    return {"seconds_a_release": (time.perf_counter() - started) / len(editions)}


def _versions(folder: Path, count: int, octets: int) -> list[Edition]:
    editions: list[Edition] = []
    for version in range(1, count + 1):
        earlier = tuple(edition.release for edition in reversed(editions))
        editions.append(_edition(folder, "example", version, octets, earlier))
    return editions


def _edition(folder: Path, name: str, version: int, octets: int, earlier: tuple[Release, ...]) -> Edition:
    home = folder / f"{name}-{version}"
    file = home / f"{name}.csv"
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        line = f"{name},{version},示例产品,12345\n".encode()
        block = line * min(1000, max(1, octets // len(line)))
        with file.open("wb") as stream:
            for _ in range(max(1, octets // len(block))):
                stream.write(block)
    digest = hashlib.file_digest(file.open("rb"), "sha256").hexdigest()
    data = Resource(file.name, Role.DATA, "csv", "text/csv", file.stat().st_size, digest, 1)
    content = hashlib.sha256(f"{name}/{version}".encode()).hexdigest()
    made = Provenance("0" * 64, "0" * 64, "0" * 64, "0" * 64, content)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    release = Release(name, version, 1, at, (data,), Changes(1), made, {"accuracy": 99.0}, {}, "")
    return Edition(replace(_OPEN, id=name), release, home, earlier, "{}")


def _copy(root: Path, editions: list[Edition]) -> None:
    root.mkdir(parents=True)
    for edition in editions:
        for file in edition.release.resources:
            copy = root / f"{edition.release.version}-{file.name}"
            copy_new(edition.folder / file.name, copy)
            with copy.open("rb") as stream:
                hashlib.file_digest(stream, "sha256")
    shutil.rmtree(root)


def _publish(root: Path, editions: list[Edition]) -> None:
    portal = FolderPortal(root)
    for edition in editions:
        portal.stage(edition)
        portal.verify(edition)
        portal.switch(edition)


if __name__ == "__main__":
    main()
