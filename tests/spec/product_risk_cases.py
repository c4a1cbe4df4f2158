"""What makes a product's risk and level: tables shown in ``docs/product-risk.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Given = Mapping[str, Sequence[Mapping[str, Any]]]

STEPS: tuple[tuple[str, str, str | None, str | None], ...] = (
    # steps of the scenario, severity, step of probability, level of the matrix
    ("1;1/50;1/10;1", "1", "IV", "L"),
    ("0.6", "1", "I", "H"),
    ("0.5", "1", "II", "M"),
    ("0.1;0.1", "2", "IV", "H"),
    ("0.011", "4", "III", "S"),
    ("0.000001", "4", "VIII", "L"),
    ("0", "4", "VIII", "L"),
    ("1;many", "4", None, None),
    ("1.5", "4", None, None),
)


@dataclass(frozen=True)
class Case:
    """Records of one product (only what is out of the ordinary); level, points and flags under the scheme."""

    what: str
    given: Given
    level: str | None
    points: tuple[int, int]
    because: str
    flags: str = ""
    scheme: str = "rules"


_H = {"severity": "3", "probability": "V", "risk_level": "H"}
_LICENSED = {"in_licence_catalogue": True}


def _batches(n: int, failed: int) -> Sequence[Mapping[str, Any]]:
    return [{"sampling_form_no": f"S{i}", "verdict": "2" if i < failed else "1"} for i in range(n)]


CASES = (
    Case("全部因素已知 all factors known", {"product_basic": [_LICENSED], "risk_monitoring": [_H], "spot_check": _batches(40, 10)},
         "1", (77, 77), "risk;access;rate;opinion"),
    Case("敏感性分析升至严重 the sensitivity run raises it to serious", {"product_basic": [{}], "risk_monitoring": [_H], "spot_check": _batches(40, 0)},
         "2", (45, 45), "risk;rate;opinion"),
    Case("不足30批次：威尔逊上限 few batches: Wilson's upper bound", {"product_basic": [{}], "risk_monitoring": [_H], "spot_check": _batches(3, 0)},
         "2", (62, 62), "risk;rate;opinion"),
    Case("没有风险评估：若各种可能同级则定级 no assessment: levelled if all it may give leads to one level",
         {"product_basic": [{}], "risk_monitoring": [], "spot_check": _batches(40, 0)}, None, (8, 43), "risk;rate", "UNKNOWN:risk"),
    Case("没有抽查 no samples", {"product_basic": [{}], "risk_monitoring": [_H], "spot_check": []}, "2", (45, 62), "risk;rate;opinion", "UNKNOWN:rate"),
    Case("抽查表未提供 the table was not delivered", {"product_basic": [_LICENSED], "risk_monitoring": [_H]}, None, (60, 77), "risk;access;rate;opinion", "UNKNOWN:rate"),
    Case("政府指令定一级 a government order", {"product_basic": [{}], "risk_monitoring": [], "spot_check": [], "government_order": [{}]},
         "1", (8, 60), "order", "UNKNOWN:risk;UNKNOWN:rate"),
    Case("指令已终止 the order has ended", {"product_basic": [{}], "risk_monitoring": [_H], "spot_check": _batches(40, 0), "government_order": [{"ended_on": "2026-01-31"}]},
         "2", (45, 45), "risk;rate;opinion"),
    Case("伤害、召回、儿童 injuries, recalls, children",
         {"product_basic": [{"target_users": "一般;儿童"}], "risk_monitoring": [_H, {**_H, "source_type": "6"}, {**_H, "source_type": "6"}],
          "spot_check": _batches(40, 0), "recall": [{}]}, "2", (60, 60), "risk;rate;opinion;injuries;vulnerable"),
    Case("假冒样品不计 fakes do not count",
         {"product_basic": [{}], "risk_monitoring": [_H], "spot_check": [*_batches(30, 0), *[{"verdict": "2", "counterfeit": "2"}] * 9]},
         "2", (45, 45), "risk;rate;opinion"),
    Case("三年以前的不计 older than three years",
         {"product_basic": [{}], "risk_monitoring": [_H], "spot_check": [*_batches(30, 0), *[{"verdict": "2", "sampled_on": "2022-01-01"}] * 9]},
         "2", (45, 45), "risk;rate;opinion"),
    Case("概率代码未知 unknown step of probability", {"product_basic": [{}], "risk_monitoring": [{"probability": "IX"}], "spot_check": _batches(40, 0)},
         None, (10, 45), "risk;rate;opinion", "UNKNOWN:risk"),
    Case("另有一项危害无法评估：已知的只是下限 another hazard cannot be assessed: what is known is the least",
         {"product_basic": [{}], "risk_monitoring": [{"severity": "1", "probability": "VII", "risk_level": "L"}, {"probability": "IX"}], "spot_check": _batches(40, 0)},
         None, (10, 45), "risk;rate;opinion", "UNKNOWN:risk"),
    Case("极小概率乘以十仍为Ⅷ ten times a tiny probability is VIII still",
         {"product_basic": [{}], "risk_monitoring": [], "hazard_scenario": [{"severity": "4", "steps": "0.00000001"}], "spot_check": _batches(40, 0)},
         "3", (8, 8), "risk;rate"),
    Case("同一抽样单只计一次 one sample counts once",
         {"product_basic": [{}], "risk_monitoring": [_H], "spot_check": [*_batches(36, 4), *[{"sampling_form_no": "S0", "verdict": "2"}] * 9]},
         "2", (56, 56), "risk;rate;opinion"),
    Case("使用人群未知 nobody says for whom: children are possible",
         {"product_basic": [{**_LICENSED, "target_users": None}], "risk_monitoring": [_H, {**_H, "source_type": "6"}], "spot_check": _batches(40, 1)},
         None, (65, 70), "risk;access;rate;opinion;injuries", "UNKNOWN:vulnerable"),
    Case("目录属性缺失 not said whether in the catalogue",
         {"product_basic": [{"in_licence_catalogue": None}], "risk_monitoring": [_H], "spot_check": _batches(40, 10)}, None, (62, 77), "risk;rate;opinion", "UNKNOWN:access"),
    Case("2012：Ⅰ级 level I", {"product_basic": [{}], "risk_monitoring": [_H]}, "1", (40, 40), "risk", scheme="2012"),
    Case("2012：风险未知，不定级 risk unknown, no level", {"product_basic": [{}], "risk_monitoring": []}, None, (5, 40), "risk", "UNKNOWN:risk", "2012"),
    Case("嘉兴 Jiaxing", {"product_basic": [_LICENSED], "risk_monitoring": [_H], "spot_check": _batches(40, 10)}, "1", (77, 77), "risk;rate;opinion;access", scheme="jiaxing"),
    Case("浙江2022 不看风险矩阵 Zhejiang 2022 does not ask the matrix", {"product_basic": [_LICENSED], "risk_monitoring": [], "spot_check": _batches(40, 3)},
         "2", (23, 23), "access;rate", scheme="zhejiang_2022"),
)  # fmt: skip
"""On 2026-03-01. What a record does not say is as in ``tests/rules_world.py``."""
