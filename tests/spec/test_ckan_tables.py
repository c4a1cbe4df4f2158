"""What readers of a real CKAN see of a table while it is loaded: nothing, or all of it."""

import threading

import pytest

from catalog.ckan import aside, checking, table
from catalog.ckan import client as ckan_client
from catalog.ckan.table import count
from catalog.errors import Busy, PortalError
from tests.plugins.ckan import admin, ckan, portal_on, stranger
from tests.plugins.ckan_small import ROWS, current_rows, edition, looks, name, small_calls, table_of
from tests.unit.catalog.folder_factories import publish

__all__ = ["admin", "ckan", "name", "small_calls", "stranger"]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("small_calls")]


@pytest.mark.parametrize("by", ["api", "copy"])
def test_a_polling_reader_never_sees_an_empty_table(ckan, stranger, name, tmp_path, by):
    portal = portal_on(ckan, datastore=ckan.datastore if by == "copy" else "", copy_rows=0)
    first = edition(tmp_path, name)
    publish(portal, first)
    seen, ended = [], threading.Event()

    def poll():
        while not ended.is_set():
            seen.append(current_rows(stranger, name))

    reader = threading.Thread(target=poll)
    reader.start()
    try:
        publish(portal, edition(tmp_path, name, 2, rows=ROWS + 7, earlier=(first.release,)))
    finally:
        ended.set()
        reader.join()
    assert len(seen) > 2
    assert set(seen) <= {ROWS, ROWS + 7}
    assert seen[-1] == ROWS + 7 or current_rows(stranger, name) == ROWS + 7


@pytest.mark.parametrize("shown_before", [False, True])
def test_no_stranger_sees_a_table_grow(ckan, stranger, name, tmp_path, shown_before):
    portal, first = portal_on(ckan), edition(tmp_path, name)
    if shown_before:
        publish(portal, first)
    wanted = edition(tmp_path, name, 2, rows=43, earlier=(first.release,) * shown_before)
    seen, ended = [], threading.Event()

    def poll():
        while not ended.is_set():
            seen.append(looks(ckan, table_of(wanted)))

    reader = threading.Thread(target=poll)
    reader.start()
    try:
        publish(portal, wanted)
    finally:
        ended.set()
        reader.join()
    assert len(seen) > 5
    assert set(seen) <= {None, 43}
    assert current_rows(stranger, name) == 43


def test_a_table_left_between_two_datasets_is_found_again(ckan, admin, name, tmp_path, monkeypatch):
    portal, first = portal_on(ckan), edition(tmp_path, name)
    publish(portal, first)
    second = edition(tmp_path, name, 2, earlier=(first.release,))
    clear = aside._clear

    def clear_and_die(*arguments):
        clear(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(aside, "_clear", clear_and_die)
    with pytest.raises(KeyboardInterrupt):
        portal.stage(second)
    monkeypatch.undo()
    assert count(ckan_client.Client(ckan.url, ckan.token), table_of(second)) == ROWS
    assert looks(ckan, table_of(second)) is None
    absence = portal.withdraw(second.dataset, (2,), first, "不再需要")
    assert absence.still_there == ()
    assert count(ckan_client.Client(ckan.url, ckan.token), table_of(second)) is None


def test_nobody_takes_a_table_for_abandoned_while_it_moves_to_its_dataset(ckan, stranger, name, tmp_path, monkeypatch):
    wanted, met = edition(tmp_path, name), []
    clear = aside._clear

    def clear_while_another_run_begins(*arguments):
        clear(*arguments)
        if not met:
            met.append("begun")
            with pytest.raises(Busy, match="Another process"):
                portal_on(ckan).stage(wanted)
            met.append("refused")

    monkeypatch.setattr(aside, "_clear", clear_while_another_run_begins)
    # A lease that no slow machine outlasts: the other run is refused because of it, not because of its speed.
    publish(portal_on(ckan, lease_seconds=600.0), wanted)
    assert met == ["begun", "refused"]
    assert current_rows(stranger, name) == ROWS


def test_a_table_that_another_run_has_loaded_meanwhile_is_left_as_it_is(ckan, stranger, name, tmp_path, monkeypatch):
    portal, wanted = portal_on(ckan, datastore=ckan.datastore, copy_rows=0), edition(tmp_path, name)
    load, loads = table.load, []

    def load_after_another_run(client, wanted, lease, package, store):
        if not loads:
            loads.append(package)
            later = {**package, "resources": [{**one, "hub_lease": ""} for one in package["resources"]]}
            load(client, wanted, lease, package, store)
            monkeypatch.setattr(table, "copy_table", lambda *_: pytest.fail("loaded twice"))
            load(client, wanted, lease, later, store)

    monkeypatch.setattr(table, "load", load_after_another_run)
    publish(portal, wanted)
    assert len(loads) == 1
    assert current_rows(stranger, name) == ROWS


def test_what_strangers_cannot_read_is_hidden_again(ckan, stranger, name, tmp_path, monkeypatch):
    portal, wanted = portal_on(ckan), edition(tmp_path, name)
    portal.stage(wanted)
    portal.verify(wanted)
    check = checking.check_table

    def check_as(reader, *more):
        if reader is portal._stranger:
            raise PortalError("strangers find no table")
        check(reader, *more)

    monkeypatch.setattr(checking, "check_table", check_as)
    with pytest.raises(PortalError, match="strangers find"):
        portal.switch(wanted)
    assert portal.shown(name) is None
    monkeypatch.undo()
    portal.switch(wanted)
    assert current_rows(stranger, name) == ROWS


def test_a_copied_table_appears_whole_to_everyone(ckan, name, tmp_path):
    portal = portal_on(ckan, datastore=ckan.datastore, copy_rows=0)
    wanted = edition(tmp_path, name, rows=3000)
    seen, ended = set(), threading.Event()

    def poll():
        looking = ckan_client.Client(ckan.url, ckan.token)
        while not ended.is_set():
            seen.add(count(looking, table_of(wanted)))

    reader = threading.Thread(target=poll)
    reader.start()
    try:
        portal.stage(wanted)
    finally:
        ended.set()
        reader.join()
    assert seen <= {None, 3000}
