"""``hub protect`` works on any table without the rest of the hub, and writes nothing that is not safe."""

import polars as pl
import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from catalog.errors import HubError
from hub.cli.protect import protect_command
from hub.cli.replay import replay_command

SPEC = """
[table]
name = "shops"
contributor = "firm"
[[dimension]]
name = "region"
total = "Total"
[[dimension]]
name = "kind"
total = "Total"
[[measure]]
name = "value"
kind = "value"
"""
RECORDS = pl.DataFrame(
    [(r, k, f"{r}{k}{at}", 10 + at) for r in "ABC" for k in "mf" for at in range(1 if (r, k) == ("A", "f") else 4)],
    schema=["region", "kind", "firm", "value"],
    orient="row",
)


def _xlsx(path):
    book = Workbook()
    book.active.append(RECORDS.columns)
    for row in RECORDS.iter_rows():
        book.active.append(row)
    book.save(path)


def run(folder, name, *more):
    (folder / "spec.toml").write_text(SPEC, encoding="utf-8")
    return CliRunner().invoke(
        protect_command, [str(folder / name), "--spec", str(folder / "spec.toml"), *more], catch_exceptions=True
    )


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_every_kind_of_file_gives_the_same_protected_table(tmp_path, kind):
    path = tmp_path / f"t.{kind}"
    {"csv": RECORDS.write_csv, "parquet": RECORDS.write_parquet, "xlsx": _xlsx}[kind](path)
    out = tmp_path / f"out.{kind}"
    done = run(tmp_path, path.name, "--out", str(out), "--report", str(tmp_path / "r.html"), "--json")
    assert done.exit_code == 0, done.output
    read = {"csv": pl.read_csv, "parquet": pl.read_parquet, "xlsx": pl.read_excel}[kind](out)
    hidden = read.filter(pl.col("value_obs_status") == "Q").select("region", "kind").rows()
    assert ("A", "f") in hidden
    assert len(hidden) == 4
    assert "<svg" in (tmp_path / "r.html").read_text(encoding="utf-8")


def _semicolons(path):
    RECORDS.write_csv(path, separator=";")


def _gbk(path):
    path.write_bytes(
        RECORDS.with_columns(kind=pl.col("kind").replace({"m": "男", "f": "女"})).write_csv().encode("gbk")
    )


def _utf16(path):
    path.write_bytes(RECORDS.write_csv(separator="\t").encode("utf-16"))


@pytest.mark.parametrize("write", [_semicolons, _gbk, _utf16])
def test_text_is_read_as_spreadsheets_save_it(tmp_path, write):
    write(tmp_path / "t.csv")
    done = run(tmp_path, "t.csv", "--out", str(tmp_path / "out.csv"))
    assert done.exit_code == 0, done.output
    read = pl.read_csv(tmp_path / "out.csv")
    assert read.filter(pl.col("value_obs_status") == "Q").height == 4
    assert set(read["kind"]) <= {"Total", "m", "f", "男", "女"}


def test_nothing_is_written_when_the_input_is_refused(tmp_path):
    RECORDS.with_columns(firm=pl.lit(None, dtype=pl.String)).write_csv(tmp_path / "t.csv")
    done = run(tmp_path, "t.csv")
    assert isinstance(done.exception, HubError)
    assert "without contributors" in str(done.exception)
    assert not list(tmp_path.glob("*protected*"))


def test_a_file_with_a_header_and_no_records_is_told_to_be_empty(tmp_path):
    RECORDS.clear().write_csv(tmp_path / "t.csv")
    done = run(tmp_path, "t.csv")
    assert isinstance(done.exception, HubError)
    assert "no rows" in str(done.exception)
    assert not list(tmp_path.glob("*protected*"))


def test_a_table_for_the_public_does_not_tell_which_figures_come_from_few(tmp_path):
    RECORDS.write_csv(tmp_path / "t.csv")
    seen = {}
    for options in ((), ("--public",)):
        out = tmp_path / f"out{len(options)}.csv"
        assert run(tmp_path, "t.csv", "--out", str(out), "--certificate", str(tmp_path / "p"), *options).exit_code == 0
        seen[options] = pl.read_csv(out)
    assert set(seen[()]["value_conf_status"]) == {"F", "A", "D"}
    assert set(seen[("--public",)]["value_conf_status"]) == {"F", "C"}
    assert seen[()].drop("value_conf_status").equals(seen[("--public",)].drop("value_conf_status"))
    replayed = CliRunner().invoke(replay_command, [str(tmp_path / "p"), "--table", str(tmp_path / "out1.csv")])
    assert replayed.exit_code == 0, replayed.output
