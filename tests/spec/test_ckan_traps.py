"""What goes wrong with a real CKAN, and what readers see while it does. Each test has a dataset of its own."""

import os
import signal
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from catalog.ckan import CkanPortal, inserting
from catalog.ckan import client as ckan_client
from catalog.errors import Busy, DeclarationError, PortalError
from tests.factories import COLUMNS, a_column, a_dataset
from tests.plugins.ckan import admin, ckan, portal_on, stranger
from tests.plugins.ckan_small import ROWS, current_rows, edition, name, small_calls
from tests.plugins.ckan_stack.serve import another_ckan
from tests.plugins.processes import START
from tests.plugins.swallowing import swallowing
from tests.unit.catalog.folder_factories import a_csv, publish

__all__ = ["admin", "ckan", "name", "small_calls", "stranger"]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("small_calls")]


def stage_and_die(url, token, folder, name):
    """A publisher that is killed after the first rows of the table were sent."""
    inserting.ONE_CALL_ROWS = inserting.ROUND_ROWS = 5
    inserting._round = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    CkanPortal(url, token, lease_seconds=2).stage(edition(folder, name, 2))


def after_every_lease():
    return datetime.now(UTC) + timedelta(hours=1)


def test_a_killed_client_leaves_readers_the_old_version(ckan, stranger, name, tmp_path):
    portal = portal_on(ckan)
    first = edition(tmp_path, name)
    publish(portal, first)
    process = START.Process(target=stage_and_die, args=(ckan.url, ckan.token, tmp_path, name))
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL
    assert portal.shown(name).version == 1
    assert current_rows(stranger, name) == ROWS
    publish(portal_on(ckan, clock=after_every_lease), edition(tmp_path, name, 2, earlier=(first.release,)))
    assert portal.shown(name).versions == (2, 1)
    assert current_rows(stranger, name) == ROWS


def end(workers):
    for worker in workers:
        with suppress(psutil.NoSuchProcess):
            worker.kill()


def test_killed_ckan_workers_are_waited_for(ckan, stranger, name, tmp_path, monkeypatch):
    killed = []
    call = ckan_client.Client.call

    # Other tests read the first CKAN meanwhile.
    with another_ckan(ckan) as mortal:

        def call_while_workers_die(self, action, data):
            if action in {"datastore_create", "datastore_upsert"} and len(killed) < 2:
                workers = psutil.Process(mortal.processes["ckan"]).children()
                killed.append(action)
                threading.Timer(0.05, end, [workers]).start()
            return call(self, action, data)

        monkeypatch.setattr(ckan_client.Client, "call", call_while_workers_die)
        publish(portal_on(mortal), edition(tmp_path, name))
    assert killed
    assert current_rows(stranger, name) == ROWS


def test_rows_that_arrive_after_they_were_looked_for_are_not_kept_twice(ckan, stranger, name, tmp_path, monkeypatch):
    late, come = [], []
    call = ckan_client.Client.call

    def call_while_one_comes_late(self, action, data):
        if action == "datastore_upsert" and not late:
            late.append(data)
            raise ckan_client.Uncertain
        answer = call(self, action, data)
        if action == "datastore_upsert" and data in late and not come:
            come.append(call(self, action, data))
        return answer

    monkeypatch.setattr(ckan_client.Client, "call", call_while_one_comes_late)
    monkeypatch.setattr(ckan_client.Client, "rest", lambda _: None)
    publish(portal_on(ckan), edition(tmp_path, name))
    assert come
    assert current_rows(stranger, name) == ROWS


def test_a_lost_answer_doubles_nothing(ckan, stranger, name, tmp_path):
    lost = {"package_create": 1, "package_revise": 3, "datastore_create": 1, "datastore_upsert": 2, f"{name}.csv": 2}
    wanted = edition(tmp_path, name)
    with swallowing(ckan.url, **lost) as (url, swallowed):
        portal = CkanPortal(url, ckan.token, lease_seconds=60, sleep=lambda _: None)
        portal.stage(wanted)
        portal.verify(wanted)
        assert sorted(set(swallowed)) == sorted(lost)
    publish(portal_on(ckan, owner=portal._owner), wanted)
    package = stranger.call_action("package_show", {"id": name})
    assert len(package["resources"]) == 2
    assert current_rows(stranger, name) == ROWS


def test_a_file_over_the_limit_is_refused_in_words(ckan, admin, name, tmp_path):
    files = {f"{name}.csv": a_csv(), "large.txt": os.urandom(9 << 20)}
    with pytest.raises(PortalError, match="too large"):
        portal_on(ckan).stage(edition(tmp_path, name, files=files))
    assert admin.call_action("package_show", {"id": name})["resources"] == []
    assert portal_on(ckan).shown(name) is None


def test_without_its_search_index_nothing_is_saved(ckan, admin, name, tmp_path):
    with another_ckan(ckan, solr_url="http://127.0.0.1:9/solr/ckan") as other:
        blind = CkanPortal(other.url, ckan.token, sleep=lambda _: None)
        with pytest.raises(PortalError):
            blind.stage(edition(tmp_path, name))
    assert name not in admin.call_action("package_list")
    portal = portal_on(ckan)
    publish(portal, edition(tmp_path, name))
    assert portal.shown(name).version == 1


