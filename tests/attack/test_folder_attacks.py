"""Hostile names, values, folders and circumstances against the folder portal."""

import errno
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from catalog.errors import Busy, HubError, PortalError
from catalog.folder import FolderPortal
from catalog.model import Audience
from catalog.release import Release
from tests.factories import a_column, a_dataset, a_publisher
from tests.unit.catalog.folder_factories import NOON, a_csv, an_edition, publish
from tests.unit.catalog.folder_reader import Page, crawl, tree

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'--><b>"


@pytest.fixture
def portal(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda *_: None)
    return FolderPortal(tmp_path / "site", clock=lambda: NOON, patience=0)


def pages(site):
    return [Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))]


def plain_tags(site):
    """The tags of an innocent site's pages, to compare hostile ones with."""
    return [[(tag, sorted(facts)) for tag, facts in page.tags] for page in pages(site)]


def hostile(text):
    columns = (
        a_column("record_id", zh=text, en=text, note_zh=text, note_en=text),
        a_column("product_name", zh=text, en=text),
    )
    return a_dataset(
        columns,
        zh=text,
        en=text,
        description_zh=text,
        description_en=text,
        domain=text,
        frequency=text,
        basis=text,
        licence=text,
        keywords_zh=(text,),
        keywords_en=(text,),
        publisher=a_publisher(zh=text, en=text, region=text, email=text, phone=text, url=text),
        conditions_zh=text,
        conditions_en=text,
    )


@pytest.mark.parametrize("text", [SCRIPT, "javascript:alert(1)", "data:text/html,<script>", "{{ 7*7 }}{% raw %}"])
def test_hostile_texts_stay_texts_wherever_they_stand(portal, tmp_path, text):
    files = {"example.csv": a_csv(((text.replace('"', '""'), "x"),))}
    facts = {"held_back": {text: 1}, "quality": {text: 50.0}, "mark": text}
    publish(portal, an_edition(tmp_path, dataset=hostile(text), files=files, **facts))
    portal.withdraw(hostile(text), (9,), an_edition(tmp_path, dataset=hostile(text), files=files, **facts), text)
    innocent = FolderPortal(tmp_path / "innocent", clock=lambda: NOON)
    files = {"example.csv": a_csv((("x", "x"),))}
    facts = {"held_back": {"x": 1}, "quality": {"x": 50.0}, "mark": "x"}
    publish(innocent, an_edition(tmp_path, dataset=hostile("x"), files=files, **facts))
    innocent.withdraw(hostile("x"), (9,), an_edition(tmp_path, dataset=hostile("x"), files=files, **facts), "x")
    assert plain_tags(tmp_path / "site") == plain_tags(tmp_path / "innocent")
    assert crawl(tmp_path / "site")[1] == []
    links = [link for page in pages(tmp_path / "site") for link in page.links]
    assert not [link for link in links if link.lower().startswith(("javascript:", "data:", "vbscript:"))]
    ET.parse(tmp_path / "site/feed.xml")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://example.org/%0aalert(1)",
        "http://[bad",
        "file:///etc/passwd",
        "https://a b",
        "//x",
    ],
)
def test_only_web_addresses_become_links(portal, tmp_path, url):
    publish(portal, an_edition(tmp_path, dataset=a_dataset(publisher=a_publisher(url=url))))
    assert not [link for page in pages(tmp_path / "site") for link in page.links if link == url]
    assert crawl(tmp_path / "site")[1] == []


