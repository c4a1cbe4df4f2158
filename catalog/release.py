"""A release: one immutable version of a dataset, its files and everything that proves where they came from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a file of a release is for."""

    DATA = "data"
    DICTIONARY = "dictionary"
    DESCRIPTION = "description"
    METADATA = "metadata"
    MANIFEST = "manifest"


@dataclass(frozen=True, slots=True)
class Resource:
    """One finished file. ``rows`` is None for files that are no table; ``part`` counts split files from 1."""

    name: str
    role: Role
    format: str
    media_type: str
    size: int
    sha256: str
    rows: int | None = None
    part: int = 1


@dataclass(frozen=True, slots=True)
class Changes:
    """How a version differs from the one before it, in records."""

    added: int = 0
    corrected: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class Provenance:
    """SHA-256 of what went in: code, declaration, policy, input (what the check counted) and content (the rows).

    None depends on how the run was cut into units.

    ``facts`` digests the official facts alone, as a multiset: it is the same for every copy of a version, however it
    is marked.
    """

    code: str
    declaration: str
    policy: str
    input: str
    content: str
    facts: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """A version of a dataset. Superseded or withdrawn later, never changed.

    ``as_of`` is the moment up to which the source was read; it, not the clock, dates the files, so that equal
    inputs give equal bytes. ``quality`` holds the six dimensions of GB/T 36344 in per cent; ``held_back`` counts
    what did not go out, by reason. ``risk`` tells how far records can be told apart, where the dataset promises it.
    """

    dataset: str
    version: int
    rows: int
    as_of: datetime
    resources: tuple[Resource, ...]
    changes: Changes
    provenance: Provenance
    quality: Mapping[str, float]
    held_back: Mapping[str, int]
    mark: str
    risk: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """How people and paths call it, for example ``traceability/3``."""
        return f"{self.dataset}/{self.version}"

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no spaces, UTF-8; equal releases give equal text."""
        body = asdict(replace(self, quality=dict(self.quality), held_back=dict(self.held_back)))
        body["as_of"] = self.as_of.isoformat()
        if self.risk is None:
            del body["risk"]
        return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Release:
        body: dict[str, Any] = json.loads(text)
        body["as_of"] = datetime.fromisoformat(body["as_of"])
        body["resources"] = tuple(Resource(**{**r, "role": Role(r["role"])}) for r in body["resources"])
        body["changes"] = Changes(**body["changes"])
        body["provenance"] = Provenance(**body["provenance"])
        return cls(**body)
