"""What every portal must do, whatever it is made of. An adapter joins by adding a maker to ``MAKERS``."""

import dataclasses
import os
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from catalog.errors import PortalError
from catalog.folder import FolderPortal
from catalog.model import Audience
from tests.factories import a_dataset
from tests.plugins import ckan
from tests.unit.catalog.folder_factories import NOON, an_edition, publish


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def a_folder_portal(tmp_path):
    yield FolderPortal(tmp_path / "site", clock=lambda: NOON, patience=0)


@contextmanager
def a_folder_portal_behind_a_web_server(tmp_path):
    site = tmp_path / "site"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        base = f"http://127.0.0.1:{server.server_address[1]}/"
        yield FolderPortal(site, base, clock=lambda: NOON, patience=0)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def a_ckan_portal(_tmp_path):
    stack = ckan.running()
    ckan.emptied(stack, "example", "other")
    yield ckan.portal_on(stack)


MAKERS = {
    "folder": a_folder_portal,
    "folder-on-the-web": a_folder_portal_behind_a_web_server,
    "ckan": a_ckan_portal,
}


@pytest.fixture(params=[pytest.param(name, marks=[pytest.mark.slow] * name.startswith("ckan")) for name in MAKERS])
def portal(request, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda *_: None)  # a power cut is not what these tests are about
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with MAKERS[request.param](tmp_path) as made:
        yield made


@pytest.fixture
def editions(tmp_path):
    """Three versions of one dataset, each listing those before it."""
    first = an_edition(tmp_path / "made", 1)
    second = an_edition(tmp_path / "made", 2, earlier=(first.release,))
    third = an_edition(tmp_path / "made", 3, earlier=(second.release, first.release))
    return first, second, third


def test_nothing_is_shown_before_the_switch(portal, editions):
    assert portal.shown("example") is None
    portal.stage(editions[0])
    portal.verify(editions[0])
    assert portal.shown("example") is None


def test_a_switch_makes_the_version_current(portal, editions):
    publish(portal, editions[0])
    shown = portal.shown("example")
    assert (shown.version, shown.content) == (1, editions[0].release.provenance.content)
    assert shown.versions == (1,)


def test_earlier_versions_stay_listed_newest_first(portal, editions):
    for edition in editions:
        publish(portal, edition)
    assert portal.shown("example").versions == (3, 2, 1)


def test_staging_the_next_version_does_not_change_what_is_shown(portal, editions):
    publish(portal, editions[0])
    portal.stage(editions[1])
    portal.verify(editions[1])
    assert portal.shown("example").version == 1


def test_every_step_may_be_repeated(portal, editions):
    for _ in range(2):
        publish(portal, editions[0])
    publish(portal, editions[1])
    publish(portal, editions[1])
    assert portal.shown("example").versions == (2, 1)


def test_what_was_not_staged_is_not_verified(portal, editions):
    with pytest.raises(PortalError):
        portal.verify(editions[0])


def test_what_was_not_staged_cannot_become_current(portal, editions):
    publish(portal, editions[0])
    with pytest.raises(PortalError):
        portal.switch(editions[1])
    assert portal.shown("example").version == 1


def test_an_older_version_does_not_push_a_newer_one_aside(portal, editions):
    for edition in editions[:2]:
        publish(portal, edition)
    with pytest.raises(PortalError):
        portal.switch(editions[0])
    assert portal.shown("example").version == 2


def test_a_file_that_does_not_match_its_release_is_never_staged(portal, editions):
    broken = editions[0].folder / "example.csv"
    broken.write_bytes(broken.read_bytes() + b"more")
    with pytest.raises(PortalError):
        portal.stage(editions[0])
    with pytest.raises(PortalError):
        portal.verify(editions[0])


def test_a_version_never_changes(portal, editions, tmp_path):
    publish(portal, editions[0])
    other = an_edition(tmp_path / "other", 1, rows=99)
    with pytest.raises(PortalError):
        portal.stage(other)
    portal.verify(editions[0])


def test_a_withdrawn_version_is_gone_and_the_rest_stays(portal, editions):
    for edition in editions:
        publish(portal, edition)
    absence = portal.withdraw(editions[0].dataset, (1, 3), editions[1], "两个版本有误")
    assert absence.checked > 0
    assert absence.still_there == ()
    assert portal.shown("example").versions == (2,)
    portal.verify(dataclasses.replace(editions[1], earlier=()))


def test_a_whole_dataset_can_be_withdrawn(portal, editions):
    for edition in editions:
        publish(portal, edition)
    absence = portal.withdraw(editions[0].dataset, (1, 2, 3), None, "应来源部门要求")
    assert absence.still_there == ()
    assert portal.shown("example") is None


def test_a_withdrawal_may_be_repeated_and_proves_the_same_absence(portal, editions):
    publish(portal, editions[0])
    first = portal.withdraw(editions[0].dataset, (1,), None, "误发")
    assert portal.withdraw(editions[0].dataset, (1,), None, "误发") == first


def test_a_withdrawn_version_does_not_come_back(portal, editions):
    publish(portal, editions[0])
    portal.withdraw(editions[0].dataset, (1,), None, "误发")
    for step in (portal.stage, portal.switch):
        with pytest.raises(PortalError):
            step(editions[0])
    assert portal.shown("example") is None


def test_a_new_version_follows_a_withdrawal(portal, editions, tmp_path):
    publish(portal, editions[0])
    portal.withdraw(editions[0].dataset, (1,), None, "误发")
    publish(portal, an_edition(tmp_path / "made", 2))
    assert portal.shown("example").versions == (2,)


def test_a_staged_version_that_was_never_shown_can_be_withdrawn(portal, editions):
    portal.stage(editions[0])
    absence = portal.withdraw(editions[0].dataset, (1,), None, "不再需要")
    assert absence.still_there == ()
    assert portal.shown("example") is None


@pytest.mark.parametrize("audience", [Audience.REGULATORS, Audience.INTERNAL])
def test_what_is_for_authorities_is_refused(portal, tmp_path, audience):
    edition = an_edition(tmp_path / "made", dataset=a_dataset(audience=audience))
    for step in (portal.stage, portal.verify, portal.switch):
        with pytest.raises(PortalError):
            step(edition)
    assert portal.shown("example") is None


def test_a_conditional_dataset_is_shown_without_files(portal, tmp_path):
    dataset = a_dataset(audience=Audience.INSTITUTES, licence="agreement", conditions_zh="签协议", conditions_en="Sign")
    edition = an_edition(tmp_path / "made", dataset=dataset)
    publish(portal, edition)
    assert portal.shown("example").version == 1


def test_datasets_do_not_touch_each_other(portal, editions, tmp_path):
    publish(portal, editions[0])
    other = an_edition(tmp_path / "made", dataset=a_dataset(id="other"))
    publish(portal, other)
    portal.withdraw(other.dataset, (1,), None, "误发")
    portal.verify(editions[0])
    assert portal.shown("example").version == 1


def test_an_address_is_given_before_and_after(portal, editions):
    before = portal.address("example")
    publish(portal, editions[0])
    assert "example" in before
    assert portal.address("example") == before
