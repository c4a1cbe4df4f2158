"""Which releases of a source told figures, and the files that remember what; rows are only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from hub.db.tables import release, told
from hub.state.runs import stamp


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A release that told figures of a source; ``sha256`` is that of the file of its edition."""

    dataset: str
    version: int
    sha256: str

    @property
    def name(self) -> str:
        """How people call the release."""
        return f"{self.dataset}/{self.version}"


def told_of(connection: Connection, source: str) -> list[ToldRow]:
    """The releases of a source that anybody has seen or may still see, oldest first."""
    same = (release.c.dataset == told.c.dataset) & (release.c.version == told.c.version)
    query = (
        select(told.c.dataset, told.c.version, told.c.sha256)
        .join(release, same)
        .where(told.c.source == source, release.c.state != "returned")
        .order_by(release.c.leaf)
    )
    return [ToldRow(*row) for row in connection.execute(query)]


def sources_of(connection: Connection, dataset: str) -> frozenset[str]:
    """The sources whose figures the releases of a dataset told, by the names that they had then."""
    same = (release.c.dataset == told.c.dataset) & (release.c.version == told.c.version)
    query = select(told.c.source).join(release, same).where(told.c.dataset == dataset, release.c.state != "returned")
    return frozenset(connection.execute(query).scalars())


def remember(connection: Connection, source: str, row: ToldRow, now: datetime) -> None:
    """A release has told figures of a source."""
    values = {"source": source, "dataset": row.dataset, "version": row.version, "sha256": row.sha256}
    connection.execute(insert(told).values(**values, at=stamp(now)))
