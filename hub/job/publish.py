"""From a sealed release to readers, step by step in a journal that a second process can take up after a kill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from catalog.errors import HubError, NotPermitted, PortalError
from catalog.model import Dataset
from catalog.portal import Absence, Edition, Portal
from hub.db.engine import reading, writing
from hub.ledger.store import proof_json
from hub.marking import marks
from hub.marking.copies import kept_path, shown_here
from hub.parts import Parts, shown_on_portal
from hub.state import releases
from hub.state.releases import Sealed

STEPS = ("planned", "uploaded", "loaded", "verified", "switched")
LISTED = ("current", "superseded")
_SHOWN: Final = ("switched", "superseded")
_STORE: Final = "store"
"""Where the journal says that releases are which no portal shows."""
_WHAT_TO_DO: Final = {
    "awaiting": "A second person decides on it: 'hub approve' or 'hub return'.",
    "returned": "Correct what it was returned for; the next run makes another release.",
    "superseded": "A later version took its place. To go back, withdraw that one.",
    "withdrawn": "It stays withdrawn; the next run with other content is released.",
}


def edition_of(dataset: Dataset, sealed: Sealed, parts: Parts) -> Edition:
    """What the portal needs to show this release, with the earlier versions that stay listed."""
    version = sealed.release.version
    with reading(parts.engine) as connection:
        listed = releases.releases_of(connection, dataset.id, LISTED)
        proof = proof_json(connection, sealed.leaf, parts.signer.verifier)
    earlier = tuple(s.release for s in listed if s.release.version < version)
    return Edition(
        shown_here(dataset, parts), sealed.release, parts.releases / dataset.id / str(version), earlier, proof
    )


def publish(dataset: Dataset, sealed: Sealed, parts: Parts) -> None:
    """Bring a sealed release to the portal and make it current; goes on where an earlier attempt stopped.

    NotPermitted when it awaits a second person's approval (SM07), was returned, or had its time.
    """
    if sealed.state in _WHAT_TO_DO:
        raise NotPermitted(
            f"{sealed.release.name} is {sealed.state}, and only a sealed release is published.",
            todo=_WHAT_TO_DO[sealed.state],
        )
    if not shown_on_portal(dataset):
        _make_current(dataset, sealed, parts)
        return
    version = sealed.release.version
    edition = edition_of(dataset, sealed, parts)
    with reading(parts.engine) as connection:
        reached = releases.journal_step(connection, parts.portal.name, dataset.id, version) or "planned"

    def note(step: str) -> None:
        with writing(parts.engine) as connection:
            releases.set_step(connection, parts.portal.name, dataset.id, version, step, parts.clock.now())
        parts.steps(f"{dataset.id} · publish", STEPS.index(step), len(STEPS) - 1)

    if reached in ("planned", "uploaded"):
        parts.portal.stage(edition, lambda: note("uploaded"))
        note(reached := "loaded")
    if reached == "loaded":
        parts.portal.verify(edition)
        note(reached := "verified")
    if reached == "verified":
        parts.portal.switch(edition)
        note(reached := "switched")
    if reached == "switched" and sealed.state != "current":
        _check_shown(dataset, sealed, parts)
        _make_current(dataset, sealed, parts)
    parts.steps(f"{dataset.id} · publish", len(STEPS) - 1, len(STEPS) - 1)


def _check_shown(dataset: Dataset, sealed: Sealed, parts: Parts) -> None:
    shown = parts.portal.shown(dataset.id)
    if shown is None or shown.version != sealed.release.version:
        raise PortalError(
            f"{dataset.id}: the portal does not show version {sealed.release.version} after the switch.",
            left="The release stays sealed; readers see what the portal had.",
            todo="Run 'hub publish' again; if it repeats, look at the portal's own log.",
        )


def _make_current(dataset: Dataset, sealed: Sealed, parts: Parts) -> None:
    """The new version is current, the one before superseded, in state and journal: one transaction."""
    now = parts.clock.now()
    version = sealed.release.version
    portal = parts.portal.name if shown_on_portal(dataset) else _STORE
    with writing(parts.engine) as connection:
        for old in releases.releases_of(connection, dataset.id, ("current",)):
            if old.release.version != version:
                facts = {"by_version": version}
                releases.change_release(connection, dataset.id, old.release.version, "superseded", now, facts)
                if releases.journal_step(connection, portal, dataset.id, old.release.version) is not None:
                    releases.set_step(connection, portal, dataset.id, old.release.version, "superseded", now)
        if sealed.state != "current":
            releases.change_release(connection, dataset.id, version, "current", now, {"portal": portal})
        releases.set_step(connection, portal, dataset.id, version, "switched", now)


def approve(dataset: Dataset, version: int, person: str, decision: str, note: str, parts: Parts) -> Sealed:
    """A second person's decision on a release that awaits one (SM07); whoever ran it may not approve it."""
    sealed = find(dataset, version, parts)
    if sealed.state != "awaiting":
        raise NotPermitted(
            f"{sealed.release.name} does not await a decision; it is {sealed.state}.",
            todo="See 'hub releases' for those that do.",
        )
    with reading(parts.engine) as connection:
        runner = releases.runner_of(connection, sealed)
    if person == runner:
        raise NotPermitted(
            f"{sealed.release.name} was made by the same person.",
            todo="Ask a second person to decide.",
        )
    with writing(parts.engine) as connection:
        releases.decide_release(connection, sealed, person, decision, note, parts.clock.now())
    return find(dataset, version, parts)


