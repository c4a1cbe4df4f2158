"""What puts goods on the negative list and what takes them off: one table a rule, shown in ``docs/negative-list.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.rules_world import MAKER, OTHER, SHOP

Given = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Case:
    """Records (only what is out of the ordinary), and the list by day: ``rule level`` or ``? flag`` for undecided."""

    rule: str
    what: str
    given: Given
    on: Mapping[str, str]


_UNSAFE = {"verdict": "2", "safety_failed": True}
_BAD = {"verdict": "2"}
_LICENSED = {"in_licence_catalogue": True}
_CCC = {"in_ccc_catalogue": True}
_REGISTERS: Given = {"enterprise_basic": [{}], "traceability": []}


def _checks(*rows: Mapping[str, Any]) -> Given:
    return {"spot_check": rows}


def _peers(*prices: str) -> Given:
    return _checks(*({"producer_uscc": f"{n:018d}", "sample_price": p, "batch": f"B{n}"} for n, p in enumerate(prices)))


CASES: tuple[Case, ...] = (
    Case("I-1", "安全项目不合格，公布之日列入 a safety item failed; listed when published", _checks(_UNSAFE),
         {"2026-01-31": "", "2026-02-01": "I-1 batch; I-1 product"}),
    Case("I-1", "快检筛查同样列入 quick screening counts as well", _checks({**_UNSAFE, "kind": "5"}),
         {"2026-02-01": "I-1 batch; I-1 product"}),
    Case("I-1", "复检推翻，立即删除 overturned by the recheck: gone at once",
         _checks({**_UNSAFE, "recheck_verdict": "1", "updated_at": "2026-03-01"}), {"2026-02-15": "I-1 batch; I-1 product", "2026-03-01": ""}),
    Case("I-1", "复查合格满6个月：产品移出，批次不移出 six clean months after the recheck: product leaves, batch stays",
         _checks({**_UNSAFE, "rectify_result": "1", "rectify_result_on": "2026-03-10"}),
         {"2026-09-09": "I-1 batch; I-1 product", "2026-09-10": "I-1 batch"}),
    Case("I-1", "6个月内又不合格，重新计算 another failure within the six months: they begin again",
         _checks({**_UNSAFE, "rectify_result": "1", "rectify_result_on": "2026-03-10"},
                 {**_UNSAFE, "sampling_form_no": "S2", "model_spec": "M2", "published_on": "2026-06-01", "rectify_result": "1", "rectify_result_on": "2026-06-02"}),
         {"2026-09-10": "I-1 batch; I-1 batch; I-1 product; I-1 product; II-5 firm", "2026-12-02": "I-1 batch; I-1 batch; II-5 firm"}),
    Case("I-1", "涉嫌假冒：不列标称生产者 suspected counterfeit: the nominal producer is not named", _checks({**_UNSAFE, "counterfeit": "1"}),
         {"2026-02-01": "I-1 batch (nobody); I-1 product (nobody)"}),
    Case("I-1", "假冒标志缺失，不归责 counterfeit mark missing: nobody is blamed", _checks({**_UNSAFE, "counterfeit": None}),
         {"2026-02-01": "I-1 batch (nobody); I-1 product (nobody)"}),
    Case("I-1", "不合格但安全标志缺失：不猜测类别 failed, but not said whether safety: no class is guessed", _checks({**_BAD, "safety_failed": None}),
         {"2026-02-01": "? MISSING:safety_failed"}),
    Case("I-1", "合格却标安全不合格：矛盾 passed, yet safety failed: a contradiction", _checks({"safety_failed": True}),
         {"2026-02-01": "? CONTRADICTS:verdict,safety_failed"}),
    Case("I-1", "判定代码未知 unknown verdict", _checks({"verdict": "7"}), {"2026-02-01": "? MISSING:verdict"}),
    Case("I-1", "批号不明：只列产品 no batch known: the product only", _checks({**_UNSAFE, "batch": "见包装"}),
         {"2026-02-01": "I-1 product; ? MISSING:batch"}),
    Case("I-1", "记录已撤回 the record was withdrawn", _checks({**_UNSAFE, "record_status": "3"}), {"2026-02-01": ""}),
    Case("I-2", "处罚近一年且未执行：一直列入 punished, not executed: stays", {"penalty_decision": [{}]},
         {"2026-01-15": "I-2 product", "2027-06-01": "I-2 product"}),
    Case("I-2", "已执行且满365天移出 executed and 365 days over: leaves", {"penalty_decision": [{"executed_on": "2026-02-01"}]},
         {"2027-01-15": "I-2 product", "2027-01-16": ""}),
    Case("I-2", "决定撤销 decision revoked", {"penalty_decision": [{"revoked_on": "2026-05-01"}]}, {"2026-04-30": "I-2 product", "2026-05-01": ""}),
    Case("I-2", "满期后才撤销：按期移出 revoked after it had left", {"penalty_decision": [{"executed_on": "2026-02-01", "revoked_on": "2027-05-01"}]},
         {"2027-01-15": "I-2 product", "2027-01-16": ""}),
    Case("I-2", "撤销早于决定：矛盾 revoked before it was decided: a contradiction", {"penalty_decision": [{"revoked_on": "2025-12-01"}]},
         {"2026-02-01": "? CONTRADICTS:revoked_on,decided_on"}),
    Case("I-2", "与产品质量无关的处罚 not about product quality", {"penalty_decision": [{"cause": "other"}]}, {"2026-02-01": ""}),
    Case("I-2", "案由未知 unknown cause", {"penalty_decision": [{"cause": "x"}]}, {"2026-02-01": "? MISSING:cause"}),
    Case("I-2", "受罚者是销售者：只列商品 a seller was punished: goods only", {"penalty_decision": [{"party_uscc": SHOP, "party_role": "2"}]},
         {"2026-02-01": "I-2 product (nobody)"}),
    Case("I-2", "决定书未写产品：列主体 no product named: the firm", {"penalty_decision": [{"product_name": None, "model_spec": None}]},
         {"2026-02-01": "I-2 firm"}),
    Case("I-2", "已处罚的抽查不合格只计一次；处罚条目移出后批次重新列入 a punished failure counts once; its batch comes back when the penalty leaves",
         {"spot_check": [_UNSAFE], "penalty_decision": [{"decided_on": "2026-03-01", "executed_on": "2026-03-05", "sampling_form_no": "S1"}]},
         {"2026-02-28": "I-1 batch; I-1 product", "2026-03-01": "I-2 product", "2027-03-01": "I-2 product", "2027-03-02": "I-1 batch"}),
    Case("I-2", "处罚的是别家：抽查条目不变 another party was punished: the sample's entries stay",
         {"spot_check": [_UNSAFE], "penalty_decision": [{"party_uscc": OTHER, "decided_on": "2026-03-01", "sampling_form_no": "S1"}]},
         {"2026-03-01": "I-1 batch; I-1 product; I-2 product"}),
    Case("I-3", "目录内产品无许可证 licence catalogue, no licence", {**_REGISTERS, "product_basic": [_LICENSED], "production_licence": []},
         {"2026-01-01": "I-3 product"}),
    Case("I-3", "许可证有效 valid licence", {**_REGISTERS, "product_basic": [_LICENSED], "production_licence": [{}]}, {"2026-01-01": ""}),
    Case("I-3", "许可证过期 licence expired", {**_REGISTERS, "product_basic": [_LICENSED], "production_licence": [{"licence_status": "2", "valid_until": "2026-03-31"}]},
         {"2026-03-31": "", "2026-04-01": "I-3 product"}),
    Case("I-3", "撤销后重新取得：产品移出，空档期批次不移出 revoked and granted anew: product leaves, goods of the gap stay",
         {**_REGISTERS, "product_basic": [_LICENSED], "traceability": [{"produced_on": "2026-02-10"}, {"produced_on": "2026-04-02", "serial_or_batch": "B10"}],
          "production_licence": [{"licence_status": "4", "status_changed_on": "2026-02-01"}, {"issued_on": "2026-04-01"}]},
         {"2026-02-05": "I-3 product", "2026-03-01": "I-3 batch; I-3 product", "2026-05-01": "I-3 batch"}),
    Case("I-3", "延续换证说明此前有证：此前的批次不列 a renewal proves an earlier licence: goods made before it are not blamed",
         {**_REGISTERS, "product_basic": [_LICENSED], "traceability": [{}], "production_licence": [{"application_type": "2", "issued_on": "2026-02-01"}]},
         {"2026-01-20": "", "2026-03-01": ""}),
    Case("I-3", "首次发证之前的批次 goods made before the first licence",
         {**_REGISTERS, "product_basic": [_LICENSED], "traceability": [{}], "production_licence": [{"issued_on": "2026-02-01"}]},
         {"2026-01-20": "I-3 batch; I-3 product", "2026-03-01": "I-3 batch"}),
    Case("I-3", "外省生产者，本省登记册不能说明 another province: this register cannot tell",
         {"enterprise_basic": [{"region_code": "330102"}], "traceability": [], "product_basic": [_LICENSED], "production_licence": []},
         {"2026-01-01": "? REGISTER_NOT_COVERING:production_licence"}),
    Case("I-3", "许可证状态代码未知 unknown status of a licence", {**_REGISTERS, "product_basic": [_LICENSED], "production_licence": [{"licence_status": "9"}]},
         {"2026-01-01": "? UNKNOWN:production_licence.licence_status"}),
    Case("I-3", "许可证缺发证日期：不猜测 a licence without its first day: nothing is guessed", {**_REGISTERS, "product_basic": [_LICENSED], "production_licence": [{"issued_on": None}]},
         {"2026-01-01": "? MISSING:production_licence.issued_on"}),
    Case("I-3", "已过期而缺有效期：不作有效 expired on a day that nobody tells: not taken for valid",
         {**_REGISTERS, "product_basic": [_LICENSED], "production_licence": [{"licence_status": "2", "valid_until": None, "status_changed_on": "2026-02-01"}]},
         {"2026-01-31": "", "2026-02-01": "I-3 product"}),
    Case("I-3", "是否在许可证目录内不明 not said whether in the licence catalogue", {**_REGISTERS, "product_basic": [{"in_licence_catalogue": None}], "production_licence": []},
         {"2026-01-01": "? MISSING:in_licence_catalogue"}),
    Case("I-3", "登记册未提供：不适用该规则 the register was not delivered: the rule is not asked", {"product_basic": [_LICENSED]}, {"2026-01-01": ""}),
    Case("I-4", "召回实施中 recall under way", {"recall": [{"batches": "B1;B2"}]}, {"2026-01-20": "I-4 batch; I-4 batch; I-4 product"}),
    Case("I-4", "召回结束并评估：型号移出，批次不移出 closed and assessed: model leaves, batches stay",
         {"recall": [{"batches": "B1", "closed_on": "2026-03-01", "assessed_on": "2026-04-01"}]}, {"2026-03-15": "I-4 batch; I-4 product", "2026-04-01": "I-4 batch"}),
    Case("I-4", "伤害监测确认的风险 risk confirmed by injury monitoring", {"risk_monitoring": [{"source_type": "6", "tolerable": False}]}, {"2026-02-01": "I-4 product"}),
    Case("I-4", "投诉来源的风险不适用 risks from complaints do not count", {"risk_monitoring": [{"tolerable": False}]}, {"2026-02-01": ""}),
    Case("I-4", "可容许却为高风险：矛盾 tolerable, yet high: a contradiction", {"risk_monitoring": [{"source_type": "6", "risk_level": "H"}]},
         {"2026-02-01": "? CONTRADICTS:tolerable,risk_level"}),
    Case("I-5", "CCC目录内无证书 certification catalogue, no certificate", {"product_basic": [_CCC], "ccc_certificate": []}, {"2026-01-01": "I-5 product"}),
    Case("I-5", "证书不含该型号 the certificate does not cover the model", {"product_basic": [_CCC], "ccc_certificate": [{"models": "M2;M3"}]}, {"2026-01-01": "I-5 product"}),
    Case("I-5", "证书有效 valid certificate", {"product_basic": [_CCC], "ccc_certificate": [{"models": "M2; M1 "}]}, {"2026-01-01": ""}),
    Case("I-5", "证书暂停之日列入 listed on the day of suspension", {"product_basic": [_CCC], "ccc_certificate": [{"status": "2", "status_changed_on": "2026-02-01"}]},
         {"2026-01-31": "", "2026-02-01": "I-5 product"}),
    Case("I-5", "证书过期之日后列入 listed when the certificate has expired", {"product_basic": [_CCC], "ccc_certificate": [{"status": "5", "valid_until": "2026-02-28"}]},
         {"2026-02-28": "", "2026-03-01": "I-5 product"}),
    Case("I-5", "证书缺发证日期 a certificate without its first day", {"product_basic": [_CCC], "ccc_certificate": [{"valid_from": None}]},
         {"2026-01-01": "? MISSING:ccc_certificate.valid_from"}),
    Case("I-5", "证书状态未知 unknown status", {"product_basic": [_CCC], "ccc_certificate": [{"status": "x"}]}, {"2026-01-01": "? UNKNOWN:ccc_certificate.status"}),
    Case("I-6", "过渡期后仍声明旧版 old edition still declared after the transition",
         {"replaced_standard": [{}], "traceability": [], "product_basic": [{"executed_standards": "GB/T 1-2001;GB 2-2010"}]},
         {"2025-12-31": "", "2026-01-01": "I-6 product"}),
    Case("I-6", "过渡期后按旧版生产的批次不移出 goods made to it afterwards stay",
         {"replaced_standard": [{}], "product_basic": [{}], "traceability": [{"executed_standards": "GB 2-2010"}, {"executed_standards": "GB 2-2010", "produced_on": "2025-12-31", "serial_or_batch": "B8"}]},
         {"2026-01-05": "I-6 batch"}),
    Case("I-6", "编号写法不同的同一旧版 the same old edition in another spelling",
         {"replaced_standard": [{}], "traceability": [], "product_basic": [{"executed_standards": "GB2—2010"}]},
         {"2026-01-01": "I-6 product"}),
    Case("I-6", "生产日期不可读 unreadable day of making",
         {"replaced_standard": [{}], "product_basic": [{}], "traceability": [{"produced_on": "近日"}]}, {"2026-01-05": "? MISSING:produced_on"}),
    Case("I-7a", "明令淘汰 ordered out of use", {"eliminated_product": [{}], "product_basic": [{"product_name": "直排式热水器"}]}, {"2025-01-01": "I-7a product"}),
    Case("I-7a", "条目移出 item removed", {"eliminated_product": [{"removed_on": "2026-01-01"}], "product_basic": [{"product_name": "直排式热水器"}]},
         {"2025-12-31": "I-7a product", "2026-01-01": ""}),
    Case("I-7b", "无检验合格证，改正确认后移出 no certificate of conformity; leaves when corrected", {"inspection_finding": [{"confirmed_on": "2026-02-08"}]},
         {"2026-01-08": "I-7b product", "2026-02-08": ""}),
    Case("I-7b", "假冒商品 counterfeit goods", {"inspection_finding": [{"counterfeit": "2", "finding": "2", "batch": "B3"}]}, {"2026-01-08": "I-7b batch (nobody)"}),
    Case("II-1", "吊销未注销 revoked, not deregistered", {"enterprise_basic": [{"registration_status": "3"}]}, {"2026-01-01": "II-1 firm"}),
    Case("II-1", "销售者不列入 sellers are not listed", {"enterprise_basic": [{"registration_status": "3", "unit_role": "2"}]}, {"2026-01-01": ""}),
    Case("II-1", "两条记录互相矛盾：不取其一 two records disagree: neither is chosen", {"enterprise_basic": [{"registration_status": "3"}, {}]},
         {"2026-01-01": "? CONTRADICTS:registration_status,quality_credit_grade,abnormal_list"}),
    Case("II-2", "质量信用D级 credit grade D", {"enterprise_basic": [{"quality_credit_grade": "D"}]}, {"2026-01-01": "II-2 firm"}),
    Case("II-2", "等级代码未知 unknown grade", {"enterprise_basic": [{"quality_credit_grade": "E"}]}, {"2026-01-01": "? UNKNOWN:quality_credit_grade"}),
    Case("II-3", "经营异常名录 abnormal operation", {"enterprise_basic": [{"abnormal_list": True}]}, {"2026-01-01": "II-3 firm"}),
    Case("II-3", "是否异常不明 not said", {"enterprise_basic": [{"abnormal_list": None}]}, {"2026-01-01": "? MISSING:abnormal_list"}),
    Case("II-4", "立案，结案移出 case filed; leaves when closed", {"special_rectification": [{"case_no": "C1"}], "case_closing": [{}]},
         {"2026-01-10": "II-4 firm", "2026-03-01": ""}),
    Case("II-4", "结案早于检查：矛盾 closed before the inspection: a contradiction", {"special_rectification": [{"case_no": "C1"}], "case_closing": [{"closed_on": "2025-12-01"}]},
         {"2026-01-10": "? CONTRADICTS:case_closing.closed_on,inspected_on"}),
    Case("II-5", "24个月内两次：较高频 two failures in 24 months: fairly frequent",
         _checks(_BAD, {**_BAD, "sampling_form_no": "S2", "batch": "B2", "published_on": "2026-04-01"}),
         {"2026-02-01": "III-1 batch; III-1 product", "2026-04-01": "II-5 firm [fairly_frequent]", "2028-02-01": "III-1 batch; III-1 batch; III-1 product"}),
    Case("II-5", "三次：高频 three: frequent",
         _checks(_BAD, {**_BAD, "sampling_form_no": "S2", "published_on": "2026-03-01"}, {**_BAD, "sampling_form_no": "S3", "published_on": "2026-04-01"}),
         {"2026-04-01": "II-5 firm [frequent]"}),
    Case("II-5", "同一抽样单只计一次；假冒、推翻不计 one sample counts once; fakes and overturned results do not",
         _checks(_BAD, {**_BAD, "published_on": "2026-03-01"}, {**_BAD, "sampling_form_no": "S2", "counterfeit": "2"},
                 {**_BAD, "sampling_form_no": "S3", "recheck_verdict": "1"}),
         {"2026-03-01": "III-1 batch; III-1 batch (nobody); III-1 product; III-1 product (nobody)"}),
    Case("III-1", "非安全项目不合格，复查合格移出 another item failed; leaves when the recheck passes",
         _checks({**_BAD, "rectify_result": "1", "rectify_result_on": "2026-03-10"}), {"2026-02-01": "III-1 batch; III-1 product", "2026-03-10": "III-1 batch"}),
    Case("III-1", "复查日期早于抽样：不采信 recheck dated before the sample: not believed",
         _checks({**_BAD, "rectify_result": "1", "rectify_result_on": "2025-03-10"}), {"2026-06-01": "III-1 batch; III-1 product"}),
    Case("III-1", "不合格但无型号：不猜测 failed, no model: nothing is guessed", _checks({**_BAD, "model_spec": None}), {"2026-06-01": "? MISSING:model_spec"}),
    Case("III-2", "限期整改，确认后移出 rectification ordered; leaves when confirmed",
         {"special_rectification": [{"rectify_by": "2026-02-10", "rectified_on": "2026-02-05", "recheck_result": "1"}]}, {"2026-01-10": "III-2 firm", "2026-02-05": ""}),
    Case("III-2", "复查不合格 recheck failed", {"special_rectification": [{"rectify_by": "2026-02-10", "rectified_on": "2026-02-05", "recheck_result": "2"}]},
         {"2026-06-01": "III-2 firm"}),
    Case("III-2", "整改早于检查：矛盾 rectified before the inspection: a contradiction",
         {"special_rectification": [{"rectify_by": "2026-02-10", "rectified_on": "2025-02-05", "recheck_result": "1"}]},
         {"2026-06-01": "III-2 firm; ? CONTRADICTS:rectified_on,inspected_on"}),
    Case("III-3", "不高于十家中位价的一半 at most half of the median of ten", _peers("50", *["100"] * 9), {"2026-01-02": "III-3 product"}),
    Case("III-3", "略高于一半 a little above half", _peers("50.01", *["100"] * 9), {"2026-01-02": ""}),
    Case("III-3", "同类不足十家 fewer than ten peers", _peers("1", *["100"] * 8), {"2026-01-02": ""}),
    Case("III-4", "存在风险但不违反标准 at risk without a breach", _checks({"verdict": "4", "published_on": None}), {"2026-01-02": "III-4 batch"}),
    Case("precedence", "Ⅲ类在Ⅰ、Ⅱ类之下不单列 class III is not told below I or II", {"spot_check": [_BAD], "enterprise_basic": [{"abnormal_list": True}]},
         {"2026-02-01": "II-3 firm"}),
    Case("precedence", "别的型号不受影响 another model is not touched",
         _checks(_UNSAFE, {**_BAD, "sampling_form_no": "S1", "model_spec": "M2"}), {"2026-02-01": "I-1 batch; I-1 product; III-1 batch; III-1 product"}),
    Case("precedence", "同一型号安全、非安全都不合格：只列Ⅰ类 one model failed both ways: class I only",
         _checks(_UNSAFE, {**_BAD, "sampling_form_no": "S1", "batch": "B2"}), {"2026-02-01": "I-1 batch; I-1 product"}),
)  # fmt: skip
"""The manual's tables. MAKER makes 灶具 M1; what a record does not say is as in ``tests/rules_world.py``."""

assert MAKER != OTHER
