"""Area colours as a dataset: released with the others, and every colour follows from figures that are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from catalog.datasets import parse_dataset, shipped
from catalog.errors import DeclarationError, SourceError
from exporters.derived import Derivation, DerivedSource
from exporters.products.area_colours import painted
from exporters.rules.book import shipped as book_of
from exporters.sample import change, invent
from exporters.sample.invent import province
from exporters.sample.registers import registers
from exporters.source import Unit
from hub.job.pipeline import Outcome, release
from hub.job.publish import approve, publish
from hub.parts import Parts, datasets
from hub.rules import colour_map
from tests.factories import a_field
from tests.house import house, settings

BOOK = book_of("area_colours")
ROWS, SEED = 1_500, 1


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Parts, Outcome, pl.DataFrame]]:
    """A province with its registers, and its colours approved by a second person."""
    folder = tmp_path_factory.mktemp("colours")
    source = f"sqlite:///{folder / 'p.sqlite'}"
    invent(source, ROWS, SEED)
    registers(province(ROWS, SEED), folder / "registers")
    parts = house(folder / "home", source, HUB_REGISTERS=str(folder / "registers"))
    (dataset,) = datasets(settings(folder / "home", source), ("area-colours",))
    outcome = release(dataset, parts)
    publish(dataset, approve(dataset, 1, "somebody else", "approve", "", parts), parts)
    yield parts, outcome, _table(parts, 1)
    parts.engine.dispose()


def _table(parts: Parts, version: int) -> pl.DataFrame:
    return pl.read_parquet(parts.releases / "area-colours" / str(version) / "area-colours.parquet")


def test_the_release_waits_for_a_second_person_and_then_stands_on_the_portal(
    released: tuple[Parts, Outcome, pl.DataFrame],
) -> None:
    parts, outcome, _ = released
    assert outcome.state == "held"
    shown = parts.home / "portal" / "datasets" / "area-colours"
    assert list(shown.rglob("area-colours.csv"))
    told = colour_map.last(parts)
    assert told is not None
    assert told.number == 1


def test_no_figure_of_few_producers_is_told(released: tuple[Parts, Outcome, pl.DataFrame]) -> None:
    _, outcome, table = released
    assert table.filter(pl.any_horizontal(pl.col("producers", "counted").is_between(1, 4))).is_empty()
    assert outcome.release.held_back["small cells"] > 0


def test_every_colour_follows_from_figures_that_are_told(released: tuple[Parts, Outcome, pl.DataFrame]) -> None:
    _, _, table = released
    figures = table.select("region_code", "producers", "counted", "share")
    again = painted(figures, BOOK).select("region_code", "level", "colour", "coloured_as")
    assert again.equals(table.select("region_code", "level", "colour", "coloured_as"))
    own = table.filter(pl.col("coloured_as") == pl.col("region_code"))
    assert own["share"].null_count() == 0
    above = table.filter(pl.col("colour").is_not_null() & (pl.col("coloured_as") != pl.col("region_code")))
    assert above["producers"].max() < BOOK.whole("fewest_producers")  # type: ignore[operator]


def test_the_sample_shows_more_than_one_colour(released: tuple[Parts, Outcome, pl.DataFrame]) -> None:
    _, _, table = released
    assert table["colour"].drop_nulls().n_unique() >= 3


def test_it_speaks_of_the_day_of_the_newest_record_and_changes_with_the_records(
    released: tuple[Parts, Outcome, pl.DataFrame],
) -> None:
    parts, outcome, _ = released
    (dataset,) = (one for one in shipped() if one.id == "area-colours")
    assert release(dataset, parts).state == "unchanged"
    change(f"sqlite:///{parts.home.parent / 'p.sqlite'}", 0.02, 1)
    later = release(dataset, parts)
    assert later.release.as_of > outcome.release.as_of
    assert later.release.version == 2
    assert later.release.held_back["small cells"] >= outcome.release.held_back["small cells"], (
        "what the first told is protected, too"
    )


@pytest.mark.parametrize(
    ("given", "colour", "whose"),
    [
        ({"371100": (40, 8), "371121": (4, None)}, "red", "371100"),
        ({"371100": (40, None), "371121": (4, None)}, None, None),
        ({"371100": (6, 0), "371121": (4, 0)}, "orange", "_T"),
        ({"371100": (40, 8), "371121": (None, None)}, None, None),
        ({"371100": (40, 8), "371121": (20, 0)}, "green", "371121"),
    ],
    ids=[
        "few, as the city",
        "the city's share is not told",
        "city too few, as all",
        "own number not told",
        "own share",
    ],
)
def test_a_county_is_coloured_by_what_is_told(
    given: dict[str, tuple[int | None, int | None]], colour: str | None, whose: str | None
) -> None:
    numbers = {"_T": (100, 12), **given}
    rows = [(code, one, two, None if one is None or two is None else two / one) for code, (one, two) in numbers.items()]
    table = pl.DataFrame(rows, schema=["region_code", "producers", "counted", "share"], orient="row")
    made = painted(table, BOOK).filter(pl.col("region_code") == "371121").row(0, named=True)
    assert (made["colour"], made["coloured_as"]) == (colour, whose)


def test_a_derived_table_is_one_unit_that_names_its_day() -> None:
    asked: list[date | None] = []

    def derive(day: date | None) -> Derivation:
        asked.append(day)
        return Derivation(pl.DataFrame({"record_id": ["a", "b"]}), day or date(2026, 1, 2))

    source = DerivedSource([a_field(name) for name in ("record_id", "updated_at", "openness")], derive)
    plan = source.plan(None, 1)
    assert (plan.total, plan.units[0].place) == (2, "2026-01-02")
    (first,) = source.read(plan.units[0])
    (again,) = source.read(Unit(0, 2, place="2026-01-01"))
    assert asked == [None, date(2026, 1, 1)]
    assert first.batch.column("updated_at")[0].as_py().startswith("2026-01-02")
    assert again.batch.column("updated_at")[0].as_py().startswith("2026-01-01")
    assert source.find("record_id", ["b"], 5).batch.num_rows == 1
    with pytest.raises(SourceError):
        source.find("secret", ["b"], 5)


def test_an_unknown_derivation_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    from hub.parts import open_dataset

    text = (Path(__file__).parents[2] / "catalog" / "datasets" / "area_colours.toml").read_text(encoding="utf-8")
    other = parse_dataset(text.replace('"producer_classes"', '"nothing"', 1), "other.toml")
    with pytest.raises(DeclarationError, match="nothing"):
        open_dataset(other, settings(tmp_path, "sqlite:///nowhere"))


def test_rows_of_a_derived_table_are_never_released_as_they_are(tmp_path: Path) -> None:
    from hub.parts import open_dataset

    given = settings(tmp_path, "sqlite:///nowhere")
    (dataset,) = datasets(given, ("area-colours",))
    with pytest.raises(DeclarationError, match="as protected figures only"):
        open_dataset(replace(dataset, product="records"), given)
