"""What the hub keeps in a CKAN dataset about itself: versions shown, versions withdrawn, and the digest of each.

CKAN's free-form fields hold it, so that the portal alone tells its state and a second hub can take over.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from catalog.portal import Shown
from catalog.release import Release

VERSION, CONTENT, VERSIONS, WITHDRAWN = "hub_version", "hub_content", "hub_versions", "hub_withdrawn"
OWN = (VERSION, CONTENT, VERSIONS, WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Record:
    """``versions`` maps shown versions to the digest of their release, ``withdrawn`` maps gone ones to addresses."""

    version: int = 0
    content: str = ""
    versions: Mapping[int, str] = field(default_factory=dict)
    withdrawn: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def shown(self) -> Shown | None:
        if not self.version:
            return None
        return Shown(self.version, self.content, tuple(sorted(self.versions, reverse=True)))

    def without(self, gone: Mapping[int, tuple[str, ...]]) -> Record:
        """The record once these versions are gone; addresses that were known before stay known."""
        merged = {**self.withdrawn}
        for version, addresses in gone.items():
            merged[version] = tuple(sorted({*merged.get(version, ()), *addresses}))
        staying = {version: digest for version, digest in self.versions.items() if version not in gone}
        return replace(self, versions=staying, withdrawn=merged)

    def extras(self) -> dict[str, str]:
        """The record as CKAN's fields."""
        found = {}
        if self.version:
            found = {VERSION: str(self.version), CONTENT: self.content}
        found[VERSIONS] = _text({str(key): value for key, value in sorted(self.versions.items())})
        if self.withdrawn:
            found[WITHDRAWN] = _text({str(key): list(value) for key, value in sorted(self.withdrawn.items())})
        return found


def release_digest(release: Release) -> str:
    """SHA-256 of the release's canonical JSON."""
    return hashlib.sha256(release.to_json().encode()).hexdigest()


def extras_of(package: Mapping[str, Any]) -> dict[str, str]:
    """A CKAN dataset's free-form fields."""
    return {str(one["key"]): str(one["value"]) for one in package.get("extras", ())}


def record_of(package: Mapping[str, Any] | None) -> Record:
    """The record in a CKAN dataset as ``package_show`` gives it."""
    if package is None:
        return Record()
    found = extras_of(package)
    return Record(
        int(found.get(VERSION, "0")),
        found.get(CONTENT, ""),
        {int(key): str(value) for key, value in json.loads(found.get(VERSIONS, "{}")).items()},
        {int(key): tuple(value) for key, value in json.loads(found.get(WITHDRAWN, "{}")).items()},
    )


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
