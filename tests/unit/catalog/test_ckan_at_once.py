"""What two hubs on one CKAN do to each other, with a CKAN that holds one dataset in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from catalog.ckan import aside, catalogue
from catalog.ckan.client import Client, Missing, Uncertain
from catalog.ckan.lease import FIELD, Lease
from catalog.errors import Busy, PortalError
from tests.factories import a_dataset

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Ckan(Client):
    """One dataset with one file; ``answers`` are what calls by name do instead of what they usually do."""

    def __init__(self, **answers: Callable[[], Any]) -> None:
        super().__init__("http://ckan.invalid", sleep=lambda _: None)
        self.resource: dict[str, Any] = {"id": "file"}
        self.answers = answers
        self.called: list[str] = []

    def call(self, action: str, data: dict[str, Any]) -> Any:
        self.called.append(action)
        if action in self.answers:
            return self.answers[action]()
        package = {"id": "data", "metadata_modified": "now", "resources": [self.resource]}
        if action == "package_revise":
            self.resource |= data["update__resources__file"]
            return {"package": package}
        return package

    def download(self, address: str, take: Callable[[Iterator[bytes]], Any]) -> Any:
        del take
        assert address.endswith(catalogue.ENTRIES)


def lease(ckan: Ckan, owner: str, minutes: int) -> Lease:
    """A lease of two minutes by a clock that stands so many minutes after noon."""
    return Lease(ckan, "data", "file", owner, lambda: NOON + timedelta(minutes=minutes), 120.0)


def test_a_lease_that_ran_out_is_renewed_while_nobody_took_it() -> None:
    ckan = Ckan()
    lease(ckan, "first", 0).take()
    lease(ckan, "first", 10).hold()
    with pytest.raises(Busy, match="is loading"):
        lease(ckan, "second", 11).take()


@pytest.mark.parametrize("done", [False, True])
def test_whoever_lost_the_lease_stops_even_when_the_other_is_done(*, done: bool) -> None:
    ckan = Ckan()
    lease(ckan, "first", 0).take()
    other = lease(ckan, "second", 10)
    other.take()
    if done:
        other.give_back({"hub_rows": "12"})
    with pytest.raises(Busy, match="took over"):
        lease(ckan, "first", 20 if done else 10).hold()
    assert ("" if done else "second") == str(ckan.resource[FIELD]).partition(" ")[0]


def test_a_purge_whose_answer_was_lost_and_that_was_done_late_is_done() -> None:
    def purged() -> None:
        if ckan.called.count("dataset_purge") == 1:
            raise Uncertain
        raise Missing

    ckan = Ckan(dataset_purge=purged)
    aside._clear(ckan, "table")
    assert ckan.called.count("dataset_purge") == 2


def test_a_catalogue_whose_entries_cannot_be_read_is_not_written() -> None:
    ckan = Ckan()
    ckan.resource["id"] = catalogue._id(catalogue.ENTRIES)
    with pytest.raises(Busy, match="could not be renewed"):
        catalogue.renew(ckan, a_dataset(), None, lambda *_: {})
    assert set(ckan.called) == {"package_show"}


def test_a_catalogue_that_another_hub_makes_at_the_same_moment_is_taken_as_it_is() -> None:
    def shown() -> dict[str, Any]:
        if "package_create" not in ckan.called:
            raise Missing
        return {"id": "catalogue", "metadata_modified": "now", "resources": []}

    def refused() -> None:
        raise PortalError("CKAN refused 'package_create' because of: name.")

    sent: list[object] = []
    ckan = Ckan(package_show=shown, package_create=refused)
    cast("Any", ckan).send = lambda *arguments: sent.append(arguments)
    catalogue.renew(ckan, a_dataset(), None, lambda *_: {})
    assert len(sent) == 1
