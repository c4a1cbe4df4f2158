"""How well readers get at what was released before (GB/T 36344 可访问性), measured while the next release is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from catalog.errors import HubError
from catalog.model import Dataset
from catalog.quality import Share, period_days
from hub import log
from hub.clock import in_zone
from hub.db.engine import reading
from hub.job.publish import edition_of
from hub.parts import Parts, shown_on_portal
from hub.state import releases
from hub.state.releases import Sealed


@dataclass(frozen=True, slots=True)
class Accessible:
    """``reached``: files of the current version that an anonymous reader gets whole · ``usable``: those still valid.

    Both are None before there is a version on the portal: nobody has tried to read anything.
    """

    reached: Share | None = None
    usable: Share | None = None


def accessible(dataset: Dataset, parts: Parts) -> Accessible:
    """Read the current version back as a stranger does. Its files count as reached together or not at all."""
    if not shown_on_portal(dataset):
        return Accessible()
    with reading(parts.engine) as connection:
        current = next(iter(releases.releases_of(connection, dataset.id, ("current",))), None)
    if current is None:
        return Accessible()
    files = len(current.release.resources)
    return Accessible(
        reached=Share(files if _is_whole(dataset, current, parts) else 0, files),
        usable=Share(files if _is_valid(dataset, current, parts) else 0, files),
    )


def _is_whole(dataset: Dataset, current: Sealed, parts: Parts) -> bool:
    try:
        parts.portal.verify(edition_of(dataset, current, parts))
    except HubError as error:
        log.failure("release.unreached", error, dataset=dataset.id, version=current.release.version)
        return False
    return True


def _is_valid(dataset: Dataset, current: Sealed, parts: Parts) -> bool:
    """Whether the version is no older than the interval at which a new one is promised; without a promise it is."""
    days = period_days(dataset.frequency)
    return days is None or parts.clock.now() - in_zone(current.release.as_of) <= timedelta(days=days)
