"""A dataset that promises a k keeps it in every release, says so, or is not released at all."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from catalog.datasets import parse_dataset
from catalog.errors import DeclarationError, UnsafeRelease
from catalog.release import Release
from exporters.sample import change, invent
from hub.job.pipeline import Outcome, release
from hub.parts import datasets
from tests.house import house, settings
from tests.spec.test_every_treatment import declaration

COLUMNS = {
    "place": ("region_code", '"keep"'),
    "opened": ("established_on", '"keep"'),
    "people": ("employee_count", '"keep"'),
    "status": ("registration_status", '"keep"'),
    "capital": ("registered_capital", '"keep"'),
}
QUASI = ["place", "opened", "people"]
RISK = """
[risk]
quasi_identifiers = ["place", "opened", "people"]
k = 5
most_suppressed = 10

[risk.hierarchies]
place = ["city", "province"]
opened = ["quarter", "year"]
people = ["band 100", "band 1000"]
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("province") / "p.sqlite"
    invent(f"sqlite:///{path}", 12_000, seed=5)
    return f"sqlite:///{path}"


def run(home: Path, source: str, risk: str) -> Outcome:
    folder = home / "own"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "firms.toml").write_text(declaration("firms", COLUMNS) + risk, encoding="utf-8")
    parts = house(home, source, HUB_DATASETS=str(folder))
    (dataset,) = datasets(settings(home, source, HUB_DATASETS=str(folder)), ("firms",))
    return release(dataset, parts)


def released(home: Path, version: int = 1) -> pl.DataFrame:
    return pl.read_parquet(home / "releases" / "firms" / str(version) / "firms.parquet")


def test_the_declared_k_holds_in_the_files_and_every_row_is_accounted_for(tmp_path: Path, source: str) -> None:
    outcome = run(tmp_path, source, RISK)
    table = released(tmp_path)
    assert min(Counter(table.select(QUASI).rows()).values()) >= 5
    assert outcome.report["rows_read"] == outcome.release.rows + sum(outcome.release.held_back.values())
    assert table.height == outcome.release.rows > 0
    assert table["capital"].dtype.is_decimal()


def test_the_report_and_the_description_tell_the_risk_in_both_languages(tmp_path: Path, source: str) -> None:
    outcome = run(tmp_path, source, RISK)
    report = outcome.report["record_risk"]
    assert report == outcome.release.risk
    assert Release.from_json(outcome.release.to_json()) == outcome.release
    assert report["before"]["k"] == 1  # type: ignore[index]
    assert report["after"]["k"] >= 5  # type: ignore[index]
    assert report["suppressed"] == outcome.release.held_back.get("could be told apart", 0)  # type: ignore[index]
    folder = tmp_path / "releases" / "firms" / "1"
    english, chinese = ((folder / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))
    assert "## Risk of re-identification" in english
    assert "## 重标识风险" in chinese
    assert f"(≥ {5})" in english


def test_diversity_and_closeness_hold_too(tmp_path: Path, source: str) -> None:
    more = 'sensitive = ["status", "capital"]\nl = 2\nt = 0.6\n'
    risk = RISK.replace("most_suppressed = 10\n", f"most_suppressed = 60\n{more}")
    outcome = run(tmp_path, source, risk)
    for one in outcome.report["record_risk"]["after"]["attributes"]:  # type: ignore[index]
        assert one["distinct"] >= 2
        assert one["t"] <= 0.6
    groups = released(tmp_path).group_by(QUASI).agg(pl.col("status").n_unique())
    assert groups["status"].min() >= 2


def test_a_release_that_cannot_keep_its_k_is_refused_and_leaves_no_file(tmp_path: Path, source: str) -> None:
    risk = '\n[risk]\nquasi_identifiers = ["place", "opened", "people"]\nk = 5\n'
    with pytest.raises(UnsafeRelease, match="declared k of 5"):
        run(tmp_path, source, risk)
    assert not list(tmp_path.rglob("*.parquet"))
    assert not list(tmp_path.rglob("final.arrow"))


def test_a_later_incremental_run_keeps_the_promise_for_all_rows(tmp_path: Path) -> None:
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 6000, seed=5)
    home = tmp_path / "home"
    assert run(home, source, RISK).mode == "full"
    change(source, 0.02, seed=6)
    outcome = run(home, source, RISK)
    assert outcome.mode == "incremental"
    if outcome.state != "unchanged":
        assert min(Counter(released(home, 2).select(QUASI).rows()).values()) >= 5


@pytest.mark.parametrize(
    ("change_of", "told"),
    [
        (("k = 5", "k = 1"), "'k' is missing or below 2"),
        (('"people"]', '"nobody"]'), "no released column"),
        (('place = ["city", "province"]', 'place = ["village"]'), "step 'village'"),
        (('people = ["band 100", "band 1000"]', 'people = ["year"]'), "does not fit"),
        (("most_suppressed = 10", "most_suppressed = 101"), "no per cent"),
        (("most_suppressed = 10", "l = 2"), "'sensitive' goes with"),
        (("most_suppressed = 10", 'sensitive = ["place"]\nl = 2'), "is a quasi-identifier and sensitive"),
        (("most_suppressed = 10", 'sensitive = ["status"]\nt = 1.5'), "between 0 and 1"),
        (("most_suppressed = 10", "most = 10"), "unknown key 'most'"),
        (('"opened", "people"]', '"opened"]'), "has steps but is no quasi-identifier"),
    ],
)
def test_a_promise_that_means_nothing_does_not_load(change_of: tuple[str, str], told: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        parse_dataset(declaration("firms", COLUMNS) + RISK.replace(*change_of, 1), "own.toml")
    assert told in str(refused.value)
