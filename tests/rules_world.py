"""Facts for tests of rules: one record a dict, only what matters written down, the rest ordinary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from exporters.rules.accept import Facts, accept
from exporters.rules.tables import tables

MAKER = "91370100005000077M"
OTHER = "91370100005000085G"
SHOP = "913701000050001061"

_HEADER = {
    "record_id": None,
    "updated_at": "2026-01-01",
    "record_status": "1",
    "supersedes": None,
    "source_org_uscc": "11370100005000026T",
}
ORDINARY: Mapping[str, Mapping[str, Any]] = {
    "product_basic": {
        "event_time": "2025-01-01", "product_code": "P1", "product_name": "灶具", "category_name": "燃气器具",
        "product_unit": "灶具", "gtin": "6921168509256", "model_spec": "M1", "brand": "甲牌", "executed_standards": "GB 2-2020",
        "in_licence_catalogue": False, "in_ccc_catalogue": False, "in_mandatory_std_catalogue": False,
        "target_users": "一般", "producer_uscc": MAKER,
    },
    "enterprise_basic": {
        "enterprise_name": "示例燃具有限公司", "uscc": MAKER, "unit_role": "1", "region_code": "370102",
        "registration_status": "1", "enterprise_size": "3", "established_on": "2015-01-01", "abnormal_list": False,
        "serious_violation_list": False, "quality_credit_grade": "B",
    },
    "production_licence": {
        "application_type": "1", "uscc": MAKER, "licence_category": "燃气器具", "licence_unit": "灶具", "decision": "1", "licence_no": "XK1",
        "issued_on": "2021-01-01", "valid_until": "2030-12-31", "licence_status": "1", "status_changed_on": None,
    },
    "special_rectification": {
        "inspection_id": "V1", "uscc": MAKER, "unit_role": "1", "inspected_on": "2026-01-10", "result": "1",
        "problem_types": None, "rectify_by": None, "rectified_on": None, "recheck_result": None, "case_no": None,
    },
    "inspection": {
        "uscc": MAKER, "unit_role": "1", "region_code": "370102", "inspected_on": "2026-01-10", "target_categories": "燃气器具",
        "result": "1", "rectify_by": None, "rectified_on": None, "recheck_result": None, "case_no": None, "fine_amount": None,
        "goods_value": None, "transferred": None, "outcome_indicators": "{}",
    },
    "spot_check": {
        "kind": "1", "sampling_form_no": "S1", "sampled_on": "2026-01-02", "stage": "1", "product_kind": "燃气器具",
        "product_name": "灶具", "brand": "甲牌", "model_spec": "M1", "batch": "B1", "producer_uscc": MAKER,
        "sample_price": "100", "verdict": "1", "safety_failed": False, "recheck_verdict": None, "counterfeit": "0",
        "rectify_result_on": None, "rectify_result": None, "published_on": "2026-02-01",
    },
    "main_responsibility": {
        "uscc": MAKER, "quality_director": '{"name":"x"}', "quality_officers": '[{"name":"x"}]', "exam_on": "2026-01-01", "exam_result": "1",
        "daily_control": '[{"date":"2026-01-01"}]', "weekly_check": '[{"no":"1"}]', "monthly_meeting": '[{"no":"1"}]',
    },
    "risk_monitoring": {
        "risk_info_no": "R1", "source_type": "7", "product_category": "燃气器具", "product_name": "灶具",
        "product_model": "M1", "producer_uscc": MAKER, "region_code": "370102", "injury_type": None, "severity": "2",
        "probability": "V", "risk_level": "M", "tolerable": True, "assessed_on": "2026-02-01",
    },
    "traceability": {
        "producer_uscc": MAKER, "product_name": "灶具", "model_spec": "M1", "produced_on": "2026-01-05",
        "granularity": "2", "serial_or_batch": "B9", "executed_standards": "GB 2-2020",
    },
    "trace_flow": {
        "record_hash": "0" * 64, "event_time": "2026-01-20", "trace_code": "06921168509256", "trace_scheme": "1",
        "granularity": "2", "producer_name": "甲厂", "producer_uscc": MAKER, "sold_at": "2026-01-10", "buyer_name": "乙店",
        "seller_name": "乙店", "seller_uscc": OTHER, "supplier_name": "甲厂", "purchased_at": "2026-01-11",
        "customer_name": "丙店", "sold_on": "2026-01-15",
    },
    "quality_grading": {
        "producer_uscc": MAKER, "grade": "AAA", "graded_on": "2026-01-01", "valid_until": "2027-01-01", "status": "1",
    },
    "grading_record": {
        "catalogue_item": "FJ-001", "grading_standard_no": "GB/T 40100-2025",
        "measured_values": '[{"code":"I1","value":900},{"code":"I2","value":700}]', "grade": "AAA", "evidence_on": "2025-10-01",
        "graded_on": "2026-01-01", "valid_until": "2029-01-01", "status": "1",
    },
    "penalty_decision": {
        "decision_no": "D1", "party_uscc": MAKER, "party_role": "1", "cause": "shoddy", "serious": False,
        "decided_on": "2026-01-15", "executed_on": None, "revoked_on": None, "sampling_form_no": None,
        "product_name": "灶具", "brand": "甲牌", "model_spec": "M1",
    },
    "case_closing": {"case_no": "C1", "closed_on": "2026-03-01"},
    "recall": {
        "recall_no": "Z1", "producer_uscc": MAKER, "product_name": "灶具", "models": "M1", "batches": None, "ordered": False,
        "started_on": "2026-01-20", "closed_on": None, "assessed_on": None,
    },
    "ccc_certificate": {
        "certificate_no": "2021010901000001", "producer_uscc": MAKER, "product_name": "灶具", "models": "M1",
        "status": "1", "valid_from": "2021-06-01", "valid_until": "2030-06-01", "status_changed_on": None,
    },
    "replaced_standard": {
        "old_no": "GB 2-2010", "new_no": "GB 2-2020", "implemented_on": "2021-01-01", "transition_end": "2025-12-31",
    },
    "eliminated_product": {"item_no": "E1", "product_name": "直排式热水器", "listed_on": "2024-02-01", "removed_on": None},
    "inspection_finding": {
        "finding_no": "F1", "producer_uscc": MAKER, "counterfeit": "0", "product_name": "灶具", "brand": "甲牌",
        "model_spec": "M1", "batch": None, "finding": "1", "found_on": "2026-01-08", "confirmed_on": None,
    },
    "hazard_scenario": {
        "product_name": "灶具", "hazard": "物理", "scenario": "点火延迟爆燃", "severity": "3", "steps": "1;1/50", "assessed_on": "2026-01-01",
    },
    "government_order": {"order_no": "O1", "product_name": "灶具", "ordered_on": "2026-01-01", "ended_on": None},
    "quality_award": {"uscc": MAKER, "awarded_on": "2025-01-01", "ends_on": None},
    "objection": {
        "entry_id": "", "objected_on": "2026-02-10", "due_on": "2026-03-05", "answered_on": None, "outcome": None,
    },
}  # fmt: skip
"""An ordinary, harmless record of each table (for registers: one that bites)."""

Rows = Sequence[Mapping[str, Any]]


def facts(**given: Rows) -> Facts:
    """Accepted tables of these records."""
    return accept({name: frame(name, rows) for name, rows in given.items()})


def frame(name: str, rows: Rows) -> pl.DataFrame:
    """The records as a source would deliver them: text, and booleans where a column is boolean."""
    columns = [column.name for column in tables()[name].columns]
    base = {**(_HEADER if tables()[name].standard else {"record_id": None}), **ORDINARY[name]}
    filled = [{**base, "record_id": f"{name}-{number}", **row} for number, row in enumerate(rows)]
    kinds = {c: pl.Boolean if isinstance(base[c], bool) else pl.String for c in columns}
    return (
        pl.DataFrame(filled, schema_overrides=kinds, infer_schema_length=None).select(
            pl.col(c).cast(kinds[c]) for c in columns
        )
        if filled
        else pl.DataFrame(schema=kinds)
    )


def told(name: str, row: Mapping[str, Any]) -> str:
    """What is out of the ordinary in a record, for a page."""
    return f"{name}: " + ", ".join(f"{key}={_shown(value)}" for key, value in row.items())


def _shown(value: Any) -> str:
    return {None: "∅", True: "yes", False: "no"}.get(value, str(value)) if not isinstance(value, str) else value


def day(text: str) -> date:
    """A day."""
    return date.fromisoformat(text)
