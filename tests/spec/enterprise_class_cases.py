"""What makes a producer's class and when it changes: the table of ``docs/enterprise-class.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.rules_world import OTHER

Given = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Case:
    """Records of one producer, born 2025-01-01 unless said; by day: risk, A-D, AA-C, points, and the rules that counted."""

    what: str
    given: Given
    on: Mapping[str, str]


_UNSAFE = {"verdict": "2", "safety_failed": True}
_BAD = {"verdict": "2"}
_OLD = {"enterprise_basic": [{"established_on": "2015-01-01"}]}


def _checks(*rows: Mapping[str, Any]) -> Given:
    return {"spot_check": rows}


CASES = (
    Case("没有不良记录，未满五年 nothing adverse, younger than five years", {}, {"2026-03-01": "low A A 0"}),
    Case("五年无不良记录：AA five clean years: AA", _OLD, {"2019-12-31": "low A A 0", "2020-01-01": "low A AA 0 clean_years"}),
    Case("一次安全不合格，24个月 one safety failure, for 24 months", _checks(_UNSAFE),
         {"2026-01-31": "low A A 0", "2026-02-01": "low C C 25 fail_safety", "2028-01-31": "low C C 25 fail_safety", "2028-02-01": "low A A 0"}),
    Case("再次不合格：高风险 failed again: high risk", _checks(_UNSAFE, {**_BAD, "sampling_form_no": "S2", "published_on": "2026-06-01"}),
         {"2026-06-01": "high D C 50 fail_again;fail_other;fail_safety"}),
    Case("高风险须12个月无新的不良记录 high risk is held until twelve clean months", {"penalty_decision": [{"serious": True}]},
         {"2026-01-15": "high D C 40 penalty_grave", "2027-01-14": "high D C 40 penalty_grave", "2027-01-15": "low A A 0"}),
    Case("期间又有不良记录，重新计算 a new fact meanwhile: the months begin again",
         {"penalty_decision": [{"serious": True}], "recall": [{"started_on": "2026-12-01"}]},
         {"2027-02-01": "high A A 5 recall_voluntary", "2027-11-30": "high A A 5 recall_voluntary", "2027-12-01": "low A A 5 recall_voluntary"}),
    Case("处罚撤销 the penalty was revoked", {"penalty_decision": [{"revoked_on": "2026-02-01"}]}, {"2026-01-20": "low B B 20 penalty", "2026-02-01": "low A A 0"}),
    Case("满十二个月后才撤销 revoked after its twelve months: they had ended", {"penalty_decision": [{"decided_on": "2025-01-15", "revoked_on": "2026-02-01"}]},
         {"2025-01-15": "low B B 20 penalty", "2026-01-14": "low B B 20 penalty", "2026-01-15": "low A A 0"}),
    Case("闰日 a leap day", _checks({**_BAD, "published_on": "2024-02-29"}) | {"enterprise_basic": [{"established_on": "2024-01-01"}]},
         {"2024-02-29": "low B B 10 fail_other", "2026-02-27": "low B B 10 fail_other", "2026-02-28": "low A A 0"}),
    Case("假冒、复检推翻不计 fakes and overturned results do not count", _checks({**_UNSAFE, "counterfeit": "1"}, {**_UNSAFE, "recheck_verdict": "1"}),
         {"2026-03-01": "low A A 0"}),
    Case("同一抽样单只计一次 one sample counts once", _checks(_BAD, {**_BAD, "published_on": "2026-02-03"}), {"2026-03-01": "low B B 10 fail_other"}),
    Case("许可证吊销 licence revoked", {"production_licence": [{"licence_status": "6", "status_changed_on": "2026-02-01"}]},
         {"2026-02-01": "high D C 40 licence_withdrawn"}),
    Case("CCC撤销日期不明：不计分，记入存疑 certificate revoked on an unknown day: no points, told as doubtful", {"ccc_certificate": [{"status": "3"}]},
         {"2026-02-01": "low A A 0 ? MISSING:status_changed_on"}),
    Case("CCC撤销 certificate revoked", {"ccc_certificate": [{"status": "3", "status_changed_on": "2026-02-01"}]},
         {"2026-02-01": "high D C 40 certificate_withdrawn"}),
    Case("经营异常、严重违法 abnormal operation, serious violation", {"enterprise_basic": [{"established_on": "2025-01-01", "abnormal_list": True, "serious_violation_list": True}]},
         {"2026-01-01": "high D C 50 abnormal;violation"}),
    Case("逾期整改 overdue rectification", {"special_rectification": [{"rectify_by": "2026-02-01", "rectified_on": "2026-02-20"}]},
         {"2026-02-01": "low A A 0", "2026-02-02": "low B B 15 overdue", "2026-02-20": "low A A 0"}),
    Case("主体责任缺口每项5分 gaps in duties, five each", {"main_responsibility": [{"quality_director": None, "weekly_check": "[ ]", "exam_result": "2"}]},
         {"2026-01-01": "low B B 15 duty:exam_result;duty:quality_director;duty:weekly_check"}),
    Case("加分项各计一次 credits count once each",
         {"quality_award": [{}, {"awarded_on": "2025-06-01"}], "quality_grading": [{"grade": "AAAAA"}, {"grade": "AAAAA"}], "spot_check": [_UNSAFE]},
         {"2026-02-01": "low B B 15 award;fail_safety;graded_best"}),
    Case("别家的记录不计 another's records do not count", _checks({**_UNSAFE, "producer_uscc": OTHER}), {"2026-03-01": "low A A 0"}),
    Case("负面清单Ⅰ类：直接高风险 red on the negative list: high risk at once", {"inspection_finding": [{"confirmed_on": "2026-02-01"}]},
         {"2026-01-08": "high A A 0 red", "2026-02-01": "high A A 0 red", "2027-01-07": "high A A 0 red", "2027-01-08": "low A A 0"}),
    Case("投诉率超过九成企业，计下一季度 more complaints than nine tenths: the next quarter",
         {"traceability": [{}, *({"producer_uscc": f"{n:018d}"} for n in range(9))], "risk_monitoring": [{}]},
         {"2026-03-31": "low A A 0", "2026-04-01": "low B B 10 complaints", "2026-07-01": "low A A 0"}),
    Case("安全标志缺失：不计分，记入存疑 not said whether safety: no points, told as doubtful", _checks({**_UNSAFE, "safety_failed": None}),
         {"2026-03-01": "low A A 0 ? MISSING:safety_failed"}),
)  # fmt: skip
"""The rules are those that count when the class last changed."""
