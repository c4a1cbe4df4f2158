"""A table released month after month is protected together with all that its source's releases told before."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from catalog.errors import Busy, ProofError, UnsafeRelease
from desensitise.disclosure.certificate import faults
from desensitise.disclosure.claim import from_bytes
from exporters.sample import change, invent
from hub.db.engine import reading, writing
from hub.job.pipeline import release
from hub.job.proofs import proof_beside
from hub.job.told import Archive, archive_of, path_of
from hub.parts import Parts, datasets
from hub.state import told
from hub.state.told import ToldRow
from tests.house import house, settings

SOURCE = "special_rectification"


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Parts, list[str]]:
    """Three months of rectification; nothing changed before the third run."""
    folder = tmp_path_factory.mktemp("year")
    source = f"sqlite:///{folder / 'p.sqlite'}"
    invent(source, 6000, seed=11)
    parts = house(folder / "home", source)
    (dataset,) = datasets(settings(folder / "home", source), ("rectification",))
    states = [release(dataset, parts).state, release(dataset, parts).state]
    change(source, 0.05, 5)
    # A kill after the files are in the store and before the release is: the same run goes on.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.job.seal.checkpoint", _killed)
        with pytest.raises(KeyboardInterrupt):
            release(dataset, parts)
    states += [release(dataset, parts).state, release(dataset, parts, full=True).state]
    return parts, states


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_month_without_changes_tells_the_same_and_a_changed_one_is_released(year: tuple[Parts, list[str]]) -> None:
    assert year[1] == ["published", "unchanged", "published", "unchanged"]


def test_every_release_is_entered_with_what_it_told(year: tuple[Parts, list[str]]) -> None:
    parts, _ = year
    archive = Archive(SOURCE, parts)
    assert [row.name for row in archive.rows] == ["rectification/1", "rectification/2"]
    first, second = archive.editions(SOURCE)
    assert first.told.height > 0
    assert second.sums.height > first.sums.height / 2


def test_the_description_tells_the_method(year: tuple[Parts, list[str]]) -> None:
    parts, _ = year
    readme = (parts.releases / "rectification" / "2" / "README.zh-CN.md").read_text(encoding="utf-8")
    assert "单元抑制法" in readme
    assert "此前已发布的各期" in readme


def test_no_contributor_stands_in_the_archive_by_name(year: tuple[Parts, list[str]]) -> None:
    parts, _ = year
    owners = Archive(SOURCE, parts).editions(SOURCE)[0].sums["_owner"].unique().to_list()
    assert {len(owner) for owner in owners} <= {0, 32}


def test_what_changed_little_is_not_told_anew(year: tuple[Parts, list[str]]) -> None:
    """Where fewer than three units changed a figure, readers of both months do not have it in both."""
    parts, _ = year
    first, second = Archive(SOURCE, parts).editions(SOURCE)
    names = ["region_code", "period"]
    both = first.told.join(second.told, on=first.told.columns).filter(
        (pl.col("_measure") == "problems_found") & (pl.col("product_group") == "_T") & (pl.col("unit_role") == "_T")
    )
    assert both.height > 0
    keys = [*names, "product_group", "unit_role", "_owner"]
    before, now = (one.sums.select(*keys, "problems_found").group_by(keys).sum() for one in (first, second))
    moved = now.join(before, on=keys, how="full", coalesce=True, suffix="_before").fill_null(0)
    moved = moved.filter(pl.col("problems_found") != pl.col("problems_found_before"))
    for region, period in both.select(names).iter_rows():
        near = moved.filter(
            (pl.lit(region == "_T") | (pl.col("region_code") == region))
            & (pl.lit(period == "_T") | pl.col("period").str.starts_with(period))
        )
        assert near["_owner"].n_unique() == 0 or near["_owner"].n_unique() >= 3


def test_without_the_whole_archive_nothing_is_released(year: tuple[Parts, list[str]], tmp_path: Path) -> None:
    parts, _ = year
    path = path_of("rectification", 1, parts)
    kept = shutil.copy(path, tmp_path / "kept")
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ProofError, match="rectification/1"):
        Archive(SOURCE, parts).editions(SOURCE)
    shutil.move(kept, path)


def test_a_source_that_is_called_otherwise_does_not_lose_its_past(year: tuple[Parts, list[str]]) -> None:
    parts, _ = year
    (dataset,) = datasets(settings(parts.home, "sqlite:///x"), ("rectification",))
    assert archive_of(dataset, parts).rows
    table = dataset.disclosure["table"]
    assert isinstance(table, Mapping)
    renamed = replace(dataset, disclosure={**dataset.disclosure, "table": {**table, "source": "campaigns"}})
    with pytest.raises(UnsafeRelease, match=f"names the source campaigns, earlier releases told figures of {SOURCE}"):
        archive_of(renamed, parts)
    assert archive_of(replace(renamed, id="campaigns"), parts).rows == []


def test_a_release_that_was_overtaken_by_another_of_its_source_is_protected_again(
    year: tuple[Parts, list[str]],
) -> None:
    from hub.job.told import Fresh

    parts, _ = year
    archive = Archive(SOURCE, parts)
    assert archive.rows
    archive.rows.pop()
    with pytest.raises(Busy), writing(parts.engine) as connection:
        Fresh(archive, Path("x"), "0" * 64).enter(connection, "rectification", 9, parts.clock.now())
    with reading(parts.engine) as connection:
        assert ToldRow("rectification", 9, "0" * 64) not in told.told_of(connection, SOURCE)


def test_the_proofs_of_every_release_are_kept_and_replayed(year: tuple[Parts, list[str]]) -> None:
    parts, _ = year
    for version in (1, 2):
        claim = from_bytes(proof_beside(path_of("rectification", version, parts)).read_bytes())
        assert claim.sensitive.any()
        assert faults(claim) == []
