"""Copies for the public: whoever takes an open file gets one of their own, entered in the ledger before it is made.

A caller's files of one version on one day are one grant, each format one download, so a file can be taken in parts
and taken again: it has the same bytes and the same hash. The grant's name is drawn from the caller with a key that is
thrown away two days later; from then on nobody, the hub included, can tell from the ledger who the caller was.

Copies lie in ``HUB_HOME/copies`` and take no more room than they are given: the longest unused go first. They are
made again from the registry, byte for byte, when somebody comes back for them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from catalog.errors import Busy, StorageError
from catalog.files import write_whole
from catalog.folder.disk import only_writer
from catalog.model import Dataset
from catalog.release import Release, Resource
from hub.db.engine import guarded, reading
from hub.keyfiles import made_once
from hub.marking import copies, marks
from hub.marking.marks import Entry
from hub.parts import Parts

GRANT: Final = "open-"
"""Grants of public downloads begin so."""
LISTED: Final = ".download.json"
PATIENCE: Final = 20.0
"""Seconds that a caller waits while others' copies are made, one at a time."""
_SPARE: Final = 1.25
_FREE: Final = 256 << 20


@dataclass(frozen=True, slots=True)
class Download:
    """One caller's copy of a file. ``id`` leads back to it, from anywhere and on any later day."""

    id: str
    number: int
    path: Path
    file: Resource


def is_marked(resource: Resource) -> bool:
    """Whether each download of this file is another copy; descriptions are the same for all."""
    return resource.rows is not None and resource.role == "data"


def download(
    dataset: Dataset,
    release: Release,
    resource: Resource,
    caller: str,
    parts: Parts,
    room: int,
    allowed: Callable[[], None] = lambda: None,
) -> Download:
    """The caller's copy of a data file; ``allowed`` raises when the caller may not have a new one made.

    Busy when others' copies are being made for too long, StorageError when ``room`` bytes do not hold it.
    """
    today, yesterday = _grants(dataset, release.version, caller, parts)
    found = _known(dataset.id, release.version, today, resource, parts)
    # Who goes on with what was begun before midnight goes on with the same copy.
    found = found or _known(dataset.id, release.version, yesterday, resource, parts)
    if found is None:
        allowed()
        with _making(parts):
            found = _known(dataset.id, release.version, today, resource, parts)
            if found is None:
                _make_room(release, resource, parts, room)
                who = "public download 公众下载"
                made = copies.copy_for(dataset, release.version, today, who, parts, (resource.format,))
                _list(made.folder, made.files)
                _used(made.folder, parts)
                return _download(today, made.number, made.files, resource.name, made.folder)
    return _there(dataset, release, resource, found, parts, room)


def known(
    dataset: Dataset, release: Release, resource: Resource, download_id: str, parts: Parts, room: int
) -> Download | None:
    """The copy that an earlier download was given; None when there was none."""
    found = _known(dataset.id, release.version, f"{GRANT}{download_id}", resource, parts)
    return None if found is None else _there(dataset, release, resource, found, parts, room)


def files_of(dataset: str, version: int, download_id: str, parts: Parts) -> list[tuple[Entry, tuple[Resource, ...]]]:
    """What a download was given of a version, by format; files that had to give way meanwhile are left out."""
    with reading(parts.engine) as connection:
        held = marks.entries(connection, dataset, version, (f"{GRANT}{download_id}",))
    return [(one, _listing(parts.copies / str(one.copy.number)) or ()) for one in held if one.output]


def _there(dataset: Dataset, release: Release, resource: Resource, entry: Entry, parts: Parts, room: int) -> Download:
    """A registered copy's file, made again when it had to give way."""
    number = entry.copy.number
    folder = parts.copies / str(number)
    files = _listing(folder)
    if files is None:
        with _making(parts):
            files = _listing(folder)
            if files is None:
                _make_room(release, resource, parts, room)
                files = copies.again(dataset, number, parts).files
                _list(folder, files)
    _used(folder, parts)
    return _download(entry.copy.grant, number, files, resource.name, folder)


