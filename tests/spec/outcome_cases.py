"""Inspections of one cell and the outcome indicators that they come to: the table of ``docs/outcomes.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.rules_world import MAKER, OTHER

Rows = Sequence[Mapping[str, Any]]
FOUND: Mapping[str, Any] = {"result": "2", "rectify_by": "2026-02-01"}


def _said(**numbers: object) -> str:
    import json

    return json.dumps(numbers)


CASES: tuple[tuple[str, Rows, Mapping[str, str | None], tuple[str, ...]], ...] = (
    ("CR30 所报数相加 what CR30 states is added up", (
        {"outcome_indicators": _said(inspectors_dispatched=3, batches_sampled=4, batches_failed=1, safety_failed=1)},
        {"outcome_indicators": _said(inspectors_dispatched=2, batches_sampled=2, batches_failed=1, safety_failed=0)}),
     {"inspectors_dispatched": "5", "batches_sampled": "6", "batches_failed": "2", "fail_rate": "33.3", "safety_fail_share": "50.0"}, ()),
    ("角色：生产、生产兼销售；销售；平台 by role of the unit", (
        {"unit_role": "1"}, {"unit_role": "3"}, {"unit_role": "2", "uscc": OTHER}, {"unit_role": "4"}, {"unit_role": "5"}),
     {"producers_inspected": "2", "producers_distinct": "1", "sellers_inspected": "1", "platforms_shops_inspected": "1"}, ()),
    ("问题数以所报为准 problems as stated", ({**FOUND, "outcome_indicators": _said(problems_found=3, problems_fixed=2)},),
     {"problems_found": "3", "problems_fixed": "2", "rectification_rate": "66.7"}, ()),
    ("未报问题数：计一项，整改完成则全部 none stated: one, and fixed when rectified", (
        {**FOUND, "rectified_on": "2026-01-20"}, FOUND), {"problems_found": "2", "problems_fixed": "1", "rectification_rate": "50.0"}, ()),
    ("按期、复查 on time, re-inspected", (
        {**FOUND, "rectified_on": "2026-02-01", "recheck_result": "1"}, {**FOUND, "rectified_on": "2026-02-02", "recheck_result": "2"}),
     {"on_time_rate": "50.0", "recheck_pass_rate": "50.0"}, ()),
    ("责令整改单位不重复计 a unit ordered twice is one", (FOUND, FOUND, {**FOUND, "uscc": OTHER}), {"units_ordered": "2"}, ()),
    ("立案、金额、移送 cases, amounts, transfers", (
        {**FOUND, "case_no": "C1", "goods_value": "12345.67", "fine_amount": "5000.00", "transferred": True, "outcome_indicators": _said(cases_closed=1)},
        {**FOUND, "case_no": "C2", "goods_value": "4.33", "fine_amount": "50.00"}),
     {"cases_filed": "2", "cases_closed": "1", "goods_value": "1.24", "fines": "0.51", "transferred": "1"}, ()),
    ("证书、下架、召回、链接、约谈、提示、培训、帮扶 the counts that only CR30 holds", (
        {"outcome_indicators": _said(licences_withdrawn=1, ccc_withdrawn=2, goods_off_shelf=30, recalls=1, goods_recalled=500, links_removed=7,
                                     interviews=1, tips_issued=1, units_trained=4, persons_trained=60, assisted=2)},),
     {"licences_withdrawn": "1", "ccc_withdrawn": "2", "goods_off_shelf": "30", "recalls": "1", "goods_recalled": "500", "links_removed": "7",
      "interviews": "1", "tips_issued": "1", "units_trained": "4", "persons_trained": "60", "assisted": "2"}, ()),
    ("整治前后，同一批产品 before and after, same products", (
        {"outcome_indicators": _said(batches_sampled=10, batches_failed=1, sampled_before=8, failed_before=2)},),
     {"fail_rate": "10.0", "fail_rate_before": "25.0", "fail_rate_change": "-15.0"}, ()),
    ("整治前未抽查：无变化可言 nothing sampled before: no change is told", ({"outcome_indicators": _said(batches_sampled=10, batches_failed=1)},),
     {"fail_rate_before": None, "fail_rate_change": None}, ()),
    ("应赋码单位的覆盖率 coverage with trace codes", (
        {"outcome_indicators": _said(trace_required=1, trace_coded=1)}, {"outcome_indicators": _said(trace_required=1, trace_coded=0)}, {}),
     {"trace_coverage": "50.0"}, ()),
    ("所报数不是非负整数：不计并标记 no whole number of nought or more: counts for nothing", (
        {"outcome_indicators": _said(recalls="two", links_removed=-1, tips_issued=1.5, interviews=1)},),
     {"recalls": "0", "links_removed": "0", "tips_issued": "0", "interviews": "1"}, ("0 UNREADABLE:outcome_indicators",)),
    ("部分大于整体：两数均不计 a part larger than its whole: neither counts", (
        {"outcome_indicators": _said(batches_sampled=1, batches_failed=3)}, {"outcome_indicators": _said(batches_sampled=2, batches_failed=1)}),
     {"batches_sampled": "2", "batches_failed": "1", "fail_rate": "50.0"}, ("0 CONTRADICTS:outcome_indicators",)),
    ("未发现问题却报问题数 problems against the result", ({"result": "1", "outcome_indicators": _said(problems_found=2)},),
     {"problems_found": "0"}, ("0 CONTRADICTS:outcome_indicators",)),
    ("金额为负：不计并标记 an amount below nought", ({**FOUND, "fine_amount": "-1.00"},), {"fines": "0.00"}, ("0 UNREADABLE:fine_amount",)),
    ("无法读取的 CR30 an object that cannot be read", ({"outcome_indicators": "见附件"},), {"recalls": "0", "producers_inspected": "1"},
     ("0 UNREADABLE:outcome_indicators",)),
    ("不知归入何处：无日期、类别、角色，或区划未知 nobody knows where it belongs: no day, group or role, or an unknown region",
     ({"inspected_on": None, "target_categories": None, "unit_role": "9"}, {"region_code": "999999"}), {"recalls": "0"},
     ("0 MISSING:inspected_on;MISSING:target_categories;MISSING:unit_role", "1 UNKNOWN:region_code")),
)  # fmt: skip
"""What happened, inspections (MAKER, region 370102, January 2026 where not said), indicators, records told undecided."""

__all__ = ["CASES", "MAKER", "Rows"]
