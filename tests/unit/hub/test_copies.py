"""Copies made of a release: marked for their recipient, equal in facts, made again byte for byte."""

from __future__ import annotations

import csv
from dataclasses import replace

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.errors import NotPermitted, ProofError, SettingsError
from desensitise.mark.facts import facts_digest
from exporters.sample import change, invent
from hub.db.engine import reading
from hub.job.pipeline import release
from hub.job.publish import approve, publish, withdraw
from hub.ledger import store
from hub.marking import marks
from hub.marking.copies import PORTAL, STORE, again, comes_out_again, copy_for, kept_path, output_of
from hub.marking.identify import examine, verify_record
from hub.marking.kept import shared_table
from hub.marking.mark_pdf import lines as pdf_lines
from hub.marking.mark_report import report_of
from hub.parts import datasets
from hub.state import releases
from tests.house import house, settings, tree

NAME = "grading"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    source = f"sqlite:///{folder / 'p.sqlite'}"
    invent(source, 1200, seed=5)
    parts = house(folder / "home", source)
    (dataset,) = datasets(settings(folder / "home", source), (NAME,))
    release(dataset, parts)
    yield parts, dataset
    parts.engine.dispose()


def rows_in(folder):
    (path,) = folder.glob(f"{NAME}*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def facts_of(row):
    lists = {"indicator_grade_list"}
    return tuple(sorted((k, sorted(v.split(";")) if k in lists else v) for k, v in row.items() if k != "record_uri"))


def test_the_release_is_a_copy_for_everybody_and_stands_in_the_ledger_before_it_is_sealed(world):
    parts, _ = world
    with reading(parts.engine) as connection:
        first = marks.entries(connection, NAME)[0]
        sealed = releases.find_release(connection, NAME, 1)
        entered = store.read(connection, first.leaf)
    assert (first.copy.grant, first.copy.recipient) == (PORTAL, "folder")
    assert entered.kind == "mark.entered"
    assert entered.data["facts"] == first.facts
    assert first.leaf < sealed.leaf
    assert first.output == output_of(sealed.release.resources)
    found = rows_in(parts.releases / NAME / "1")
    assert len({row["record_uri"] for row in found}) == len(found)


def test_a_copy_for_a_download_has_the_same_facts_in_another_order(world):
    parts, dataset = world
    one = copy_for(dataset, 1, "grant-1", "甲省", parts, formats=("csv", "jsonl", "parquet"))
    two = copy_for(dataset, 1, "grant-2", "乙省", parts)
    here, there, portal = (rows_in(f) for f in (one.folder, two.folder, parts.releases / NAME / "1"))
    assert [r["grading_no"] for r in here] != [r["grading_no"] for r in there]
    assert sorted(map(facts_of, here)) == sorted(map(facts_of, there)) == sorted(map(facts_of, portal))
    assert {path.suffix for path in one.folder.iterdir()} == {".csv", ".jsonl", ".parquet"}
    with reading(parts.engine) as connection:
        entry = marks.entry(connection, one.number)
    assert entry.output == output_of(one.files)


def test_the_published_digest_of_facts_is_that_of_every_copy(world):
    parts, dataset = world
    made = copy_for(dataset, 1, "grant-3", "丙省", parts, formats=("parquet",))
    with reading(parts.engine) as connection:
        entry = marks.entry(connection, made.number)
    (path,) = made.folder.glob("*.parquet")
    portal = next((parts.releases / NAME / "1").glob("*.parquet"))
    kept = shared_table(kept_path(NAME, 1, parts))
    digests = {facts_digest([pl.DataFrame(kept)], entry.profile)}
    digests |= {facts_digest([pl.read_parquet(p)], entry.profile) for p in (path, portal)}
    assert digests == {entry.facts}
    readme = (parts.releases / NAME / "1" / "README.md").read_text(encoding="utf-8")
    assert entry.facts in readme
    assert "record_uri" in readme


def test_a_copy_made_again_from_the_registry_is_the_same_bytes(world):
    parts, dataset = world
    made = copy_for(dataset, 1, "grant-4", "丁省", parts, formats=("csv", "xlsx"))
    before = tree(made.folder)
    assert tree(again(dataset, made.number, parts).folder) == before
    with reading(parts.engine) as connection:
        portal = marks.entries(connection, NAME)[0]
    assert again(dataset, portal.copy.number, parts).number == portal.copy.number


def test_a_copy_under_another_key_is_not_passed_off_as_the_registered_one(world, tmp_path):
    parts, dataset = world
    made = copy_for(dataset, 1, "grant-5", "戊省", parts)
    other = replace(parts.mark_keys(), master=b"x" * 32)
    with pytest.raises(ProofError):
        again(dataset, made.number, replace(parts, mark_keys=lambda: other))
    assert not list(parts.work.iterdir())


def test_another_cipher_than_the_registered_one_is_refused(world):
    parts, dataset = world
    other = replace(parts.mark_keys(), cipher="sm4")
    with pytest.raises(SettingsError, match="HUB_MARK_CIPHER") as refused:
        copy_for(dataset, 1, "grant-6", "己省", replace(parts, mark_keys=lambda: other))
    assert "HUB_MARK_CIPHER" in refused.value.todo


@pytest.mark.parametrize(("grant", "version"), [(PORTAL, 1), (STORE, 1), ("", 1), ("grant-7", 9)])
def test_no_copy_is_made_under_a_reserved_name_or_of_what_is_no_release(world, grant, version):
    parts, dataset = world
    with pytest.raises(NotPermitted):
        copy_for(dataset, version, grant, "庚省", parts)


def test_rows_that_were_changed_on_disk_are_not_copied(tmp_path):
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 300, seed=6)
    parts = house(tmp_path / "home", source)
    (dataset,) = datasets(settings(tmp_path / "home", source), (NAME,))
    release(dataset, parts)
    for path in sorted(kept_path(NAME, 1, parts).iterdir()):
        before = path.read_bytes()
        path.write_bytes(before + b"x")
        with pytest.raises(ProofError):
            copy_for(dataset, 1, "grant-8", "辛省", parts)
        path.write_bytes(before)
    assert copy_for(dataset, 1, "grant-8", "辛省", parts).files


