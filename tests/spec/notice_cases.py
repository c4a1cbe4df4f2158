"""What hinders a notice, and who is given a task: tables of ``docs/notices.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from exporters.rules.notices import Area, Bureau, Kind, Level, Message, Notice, Reference, Review, Status
from tests.rules_world import OTHER

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)
BUREAU = Bureau("示例市市场监督管理局", "11370100005000026T", "370100")
NOTICE = Notice(
    notice_no="370100-2026-X-0001",
    kind=Kind.TIP,
    title="家用燃气灶具消费提示：点火延迟可致爆燃",
    issuer=BUREAU,
    sent=NOW,
    expires=NOW + timedelta(days=90),
    status=Status.ACTUAL,
    message=Message.ALERT,
    category="燃气器具",
    hazard="点火延迟时燃气积聚，再次点火可能爆燃，灼伤使用者。",
    level=Level.HIGH,
    basis="监督抽查20批次，不合格3批次。",
    source="spot_check",
    standards=("GB 16410-2020",),
    exposed=("家庭用户",),
    buying=("查看CCC标志和能效标识", "选择带熄火保护装置的产品"),
    using=("点火不成功时先关阀通风",),
    to_do=("停止使用并联系销售者",),
    areas=(Area("370102", "历下区"),),
    contact="12315",
)
EARLIER = Reference("370100-2026-X-0001", BUREAU.uscc, NOW - timedelta(days=9))
DONE = Review("li", technical_by="wang", legal_by="zhao", approved_by="chen", scanned=True)
NAMED = replace(NOTICE, producer="示例燃具有限公司", facts_closed=True)

GUARDS: tuple[tuple[str, Notice, Review, Bureau, tuple[str, ...]], ...] = (
    ("一切齐备 all in order", NOTICE, DONE, BUREAU, ()),
    ("起草人自行批准 the drafter approved it", NOTICE, replace(DONE, approved_by="li"), BUREAU, ("approval:same_person",)),
    ("未经技术、法制审核，未批准 no reviews, no approval", NOTICE, Review("li", scanned=True), BUREAU, ("review:technical", "review:legal", "approval:missing")),
    ("未作个人信息和商业秘密扫描 not scanned", NOTICE, replace(DONE, scanned=False), BUREAU, ("scan:missing",)),
    ("扫描有发现 the scan found something", NOTICE, replace(DONE, findings=1), BUREAU, ("scan:findings",)),
    ("区域不在辖区 area outside of the territory", replace(NOTICE, areas=(Area("370202", "市南区"),)), DONE, BUREAU, ("bureau:outside_territory",)),
    ("区域代码不在目录 area in no list", replace(NOTICE, areas=(Area("379999", "未知"),)), DONE, BUREAU, ("bureau:outside_territory",)),
    ("不是发布机关 not the issuer", NOTICE, DONE, Bureau("邻市局", "11370200005000034C", "370200"), ("bureau:not_issuer", "bureau:outside_territory")),
    ("点名生产者而未告知 producer named, not told", NAMED, DONE, BUREAU, ("producer:not_told",)),
    ("异议期未满 the producer may still object", NAMED, replace(DONE, told_producer=NOW - timedelta(days=2), objection_ends=NOW + timedelta(hours=9)), BUREAU, ("producer:may_object",)),
    ("异议期满 the time is over", NAMED, replace(DONE, told_producer=NOW - timedelta(days=5), objection_ends=NOW), BUREAU, ()),
    ("严重风险不等异议期 serious risks do not wait", replace(NAMED, level=Level.SERIOUS), replace(DONE, told_producer=NOW), BUREAU, ()),
    ("异议未答复 objection unanswered", NAMED, replace(DONE, told_producer=NOW - timedelta(days=5), objection_ends=NOW, objection_open=True), BUREAU, ("producer:objection_open",)),
    ("事实未查清而点名 producer named while facts are open", replace(NAMED, facts_closed=False), replace(DONE, told_producer=NOW - timedelta(days=9), objection_ends=NOW), BUREAU, ("N11:open_facts",)),
    ("草稿不得发布 a draft", replace(NOTICE, status=Status.DRAFT), DONE, BUREAU, ("status:not_actual",)),
    ("更新须引用 an update needs its reference", replace(NOTICE, message=Message.UPDATE), DONE, BUREAU, ("N07:missing",)),
    ("首次发布不得引用 a first notice has none", replace(NOTICE, references=(EARLIER,)), DONE, BUREAU, ("N07:superfluous",)),
    ("编号与机关、类型、年份不符 number of another bureau, kind and year", replace(NOTICE, notice_no="370200-2025-Z-0001"), DONE, BUREAU, ("N01:region", "N01:kind", "N01:year")),
    ("召回公告缺召回信息 a recall without its facts", replace(NOTICE, notice_no="370100-2026-Z-0001", kind=Kind.RECALL), DONE, BUREAU, ("N21:missing",)),
    ("失效早于发布 ends before it begins", replace(NOTICE, expires=NOW - timedelta(days=1)), DONE, BUREAU, ("N05:order",)),
    ("时间无时区 time without offset", replace(NOTICE, sent=NOW.replace(tzinfo=None), expires=None), DONE, BUREAU, ("N05:time",)),
)  # fmt: skip

_TOLD = {"product_name": "灶具"}
CLUSTERS: tuple[tuple[str, Sequence[Mapping[str, Any]], str], ...] = (
    ("同一产品五起投诉：生产者所在县 five complaints: the producer's county", [_TOLD] * 5, "complaints;level → 370102"),
    ("四起，低风险 four, low risk", [{**_TOLD, "risk_level": "L"}] * 4, ""),
    ("两起伤害 two injuries", [{**_TOLD, "source_type": "6", "risk_level": "L"}] * 2, "injuries → 370102"),
    ("单项严重风险 one serious risk", [{**_TOLD, "risk_level": "S"}], "level → 370102"),
    ("生产者不明：销售地 no producer known: where it was sold", [{"producer_uscc": None, "region_code": "370202"}], "level → 370202 MISSING:producer_uscc"),
    ("多个销售地：联合 several places: joint", [{"producer_uscc": None, "region_code": code} for code in ("370202", "370203")], "level → 370202;370203 joint MISSING:producer_uscc"),
    ("登记册无此生产者 producer in no register", [{"producer_uscc": OTHER, "region_code": "370202"}], "level → 370202 UNKNOWN:producer_region"),
    ("窗口期以外 outside of the window", [{**_TOLD, "assessed_on": "2026-01-01"}] * 9, ""),
)  # fmt: skip

CLOCKS: tuple[tuple[Level, int, int | None, str | None], ...] = (
    # level, hours since the assessment, hours until it was published, state
    (Level.SERIOUS, 11, None, "running"),
    (Level.SERIOUS, 12, None, "remind"),
    (Level.SERIOUS, 25, None, "late"),
    (Level.SERIOUS, 99, 24, "met"),
    (Level.SERIOUS, 99, 25, "missed"),
    (Level.HIGH, 35, None, "running"),
    (Level.HIGH, 72, None, "remind"),
    (Level.HIGH, 73, None, "late"),
    (Level.MEDIUM, 119, None, "running"),
    (Level.MEDIUM, 241, None, "late"),
    (Level.LOW, 9_999, None, None),
)
START = datetime(2026, 3, 1, tzinfo=UTC)
