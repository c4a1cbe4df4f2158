"""Detection and the release gate: cells per CPU-second, with stock Presidio beside it in the same run.

    python -m benchmarks.detect [--rows 200000]

The table has 13 columns: identifiers, names, phones, addresses, dates and one column of running text with 6,000
different stories. Ratios, not times, are what to compare between machines.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine

from catalog.datasets import declared
from catalog.derive.arrow import schema
from desensitise.detect import scan_column
from desensitise.gate import assess

SURNAMES = "王李张刘陈杨黄赵吴周"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
STOCK_CELLS = 2_000


def cpu(work: Callable[[], object]) -> float:
    """CPU-seconds of one call, all threads together."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def person(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(GIVEN) + rng.choice(GIVEN + " ").strip()


def table(rows: int) -> pl.DataFrame:
    """Columns of a licensing register; contact columns are as unsafe as a source's."""
    rng = random.Random(1)
    firms = [f"{rng.choice(['杭州', '宁波', '温州'])}{chr(0x4E00 + i)}电器有限公司" for i in range(4000)]
    stories = [
        f"投诉人{person(rng)}反映{rng.choice(firms)}的产品{rng.choice('裂漏')}，电话138{rng.randrange(10**8):08}"
        for _ in range(6000)
    ]
    at = [rng.randrange(4000) for _ in range(rows)]
    return pl.DataFrame(
        {
            "record_no": [f"R{i:09}" for i in range(rows)],
            "unit_name": [firms[i] for i in at],
            "uscc": [f"91330106MA{i:07}X" for i in at],
            "contact_person": [person(rng) for _ in at],
            "contact_phone": [f"139{rng.randrange(10**8):08}" for _ in at],
            "county": ["浙江省杭州市西湖区"] * rows,
            "product_name": [f"灶具{i % 300}型" for i in at],
            "model_spec": [f"JZT-{i % 900}" for i in at],
            "trace_code": [f"069{rng.randrange(10**11):011}" for _ in at],
            "batch": [f"B2024{rng.randrange(10**6):06}" for _ in at],
            "made_on": ["2024-05-13"] * rows,
            "standard": ["GB 16410-2020"] * rows,
            "note": [rng.choice(stories) for _ in at],
        },
    )


def stock() -> AnalyzerEngine:
    """Presidio as it comes, for Chinese text and without a model."""
    nlp = NoOpNlpEngine(models=[{"lang_code": "zh", "model_name": "noop"}])
    nlp.load()
    registry = RecognizerRegistry(supported_languages=["zh"])
    registry.load_predefined_recognizers(languages=["zh"], nlp_engine=nlp)
    return AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["zh"])


def detection(rows: int) -> None:
    frame = table(rows)
    cells = frame.height * frame.width
    patterns = cpu(lambda: [scan_column(frame[name], name) for name in frame.columns])
    running = cpu(
        lambda: [scan_column(frame[name], name, "recall" if name == "note" else "balanced") for name in frame.columns]
    )
    some = [str(value) for name in frame.columns for value in frame[name].head(STOCK_CELLS // frame.width)]
    engine = stock()
    engine.analyze("预热", language="zh")
    theirs = len(some) / cpu(lambda: [engine.analyze(text, language="zh") for text in some])
    print(f"patterns, {frame.height} x {frame.width}: {cells / patterns:,.0f} cells per CPU-second")
    print(f"with names in one column: {cells / running:,.0f} cells per CPU-second")
    print(f"stock Presidio: {theirs:,.0f} cells per CPU-second; ours is {cells / patterns / theirs:,.0f} times as fast")


def gate(rows: int) -> None:
    """The gate over one Parquet file in the shape of the traceability dataset."""
    dataset = next(d for d in declared() if d.id == "traceability")
    rng = random.Random(2)
    firms = [(f"杭州{chr(0x4E00 + i)}电器有限公司", f"91330106MA{i:07}X") for i in range(3000)]
    at = [rng.randrange(3000) for _ in range(rows)]
    own = {
        "producer_name": [firms[i][0] for i in at],
        "producer_uscc": [firms[i][1] for i in at],
        "trace_code": [f"https://id.example.cn/01/069{rng.randrange(10**11):011}/10/B{i}" for i in range(rows)],
        "serial_or_batch": [f"B2024{rng.randrange(10**7):07}" for _ in at],
        "model_spec": [f"JZT-{i % 900}" for i in at],
    }
    released = [c for c in dataset.columns if c.treatment.name != "drop"]
    frame = pl.DataFrame(own).with_columns(pl.lit(None).alias(c.name) for c in released if c.name not in own)
    with tempfile.TemporaryDirectory() as folder:
        arrow = frame.select([c.name for c in released]).to_arrow(compat_level=pl.CompatLevel.oldest())
        pq.write_table(arrow.cast(schema(released)), Path(folder) / "traceability.parquet", row_group_size=65_536)
        spent = cpu(lambda: assess(Path(folder), dataset))
    print(f"gate: {spent:.2f} CPU-seconds for {rows:,} rows x {len(released)} columns of Parquet")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure detection and the release gate.")
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    detection(rows)
    gate(rows * 5)
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
