"""The registry, the report and the commands of marks, on a real house."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from catalog.errors import ProofError, SettingsError, StorageError
from desensitise.mark import read_master
from hub.cli import hub
from hub.db.engine import reading
from hub.db.tables import mark_copy
from hub.ledger import store
from hub.ledger.audit import verify_ledger
from hub.marking import copies, marks
from hub.marking.found_files import Pasted, members
from hub.marking.identify import examine, verify_record
from hub.marking.mark_pdf import pdf_of
from hub.marking.mark_report import check_report, report_of
from hub.parts import datasets, mark_keys
from hub.settings import Settings
from tests.house import house
from tests.mark_house import delivered as deliver
from tests.mark_house import kept
from tests.mark_world import PUBLIC, TRACE, trace

pytestmark = pytest.mark.slow  # runs the main job and marks its releases

ROWS = trace(3000)


@pytest.fixture
def parts(tmp_path):
    made = house(tmp_path / "var", "sqlite:///none.sqlite")
    kept(ROWS, made)
    yield made
    made.engine.dispose()


def registry(parts):
    return marks.Registry(parts.engine, parts.signer, parts.clock)


def delivered(parts, grant, profile=TRACE):
    return deliver(ROWS, parts, grant, profile)


def lines(path, first, last):
    text = path.read_bytes().decode("utf-8-sig").splitlines(keepends=True)
    return "".join([text[0], *text[first:last]])


def test_a_copy_stands_in_the_ledger_before_a_byte_leaves_and_again_with_its_digest(parts):
    delivered(parts, "g1")
    with reading(parts.engine) as connection:
        (one,) = marks.entries(connection)
        body = store.read(connection, one.leaf).data
        report = verify_ledger(connection, [parts.signer.verifier])
    assert (one.copy.grant, one.copy.number, one.profile, len(one.output)) == ("g1", 1, TRACE, 64)
    assert body["laws"] == TRACE.digest
    assert {"number", "recipient", "keys", "facts", "policy", "code"} <= set(body)
    assert report.holds


def test_a_number_is_given_once(parts):
    delivered(parts, "g1")
    with pytest.raises(StorageError):
        deliver(ROWS, parts, "g2", TRACE, number=1)
    with reading(parts.engine) as connection:
        assert [(one.copy.grant, one.copy.number) for one in marks.entries(connection)] == [("g1", 1)]


def test_copies_that_are_entered_at_once_get_numbers_of_their_own(tmp_path, postgres_database):
    made = house(tmp_path / "var", "sqlite:///none.sqlite", HUB_DATABASE=postgres_database)

    def entered(number):
        return marks.opened(marks.Opening("d", 1, f"g{number}", "r", TRACE), made).copy.number

    with ThreadPoolExecutor(4) as crowd:
        assert sorted(crowd.map(entered, range(8))) == list(range(1, 9))
    made.engine.dispose()


def test_one_copy_stands_for_a_grant_however_many_ask_for_it_first(parts, monkeypatch):
    (dataset,) = datasets(Settings.read({"HUB_HOME": str(parts.home)}), ("traceability",))
    made = []

    def copied(*arguments):
        """Another one asks while the first copy is being made."""
        made.append(other.submit(copies.standing_copy, *asked) if not made else None)
        entry = marks.opened(marks.Opening(dataset.id, 1, "g", "r", TRACE, formats=("parquet",)), parts)
        marks.closed(entry, "0" * 64, parts)
        (parts.copies / str(entry.copy.number)).mkdir()
        return copies.Delivered(entry.copy.number, parts.copies / str(entry.copy.number), ())

    monkeypatch.setattr(copies, "copy_for", copied)
    asked = (dataset, 1, "g", "r", parts, ("parquet",))
    with ThreadPoolExecutor(1) as other:
        first = copies.standing_copy(*asked)
        assert made[0].result() == first
    assert len(made) == 1


def test_a_closed_copy_is_not_closed_with_another_digest(parts):
    delivered(parts, "g1")
    with pytest.raises(ProofError):
        registry(parts).close(1, "0" * 64)


def test_the_master_is_made_at_first_use_and_kept_from_others(tmp_path):
    settings = Settings.read({"HUB_HOME": str(tmp_path)})
    first = mark_keys(settings)
    assert mark_keys(settings) == first
    path = tmp_path / "keys" / "mark.key"
    assert path.stat().st_mode & 0o077 == 0
    assert read_master(path) == first.master
    assert first.master.hex() not in repr(first)


def test_cipher_digest_and_key_file_come_from_the_settings(tmp_path):
    chosen = {"HUB_MARK_CIPHER": "sm4", "HUB_MARK_DIGEST": "sm3", "HUB_MARK_KEY_FILE": str(tmp_path / "own.key")}
    service = mark_keys(Settings.read({"HUB_HOME": str(tmp_path), **chosen}))
    assert (service.scheme, (tmp_path / "own.key").exists()) == ("sm4-sm3", True)
    with pytest.raises(SettingsError):
        Settings.read({"HUB_MARK_CIPHER": "des"})


def test_a_leak_is_named_reported_and_the_report_checked_offline(parts, tmp_path):
    files = [delivered(parts, f"g{n}") for n in range(1, 4)]
    leak = tmp_path / "leak.csv"
    leak.write_text(lines(files[1], 100, 130), encoding="utf-8")
    finding = examine(parts, parts.mark_keys(), [leak], None, 1e-9)
    assert [(one.grant, one.downloads) for one in finding.verdict.named] == [("g2", (2,))]
    whole = report_of(finding, parts)
    path = tmp_path / "report.json"
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    assert check_report(path, parts.signer.vkey)["outcome"] == "named"
    assert pdf_of(whole).startswith(b"%PDF")
    assert pdf_of(whole) == pdf_of(whole)


def test_copies_whose_rows_were_bound_under_the_downloads_key_are_still_told_by_one_row(parts, tmp_path):
    old = replace(TRACE, binding="download")
    files = [delivered(parts, "g1", old), delivered(parts, "g2")]
    with parts.engine.begin() as connection:
        (row,) = connection.execute(select(mark_copy.c.profile).where(mark_copy.c.number == 1))
        body = json.loads(row.profile)
        assert body.pop("binding") == "download"  # the first entries tell of no binding
        connection.execute(update(mark_copy).where(mark_copy.c.number == 1).values(profile=json.dumps(body)))
    with reading(parts.engine) as connection:
        assert marks.entry(connection, 1).profile == old
    for number, file in enumerate(files, 1):
        leak = tmp_path / f"{number}.csv"
        leak.write_text(lines(file, 50, 51), encoding="utf-8")
        finding = examine(parts, parts.mark_keys(), [leak], None, 1e-9)
        assert [(one.grant, one.downloads) for one in finding.verdict.named] == [(f"g{number}", (number,))]
        address = lines(file, 50, 51).splitlines()[1].rsplit(",", 1)[1].strip('"')
        assert verify_record(parts, parts.mark_keys(), address).genuine


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body["named"][0].update(grant="g9"),
        lambda body: body.update(candidates=9),
        lambda body: body.update(outcome="none"),
        lambda body: body["named"][0].update(proofs=[]),
    ],
)
def test_a_changed_report_is_refused(parts, tmp_path, change):
    leak = delivered(parts, "g1")
    whole = report_of(examine(parts, parts.mark_keys(), [leak], "trace", 1e-9), parts)
    change(whole["report"])
    path = tmp_path / "report.json"
    path.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(ProofError):
        check_report(path, parts.signer.vkey)


def test_a_record_is_verified_without_telling_whose_it_is(parts):
    path = delivered(parts, "g1", PUBLIC)
    address = lines(path, 5, 6).splitlines()[1].rsplit(",", 1)[1]
    service = parts.mark_keys()
    answer = verify_record(parts, service, address)
    assert (answer.genuine, answer.state) == (True, "superseded")
    assert not verify_record(parts, service, address[:-3] + "aaa").genuine
    assert not verify_record(parts, service, "https://hub.example.org/r/" + "a" * 26).genuine
    assert not verify_record(parts, service, "no address").genuine


def test_the_commands_name_report_check_and_verify(parts, tmp_path, monkeypatch):
    path = delivered(parts, "g1")
    monkeypatch.setenv("HUB_HOME", str(parts.home))
    run = CliRunner()
    found = tmp_path / "found.csv"
    found.write_text(lines(path, 1, 41), encoding="utf-8")
    said = run.invoke(hub, ["identify", str(found), "--report", str(tmp_path / "leak.pdf")], catch_exceptions=False)
    assert "Grant g1" in said.output
    assert (tmp_path / "leak.pdf").exists()
    checked = run.invoke(hub, ["identify", "--check", str(tmp_path / "leak.json"), "--key", parts.signer.vkey])
    assert "hold" in checked.output
    address = lines(path, 5, 6).splitlines()[1].rsplit(",", 1)[1]
    assert "another host" not in run.invoke(hub, ["verify-record", address]).output
    forged = address.replace("hub.example.org", "hub.example.com")
    assert "another host" in run.invoke(hub, ["verify-record", forged]).output
    told = json.loads(run.invoke(hub, ["verify-record", forged, "--json"]).output)
    assert (told["genuine"], told["leads_here"]) == (True, False)


def test_nothing_registered_is_told_and_an_unreadable_file_without_its_content(parts, tmp_path):
    service = parts.mark_keys()
    found = tmp_path / "found.xlsx"
    found.write_bytes(b"PK\x03\x04 13800138000")
    with pytest.raises(ProofError, match="could not be read") as refused:
        examine(parts, service, [found], None, 1e-9)
    assert "13800138000" not in str(refused.value)
    found.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(ProofError, match="No marked copy"):
        examine(parts, service, [found], None, 1e-9)


def test_an_unregistered_copy_names_nobody(parts, tmp_path):
    for n in (1, 2):
        delivered(parts, f"g{n}")
    from tests.mark_world import copy, joined

    found = tmp_path / "found.csv"
    joined(copy(ROWS, replace(TRACE, token=""), 77)[:200]).write_csv(found)
    assert examine(parts, parts.mark_keys(), [found], None, 1e-9).verdict.outcome == "not enough evidence"


def test_a_folder_several_files_of_any_headings_and_pasted_text_are_one_question(parts, tmp_path):
    paths = [delivered(parts, f"g{n}") for n in range(1, 4)]
    head, *rows = paths[1].read_bytes().decode("utf-8-sig").splitlines(keepends=True)
    seized = tmp_path / "seized" / "deep"
    seized.mkdir(parents=True)
    bare = [line.rsplit(",", 1)[0] + "\n" for line in rows]
    (seized / "a.csv").write_bytes(("列1,列2,列3,列4,列5,列6,列7,列8\n" + "".join(bare[0:15])).encode("gb18030"))
    (seized / "b.csv").write_text(head.rsplit(",", 1)[0] + "\n" + "".join(bare[15:30]), encoding="utf-8")
    (seized / "photo.xlsx").write_bytes(b"PK\x03\x04 no table")
    (seized / ".hidden.csv").write_text(head, encoding="utf-8")
    finding = examine(parts, parts.mark_keys(), members(tmp_path / "seized"), None, 1e-9)
    assert sorted(finding.files) == ["seized/deep/a.csv", "seized/deep/b.csv"]
    assert finding.unread == ("seized/deep/photo.xlsx",)
    assert [one.grant for one in finding.verdict.named] == ["g2"]
    assert finding.verdict.matched["facts"] == 30
    pasted = Pasted("".join(bare[40:90]).replace(",", "\t").encode())
    assert [one.grant for one in examine(parts, parts.mark_keys(), [pasted], None, 1e-9).verdict.named] == ["g2"]


def test_the_command_takes_folders_and_standard_input(parts, tmp_path, monkeypatch):
    text = delivered(parts, "g1").read_bytes().decode("utf-8-sig")
    monkeypatch.setenv("HUB_HOME", str(parts.home))
    (tmp_path / "seized").mkdir()
    (tmp_path / "seized" / "found.csv").write_text(text[:4000], encoding="utf-8")
    run = CliRunner()
    assert "Grant g1" in run.invoke(hub, ["identify", str(tmp_path / "seized")], catch_exceptions=False).output
    assert "Grant g1" in run.invoke(hub, ["identify", "-"], input=text[:4000], catch_exceptions=False).output
