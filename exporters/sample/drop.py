"""Spreadsheets for a drop folder: failing spot checks in the layouts in which regulators publish them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import polars as pl

from catalog.errors import StorageError
from catalog.files import disk_error, write_whole
from exporters.sample import draw
from exporters.sample.header import START, YEAR
from exporters.sample.spot_checks import spot_checks
from exporters.sample.world import World
from exporters.spreadsheets.write import write_samr

_SAMPLES = 4_000
_SHEET = 60
_HEADINGS = {
    "product_kind": "产品种类",
    "inspected_unit": "受检单位",
    "nominal_producer": "标称生产单位",
    "producer_region": "标称生产单位所在地",
    "product_name": "产品名称",
    "model_spec": "规格型号",
    "batch": "生产日期/批号",
    "failed_items": "主要不合格项目",
    "test_body": "承检机构",
    "remark": "备注",
}


def drop(here: World, folder: Path) -> tuple[str, ...]:
    """Write three files of at most sixty failing samples each: the 2025 and the oldest edition, and a CSV in GBK.

    Each appears whole or not at all. ``StorageError`` where the folder cannot be written.
    """
    failing = _failing(here)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_samr(folder / "2026年监督抽查不合格名单.xlsx", _part(failing, 0).to_arrow(), "2025")
        write_samr(folder / "2009年抽查结果.xlsx", _part(failing, 1).to_arrow(), "aqsiq")
    except OSError as error:
        raise disk_error(error, folder) from None
    except ValueError:
        # The spreadsheet library names the cell it dislikes.
        raise StorageError("A sample spreadsheet could not be written.", todo="Choose another seed.") from None
    write_whole(folder / "县级抽查通报.csv", _csv(_part(failing, 2)))
    return ("2026年监督抽查不合格名单.xlsx", "2009年抽查结果.xlsx", "县级抽查通报.csv")


def _failing(here: World) -> pl.DataFrame:
    step = (np.arange(_SAMPLES, dtype=np.int64) * (YEAR // _SAMPLES)).astype("timedelta64[us]")
    checks = spot_checks(here, 0, START + step, draw.stream(here.seed, "drop"))
    counterfeit = pl.col("counterfeit").replace_strict(
        {"0": None, "1": "涉嫌假冒", "2": "假冒"}, return_dtype=pl.String
    )
    again = pl.when(pl.col("recheck_verdict") == "2").then(pl.lit("复检仍不合格"))
    remark = pl.concat_str(again, counterfeit, separator="；", ignore_nulls=True).replace("", None)
    failing = checks.filter(pl.col("verdict") == "2").with_columns(
        remark.alias("remark"), pl.lit("不合格").alias("verdict")
    )
    return failing.sort("product_kind", maintain_order=True)


def _part(failing: pl.DataFrame, number: int) -> pl.DataFrame:
    """Every third failing sample, so that each file has all kinds in blocks."""
    return failing.gather_every(3, number).head(_SHEET)


def _csv(rows: pl.DataFrame) -> bytes:
    """The rows as old exports write them: a heading, GBK, CRLF. What GBK lacks is spelled otherwise, as clerks do."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["序号", *_HEADINGS.values()])
    for number, row in enumerate(rows.select(_HEADINGS.keys()).iter_rows(), 1):
        writer.writerow([number, *("" if cell is None else cell for cell in row)])
    return out.getvalue().replace("²", "2").replace("³", "3").encode("gbk")
