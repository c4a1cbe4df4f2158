"""What is published, as pages look for it: datasets that the public may know of, with their current releases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from catalog.datasets.licences import LICENCES, Licence
from catalog.folder import words as folder_words
from catalog.model import Dataset
from hub.api.process.context import here
from hub.db.engine import reading
from hub.marking.copies import shown_here
from hub.parts import shown_on_portal
from hub.state.releases import Sealed, releases_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A published dataset as readers of this house see it, and its current release."""

    dataset: Dataset
    sealed: Sealed
    text: str
    """All that is searched, in lower case."""

    @property
    def id(self) -> str:
        """The dataset's identifier."""
        return self.dataset.id

    @property
    def as_of(self) -> datetime:
        """Up to when the source was read."""
        return self.sealed.release.as_of

    @property
    def licence(self) -> Licence | None:
        """Its licence, when it is a known one."""
        return LICENCES.get(self.dataset.licence)


def shelf() -> Mapping[str, Shown]:
    """Published datasets by identifier, read once while the state of the hub stands."""
    return here().known.get(("pages", "shelf"), _read)


def _read() -> Mapping[str, Shown]:
    context = here()
    with reading(context.parts.engine) as connection:
        current = {one.release.dataset: one for one in releases_of(connection, states=("current",))}
    return {
        name: Shown(shown_here(dataset, context.parts), current[name], _searched(dataset))
        for name, dataset in context.datasets.items()
        if name in current and shown_on_portal(dataset)
    }


def matching(words: str, among: Iterable[Shown]) -> list[Shown]:
    """Those that have every word somewhere; those with all of them in the title come first."""
    wanted = words.lower().split()
    found = [one for one in among if all(word in one.text for word in wanted)]
    return sorted(found, key=lambda one: (not _titled(one.dataset, wanted), one.dataset.zh))


def _titled(dataset: Dataset, wanted: list[str]) -> bool:
    title = f"{dataset.zh} {dataset.en}".lower()
    return all(word in title for word in wanted)


def _searched(one: Dataset) -> str:
    columns = " ".join(f"{column.name} {column.zh} {column.en}" for column in one.columns)
    said = (one.id, one.zh, one.en, one.description_zh, one.description_en, *one.keywords_zh, *one.keywords_en)
    theme = " ".join(folder_words.label("domain", one.domain, language) for language in folder_words.LANGUAGES)
    return " ".join((*said, one.publisher.zh, one.publisher.en, theme, columns)).lower()