def test_edits_made_meanwhile_are_kept(ckan, admin, name, tmp_path, monkeypatch):
    portal = portal_on(ckan)
    first = edition(tmp_path, name)
    publish(portal, first)
    second = edition(tmp_path, name, 2, earlier=(first.release,))
    portal.stage(second)
    edits = []
    call = ckan_client.Client.call

    def call_after_an_edit(self, action, data):
        if action == "package_revise" and not edits:
            extras = admin.call_action("package_show", {"id": name})["extras"]
            edits.append({"key": "部门备注", "value": "请勿删除"})
            admin.call_action("package_patch", {"id": name, "extras": [*extras, *edits]})
            link = {"package_id": name, "name": "说明", "url": "https://amr.example.org/help"}
            admin.call_action("resource_create", link)
        return call(self, action, data)

    monkeypatch.setattr(ckan_client.Client, "call", call_after_an_edit)
    portal.switch(second)
    package = admin.call_action("package_show", {"id": name})
    assert edits[0] in [{"key": e["key"], "value": e["value"]} for e in package["extras"]]
    assert "说明" in [resource["name"] for resource in package["resources"]]
    assert portal.shown(name).version == 2


def test_two_runs_at_once_make_one_release(ckan, stranger, name, tmp_path):
    wanted, outcomes = edition(tmp_path, name), []

    def run():
        try:
            # A lease that outlives a slow machine: with a shorter one each could take it from the other.
            publish(portal_on(ckan, lease_seconds=60.0), wanted)
            outcomes.append("done")
        except (Busy, PortalError) as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "done" in outcomes
    assert len(stranger.call_action("package_show", {"id": name})["resources"]) == 2
    assert current_rows(stranger, name) == ROWS


def test_only_one_process_loads_a_table(ckan, name, tmp_path, monkeypatch):
    holder = portal_on(ckan, lease_seconds=300)
    monkeypatch.setattr(inserting, "_round", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        holder.stage(edition(tmp_path, name))
    monkeypatch.undo()
    with pytest.raises(Busy, match="Another process"):
        portal_on(ckan).stage(edition(tmp_path, name))
    holder.stage(edition(tmp_path, name))
    portal_on(ckan).verify(edition(tmp_path, name))


def test_an_overwritten_hash_is_noticed_and_mended(ckan, admin, name, tmp_path):
    portal, wanted = portal_on(ckan), edition(tmp_path, name)
    publish(portal, wanted)
    resource = admin.call_action("package_show", {"id": name})["resources"][0]
    admin.call_action("resource_patch", {"id": resource["id"], "hash": "d41d8cd98f00b204e9800998ecf8427e"})
    with pytest.raises(PortalError, match="read back"):
        portal.verify(wanted)
    publish(portal, wanted)
    assert admin.call_action("resource_show", {"id": resource["id"]})["hash"] == resource["hash"]


def test_rows_added_behind_our_back_are_noticed(ckan, admin, name, tmp_path):
    portal, wanted = portal_on(ckan), edition(tmp_path, name)
    publish(portal, wanted)
    resource = admin.call_action("package_show", {"id": name})["resources"][0]
    more = {"resource_id": resource["id"], "force": True, "method": "insert", "records": [{"record_id": "R-x"}]}
    admin.call_action("datastore_upsert", more)
    with pytest.raises(PortalError, match="rows"):
        portal.verify(wanted)


@pytest.mark.parametrize("by", ["api", "copy"])
def test_nul_is_refused_before_the_table(ckan, name, tmp_path, by):
    files = {f"{name}.csv": a_csv((("R-1", "secret\x00text"),))}
    portal = portal_on(ckan, datastore=ckan.datastore if by == "copy" else "", copy_rows=0)
    with pytest.raises(PortalError, match="1 cells of column product_name hold NUL") as caught:
        portal.stage(edition(tmp_path, name, files=files))
    assert "secret" not in str(caught.value)
    assert portal.shown(name) is None


def test_a_column_name_that_ckan_would_cut_is_refused(ckan, admin, name, tmp_path):
    long = "检" * 22
    dataset = a_dataset(columns=(COLUMNS[0], a_column(long)), id=name)
    files = {f"{name}.csv": a_csv((("R-1", "x"),), names=("record_id", long))}
    with pytest.raises(DeclarationError, match="CKAN refuses"):
        portal_on(ckan).stage(edition(tmp_path, name, dataset=dataset, files=files))
    assert name not in admin.call_action("package_list")


def test_tags_that_ckan_refuses_are_made_acceptable(ckan, stranger, name, tmp_path):
    dataset = a_dataset(id=name, keywords_zh=("质量（分级）", "锅", "工业产品"), keywords_en=("a/b & c", "?"))
    publish(portal_on(ckan), edition(tmp_path, name, dataset=dataset))
    package = stranger.call_action("package_show", {"id": name})
    assert {tag["name"] for tag in package["tags"]} == {"质量-分级", "工业产品", "a-b - c"}
