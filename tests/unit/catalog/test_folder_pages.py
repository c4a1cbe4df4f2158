"""The pages of the folder portal, read the way people, screen readers and programs read them."""

import json
import os
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.datasets import shipped
from catalog.folder import FolderPortal, words
from catalog.folder.feed import ATOM
from catalog.model import Audience
from catalog.treatment_names import TREATMENTS
from tests.factories import a_column, a_dataset
from tests.unit.catalog.folder_factories import NOON, an_edition, publish
from tests.unit.catalog.folder_reader import crawl, is_local, stamps, tree

CONDITIONAL = a_dataset(
    id="yearly",
    audience=Audience.INSTITUTES,
    licence="agreement",
    conditions_zh="仅限产业研究。",
    conditions_en="Research only.",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site with an open dataset of two versions, a conditional one, and a withdrawn one."""
    folder = tmp_path_factory.mktemp("portal")
    portal = FolderPortal(folder / "site", clock=lambda: NOON)
    daily = a_dataset(frequency="P1D")
    first = an_edition(folder, 1, dataset=daily)
    publish(portal, first)
    publish(portal, an_edition(folder, 2, dataset=daily, earlier=(first.release,)))
    publish(portal, an_edition(folder, 1, dataset=CONDITIONAL))
    gone = an_edition(folder, 1, dataset=a_dataset(id="gone", zh="撤回的数据", en="Withdrawn data"))
    publish(portal, gone)
    portal.withdraw(gone.dataset, (1,), None, "含有错误 & 误发")
    return folder / "site"


@pytest.fixture(scope="module")
def pages(site):
    return {path.relative_to(site).as_posix(): page for path, page in crawl(site)[0].items()}


def test_every_page_is_reached_and_every_link_and_checksum_holds(site, pages):
    written = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert set(pages) == written
    assert crawl(site)[1] == []


def test_each_page_links_its_twin_in_the_other_language(site, pages):
    for path, page in pages.items():
        english = path.startswith("en/")
        assert ("html", {"lang": "en" if english else "zh-CN"}) in page.tags
        twin = path.removeprefix("en/") if english else f"en/{path}"
        targets = {(site / path).parent.joinpath(link.partition("#")[0]).resolve() for link in page.links}
        assert site / twin in targets, path


def test_pages_hold_no_script_no_style_and_nothing_from_elsewhere(pages):
    for page in pages.values():
        names = Counter(tag for tag, _ in page.tags)
        assert not names & Counter({"script": 1, "style": 1, "iframe": 1, "object": 1, "form": 1})
        assert not [key for _, facts in page.tags for key in facts if key.startswith("on") or key == "style"]
        loaded = [f.get("href") for tag, f in page.tags if tag == "link"] + [
            f["src"] for _, f in page.tags if "src" in f
        ]
        assert all(is_local(link) for link in loaded)
        assert any(f.get("http-equiv") == "Content-Security-Policy" for _, f in page.tags)


def test_pages_have_landmarks_one_heading_and_no_skipped_level(pages):
    for path, page in pages.items():
        names = Counter(tag for tag, _ in page.tags)
        assert (names["h1"], names["main"], names["header"], names["footer"]) == (1, 1, 1, 1), path
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
        body = [level for level in levels if level > 1]
        assert all(after <= before + 1 for before, after in zip([1, *body], body, strict=False)), path


def test_references_inside_a_page_resolve_and_ids_are_unique(pages):
    for path, page in pages.items():
        assert len(set(page.ids)) == len(page.ids), path
        wanted = [link[1:] for link in page.links if link.startswith("#")]
        wanted += [facts["aria-labelledby"] for _, facts in page.tags if "aria-labelledby" in facts]
        assert set(wanted) <= set(page.ids), path


def test_the_first_link_skips_to_the_content(pages):
    for page in pages.values():
        first = next(facts for tag, facts in page.tags if tag == "a")
        assert (first["class"], first["href"]) == ("skip", "#content")


def test_every_table_has_a_caption_headers_and_scrolls_inside_a_focusable_region(pages):
    for page in pages.values():
        names = Counter(tag for tag, _ in page.tags)
        regions = [facts for tag, facts in page.tags if tag == "div" and facts.get("class") == "scroll"]
        assert names["table"] == names["caption"] == len(regions)
        assert all(facts.get("tabindex") == "0" and facts.get("role") == "region" for facts in regions)
        assert all(facts.get("scope") in {"col", "row"} for tag, facts in page.tags if tag == "th")


def test_a_dataset_page_tells_what_readers_ask_for(pages):
    text = pages["datasets/example/index.html"].text
    for told in ("示例数据集", "示例省市场监督管理局", "知识共享署名 4.0", "每日", "opendata@example.org", "完全开放"):
        assert told in text
    for told in ("规范性", "97.2", "99.9", "未评价", "质量检查未通过的记录", "mark-2", "sha256sum example.csv"):
        assert told in text
    english = pages["en/datasets/example/index.html"].text
    for told in ("Example dataset", "Conformity", "Executed standards", "not assessed", "records that did not pass"):
        assert told in english


def test_the_preview_shows_the_rows_of_the_released_file(pages):
    for path in ("datasets/example/index.html", "en/datasets/example/index.html"):
        text = pages[path].text
        assert "示例电饭锅" in text
        assert "R-v2" in text
        assert "R-v1" not in text


def test_a_parquet_preview_stops_after_twenty_rows_and_cuts_long_texts(tmp_path):
    columns = {
        "product_name": ["长" * 500] * 25,
        "tags": [["甲", "乙"]] * 25,
        "n": [None, *range(24)],
        "ok": [True] * 25,
    }
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    body = (tmp_path / "t.parquet").read_bytes()
    portal = FolderPortal(tmp_path / "site")
    publish(portal, an_edition(tmp_path, files={"t.parquet": body, "t.csv": b"other\r\n"}))
    page = (tmp_path / "site/datasets/example/index.html").read_text(encoding="utf-8")
    assert page.count("长" * 159 + "…") == 20
    assert "长" * 160 not in page
    assert page.count("<td>甲；乙</td>") == 20
    assert "<td>18</td>" in page
    assert "<td>19</td>" not in page


def test_a_conditional_dataset_shows_conditions_but_no_file_no_preview_no_checksum(site, pages):
    page = pages["datasets/yearly/index.html"]
    assert "仅限产业研究。" in page.text
    assert "向来源部门提交申请" in page.text
    assert not any("download" in facts for _, facts in page.tags)
    assert "示例电饭锅" not in page.text
    assert sorted(path.name for path in (site / "datasets/yearly").iterdir()) == ["dataset.json", "index.html"]
    record = json.loads((site / "datasets/yearly/dataset.json").read_text(encoding="utf-8"))
    assert record["current"]["resources"] == []


def test_a_tombstone_says_since_when_and_why(site, pages):
    page = pages["datasets/gone/index.html"]
    assert "含有错误 & 误发" in page.text
    assert "2026年7月1日 12:00" in page.text
    assert "2026-07-01 12:00 (UTC+8)" in pages["en/datasets/gone/index.html"].text
    assert not list((site / "datasets/gone").glob("v*"))
    assert "撤回的数据" in pages["index.html"].text


def test_versions_list_changes_and_link_earlier_files(pages):
    page = pages["datasets/example/index.html"]
    assert "v1/example.csv" in page.links
    assert "v2/example.csv" in page.links
    assert {"v1/release.json", "v2/release.json", "v2/proof.json"} <= set(page.links)


def test_an_earlier_version_that_was_never_here_is_listed_without_links(tmp_path):
    first = an_edition(tmp_path, 1)
    publish(FolderPortal(tmp_path / "site"), an_edition(tmp_path, 2, earlier=(first.release,)))
    reached, defects = crawl(tmp_path / "site")
    assert defects == []
    assert "本站不提供该版本的文件。" in reached[tmp_path / "site/datasets/example/index.html"].text


def test_no_page_and_no_list_tells_where_the_hub_reads_from(site):
    for path in site.rglob("*"):
        if path.is_file():
            assert b"0 3 * * *" not in path.read_bytes()
    record = json.loads((site / "datasets/example/dataset.json").read_text(encoding="utf-8"))
    assert record["dataset"]["source"] == {
        "kind": "",
        "derivation": "",
        "table": "",
        "query": "",
        "pattern": "",
        "layout": "",
        "headings": {},
        "path": "",
        "options": {},
    }
    assert record["dataset"]["reads"] == []


def test_options_of_treatments_stay_inside(tmp_path):
    column = a_column(treatment="mask_name", options={"keep": "canary-option"})
    publish(FolderPortal(tmp_path / "site"), an_edition(tmp_path, dataset=a_dataset((column,))))
    assert not [p for p in (tmp_path / "site").rglob("*") if p.is_file() and b"canary-option" in p.read_bytes()]
    assert "遮盖姓名" in (tmp_path / "site/datasets/example/index.html").read_text(encoding="utf-8")


def test_the_catalogue_and_the_feed_list_what_the_pages_show(site):
    listed = json.loads((site / "catalog.json").read_text(encoding="utf-8"))["datasets"]
    assert [(entry["id"], entry["withdrawn"]) for entry in listed] == [("example", []), ("gone", [1]), ("yearly", [])]
    assert len(listed[0]["current"]["files"]) == 3
    feed = ET.parse(site / "feed.xml").getroot()
    entries = feed.findall(f"{{{ATOM}}}entry")
    assert len(entries) == 4
    assert len({entry.findtext(f"{{{ATOM}}}id") for entry in entries}) == 4
    times = [entry.findtext(f"{{{ATOM}}}updated") for entry in entries]
    assert times == sorted(times, reverse=True)
    assert feed.findtext(f"{{{ATOM}}}updated") == times[0]


def test_lists_carry_absolute_addresses_where_the_site_is_known(tmp_path, monkeypatch):
    monkeypatch.setattr("catalog.folder.reach.is_web", lambda *_: False)
    portal = FolderPortal(tmp_path / "site", "https://open.example.org/data/")
    publish(portal, an_edition(tmp_path))
    listed = json.loads((tmp_path / "site/catalog.json").read_text(encoding="utf-8"))["datasets"][0]
    assert listed["current"]["files"][0]["address"] == "https://open.example.org/data/datasets/example/v1/example.csv"
    assert portal.address("example") == "https://open.example.org/data/datasets/example/index.html"
    assert b"https://open.example.org/data/datasets/example/index.html" in (tmp_path / "site/feed.xml").read_bytes()


def test_further_descriptions_are_written_and_linked(tmp_path):
    seen = []

    def describe(editions, base_url):
        seen.append([(e.dataset.id, e.release.version, e.folder.name, base_url) for e in editions])
        return {"catalog.ttl": b"# triples\n"}

    portal = FolderPortal(tmp_path / "site", describe=describe)
    publish(portal, an_edition(tmp_path))
    publish(portal, an_edition(tmp_path, dataset=a_dataset(id="second")))
    assert seen[-1] == [("example", 1, "v1", ""), ("second", 1, "v1", "")]
    assert (tmp_path / "site/catalog.ttl").read_bytes() == b"# triples\n"
    assert "../catalog.ttl" in crawl(tmp_path / "site")[0][tmp_path / "site/en/about.html"].links


def test_a_repeated_call_touches_no_file(tmp_path):
    portal = FolderPortal(tmp_path / "site", clock=lambda: NOON)
    first = an_edition(tmp_path, 1)
    second = an_edition(tmp_path, 2, earlier=(first.release,))
    publish(portal, first)
    publish(portal, second)
    before = stamps(tmp_path / "site")
    publish(portal, second)
    portal.refresh()
    assert stamps(tmp_path / "site") == before
    portal.withdraw(first.dataset, (1,), second, "误发")
    before = stamps(tmp_path / "site")
    portal.withdraw(first.dataset, (1,), second, "误发")
    assert stamps(tmp_path / "site") == before


def test_the_whole_site_can_be_made_again_from_its_records(tmp_path, site):
    pages = [path for path in site.rglob("*") if path.suffix in {".html", ".css", ".xml"}]
    kept = {path: path.read_bytes() for path in pages}
    before = tree(site)
    try:
        for path in pages:
            path.unlink()
        assert FolderPortal(site).refresh()
        assert tree(site) == before
    finally:
        for path, body in kept.items():
            path.write_bytes(body)


def test_equal_releases_give_equal_sites(tmp_path):
    for name in ("one", "two"):
        publish(FolderPortal(tmp_path / name, clock=lambda: NOON), an_edition(tmp_path / f"from-{name}"))
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_everyone_may_read_what_is_published_whatever_the_umask_is(tmp_path):
    old = os.umask(0o077)
    try:
        publish(FolderPortal(tmp_path / "site"), an_edition(tmp_path))
    finally:
        os.umask(old)
    root = tmp_path / "site"
    public = [p for p in root.rglob("*") if ".portal" not in p.relative_to(root).parts]
    assert {oct(p.stat().st_mode & 0o777) for p in public if p.is_dir()} == {"0o755"}
    assert {oct(p.stat().st_mode & 0o777) for p in public if p.is_file()} == {"0o644"}
    assert (root / ".portal").stat().st_mode & 0o777 == 0o700


def test_every_shipped_dataset_for_the_public_has_pages_in_words(tmp_path):
    portal = FolderPortal(tmp_path / "site")
    shown = [d for d in shipped() if d.audience in {Audience.PUBLIC, Audience.INSTITUTES}]
    for dataset in shown:
        publish(portal, an_edition(tmp_path, dataset=dataset))
    reached, defects = crawl(tmp_path / "site")
    assert defects == []
    assert len(shown) >= 4
    table = words.tables()
    for dataset in shown:
        assert f"datasets/{dataset.id}/index.html" in {p.relative_to(tmp_path / "site").as_posix() for p in reached}
        assert dataset.frequency in table["frequency"]
        assert dataset.domain in table["domain"]
        assert dataset.basis in table["basis"]


def test_every_treatment_has_words_in_both_languages():
    assert set(TREATMENTS) <= set(words.tables()["treatment"])


def test_every_text_exists_in_both_languages_and_is_used():
    folder = Path(str(files("catalog.folder") / "templates"))
    templates = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.html"))
    assert set(re.findall(r"\bw\.([a-z_0-9]+)", templates)) == set(words.tables()["page"])
    for table in words.tables().values():
        assert all(texts["zh"] and texts["en"] for texts in table.values())


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (27_800_000, "27.8 MB"),
        (5 * 10**12, "5000.0 GB"),
    ],
)
def test_sizes_read_like_sizes(octets, text):
    assert words.size(octets) == text


def test_only_a_full_score_reads_as_full():
    assert [words.share(score) for score in (100, 99.999, 99.9, 50.04, 0)] == ["100.0", "99.9", "99.9", "50.0", "0.0"]
