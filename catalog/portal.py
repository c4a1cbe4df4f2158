"""The portal port: where releases become visible. One adapter writes a folder of pages, another speaks to CKAN.

The steps are cut so that each can be repeated after a kill, and so that readers never see a half-made release:
``stage`` puts files where nobody looks yet, ``verify`` reads them back the way an anonymous reader would,
``switch`` makes them the current version at once, ``withdraw`` removes them and proves their absence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from catalog.model import Dataset
from catalog.release import Release


@dataclass(frozen=True, slots=True)
class Edition:
    """Everything a portal needs to show one release.

    ``folder`` holds the finished files; ``earlier`` are the releases that stay listed as versions, newest first;
    ``proof`` is the ledger's inclusion proof as JSON. A dataset that is not open is shown by its description and
    conditions only, never with its files.
    """

    dataset: Dataset
    release: Release
    folder: Path
    earlier: tuple[Release, ...]
    proof: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a portal shows of a dataset now: the current version, its content digest, and every version's files."""

    version: int
    content: str
    versions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Absence:
    """Proof of a withdrawal: addresses that were asked for as an anonymous reader and gave nothing."""

    checked: int
    still_there: tuple[str, ...]


def nothing() -> None:
    """What a caller does who need not know how far staging has come."""


class Portal(Protocol):
    """Contract of every portal; ``tests/contract/test_portal.py`` holds it for each adapter.

    Every method may be called again with the same arguments and then changes nothing. Failures raise
    ``PortalError``; readers then still see what they saw before.
    """

    name: str

    def stage(self, edition: Edition, uploaded: Callable[[], None] = nothing) -> None:
        """Bring the release's files (for open datasets) to the portal, not yet visible as current.

        ``uploaded`` is called when the files are there and only what readers query (a table) is still to be loaded.
        """
        ...

    def verify(self, edition: Edition) -> None:
        """Read every staged file back as an anonymous reader; raise ``PortalError`` on any difference."""
        ...

    def switch(self, edition: Edition) -> None:
        """Make the release the dataset's current version and list the earlier ones, at once for readers."""
        ...

    def withdraw(self, dataset: Dataset, versions: Sequence[int], remaining: Edition | None, reason: str) -> Absence:
        """Remove these versions for good; ``remaining`` is what shall be current then (None: a tombstone page)."""
        ...

    def shown(self, dataset_id: str) -> Shown | None:
        """What readers see of this dataset now, or None."""
        ...

    def address(self, dataset_id: str) -> str:
        """Where a person finds the dataset: a URL or a path."""
        ...
