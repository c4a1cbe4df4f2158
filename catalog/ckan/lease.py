"""A lease on a resource, so that one process at a time loads its table. It ends by itself when its holder dies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalog.ckan.amend import Facts, amend, find_resource, resource_facts
from catalog.ckan.client import AS_BEFORE, Client, Missing
from catalog.errors import Busy

FIELD = "hub_lease"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of ``owner`` (a name no other process has) to load ``resource`` of dataset ``package``."""

    client: Client
    package: str
    resource: str
    owner: str
    clock: Callable[[], datetime]
    seconds: float

    def claim(self) -> Facts:
        """What a resource that is only just made says when it is leased from the beginning."""
        return {FIELD: f"{self.owner} {(self.clock() + timedelta(seconds=self.seconds)).isoformat()}"}

    def take(self, package: Facts | None = None) -> Facts:
        """Take it or renew it; the dataset as it then is. ``Busy`` while another process holds it.

        ``package`` is the dataset if it was just read; it spares a call while the lease is this owner's already.
        """
        if package is not None and self._taken(package) is None:
            return package
        return amend(self.client, self.package, self._taken)

    def hold(self) -> None:
        """Renew a lease that is still this owner's. ``Busy`` where it ran out and another took it, done or not."""
        amend(self.client, self.package, self._held)

    def keeper(self) -> Callable[[], None]:
        """What holds the lease during long work: renews it when a third of its time has passed."""
        taken = [self.clock()]

        def keep() -> None:
            if self.clock() - taken[0] > timedelta(seconds=self.seconds / 3):
                self.hold()
                taken[0] = self.clock()

        return keep

    def give_back(self, facts: Facts) -> None:
        """Set the outcome and end the lease in one step; does nothing once somebody else holds it."""
        amend(self.client, self.package, lambda package: self._given_back(package, facts))

    def _taken(self, package: Facts) -> Facts | None:
        resource = find_resource(package, self.resource)
        if resource is None:
            raise Missing
        holder, _, until = str(resource.get(FIELD) or "").partition(" ")
        now = self.clock()
        if holder and holder != self.owner and datetime.fromisoformat(until) > now:
            raise Busy(
                f"Another process is loading the table of dataset {self.package}.",
                left=AS_BEFORE,
                todo=f"It holds a lease until {until}; run the same command again after that.",
            )
        if holder == self.owner and datetime.fromisoformat(until) > now + timedelta(seconds=self.seconds / 2):
            return None
        return resource_facts(self.resource, self.claim())

    def _held(self, package: Facts) -> Facts | None:
        resource = find_resource(package, self.resource)
        if resource is None or str(resource.get(FIELD) or "").partition(" ")[0] != self.owner:
            raise Busy(
                f"Another process took over the table of dataset {self.package}.",
                left=AS_BEFORE,
                todo="Run the same command again; it goes on with what the other one did.",
            )
        return self._taken(package)

    def _given_back(self, package: Facts, facts: Facts) -> Facts | None:
        resource = find_resource(package, self.resource)
        if resource is None or not str(resource.get(FIELD) or "").startswith(f"{self.owner} "):
            return None
        return resource_facts(self.resource, {**facts, FIELD: ""})