def test_characters_that_break_xml_or_turn_the_reading_direction_are_dropped(portal, tmp_path):
    text = "一\x00二\x0b三\u202e四\ud800五"
    publish(portal, an_edition(tmp_path))
    portal.withdraw(a_dataset(), (1,), None, text)
    page = (tmp_path / "site/datasets/example/index.html").read_text(encoding="utf-8")
    assert "一二三四五" in page
    titles = [node.text for node in ET.parse(tmp_path / "site/feed.xml").getroot().iter()]
    assert "一二三四五" in titles


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../up", "a/b", "a\\b", "/abs", "A", "a" * 64, "-rf", ".portal", "a\n", "é", "a\x00"]
)
def test_ids_that_could_be_paths_are_refused(portal, tmp_path, name):
    edition = an_edition(tmp_path)
    bad = a_dataset(id=name)
    changed = type(edition)(bad, edition.release, edition.folder, (), "{}")
    for act in (
        lambda: portal.stage(changed),
        lambda: portal.switch(changed),
        lambda: portal.withdraw(bad, (1,), None, ""),
        lambda: portal.shown(name),
        lambda: portal.address(name),
    ):
        with pytest.raises(PortalError):
            act()
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    "name", ["../x.csv", "a/b.csv", ".hidden", "release.json", "proof.json", "x\n.csv", "", "a b.csv", "-x", "x" * 200]
)
def test_file_names_that_leave_the_folder_or_collide_are_refused(portal, tmp_path, name):
    edition = an_edition(tmp_path)
    first = edition.release.resources[0]
    body = Release.from_json(edition.release.to_json())
    renamed = type(first)(name, first.role, first.format, first.media_type, first.size, first.sha256, first.rows)
    release = type(body)(**{**{k: getattr(body, k) for k in body.__slots__}, "resources": (renamed,)})
    with pytest.raises(PortalError):
        portal.stage(type(edition)(edition.dataset, release, edition.folder, (), "{}"))
    assert not (tmp_path / "site/datasets").exists()


def test_a_link_in_the_public_folder_is_never_followed(portal, tmp_path):
    outside = tmp_path / "outside"
    (outside / "v1").mkdir(parents=True)
    (outside / "v1/precious").write_text("stay")
    edition = an_edition(tmp_path / "made")
    (tmp_path / "site/datasets").mkdir(parents=True)
    (tmp_path / "site/datasets/example").symlink_to(outside)
    for act in (lambda: portal.stage(edition), lambda: portal.withdraw(edition.dataset, (1,), None, "")):
        with pytest.raises(PortalError):
            act()
    assert tree(outside) == {"v1": None, "v1/precious": b"stay"}


def test_a_link_in_place_of_a_page_is_refused_and_its_target_kept(portal, tmp_path):
    edition = an_edition(tmp_path / "made")
    precious = tmp_path / "precious"
    precious.write_text("stay")
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").symlink_to(precious)
    portal.stage(edition)
    with pytest.raises(PortalError):
        portal.switch(edition)
    assert precious.read_text() == "stay"
    assert portal.shown("example") is None


def test_a_link_in_place_of_a_released_file_is_not_published(portal, tmp_path):
    edition = an_edition(tmp_path / "made")
    file = edition.folder / "example.csv"
    secret = tmp_path / "secret"
    secret.write_bytes(file.read_bytes())
    file.unlink()
    file.symlink_to(secret)
    with pytest.raises(PortalError):
        portal.stage(edition)
    assert not (tmp_path / "site/datasets/example/v1").exists()


def test_a_withdrawal_of_a_link_removes_the_link_only(portal, tmp_path):
    edition = an_edition(tmp_path / "made")
    publish(portal, edition)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("stay")
    (tmp_path / "site/datasets/example/v1/inner").symlink_to(outside)
    assert portal.withdraw(edition.dataset, (1,), None, "误发").still_there == ()
    assert (outside / "precious").read_text() == "stay"


