"""Anyone can prove a downloaded file, offline, and no changed file passes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from catalog.errors import ProofError
from exporters.sample import invent
from hub.cli import hub
from hub.job.pipeline import release
from hub.marking.copies import copy_for
from hub.parts import datasets
from tests.house import house, settings


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    home = tmp_path_factory.mktemp("home")
    source = f"sqlite:///{home / 'p.sqlite'}"
    invent(source, 300, seed=2)
    parts = house(home, source)
    (dataset,) = datasets(settings(home, source), ("grading",))
    release(dataset, parts)
    return home / "portal" / "datasets" / "grading" / "v1", parts.signer.vkey


def _verify(*arguments: str) -> str:
    done = CliRunner().invoke(hub, ["verify", *arguments], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.output


def test_a_downloaded_file_is_proven_without_the_hub(published: tuple[Path, str], tmp_path: Path) -> None:
    folder, key = published
    for name in ("grading.csv", "release.json", "proof.json"):
        shutil.copy(folder / name, tmp_path)
    body = json.loads(_verify(str(tmp_path / "grading.csv"), "--key", key, "--json"))
    assert body["release"] == "grading/1"
    assert [f["file"] for f in body["files"]] == ["grading.csv"]


def test_a_release_that_lies_in_the_store_alone_is_proven_by_the_houses_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 60, seed=2)
    (dataset,) = datasets(settings(tmp_path, source), ("licences",))
    assert release(dataset, house(tmp_path, source)).state == "stored"
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    folder = tmp_path / "releases" / "licences" / "1"
    told = _verify(str(folder))
    assert "licences.parquet: genuine" in told
    file = folder / "licences.parquet"
    file.write_bytes(file.read_bytes() + b"\0")
    with pytest.raises(ProofError, match="differs"):
        _verify(str(file))


def test_a_copy_marked_for_a_download_is_proven_by_its_facts(published: tuple[Path, str], tmp_path: Path) -> None:
    folder, key = published
    home = folder.parents[3]
    source = f"sqlite:///{home / 'p.sqlite'}"
    (dataset,) = datasets(settings(home, source), ("grading",))
    made = copy_for(dataset, 1, "open-somebody", "somebody", house(home, source), ("parquet",))
    for name in ("release.json", "proof.json"):
        shutil.copy(folder / name, tmp_path)
    own = tmp_path / "grading.parquet"
    shutil.copy(made.folder / "grading.parquet", own)
    assert own.read_bytes() != (folder / "grading.parquet").read_bytes()
    assert "genuine" in _verify(str(own), "--key", key)
    frame = pl.read_parquet(own)
    changed = frame.columns[1]
    frame.with_columns(pl.when(pl.int_range(pl.len()) > 0).then(pl.col(changed))).write_parquet(own)
    with pytest.raises(ProofError, match="differs"):
        _verify(str(own), "--key", key)
    frame.drop("record_uri").write_parquet(own)
    with pytest.raises(ProofError, match="differs"):
        _verify(str(own), "--key", key)


def test_a_whole_release_is_proven_at_once(published: tuple[Path, str]) -> None:
    folder, key = published
    body = json.loads(_verify(str(folder), "--key", key, "--json"))
    assert len(body["files"]) > 5


@pytest.mark.parametrize("name", ["grading.csv", "release.json", "proof.json"])
def test_one_changed_byte_is_noticed(published: tuple[Path, str], tmp_path: Path, name: str) -> None:
    folder, key = published
    shutil.copytree(folder, tmp_path / "v1")
    target = tmp_path / "v1" / name
    content = bytearray(target.read_bytes())
    place = content.index(b"1", len(content) // 2) if name == "release.json" else len(content) // 2
    content[place] = ord("2") if content[place] != ord("2") else ord("3")
    target.write_bytes(bytes(content))
    with pytest.raises(ProofError):
        _verify(str(tmp_path / "v1"), "--key", key)


def test_a_proof_by_another_key_is_refused(published: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = published
    other = house(tmp_path / "other", "sqlite:///none.sqlite").signer.vkey
    with pytest.raises(ProofError):
        _verify(str(folder), "--key", other)
