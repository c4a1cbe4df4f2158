"""The policy of a dataset in this house: with the keys that its treatments need, and for the release it will be."""

from __future__ import annotations

from catalog.model import Dataset
from desensitise.policy import Policy, changes_each_release, needs_keys, policy_of
from hub.db.engine import reading
from hub.parts import Parts
from hub.state import releases


def policy_for(dataset: Dataset, parts: Parts) -> Policy:
    """The policy under which the next release is made. The master key is read only where a column needs it."""
    keys = parts.treatment_keys() if needs_keys(dataset) else None
    return policy_of(dataset, keys, coming_release(dataset, parts))


def coming_release(dataset: Dataset, parts: Parts) -> str:
    """The number of the next release where keys depend on it, else ""."""
    if not changes_each_release(dataset):
        return ""
    with reading(parts.engine) as connection:
        return str(releases.next_version(connection, dataset.id))
