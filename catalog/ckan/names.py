"""Names that CKAN accepts: dataset names, tags and resource ids made from the declaration."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable

from catalog.errors import PortalError

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{1,99}")
# CKAN's tags are letters and digits of any script, space, hyphen, underscore and full stop; 2 to 100 characters.
_NOT_IN_TAGS = re.compile(r"[^\w \-.]+")
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:product-quality-hub:ckan")


def package_name(dataset_id: str) -> str:
    """The dataset's name in CKAN, which is its id; refused when CKAN would refuse it."""
    if not _ID.fullmatch(dataset_id):
        raise PortalError(
            "A dataset id is not usable as a CKAN name.",
            todo="Use 2 to 100 lower-case letters, digits, - and _.",
        )
    return dataset_id


def tags(words: Iterable[str]) -> list[str]:
    """The words as tags: what CKAN refuses becomes a hyphen, and what is too short then is left out."""
    found = (re.sub(r"-{2,}", "-", _NOT_IN_TAGS.sub("-", word.strip())).strip("-. ")[:100] for word in words)
    return sorted({tag for tag in found if len(tag) > 1})


def group_name(domain: str) -> str:
    """CKAN's names are ASCII, so a Chinese domain is named by a digest; its title is the domain itself."""
    return f"domain-{uuid.uuid5(_SPACE, domain).hex[:12]}"


def organisation_name(uscc: str) -> str:
    """A bureau is named by its unified social credit code."""
    return f"org-{uscc.lower()}"


def resource_id(dataset_id: str, version: int, name: str) -> str:
    """The same file has the same id in every attempt, so that no attempt adds it twice; known before it is sent."""
    return str(uuid.uuid5(_SPACE, f"{dataset_id}/{version}/{name}"))