def full_after(monkeypatch, count, code=errno.ENOSPC):
    """The disk takes ``count`` more writes and then half of one."""
    real, left = os.write, [count]

    def write(handle, data):
        left[0] -= 1
        if left[0] < 0:
            real(handle, bytes(data)[: len(data) // 2])
            raise OSError(code, os.strerror(code), "/secret/path")
        return real(handle, data)

    monkeypatch.setattr(os, "write", write)


def test_a_full_disk_leaves_readers_the_old_state_and_says_so(portal, tmp_path, monkeypatch):
    first = an_edition(tmp_path / "made", 1)
    second = an_edition(tmp_path / "made", 2, earlier=(first.release,))
    publish(portal, first)
    before = tree(tmp_path / "site")
    failures = []
    for step in (portal.stage, portal.switch):
        count = 0
        while True:
            with monkeypatch.context() as patch:
                full_after(patch, count)
                try:
                    step(second)
                except PortalError as error:
                    failures.append(error)
                else:
                    break
            assert tree(tmp_path / "site") == before
            count += 1
        before = tree(tmp_path / "site")
    assert len(failures) > 10
    told = {(error.happened, error.left, error.todo, error.__cause__) for error in failures}
    todo = "Mend that and run the same command again."
    assert told == {("The disk of the portal folder is full.", "Readers see what they saw before.", todo, None)}
    assert portal.shown("example").version == 2
    assert crawl(tmp_path / "site")[1] == []


SMALL_LIMIT = """
import resource, sys
from pathlib import Path
from catalog.errors import PortalError
from catalog.folder import FolderPortal
from tests.unit.catalog.folder_factories import an_edition
home = Path(sys.argv[1])
edition = an_edition(home / "made", files={"example.jsonl": b"x" * 300_000})
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    FolderPortal(home / "site").stage(edition)
except PortalError as error:
    print(error.happened)
"""


def test_a_limit_of_the_operating_system_is_met_like_a_full_disk(tmp_path):
    """A real refusal by the kernel in the middle of a file, not a simulated one."""
    command = [sys.executable, "-c", SMALL_LIMIT, str(tmp_path)]
    told = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    assert told.stdout == "A file is larger than the disk or its limits allow.\n"
    assert [path.name for path in (tmp_path / "site/.portal").iterdir()] == ["lock"]
    assert not (tmp_path / "site/datasets").exists()


def test_two_publishers_at_once_do_not_mix(tmp_path):
    made = an_edition(tmp_path / "made")
    entered = []

    def describe(editions, base_url):
        """Called in the middle of the first publisher's work."""
        for act in (lambda: other.stage(made), lambda: other.switch(made), other.refresh):
            with pytest.raises(Busy):
                act()
            entered.append(1)
        return {}

    other = FolderPortal(tmp_path / "site", patience=0)
    publish(FolderPortal(tmp_path / "site", describe=describe), made)
    assert len(entered) >= 3
    publish(other, an_edition(tmp_path / "made", dataset=a_dataset(id="second")))


def test_conditional_data_never_goes_public_beside_older_open_files(portal, tmp_path):
    """A dataset that was open and now is not: its old files must be withdrawn first."""
    first = an_edition(tmp_path / "made", 1)
    publish(portal, first)
    closed = a_dataset(audience=Audience.INSTITUTES, licence="agreement")
    second = an_edition(tmp_path / "made", 2, dataset=closed, earlier=(first.release,))
    for step in (portal.verify, portal.switch):
        with pytest.raises(PortalError):
            step(second)
    absence = portal.withdraw(closed, (1,), an_edition(tmp_path / "made", 2, dataset=closed), "改为定向开放")
    assert absence.still_there == ()
    assert portal.shown("example").version == 2
    digest = first.release.resources[0].sha256
    hashes = {hashlib.sha256(p.read_bytes()).hexdigest() for p in (tmp_path / "site").rglob("*") if p.is_file()}
    assert digest not in hashes


def test_no_value_of_a_broken_file_is_told(portal, tmp_path):
    """A file that is no Parquet, and a CSV with a quote left open: the error names the file only."""
    for name, body in (("t.parquet", b"PAR1 canary-13800000000"), ("t.csv", b'"canary-13800000000\n' * 3)):
        edition = an_edition(tmp_path / name, files={name: body})
        site = FolderPortal(tmp_path / f"site-{name}", clock=lambda: NOON)
        site.stage(edition)
        with pytest.raises(HubError) as caught:
            site.switch(edition)
        assert "canary" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__
        assert site.shown("example") is None


def test_a_damaged_record_stops_the_portal_rather_than_dropping_a_dataset(portal, tmp_path):
    publish(portal, an_edition(tmp_path / "made"))
    record = tmp_path / "site/datasets/example/dataset.json"
    for damage in (b"{", b"[]", b'{"format": 99}', b"\xff", b'{"format": 1}'):
        record.write_bytes(damage)
        with pytest.raises(PortalError):
            portal.switch(an_edition(tmp_path / "made", dataset=a_dataset(id="second")))
        with pytest.raises(PortalError):
            portal.shown("example")