def test_rows_found_elsewhere_name_the_download(world, tmp_path):
    parts, dataset = world
    made = [copy_for(dataset, 1, f"grant-{n}", f"省{n}", parts) for n in (11, 12, 13)]
    (path,) = made[1].folder.glob("*.csv")
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    leak = tmp_path / "leak.csv"
    leak.write_text(lines[0] + "".join(lines[40:43]), encoding="utf-8")
    finding = examine(parts, parts.mark_keys(), [leak], None, 1e-9)
    assert [(one.grant, one.downloads) for one in finding.verdict.named] == [("grant-12", (made[1].number,))]
    (named,) = report_of(finding, parts, [dataset])["report"]["named"]
    assert [(c["number"], c["comes_out_again"]) for c in named["copies"]] == [(made[1].number, True)]
    other = replace(parts.mark_keys(), master=b"x" * 32)
    assert not comes_out_again(dataset, made[1].number, replace(parts, mark_keys=lambda: other))


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
def test_a_files_properties_tell_its_copy_and_count_for_nothing(world, form):
    parts, dataset = world
    made = copy_for(dataset, 1, f"grant-{form}", "癸省", parts, formats=(form,))
    (path,) = made.folder.glob(f"*.{form}")
    finding = examine(parts, parts.mark_keys(), [path], None, 1e-9)
    (stamp,) = finding.stamped
    assert (stamp.number, stamp.entry.copy.grant) == (made.number, f"grant-{form}")
    whole = report_of(finding, parts)
    assert whole["report"]["stamped"][0]["grant"] == f"grant-{form}"
    assert any("a hint, no evidence" in line for line in pdf_lines(whole))