def find(dataset: Dataset, version: int, parts: Parts) -> Sealed:
    """The release, or an error that says which ones there are."""
    with reading(parts.engine) as connection:
        found = releases.find_release(connection, dataset.id, version)
        if found is not None:
            return found
        known = [str(s.release.version) for s in releases.releases_of(connection, dataset.id)]
    raise HubError(
        f"{dataset.id} has no release {version}.",
        todo=f"It has: {', '.join(known) or 'none'}.",
    )


def withdraw(dataset: Dataset, versions: Sequence[int], reason: str, parts: Parts) -> Absence:
    """Take versions down for good: from every portal that they went to, then from the store, with proof.

    SettingsError, and nothing is done, when one of those portals cannot be reached with the present settings.
    """
    for version in versions:
        find(dataset, version, parts)
    with reading(parts.engine) as connection:
        listed = releases.releases_of(connection, dataset.id, LISTED)
        went = [name for name in releases.portals_of(connection, dataset.id, versions) if name != _STORE]
    if not went and shown_on_portal(dataset):
        went = [parts.portal.name]
    portals = [parts.portal if name == parts.portal.name else parts.portal_called(name) for name in went]
    staying = [s for s in listed if s.release.version not in versions]
    absence = Absence(0, ())
    for portal in portals:
        one = portal.withdraw(
            shown_here(dataset, parts), tuple(versions), _left(dataset, staying, portal, parts), reason
        )
        absence = Absence(absence.checked + one.checked, (*absence.still_there, *one.still_there))
    if absence.still_there:
        raise PortalError(
            f"{dataset.id}: {len(absence.still_there)} addresses still answer after the withdrawal.",
            left="The release counts as not withdrawn.",
            todo="Remove them at the portal, then run the same command again.",
        )
    _forget(dataset, versions, staying, reason, absence, [one.name for one in portals] or [_STORE], parts)
    return absence


def _left(dataset: Dataset, staying: Sequence[Sealed], portal: Portal, parts: Parts) -> Edition | None:
    """What this portal shows from then on: the newest version that stays and stands there."""
    with reading(parts.engine) as connection:
        for sealed in staying:
            if releases.journal_step(connection, portal.name, dataset.id, sealed.release.version) in _SHOWN:
                return edition_of(dataset, sealed, parts)
    return None


def _drop_copies(dataset: str, version: int, parts: Parts) -> None:
    """Copies that still lie here go with their version; what was delivered is out of reach."""
    import shutil

    with reading(parts.engine) as connection:
        numbers = [e.copy.number for e in marks.entries(connection, dataset, version)]
    for number in numbers:
        shutil.rmtree(parts.copies / str(number), ignore_errors=True)


def _forget(
    dataset: Dataset,
    versions: Sequence[int],
    staying: Sequence[Sealed],
    reason: str,
    absence: Absence,
    portals: Sequence[str],
    parts: Parts,
) -> None:
    import shutil

    now = parts.clock.now()
    for version in versions:
        shutil.rmtree(parts.releases / dataset.id / str(version), ignore_errors=True)
        shutil.rmtree(kept_path(dataset.id, version, parts), ignore_errors=True)
        _drop_copies(dataset.id, version, parts)
    with writing(parts.engine) as connection:
        for version in versions:
            facts = {"reason": reason, "checked": absence.checked}
            releases.change_release(connection, dataset.id, version, "withdrawn", now, facts)
            for portal in portals:
                releases.set_step(connection, portal, dataset.id, version, "withdrawn", now)
        if staying and staying[0].state != "current":
            version = staying[0].release.version
            releases.change_release(connection, dataset.id, version, "current", now, {"portal": portals[0]})
            for portal in portals:
                if releases.journal_step(connection, portal, dataset.id, version) in _SHOWN:
                    releases.set_step(connection, portal, dataset.id, version, "switched", now)
