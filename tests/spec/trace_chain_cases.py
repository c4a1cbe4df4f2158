"""Chains of one code and their gaps: the table of ``docs/trace-chain.md``. Producer 甲厂, shops 乙店 丙店 丁店."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]


def _hop(
    supplier: str, seller: str, customer: str | None, came: str, left: str | None, **more: Any
) -> Mapping[str, Any]:
    return {
        "supplier_name": supplier,
        "seller_name": seller,
        "customer_name": customer,
        "purchased_at": came,
        "sold_on": left,
        **more,
    }


FIRST = _hop("甲厂", "乙店", "丙店", "2026-01-11", "2026-01-15")
SECOND = _hop("乙店", "丙店", "丁店", "2026-01-15", "2026-01-20")
THIRD = _hop("丙店", "丁店", None, "2026-01-21", None)

CASES: tuple[tuple[str, Rows, tuple[int | None, ...], tuple[str, ...]], ...] = (
    ("完整链条 a whole chain", (FIRST, SECOND, THIRD), (1, 2, 3), ()),
    ("次序不影响 in whatever order records come", (THIRD, FIRST, SECOND), (3, 1, 2), ()),
    ("缺中间一环 a hop is missing", (FIRST, THIRD), (1, None), ("1 no_supplier_record",)),
    ("缺一环，其后各环不重复报告 what hangs on a gap is not reported again", (SECOND, THIRD), (None, None), ("0 no_supplier_record",)),
    ("到货早于发货 goods arrive before they were sent", (_hop("甲厂", "乙店", None, "2026-01-09", None),), (1,), ("0 order",)),
    ("售出早于采购 sold before bought", (_hop("甲厂", "乙店", None, "2026-01-11", "2026-01-10"),), (1,), ("0 order",)),
    ("两方记录不一致 producer and seller disagree", (_hop("甲厂", "丁店", None, "2026-01-11", None),), (1,), ("0 side",)),
    ("一物两家 one item at two sellers", (
        {**FIRST, "granularity": "3"}, _hop("甲厂", "丁店", None, "2026-01-12", None, granularity="3", buyer_name=None)), (1, 1), ("0 fork", "1 fork")),
    ("一批多家不是缺口 one batch at several sellers is no gap", (
        FIRST, _hop("甲厂", "丁店", None, "2026-01-12", None, buyer_name=None)), (1, 1), ()),
    ("回环 a loop", (_hop("丙店", "丁店", "丙店", "2026-01-11", "2026-01-12"), _hop("丁店", "丙店", "丁店", "2026-01-12", "2026-01-13")),
     (None, None), ("0 loop", "1 loop")),
    ("缺采购时间 no time of purchase", (_hop("甲厂", "乙店", None, "", None),), (), ("0 missing:purchased_at",)),
    ("不同追溯码互不相连 other codes do not join", (FIRST, {**SECOND, "trace_code": "E=1001"}), (1, None), ("1 no_supplier_record",)),
)  # fmt: skip
"""What happened, records, depth of each record (in the order given; none for records that are no hop), gaps by record."""
