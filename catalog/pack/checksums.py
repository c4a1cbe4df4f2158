"""The list of checksums that ``sha256sum -c`` understands, and the digest of a release's content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from catalog.release import Resource, Role

NAME = "SHA256SUMS"

# These formats say in the file which release it belongs to, so equal rows do not give equal files across versions.
_TELL_THEIR_RELEASE = frozenset({"xlsx", "parquet", "xml"})


def manifest(resources: Iterable[Resource]) -> str:
    """One line a file, in the order of the names."""
    return "".join(f"{resource.sha256}  {resource.name}\n" for resource in sorted(resources, key=lambda r: r.name))


def content_digest(resources: Iterable[Resource]) -> str:
    """SHA-256 over the data files and the dictionary: equal for equal content, whatever version it went out as.

    Data files that name their release inside (spreadsheets, Parquet, XML) hold the same rows as the others and are
    left out; only when a release has no others do they count.
    """
    tables = [resource for resource in resources if resource.role in {Role.DATA, Role.DICTIONARY}]
    neutral = [r for r in tables if r.role is Role.DATA and r.format not in _TELL_THEIR_RELEASE]
    counted = [r for r in tables if r.role is Role.DICTIONARY or not neutral or r in neutral]
    return hashlib.sha256(manifest(counted).encode()).hexdigest()
