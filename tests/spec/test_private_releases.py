"""A dataset with differential privacy, run as any other: what a release spends stands in the ledger, and is spent once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from catalog.errors import UnsafeRelease
from catalog.model import Dataset
from exporters.sample import change, invent
from hub.db.engine import reading
from hub.job.pipeline import release
from hub.parts import Parts, datasets
from hub.state import budgets
from tests.house import house, settings

AGREEMENT = "A-2026-0007"


@pytest.fixture
def world(tmp_path: Path) -> tuple[Parts, Dataset, str]:
    """A house, its statistics with noise instead of holes (0.5 a release, 1.2 in all), and the source."""
    pytest.importorskip("opendp")
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 600, seed=11)
    parts = house(tmp_path / "home", source)
    (dataset,) = datasets(settings(tmp_path / "home", source), ("statistics",))
    kinds = ("电线电缆", "细木工板", "胶合板", "电动自行车", "燃气器具", "钢丝绳", "安全帽", "冷轧带肋钢筋")
    codes = {"product_kind": kinds, "stage": ("1", "2", "3")}
    dimensions = [
        {"name": name, "hierarchy": "parents", "parents": dict.fromkeys(known, "_T")} for name, known in codes.items()
    ]
    body = {
        "table": {**dict(dataset.disclosure["table"]), "method": "private", "source": "noisy"},  # type: ignore[call-overload]
        "privacy": {"epsilon": 0.5, "most": 3, "agreement": AGREEMENT, "budget": 1.2},
        "dimension": dimensions,
        **{key: dataset.disclosure[key] for key in ("measure", "rate")},
    }
    absent = {"region_code", "region_name", "period"}
    columns = tuple(column for column in dataset.columns if column.field.name not in absent)
    return parts, replace(dataset, disclosure=body, columns=columns, approval="none"), source


def spent(parts: Parts) -> Decimal:
    with reading(parts.engine) as connection:
        return budgets.spent(connection, AGREEMENT)


def entered(parts: Parts) -> int:
    """How many spends the ledger tells of."""
    with reading(parts.engine) as connection:
        found = connection.execute(text("SELECT count(*) FROM ledger_leaf WHERE body LIKE '%privacy.spent%'")).scalar()
    return int(found or 0)


def test_an_unchanged_source_spends_nothing_and_an_exhausted_budget_releases_nothing(
    world: tuple[Parts, Dataset, str],
) -> None:
    parts, dataset, source = world
    states = [release(dataset, parts, full=True).state for _ in range(3)]
    assert states == ["published", "unchanged", "unchanged"]
    assert (spent(parts), entered(parts)) == (Decimal("0.5"), 1)
    change(source, 0.05, 5)
    assert release(dataset, parts, full=True).state == "published"
    assert (spent(parts), entered(parts)) == (Decimal("1.0"), 2)
    change(source, 0.05, 6)
    with pytest.raises(UnsafeRelease, match=r"has spent 1\.0 of its privacy budget of 1\.2"):
        release(dataset, parts, full=True)
    assert (spent(parts), entered(parts)) == (Decimal("1.0"), 2)


def test_a_changed_description_tells_the_same_noise_again(world: tuple[Parts, Dataset, str]) -> None:
    parts, dataset, _ = world
    release(dataset, parts, full=True)
    again = release(replace(dataset, description_zh="改写的说明。", digest="0" * 64), parts, full=True)
    assert again.state == "published"
    assert (spent(parts), entered(parts)) == (Decimal("0.5"), 1)
