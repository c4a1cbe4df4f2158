"""What people find on the CKAN portal: words inside Chinese texts, dictionary, terms, and nothing of what is gone."""

from pathlib import Path

import psycopg
import pytest
import requests

from catalog.derive.ckan_fields import ckan_fields
from catalog.model import Audience
from tests.factories import a_dataset
from tests.plugins.ckan import admin, ckan, portal_on, stranger
from tests.plugins.ckan_small import name
from tests.unit.catalog.folder_factories import a_csv, an_edition, publish

__all__ = ["admin", "ckan", "name", "stranger"]
pytestmark = pytest.mark.slow


def page(ckan, path, language="zh"):
    prefix = "" if language == "zh" else "/en"
    return requests.get(f"{ckan.url}{prefix}/{path}", timeout=60).text


def test_chinese_words_are_found_inside_titles(ckan, stranger, name, tmp_path):
    dataset = a_dataset(id=name, zh="山东省青岛市质检报告", en="Quality reports of Qingdao")
    publish(portal_on(ckan), an_edition(tmp_path, 1, dataset))

    def found(words):
        return name in [one["name"] for one in stranger.call_action("package_search", {"q": words})["results"]]

    for words in ("青岛", "质检报告", "山东省青岛市质检报告", "岛", "REPORTS", "report"):
        assert found(words), words
    assert not found("岛青")


def test_pages_are_in_chinese_with_english_beside(ckan):
    assert '<html lang="zh-Hans-CN"' in page(ckan, "dataset/")
    assert '<html lang="en"' in page(ckan, "dataset/", "en")
    assert "数据集" in page(ckan, "dataset/")


def test_the_table_has_its_dictionary(ckan, stranger, name, tmp_path):
    wanted = an_edition(tmp_path, 1, a_dataset(id=name))
    publish(portal_on(ckan), wanted)
    table = stranger.call_action("package_show", {"id": name})["resources"][0]["id"]
    found = stranger.call_action("datastore_search", {"resource_id": table, "limit": 1})
    declared = {field["id"]: field["info"] for field in ckan_fields(wanted.dataset)}
    shown = {field["id"]: field["info"] for field in found["fields"] if field["id"] != "_id"}
    assert shown == {key: declared[key] for key in ("record_id", "product_name")}
    assert found["records"][0]["product_name"] == "示例电饭锅"


@pytest.mark.parametrize("by", ["api", "copy"])
def test_words_of_rows_are_found_in_the_table(ckan, stranger, name, tmp_path, by):
    files = {f"{name}.csv": a_csv((("R-1", "heated plates"), ("R-2", "示例头盔")))}
    portal = portal_on(ckan, datastore=ckan.datastore if by == "copy" else "", copy_rows=0)
    publish(portal, an_edition(tmp_path, 1, a_dataset(id=name), files=files))
    table = stranger.call_action("package_show", {"id": name})["resources"][0]["id"]
    for words in ("plates", "示例头盔"):
        found = stranger.call_action("datastore_search", {"resource_id": table, "q": words})
        assert len(found["records"]) == 1, words


def test_the_page_tells_terms_coverage_quality_and_versions(ckan, name, tmp_path):
    portal = portal_on(ckan)
    first = an_edition(tmp_path, 1, a_dataset(id=name))
    publish(portal, first)
    publish(portal, an_edition(tmp_path, 2, a_dataset(id=name), earlier=(first.release,)))
    text = page(ckan, f"dataset/{name}")
    for words in (
        "完全开放",
        "Creative Commons Attribution",
        "山东省",
        "97.2",
        "示例省市场监督管理局",
        "v1",
        "历史 superseded",
    ):
        assert words in text


def test_a_conditional_dataset_shows_its_conditions_and_no_file(ckan, stranger, name, tmp_path):
    changes = {"conditions_zh": "签署数据使用协议", "conditions_en": "Sign an agreement", "licence": "agreement"}
    dataset = a_dataset(id=name, audience=Audience.INSTITUTES, **changes)
    publish(portal_on(ckan), an_edition(tmp_path, 1, dataset))
    package = stranger.call_action("package_show", {"id": name})
    assert package["resources"] == []
    assert package["url"] == dataset.publisher.url
    text = page(ckan, f"dataset/{name}")
    assert "签署数据使用协议" in text
    assert "申请使用" in text


def test_a_withdrawn_dataset_leaves_no_file_no_table_and_no_row(ckan, stranger, name, tmp_path):
    portal = portal_on(ckan, datastore=ckan.datastore, copy_rows=0)
    wanted = an_edition(tmp_path, 1, a_dataset(id=name), files={f"{name}.csv": a_csv((("R-1", "撤回的示例锅"),))})
    publish(portal, wanted)
    table = stranger.call_action("package_show", {"id": name})["resources"][0]["id"]
    assert _holds(ckan, "撤回的示例锅")
    absence = portal.withdraw(wanted.dataset, (1,), None, "应来源部门要求")
    assert absence.checked > 5
    assert absence.still_there == ()
    assert not _holds(ckan, "撤回的示例锅")
    with psycopg.connect(ckan.datastore) as connection:
        assert connection.execute("SELECT to_regclass(%s)", (f'public."{table}"',)).fetchone() == (None,)
    text = page(ckan, f"dataset/{name}")
    assert "已撤回" in text
    assert "应来源部门要求" in text


def test_a_withdrawn_record_is_gone_with_the_old_files(ckan, stranger, name, tmp_path):
    portal = portal_on(ckan)
    kept, gone = ("R-1", "保留的示例锅"), ("R-2", "被撤回的示例灯")
    first = an_edition(tmp_path, 1, a_dataset(id=name), files={f"{name}.csv": a_csv((kept, gone))})
    publish(portal, first)
    assert _holds(ckan, gone[1])
    second = an_edition(tmp_path, 2, a_dataset(id=name), files={f"{name}.csv": a_csv((kept,))})
    publish(portal, second)
    absence = portal.withdraw(first.dataset, (1,), second, "单条记录撤回")
    assert absence.still_there == ()
    assert portal.shown(name).versions == (2,)
    assert not _holds(ckan, gone[1])
    (table,) = [one["id"] for one in stranger.call_action("package_show", {"id": name})["resources"]]
    records = stranger.call_action("datastore_search", {"resource_id": table})["records"]
    assert [record["record_id"] for record in records] == ["R-1"]


def test_a_withdrawal_that_was_killed_goes_on(ckan, stranger, name, tmp_path, monkeypatch):
    from catalog.ckan import takedown

    portal, wanted = portal_on(ckan), an_edition(tmp_path, 1, a_dataset(id=name))
    publish(portal, wanted)
    monkeypatch.setattr(takedown, "remove_resources", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        portal.withdraw(wanted.dataset, (1,), None, "误发")
    assert portal.shown(name) is None
    monkeypatch.undo()
    absence = portal.withdraw(wanted.dataset, (1,), None, "误发")
    assert absence.checked > 5
    assert absence.still_there == ()


def _holds(ckan, words):
    """Whether any file in CKAN's storage holds the words."""
    stored = [path for path in (Path(ckan.home) / "storage").rglob("*") if path.is_file()]
    return any(words.encode() in path.read_bytes() for path in stored)