def test_properties_put_on_another_file_name_nobody_and_forged_ones_are_told(world, tmp_path):
    parts, dataset = world
    made = copy_for(dataset, 1, "grant-stamp", "癸省", parts, formats=("parquet",))
    (path,) = made.folder.glob("*.parquet")
    metadata = pq.read_schema(path).metadata
    foreign = pa.table({"a": ["x", "y"], "b": ["1", "2"]})
    moved, forged = tmp_path / "moved.parquet", tmp_path / "forged.parquet"
    pq.write_table(foreign.replace_schema_metadata(metadata), moved)
    token = metadata[b"copy"].decode()
    other = token[:-6] + ("aaaaaa" if token[-6:] != "aaaaaa" else "bbbbbb")
    pq.write_table(foreign.replace_schema_metadata({"copy": other}), forged)
    finding = examine(parts, parts.mark_keys(), [moved, forged], NAME, 1e-9)
    assert finding.verdict.outcome == "none"
    assert [(one.file, one.entry is not None) for one in finding.stamped] == [
        ("moved.parquet", True),
        ("forged.parquet", False),
    ]
    assert any("not genuine" in line for line in pdf_lines(report_of(finding, parts)))


def test_a_record_is_current_then_superseded_and_its_change_is_told(tmp_path):
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 400, seed=7)
    parts = house(tmp_path / "home", source)
    (dataset,) = datasets(settings(tmp_path / "home", source), (NAME,))
    release(dataset, parts)
    service, before = parts.mark_keys(), rows_in(parts.releases / NAME / "1")
    answers = [verify_record(parts, service, row["record_uri"]) for row in before[:3]]
    assert {(a.genuine, a.state, a.unchanged) for a in answers} == {(True, "current", True)}
    change(source, 0.2, 8)
    release(dataset, parts)
    told = {verify_record(parts, service, row["record_uri"]).unchanged for row in before[:60]}
    assert told == {True, False}
    assert verify_record(parts, service, before[0]["record_uri"]).state == "superseded"


def test_withdrawing_takes_the_unmarked_rows_and_the_copies_along(tmp_path):
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 300, seed=9)
    parts = house(tmp_path / "home", source)
    (dataset,) = datasets(settings(tmp_path / "home", source), (NAME,))
    release(dataset, parts)
    made = copy_for(dataset, 1, "grant-9", "壬省", parts)
    withdraw(dataset, (1,), "published by mistake", parts)
    assert not made.folder.exists()
    assert not list((parts.unmarked / NAME).iterdir())
    with pytest.raises(NotPermitted):
        copy_for(dataset, 1, "grant-9", "壬省", parts)


def test_an_unchanged_source_leaves_no_second_version_of_rows(tmp_path):
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 300, seed=9)
    parts = house(tmp_path / "home", source)
    (dataset,) = datasets(settings(tmp_path / "home", source), (NAME,))
    release(dataset, parts)
    assert [release(dataset, parts, full=full).state for full in (False, True)] == ["unchanged", "unchanged"]
    assert [p.name for p in (parts.unmarked / NAME).iterdir()] == ["1"]


def test_marked_statistics_keep_their_rates_and_never_more_failures_than_samples(tmp_path):
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 6000, seed=3)
    parts = house(tmp_path / "home", source, HUB_SMALL_CELL="2")
    (dataset,) = datasets(settings(tmp_path / "home", source), ("statistics",))
    release(dataset, parts)
    publish(dataset, approve(dataset, 1, "somebody else", "approve", "", parts), parts)
    found = [
        pl.DataFrame(_table(copy_for(dataset, 1, f"inst-{n}", f"所{n}", parts, ("parquet",)).folder)) for n in (1, 2)
    ]
    kept = pl.DataFrame(shared_table(kept_path("statistics", 1, parts)))
    for one in found:
        told = one.filter(pl.col("fail_rate").is_not_null())
        assert told.height
        rate = told.select(
            (pl.col("batches_failed") * 2000 + pl.col("batches_sampled")) // (pl.col("batches_sampled") * 2)
        )
        assert (rate.to_series() == (told["fail_rate"].cast(pl.Float64) * 10).round().cast(pl.Int64)).all()
        assert (told["batches_failed"] <= told["batches_sampled"]).all()
        assert one["batches_failed"].equals(kept["batches_failed"])
        assert ((one["batches_sampled"] - kept["batches_sampled"]).abs().max() or 0) <= 2
    assert not found[0]["batches_sampled"].equals(found[1]["batches_sampled"])


def _table(folder):
    (path,) = folder.glob("*.parquet")
    return pl.read_parquet(path).to_arrow()
