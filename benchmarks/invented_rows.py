"""Invented trace-like rows, 26 columns, for benchmarks of what does not need the sample province."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

BATCH = 65_536
_SURNAMES = "青山东海白云长江明月新星大地金石远方"
_KINDS = (
    "电动自行车",
    "燃气灶具",
    "儿童玩具",
    "消防产品",
    "电线电缆",
    "冷轧带肋钢筋",
    "食品接触材料",
    "危险化学品包装",
)

SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("region_code", pa.string()),
        ("record_status", pa.string()),
        ("revision", pa.int64()),
        ("updated_at", pa.timestamp("ms", "Asia/Shanghai")),
        ("producer_name", pa.string()),
        ("producer_uscc", pa.string()),
        ("producer_address", pa.string()),
        ("trace_code", pa.string()),
        ("trace_scheme", pa.string()),
        ("granularity", pa.string()),
        ("product_name", pa.string()),
        ("product_type", pa.string()),
        ("model_spec", pa.string()),
        ("produced_on", pa.date32()),
        ("warranty_period", pa.string()),
        ("serial_or_batch", pa.string()),
        ("executed_standards", pa.list_(pa.string())),
        ("licence_no", pa.string()),
        ("is_listed", pa.bool_()),
        ("pass_rate", pa.decimal128(18, 2)),
        ("quantity", pa.int64()),
        ("seller_name", pa.string()),
        ("seller_uscc", pa.string()),
        ("seller_address", pa.string()),
        ("seller_trace_code", pa.string()),
    ]
)


def batches(rows: int, seed: int = 7) -> Iterator[pa.RecordBatch]:
    """``rows`` invented rows in batches of 65,536; equal arguments give equal rows."""
    rng = np.random.default_rng(seed)
    pools = _pools(rng)
    for start in range(0, rows, BATCH):
        yield _batch(rng, pools, start, min(BATCH, rows - start))


def _pools(rng: np.random.Generator) -> dict[str, pa.Array]:
    def several(count: int, make: Sequence[str], length: int, before: str = "", after: str = "") -> pa.Array:
        letters = rng.choice(list(make), size=(count, length))
        return pa.array([before + "".join(row) + after for row in letters])

    return {
        "region": several(120, "0123456789", 4, "37"),
        "name": several(20_000, _SURNAMES, 4, "示例市", "制造有限公司"),
        "uscc": several(20_000, "0123456789ABCDEFGH", 16, "91"),
        "address": several(20_000, _SURNAMES, 6, "示例省示例市示例区", "路 88 号"),
        "product": pa.array([f"{kind}（{place}型）" for kind in _KINDS for place in range(60)]),
        "kind": pa.array(_KINDS),
        "model": several(3_000, "ABCDEF0123456789-", 9),
        "batch": several(200_000, "0123456789", 10),
        "standard": several(200, "0123456789", 5, "GB "),
        "licence": several(5_000, "0123456789", 10, "XK06-001-"),
    }


def _batch(rng: np.random.Generator, pools: dict[str, pa.Array], start: int, rows: int) -> pa.RecordBatch:
    numbers = pa.array(np.arange(start, start + rows, dtype=np.int64))

    def pick(pool: str, missing: float = 0.0) -> pa.Array:
        index = rng.integers(0, len(pools[pool]), rows)
        return pools[pool].take(pa.array(index, mask=rng.random(rows) < missing))

    def unique(before: str, digits: int) -> pa.Array:
        return pc.binary_join_element_wise(before, pc.utf8_lpad(pc.cast(numbers, pa.string()), digits, "0"), "")

    def letters(choices: Sequence[str]) -> pa.Array:
        return pa.array(choices).take(pa.array(rng.integers(0, len(choices), rows)))

    def whole(low: int, high: int, missing: float = 0.0) -> pa.Array:
        return pa.array(rng.integers(low, high, rows), mask=rng.random(rows) < missing)

    ends = np.concatenate([[0], np.cumsum(rng.integers(0, 4, rows))]).astype(np.int32)
    standards = pools["standard"].take(pa.array(rng.integers(0, 200, int(ends[-1]))))
    rates = pc.multiply(pc.cast(whole(0, 10_000, 0.1), pa.decimal128(19, 0)), pa.scalar(Decimal("0.01")))
    days = pa.array(rng.integers(18_000, 20_000, rows).astype(np.int32))
    moments = pa.array(rng.integers(1_600_000_000, 1_750_000_000, rows) * 1000)
    columns = [
        unique("TR2025", 12), pick("region"), letters("123"), whole(1, 4),
        moments.cast(pa.timestamp("ms")).cast(SCHEMA.field("updated_at").type),
        pick("name"), pick("uscc"), pick("address"), unique("(01)06901234000009(21)", 14),
        letters("1234"), letters("123"),
        pick("product"), pick("kind"), pick("model"), days.cast(pa.date32()), letters(["P1Y", "P2Y", "P3Y", "P6M"]),
        pick("batch"), pa.ListArray.from_arrays(pa.array(ends), standards), pick("licence", 0.6),
        pc.equal(whole(0, 2), 1), rates.cast(pa.decimal128(18, 2)), whole(1, 100_000, 0.3),
        pick("name"), pick("uscc"), pick("address"), unique("370200-S-", 12),
    ]  # fmt: skip
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)
