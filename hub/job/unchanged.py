"""When a run has no news: what it came to is what readers have."""

from __future__ import annotations

from catalog.model import Dataset
from catalog.release import Release
from hub.code import code_digest
from hub.marking.copies import kept_path
from hub.marking.kept import Kept, same_rows
from hub.parts import Parts
from hub.state.releases import Sealed

_STANDING = frozenset({"awaiting", "sealed", "current"})


def stands(latest: Sealed, dataset: Dataset, kept: Kept) -> bool:
    """Whether the latest release was made of these very rows by this very code: making it again could tell nothing.

    So no copy is registered for it either, and a command that goes on after a kill numbers the copies of the other
    datasets as if it had never been killed.
    """
    made = latest.release.provenance
    same = (made.code, made.declaration, made.policy, made.content, made.facts)
    return latest.state in _STANDING and same == (
        code_digest(),
        dataset.digest,
        kept.policy,
        kept.content,
        kept.facts,
    )


def same(latest: Sealed, made: Release, kept: Kept, parts: Parts) -> bool:
    """The same rows under the same declaration, in a release that was not sent back or taken down.

    A record that its source only touched stands elsewhere in the order and is no news.
    """
    before, now = latest.release.provenance, made.provenance
    if latest.state not in _STANDING or before.declaration != now.declaration:
        return False
    if before.content == now.content or latest.release.rows != made.rows:
        return before.content == now.content
    return same_rows(kept_path(latest.release.dataset, latest.release.version, parts), kept.path)