def _download(grant: str, number: int, files: Iterable[Resource], name: str, folder: Path) -> Download:
    return Download(grant.removeprefix(GRANT), number, folder / name, next(one for one in files if one.name == name))


def _grants(dataset: Dataset, version: int, caller: str, parts: Parts) -> tuple[str, str]:
    """The names of the caller's grants for a version, today's and yesterday's."""
    folder = parts.home / "keys" / "downloads"
    today = parts.clock.now().date()
    days = [day.isoformat() for day in (today, today - timedelta(days=1))]
    keys = [made_once(folder / f"{day}.key").read_bytes() for day in days]
    with guarded():
        for old in folder.glob("*.key"):
            if old.stem < days[-1]:
                old.unlink(missing_ok=True)
    said = f"{caller}\n{dataset.id}\n{version}".encode()
    drawn = [hmac.digest(key, said, hashlib.sha256)[:15] for key in keys]
    first, second = (GRANT + base64.b32encode(one).decode().lower() for one in drawn)
    return first, second


def _known(dataset: str, version: int, grant: str, resource: Resource, parts: Parts) -> Entry | None:
    with reading(parts.engine) as connection:
        held = marks.entries(connection, dataset, version, (grant,))
    return next((one for one in held if one.output and one.formats == (resource.format,)), None)


@contextmanager
def _making(parts: Parts) -> Iterator[None]:
    """One copy at a time is made for the public, by all processes together."""
    parts.copies.mkdir(exist_ok=True, mode=0o700)
    try:
        with only_writer(parts.copies / ".making", PATIENCE):
            _sweep(parts)
            yield
    except Busy:
        raise Busy("Copies for others are being made.", left="Nothing was delivered.", todo="Try again.") from None


def _sweep(parts: Parts) -> None:
    """Remove downloads that were placed and never listed; under the lock of making, whoever made them is dead.

    Copies of other grants have no list and stay.
    """
    bare = [path for path in parts.copies.iterdir() if path.name.isdigit() and not (path / LISTED).exists()]
    if not bare:
        return
    with reading(parts.engine) as connection:
        grants = {path: marks.entry(connection, int(path.name)) for path in bare}
    for path, entry in grants.items():
        if entry is not None and entry.copy.grant.startswith(GRANT):
            shutil.rmtree(path, ignore_errors=True)


def _make_room(release: Release, resource: Resource, parts: Parts, room: int) -> None:
    """Remove the longest unused downloads until this one has room. StorageError when it never will."""
    parts_of_it = [one.size for one in release.resources if one.format == resource.format and is_marked(one)]
    need = int(sum(parts_of_it) * _SPARE)
    with guarded():
        held = sorted(_held(parts.copies), key=lambda one: one[0])
        taken = sum(size for _, size, _ in held)
        for _, size, folder in held:
            if taken + need <= room:
                break
            shutil.rmtree(folder, ignore_errors=True)
            taken -= size
        free = shutil.disk_usage(parts.home).free
    if taken + need > room or free < need + _FREE:
        raise StorageError(
            "There is no room for a copy of this file.",
            left="Nothing was made.",
            todo="Raise HUB_DOWNLOAD_MEGABYTES, or free the disk.",
        )


def _held(folder: Path) -> Iterator[tuple[int, int, Path]]:
    """Downloads that lie there: when each was used last, and its size."""
    for listing in folder.glob(f"*/{LISTED}"):
        yield listing.stat().st_mtime_ns, sum(one.stat().st_size for one in listing.parent.iterdir()), listing.parent


def _list(folder: Path, files: Iterable[Resource]) -> None:
    """Write beside a copy's files what they are; a copy without this list does not count as there."""
    write_whole(folder / LISTED, json.dumps([asdict(one) for one in files]).encode())


def _listing(folder: Path) -> tuple[Resource, ...] | None:
    try:
        return tuple(Resource(**one) for one in json.loads((folder / LISTED).read_bytes()))
    except FileNotFoundError:
        return None


def _used(folder: Path, parts: Parts) -> None:
    now = parts.clock.now().timestamp()
    with guarded():
        os.utime(folder / LISTED, (now, now))
