"""What the portal knows of one dataset, kept as a public file: ``datasets/<id>/dataset.json``.

The file is the portal's only memory. Every page can be made from it again, and a machine reads there what people
read on the pages. It holds the public part of a declaration only: no source, no query, no settings of treatments.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from enum import Enum
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType

from catalog.errors import PortalError
from catalog.folder.disk import guard
from catalog.model import Audience, Dataset, SourceSpec, Treatment
from catalog.portal import Edition, Shown
from catalog.release import Release

NAME = "dataset.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A version that was taken away: since when, why, and which file names must never answer again."""

    version: int
    since: datetime
    reason: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A dataset on the portal. Without ``current`` its page is a tombstone."""

    dataset: Dataset
    current: Release | None
    earlier: tuple[Release, ...]
    withdrawn: tuple[Withdrawn, ...]

    @property
    def id(self) -> str:
        return self.dataset.id

    @property
    def releases(self) -> tuple[Release, ...]:
        """Current and earlier releases, newest first."""
        return (*((self.current,) if self.current else ()), *self.earlier)

    @property
    def shown(self) -> Shown | None:
        if self.current is None:
            return None
        versions = tuple(release.version for release in self.releases)
        return Shown(self.current.version, self.current.provenance.content, versions)


def public_part(dataset: Dataset) -> Dataset:
    """The declaration without what is nobody's business: source, inputs, schedule, settings of treatments."""
    return replace(
        dataset,
        source=SourceSpec(kind=""),
        reads=(),
        options=MappingProxyType({}),
        cron="",
        approval="",
        standard=replace(dataset.standard, header=(), fields=()),
        columns=tuple(replace(column, treatment=Treatment(column.treatment.name)) for column in dataset.columns),
    )


def entry_of(edition: Edition, withdrawn: tuple[Withdrawn, ...]) -> Entry:
    """The entry that shows ``edition`` as current. A dataset that is not open gives no file names away."""
    earlier = tuple(sorted(edition.earlier, key=lambda release: -release.version))
    releases = (edition.release, *earlier)
    if edition.dataset.audience is not Audience.PUBLIC:
        releases = tuple(replace(release, resources=(), mark="") for release in releases)
    return Entry(public_part(edition.dataset), releases[0], releases[1:], withdrawn)


def to_json(entry: Entry) -> bytes:
    """Readable JSON, equal for equal entries."""
    body = {"format": FORMAT, **_plain(entry)}
    return (json.dumps(body, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


@lru_cache(maxsize=512)
def from_json(text: str) -> Entry:
    """The entry that ``to_json`` wrote; ValueError, KeyError or TypeError for anything else."""
    body = json.loads(text)
    if body.pop("format", None) != FORMAT:
        raise ValueError
    entry: Entry = _build(Entry, body)
    return entry


def load(root: Path, dataset_id: str) -> Entry | None:
    """The entry of a dataset, or None; an unreadable one is an error rather than a dataset that vanishes."""
    place = guard(root, root / "datasets" / dataset_id / NAME)
    try:
        return from_json(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PortalError(
            f"datasets/{dataset_id}/{NAME} in the portal folder is damaged.",
            todo="Restore the file from a backup, or remove it and publish the dataset again.",
        ) from None


def load_all(root: Path) -> Iterator[Entry]:
    """All entries in the order of their ids."""
    for place in sorted((root / "datasets").glob(f"*/{NAME}")):
        entry = load(root, place.parent.name)
        if entry is not None:
            yield entry


@cache
def _hints(kind: type) -> dict[str, typing.Any]:
    return typing.get_type_hints(kind)


def _plain(value: object) -> typing.Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _build(kind: typing.Any, value: typing.Any) -> typing.Any:
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _build(parts[0], value)
    if origin is tuple:
        return tuple(_build(parts[0], item) for item in value)
    if is_dataclass(kind):
        made = typing.cast("type", kind)
        hints = _hints(made)
        return made(**{name: _build(hints[name], value[name]) for name in value if name in hints})
    if isinstance(value, dict):
        return dict(value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    return kind(value) if isinstance(kind, type) and issubclass(kind, Enum) else value
