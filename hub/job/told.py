"""What releases told, kept for the disclosure control of later ones: a file a release, entered when it is sealed.

Two tables of one source must not be sealed past each other: whoever seals second finds that the past has changed under
it, and is run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from catalog.errors import Busy, DeclarationError, ProofError, UnsafeRelease
from catalog.files import load_batches, save_batches, sha256_of
from catalog.model import Dataset
from hub.db.engine import reading
from hub.parts import Parts
from hub.state import budgets, told
from hub.state.budgets import Spend
from hub.state.told import ToldRow

if TYPE_CHECKING:
    from desensitise.disclosure.history import Edition


def path_of(dataset: str, version: int, parts: Parts) -> Path:
    """Where the edition of a sealed release lies."""
    return parts.home / "told" / dataset / f"{version}.arrow"


@dataclass
class Archive:
    """The past of one source as it stands when a run begins to seal."""

    source: str
    parts: Parts = field(repr=False)

    @cached_property
    def rows(self) -> list[ToldRow]:
        with reading(self.parts.engine) as connection:
            return told.told_of(connection, self.source)

    def editions(self, source: str) -> Sequence[Edition]:
        """All that was told; ProofError where a file is gone or another: without it nothing can be shown to be safe."""
        from desensitise.disclosure.history.edition import from_batches

        assert source == self.source  # noqa: S101 - an archive is opened for the table's own source
        found = []
        for row in self.rows:
            path = path_of(row.dataset, row.version, self.parts)
            if not path.is_file() or sha256_of(path) != row.sha256:
                raise ProofError(
                    f"What {row.name} told is missing or not the file that was kept.",
                    left="Nothing was released.",
                    todo="Restore the folder 'told' of the hub's home from a backup; look at who may write to it.",
                )
            found.append(from_batches(list(load_batches(path)), row.name))
        return tuple(found)

    def key(self, source: str) -> bytes:
        """The key of contributors' pseudonyms: one for all editions of the source."""
        return self.parts.treatment_keys().key("disclosure", "", f"contributors of {source}")


def archive_of(dataset: Dataset, parts: Parts) -> Archive:
    """The past of the dataset's source. UnsafeRelease where its earlier releases call the source otherwise.

    Under a new name the source would have no past, and what was told could be subtracted from what is told next.
    """
    from desensitise.disclosure.release import source_of

    source = source_of(dataset)
    with reading(parts.engine) as connection:
        former = told.sources_of(connection, dataset.id) - {source}
    if former:
        raise UnsafeRelease(
            f"{dataset.id}: [disclosure.table] names the source {source}, "
            f"earlier releases told figures of {min(former)}.",
            left="Nothing was released; earlier releases stand.",
            todo=f'Write source = "{min(former)}" again; release figures of other records as a dataset of their own.',
        )
    return Archive(source, parts)


@dataclass(frozen=True, slots=True)
class Fresh:
    """An edition on its way into the archive, and the past that it was protected against."""

    archive: Archive
    path: Path
    sha256: str
    spend: Spend | None = None

    def enter(self, connection: Connection, dataset: str, version: int, now: datetime) -> None:
        """Enter it with its release; Busy where another table of the source was sealed in between."""
        archive = self.archive
        if told.told_of(connection, archive.source) != archive.rows:
            raise Busy(
                f"Another table of {archive.source} was released while {dataset} was being protected.",
                left="Nothing was released; what was extracted is kept.",
                todo="Run the same command again.",
            )
        if self.spend is not None:
            budgets.enter(connection, self.spend, dataset, version, now)
        told.remember(connection, archive.source, ToldRow(dataset, version, self.sha256), now)


def spend_of(dataset: Dataset, parts: Parts) -> Spend | None:
    """What a release of the dataset spends of a privacy budget; UnsafeRelease where that is exhausted."""
    from desensitise.disclosure.release import spec_of
    from desensitise.disclosure.spec import Method

    spec = spec_of(dataset)
    if spec.method is not Method.PRIVATE:
        return None
    asked = spec.privacy
    if not asked.agreement or asked.budget <= 0:
        raise DeclarationError(
            f"{dataset.id}: [disclosure.privacy] names no agreement with a budget.",
            left="Nothing was released.",
            todo="Name the agreement and its budget, from which every release spends epsilon.",
        )
    spend = Spend(asked.agreement, Decimal(str(asked.epsilon)), Decimal(str(asked.budget)))
    with reading(parts.engine) as connection:
        budgets.demand_left(connection, spend, dataset.id)
    return spend


def write(edition: Edition, archive: Archive, path: Path, spend: Spend | None) -> Fresh:
    """Keep an edition beside a run's parts until its release is sealed."""
    from desensitise.disclosure.history.edition import to_batches

    saved = save_batches(to_batches(replace(edition, name="")), path)
    return Fresh(archive, path, saved.sha256, spend)
