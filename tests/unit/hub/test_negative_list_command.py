"""``hub negative-list`` on a sample: made, asked one by one and many at once, fed to platforms."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from exporters.sample import invent
from exporters.sample.invent import province
from exporters.sample.registers import registers
from hub.cli import hub


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("list")
    invent(f"sqlite:///{place / 'p.sqlite'}", 900, seed=1)
    registers(province(900, 1), place / "registers")
    for day in ("2026-03-01", "2026-10-01"):
        made = run(place, "make", "--day", day, "--json")
        assert made.exit_code == 0, made.output
    return place


def run(home: Path, *arguments: str) -> Result:
    environ = {
        "HUB_HOME": str(home),
        "HUB_SOURCE": f"sqlite:///{home / 'p.sqlite'}",
        "HUB_REGISTERS": str(home / "registers"),
    }
    return CliRunner().invoke(hub, ["negative-list", *arguments], env=environ)


def feed(home: Path, *arguments: str) -> pl.DataFrame:
    out = home / "feed.csv"
    assert run(home, "feed", "--out", str(out), *arguments).exit_code == 0
    return pl.read_csv(out, infer_schema=False)


def test_every_rule_that_the_sample_can_show_lists_something(home: Path) -> None:
    # No maker of the sample builds 直排式热水器 (I-7a).
    assert set(feed(home)["rule"]) >= {
        "I-1",
        "I-2",
        "I-3",
        "I-4",
        "I-5",
        "I-6",
        "II-1",
        "II-2",
        "II-3",
        "II-4",
        "III-2",
    }


def test_one_entry_is_found_by_its_producer_product_and_model(home: Path) -> None:
    entry = feed(home).filter((pl.col("level") == "product") & pl.col("producer_uscc").is_not_null()).row(0, named=True)
    asked = ("--uscc", entry["producer_uscc"], "--product", entry["product_name"], "--model", entry["model_spec"])
    (answer,) = json.loads(run(home, "lookup", *asked, "--json").output)
    assert answer["outcome"] == "listed"
    assert entry["entry_id"] in {match["entry_id"] for match in answer["matches"]}
    assert "不可销售" in run(home, "lookup", *asked, "--json").output or answer["class"] != "I"


def test_many_questions_come_from_a_file(home: Path) -> None:
    file = home / "stock.csv"
    file.write_text("code,model\n6921168509256,\n,M1\n", encoding="utf-8")
    answers = json.loads(run(home, "lookup", "--file", str(file), "--json").output)
    assert [answer["outcome"] for answer in answers] == ["unknown_code", "unclear"]


def test_the_changes_lead_from_the_first_list_to_the_second(home: Path) -> None:
    changes = feed(home, "--since", "1")
    assert set(changes["change"]) == {"added", "changed", "removed"}
    assert feed(home, "--since", "2").is_empty()


def test_a_list_that_was_never_made_is_an_error(home: Path, tmp_path: Path) -> None:
    assert run(home, "feed", "--since", "9").exit_code != 0
    assert run(tmp_path, "lookup", "--code", "1").exit_code != 0


def test_what_could_not_be_judged_is_counted_by_flag_without_a_value(home: Path) -> None:
    rows = json.loads(run(home, "undecided", "--json").output)
    assert rows
    assert set(rows[0]) == {"source", "rules", "flags", "len"}


@pytest.mark.parametrize("name", ["levels", "classes", "tasks", "sampling", "colours", "gaps", "quality", "faults"])
def test_every_derivation_is_written_for_a_day(home: Path, name: str) -> None:
    environ = {
        "HUB_HOME": str(home),
        "HUB_SOURCE": f"sqlite:///{home / 'p.sqlite'}",
        "HUB_REGISTERS": str(home / "registers"),
    }
    out = home / f"{name}.csv"
    arguments = ["derive", name, "--day", "2026-10-01", "--out", str(out), *(["--public"] if name == "colours" else [])]
    assert CliRunner().invoke(hub, arguments, env=environ).exit_code == 0
    rows = pl.read_csv(out, infer_schema=False)
    # The chains of the sample are whole.
    assert rows.height or name == "gaps"
    assert rows.columns[0] in {"product_name", "uscc", "tier", "kind", "area_code", "trace_code", "bureau"}
