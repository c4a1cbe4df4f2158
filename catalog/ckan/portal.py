"""The CKAN portal. Its state lives in CKAN alone: nothing here remembers anything between calls."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urljoin

from catalog.ckan import aside, catalogue, checking, staging, table, takedown
from catalog.ckan import package as describing
from catalog.ckan.amend import Facts, amend, find_resource
from catalog.ckan.catalogue import Describe
from catalog.ckan.client import AS_BEFORE, Changed, Client, Missing, Uncertain, unreachable
from catalog.ckan.lease import Lease
from catalog.ckan.names import package_name
from catalog.ckan.places import CkanAddresses
from catalog.ckan.record import Record, record_of, release_digest
from catalog.ckan.resources import Planned, arranged, ours, planned, version_of
from catalog.ckan.table import COPY_ROWS, Store, Way
from catalog.errors import PortalError
from catalog.folder.entry import entry_of
from catalog.model import Audience, Dataset
from catalog.portal import Absence, Edition, Shown, nothing

_HIDDEN: Facts = {"update": {"private": True}}


def _now() -> datetime:
    return datetime.now(UTC)


class CkanPortal:
    """``catalog.portal.Portal`` on a CKAN 2.12 with its DataStore.

    ``token`` belongs to a user who may edit the publishing organisations and purge datasets (a sysadmin).
    ``datastore`` is the address of the DataStore's database for COPY of tables of at least ``copy_rows`` rows, or ""
    to load by the API alone. ``owner`` names this process in leases.
    """

    name = "ckan"

    def __init__(  # noqa: PLR0913 - keywords with defaults, one for each thing that tests and settings change
        self,
        url: str,
        token: str,
        *,
        datastore: str = "",
        copy_rows: int = COPY_ROWS,
        timeout: float = 60.0,
        lease_seconds: float | None = None,
        clock: Callable[[], datetime] = _now,
        sleep: Callable[[float], None] = time.sleep,
        owner: str = "",
        describe: Describe | None = None,
    ) -> None:
        self._client = Client(url, token, timeout=timeout, sleep=sleep)
        self._stranger = Client(url, timeout=timeout, sleep=sleep)
        self._store = Store(datastore, copy_rows)
        # Renewed before each call when a third of it has passed, so that no call outlasts what is left.
        self._lease_seconds = max(120.0, 2 * timeout) if lease_seconds is None else lease_seconds
        self._clock = clock
        self._owner = owner or uuid.uuid4().hex
        self._describe = describe

    def stage(self, edition: Edition, uploaded: Callable[[], None] = nothing) -> None:
        """Send missing files in one call, load the table, make its preview; readers are pointed to none of it."""
        with _told():
            self._demand_shown(edition)
            if edition.dataset.is_open:
                staging.demand_whole(edition)
                table.demand_fields(edition)
            present = self._client.find("package_show", {"id": package_name(edition.dataset.id)})
            self._demand_living(edition, present)
            staging.demand_same(edition, present)
            package = staging.ensure_places(self._client, edition.dataset, present)
            if edition.dataset.is_open:
                package = self._upload(edition, package)
            uploaded()
            for one in planned(edition):
                if one.table and not table.is_loaded(self._client, find_resource(package, one.id) or {}):
                    self._load(edition, one, package)

    def verify(self, edition: Edition) -> None:
        """Compare bytes, facts, rows and dictionary; as a stranger unless the dataset was never public yet."""
        with _told():
            self._demand_shown(edition)
            package = self._demand_staged(edition)
            reader = self._client if package.get("private") else self._stranger
            checking.check_files(reader, edition, package)
            checking.check_table(reader, edition, package)
            if not edition.dataset.is_open and ours(package):
                raise _has_files(edition.dataset)
            if record_of(package).version == edition.release.version:
                checking.check_page(self._stranger, edition)

    def switch(self, edition: Edition) -> None:
        """One ``package_revise`` makes the release current, the one before superseded, and a new dataset public."""
        with _told():
            self._demand_shown(edition)
            before = self._demand_staged(edition)
            amend(self._client, edition.dataset.id, lambda package: self._switched(edition, package))
            if before.get("private"):
                self._read_as_stranger(edition)
            checking.check_page(self._stranger, edition)
            self._renew(edition.dataset, edition)

    def _read_as_stranger(self, edition: Edition) -> None:
        """No stranger could read a new dataset before it was public. What they cannot read now is hidden again."""
        try:
            package = self._stranger.read("package_show", {"id": edition.dataset.id})
            checking.check_files(self._stranger, edition, package)
            checking.check_table(self._stranger, edition, package)
        except (PortalError, Missing):
            amend(self._client, edition.dataset.id, lambda found: None if found["private"] else _HIDDEN)
            raise

    def withdraw(self, dataset: Dataset, versions: Sequence[int], remaining: Edition | None, reason: str) -> Absence:
        """Readers are first pointed elsewhere; then tables, files and entries go, and strangers find none of them."""
        with _told():
            package = self._client.find("package_show", {"id": package_name(dataset.id)})
            if remaining is not None and remaining.release.version in versions:
                raise PortalError(f"{dataset.id}: a version cannot both stay and be withdrawn.")
            hidden = self._client.find("package_show", {"id": takedown.hidden_name(dataset.id)})
            record = takedown.withdrawn_record(package or hidden, dataset.id, versions)
            if remaining is not None:
                self._stay(remaining, record)
                record = self._withdraw_some(dataset, versions)
            elif package is not None or hidden is not None:
                takedown.remove_dataset(self._client, dataset, record, reason)
            self._renew(dataset, remaining and _without(remaining, versions))
            return takedown.prove(self._stranger, record, versions)

    def shown(self, dataset_id: str) -> Shown | None:
        """What strangers see; a dataset that is still private is not shown."""
        with _told():
            return record_of(self._stranger.find("package_show", {"id": package_name(dataset_id)})).shown

    def address(self, dataset_id: str) -> str:
        return urljoin(self._client.url, f"dataset/{package_name(dataset_id)}")

    def _renew(self, dataset: Dataset, shown: Edition | None) -> None:
        """The catalogue's description follows; it is renewed again if this fails and the step is repeated."""
        if self._describe is not None:
            entry = entry_of(shown, ()) if shown else None
            catalogue.renew(self._client, dataset, entry, self._describe)

    def _upload(self, edition: Edition, package: Facts) -> Facts:
        """The files, but not the one whose table is still to grow: it comes with its table."""
        tables = [one for one in planned(edition) if one.table]
        more: dict[str, Facts] = {one.id: self._lease(edition.dataset.id, one.id).claim() for one in tables}
        later = [one for one in tables if table.way(edition, self._store) is Way.PIECES]
        for one in tables:
            if one in later:
                more = aside.pending(edition, one, self._lease_on_coming(edition, one).claim())
            elif find_resource(package, one.id) is None and len(planned(edition)) > 1:
                aside.reclaim(self._client, one.id, self._lease_on_coming(edition, one), package)
        package = staging.send_files(self._client, edition, package, more, [one.id for one in later])
        return staging.mend_facts(self._client, edition, package)

    def _load(self, edition: Edition, one: Planned, package: Facts) -> None:
        if table.way(edition, self._store) is Way.PIECES:
            aside.bring(self._client, edition, one, self._lease_on_coming(edition, one))
        else:
            table.load(self._client, edition, self._lease(edition.dataset.id, one.id), package, self._store)

    def _lease_on_coming(self, edition: Edition, one: Planned) -> Lease:
        return self._lease(edition.dataset.id, aside.carrier(edition, one))

    def _lease(self, package: str, resource: str) -> Lease:
        return Lease(self._client, package, resource, self._owner, self._clock, self._lease_seconds)

    def _switched(self, edition: Edition, package: Facts) -> Facts | None:
        """The request that makes ``edition`` current in ``package``; None when it is so already."""
        before = record_of(package)
        version, digest = edition.release.version, release_digest(edition.release)
        if before.version > version:
            raise PortalError(
                f"{edition.dataset.id}: version {before.version} is current already.",
                left=AS_BEFORE,
                todo="Withdraw the newer version if the older one shall be shown.",
            )
        versions = {release.version: release_digest(release) for release in edition.earlier}
        record = Record(version, edition.release.provenance.content, {**versions, version: digest}, before.withdrawn)
        return self._request(edition, package, record)

    def _request(self, edition: Edition, package: Facts, record: Record) -> Facts | None:
        wanted = {
            **describing.described(edition, record, package, CkanAddresses(self._client.url)),
            "resources": arranged(edition, package),
        }
        if _holds(package, wanted):
            return None
        return {"filter": ["-resources", "-extras", "-tags", "-groups"], "update": wanted}

    def _stay(self, remaining: Edition, record: Record) -> None:
        """Point readers to what stays; what is withdrawn is no longer listed from then on."""
        staying = _without(remaining, tuple(record.withdrawn))
        release = staying.release
        versions = {one.version: release_digest(one) for one in (release, *staying.earlier)}
        kept = Record(release.version, release.provenance.content, versions, record.withdrawn)
        amend(self._client, remaining.dataset.id, lambda package: self._request(staying, package, kept))

    def _withdraw_some(self, dataset: Dataset, versions: Sequence[int]) -> Record:
        package = self._client.read("package_show", {"id": dataset.id})
        for version in versions:
            takedown.remove_resources(self._client, package, version_of(package["resources"], version))
        return record_of(self._client.read("package_show", {"id": dataset.id}))

    def _demand_shown(self, edition: Edition) -> None:
        package_name(edition.dataset.id)
        if edition.dataset.audience not in {Audience.PUBLIC, Audience.INSTITUTES}:
            raise PortalError(
                f"{edition.dataset.id} is for authorities and never goes on a portal.",
                todo="Share it through the exchange interface instead.",
            )

    def _demand_living(self, edition: Edition, present: Facts | None) -> None:
        named = {edition.release.version, *(release.version for release in edition.earlier)}
        gone = named & set(record_of(present).withdrawn)
        if gone:
            raise PortalError(
                f"{edition.dataset.id}: version {min(gone)} was withdrawn and does not come back.",
                left=AS_BEFORE,
                todo="Publish the data as a new version.",
            )

    def _demand_staged(self, edition: Edition) -> Facts:
        package: Facts | None = self._client.find("package_show", {"id": edition.dataset.id})
        self._demand_living(edition, package)
        missing = package is None or any(find_resource(package, one.id) is None for one in planned(edition))
        if package is None or missing:
            raise PortalError(
                f"{edition.release.name} is not staged on the portal.",
                left=AS_BEFORE,
                todo="Stage and verify it first.",
            )
        staging.demand_same(edition, package)
        return package


def _holds(package: Facts, wanted: Facts) -> bool:
    """Whether the dataset says already what it shall say."""
    for key, value in wanted.items():
        present = package.get(key)
        if key in {"tags", "groups"}:
            if {one["name"] for one in present or ()} != {one["name"] for one in value}:
                return False
        elif key == "extras":
            if {one["key"]: one["value"] for one in present or ()} != {one["key"]: one["value"] for one in value}:
                return False
        elif key == "owner_org":
            if (package.get("organization") or {}).get("name") != value:
                return False
        elif present != value:
            return False
    return True


def _without(edition: Edition, versions: Sequence[int]) -> Edition:
    return replace(edition, earlier=tuple(r for r in edition.earlier if r.version not in versions))


def _has_files(dataset: Dataset) -> PortalError:
    return PortalError(
        f"{dataset.id} is not open, yet files of it lie on the portal.",
        left=AS_BEFORE,
        todo="Withdraw those versions first.",
    )


@contextmanager
def _told() -> Iterator[None]:
    """What only the adapter understands leaves it as an error that a person can read."""
    try:
        yield
    except (Missing, Changed, Uncertain):
        raise unreachable() from None
