"""The files of one version: brought in whole, compared, read back, and asked for after they were taken away."""

from __future__ import annotations

import re
from pathlib import Path

from catalog.errors import PortalError
from catalog.folder.change import HIDDEN, STAGING
from catalog.folder.disk import (
    PRIVATE_FOLDER,
    Seen,
    copy_new,
    guard,
    look,
    make_folder,
    remove,
    sync_folder,
    write_new,
)
from catalog.portal import Edition
from catalog.release import Release

RELEASE, PROOF = "release.json", "proof.json"
OWN_NAMES = (RELEASE, PROOF)
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_NAME = re.compile(r"\w[\w.()（）-]{0,99}")


def demand_id(dataset_id: str) -> str:
    """Refuse an id that could be a path, a hidden file or an option."""
    if not _ID.fullmatch(dataset_id):
        raise PortalError(
            "A dataset id is not usable as a folder name.", todo="Use lower-case letters, digits, - and _ only."
        )
    return dataset_id


def demand_names(release: Release) -> None:
    """Refuse file names that could leave the version's folder or collide with the portal's own files."""
    names = [resource.name for resource in release.resources]
    if len(set(names)) != len(names) or any(not _NAME.fullmatch(name) or name in OWN_NAMES for name in names):
        raise PortalError(
            f"{release.name} has a file name that the portal does not take.",
            todo="Use unique names of letters, digits, dots, - and _ only.",
        )


def shelf(root: Path, dataset_id: str, version: int) -> Path:
    """The folder of a version."""
    return root / "datasets" / demand_id(dataset_id) / f"v{version}"


def shelves(root: Path, dataset_id: str) -> tuple[int, ...]:
    """Versions whose folders are in public now."""
    home = root / "datasets" / demand_id(dataset_id)
    return tuple(sorted(int(place.name[1:]) for place in home.glob("v[0-9]*") if place.name[1:].isdecimal()))


def is_stocked(root: Path, release: Release) -> bool:
    """Whether this very release has its folder here."""
    place = guard(root, shelf(root, release.dataset, release.version) / RELEASE)
    return place.is_file() and place.read_bytes() == release.to_json().encode()


def bring(root: Path, edition: Edition) -> None:
    """Put an edition's files into its version folder by one rename; mend what is damaged there. Needs the lock.

    A version that is here already keeps its first proof: the ledger may have grown since, and the older proof
    stays true.
    """
    release = edition.release
    demand_names(release)
    place = guard(root, shelf(root, release.dataset, release.version))
    if place.exists() and not is_stocked(root, release):
        raise PortalError(
            f"Another release is on the portal as {release.name}.",
            todo="Publish the new content under the next version number; versions never change.",
        )
    missing = differences(root, release)
    if place.exists() and not missing and (place / PROOF).is_file():
        return
    staging = root / HIDDEN / STAGING
    make_folder(root, staging, PRIVATE_FOLDER)
    try:
        _fill(staging / "v", edition, missing)
        make_folder(root, place.parent)
        if place.exists():
            _mend(staging / "v", place)
        else:
            (staging / "v").rename(place)
        sync_folder(place.parent)
    finally:
        remove(staging)


def _fill(folder: Path, edition: Edition, names: tuple[str, ...]) -> None:
    folder.mkdir()
    folder.chmod(0o755)
    for resource in edition.release.resources:
        if resource.name not in names:
            continue
        seen = copy_new(edition.folder / resource.name, folder / resource.name)
        if seen != Seen(resource.size, resource.sha256):
            raise PortalError(
                f"{resource.name} of {edition.release.name} differs from its own checksum before it was sent.",
                todo="Pack the release again; the file changed or is damaged.",
            )
    write_new(folder / RELEASE, edition.release.to_json().encode())
    write_new(folder / PROOF, edition.proof.encode())
    sync_folder(folder)


def _mend(fresh: Path, place: Path) -> None:
    """Replace damaged files one by one; the release and its proof stay as they were published."""
    for file in sorted(fresh.iterdir()):
        if file.name not in OWN_NAMES or not (place / file.name).is_file():
            file.replace(place / file.name)
    place.chmod(0o755)
    sync_folder(place)


def differences(root: Path, release: Release) -> tuple[str, ...]:
    """Names of files that an anonymous reader of this host does not get exactly as released."""
    place = shelf(root, release.dataset, release.version)
    return tuple(
        resource.name
        for resource in release.resources
        if look(root, place / resource.name) != Seen(resource.size, resource.sha256)
    )


def file_names(root: Path, dataset_id: str, version: int) -> tuple[str, ...]:
    """Names of the files in a version's folder now."""
    place = guard(root, shelf(root, dataset_id, version))
    return tuple(sorted(file.name for file in place.iterdir())) if place.is_dir() else ()
