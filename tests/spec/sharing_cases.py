"""Who asks for what, and the answer: one table a clause. ``docs/sharing.md`` shows it, the test beside it holds it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from agreements.model import (
    PUBLIC,
    Action,
    Form,
    Grant,
    Party,
    PartyKind,
    PartyState,
    Purpose,
    PurposeKind,
    Standing,
    Subject,
    Ticket,
)
from agreements.permissions import Role, permissions_of

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_DAY = timedelta(days=1)
_ROLES = (Role.QUERY, Role.AGENT)


def party(name: str, uscc: str, region: str, *kinds: PartyKind, state: PartyState = PartyState.ACTIVE) -> Party:
    return Party(uscc, name, kinds, region, NOW - 300 * _DAY, state)


def standing(who: Party, *roles: Role, actor: str = "someone") -> Standing:
    return Standing(who, actor, permissions_of(roles or _ROLES))


K = PartyKind
PROVINCE = party("示例省市场监督管理局", "11370000005000018M", "370000", K.REGULATOR)
CITY = party("示例市市场监督管理局", "11370100005000026T", "370100", K.REGULATOR)
NEIGHBOUR = party("邻省市场监督管理局", "11330000005000042R", "330000", K.REGULATOR)
LAB = party("示例省质检院", "12370000005000050W", "370000", K.TESTING_BODY)
MAKER = party("示例线缆有限公司", "91370100005000077X", "370100", K.PRODUCER)
SHOP = party("示例商场", "91370100005000085R", "370100", K.SELLER)
INSTITUTE = party("示例研究院", "12370000005000093P", "370000", K.INSTITUTE)
PLATFORM = party("示例电商平台", "91370100005000106T", "370100", K.PLATFORM)
HUB = party("邻省数据枢纽", "11330000005000114N", "330000", K.HUB)

_GRANT = Grant(
    "g-1",
    INSTITUTE.id,
    "a-1",
    "statistics",
    (PurposeKind.RESEARCH,),
    NOW - 30 * _DAY,
    NOW + 300 * _DAY,
    fields=("quarter", "batches"),
    regions=("3701",),
)
_TICKET = Ticket(
    "t-1",
    NEIGHBOUR.id,
    MAKER.id,
    "licences",
    "r-7",
    ("applicant_contact_phone",),
    Purpose(PurposeKind.SUPERVISION, "浙市监案〔2026〕7号"),
    NOW + _DAY,
    authorised_at=NOW - _DAY,
)

WHO: dict[str, tuple[str, Standing]] = {
    "public": ("公众 the public", PUBLIC),
    "province": ("省局 the province's regulator", standing(PROVINCE)),
    "bureau": ("省局操作员 the province's operator", standing(PROVINCE, Role.OPERATION)),
    "audit": ("省局审计员 the province's auditor", standing(PROVINCE, Role.AUDIT)),
    "admin": ("省局管理员 an administrator", standing(PROVINCE, Role.ADMINISTRATION, actor="li")),
    "city": ("市局 a city's regulator", standing(CITY)),
    "neighbour": ("外省监管部门 another province", standing(NEIGHBOUR)),
    "lab": ("检测机构 a testing body", standing(LAB)),
    "maker": ("生产单位 a producer", standing(MAKER)),
    "shop": ("销售单位 a seller", standing(SHOP)),
    "institute": ("科研机构 an institute without agreement", standing(INSTITUTE)),
    "signed": ("已签协议的科研机构 an institute with an agreement", replace(standing(INSTITUTE), grants=(_GRANT,))),
    "expired": (
        "协议到期的科研机构 its agreement has ended",
        replace(standing(INSTITUTE), grants=(replace(_GRANT, ends=NOW),)),
    ),
    "halted": (
        "授权暂停的科研机构 its grant is suspended",
        replace(standing(INSTITUTE), grants=(replace(_GRANT, state="suspended"),)),
    ),
    "barred": (
        "被暂停的科研机构 a suspended institute",
        replace(standing(replace(INSTITUTE, state=PartyState.SUSPENDED)), grants=(_GRANT,)),
    ),
    "ticketed": ("持授权的外省监管部门 with the owner's ticket", replace(standing(NEIGHBOUR), tickets=(_TICKET,))),
    "withdrawn": (
        "授权被撤回 its ticket was withdrawn",
        replace(standing(NEIGHBOUR), tickets=(replace(_TICKET, withdrawn_at=NOW),)),
    ),
    "stale": ("授权到期 its ticket has ended", replace(standing(NEIGHBOUR), tickets=(replace(_TICKET, ends=NOW),))),
    "unasked": (
        "所有者未授权 the owner has not answered",
        replace(standing(NEIGHBOUR), tickets=(replace(_TICKET, authorised_at=None),)),
    ),
    "platform": ("电商平台 a platform", standing(PLATFORM)),
    "hub": ("外省枢纽 another hub", standing(HUB)),
    "no_role": (
        "无角色人员 someone of the province without a role",
        replace(standing(PROVINCE), permissions=frozenset()),
    ),
}

F = Form
_PHONE = Subject(
    F.RECORDS,
    "2.1",
    "licences",
    record="r-7",
    fields=("applicant_contact_phone",),
    protected=("applicant_contact_phone",),
)
WHAT: dict[str, tuple[str, Subject]] = {
    "checks": ("监督抽查记录 spot-check records", Subject(F.RECORDS, "2.3", "spot_checks")),
    "check of the lab": ("该机构承检的一条 one it tested", Subject(F.RECORDS, "2.3", record="r-1", test_body=LAB.name)),
    "check of another": (
        "他机构承检的一条 one tested by others",
        Subject(F.RECORDS, "2.3", record="r-2", test_body="他院"),
    ),
    "check elsewhere": ("外省的一条 one of another province", Subject(F.RECORDS, "2.3", record="r-3", region="330100")),
    "units": ("单位基础信息 base records", Subject(F.RECORDS, "1.2", "units")),
    "own unit": ("本单位的基础信息 its own base record", Subject(F.RECORDS, "1.2", record="r-4", owner=MAKER.id)),
    "other unit": ("他单位的基础信息 another's base record", Subject(F.RECORDS, "1.2", record="r-5", owner=SHOP.id)),
    "own phone": (
        "本单位的联系电话 its own phone",
        Subject(F.RECORDS, "1.2", record="r-4", owner=MAKER.id, protected=("contact_phone",)),
    ),
    "licences": ("本省许可证 licences of the province", Subject(F.RECORDS, "2.1", "licences", region="370000")),
    "risks": ("风险监测记录 risk records", Subject(F.RECORDS, "2.5", "risk_monitoring")),
    "high risk": ("高风险记录 a record of level H", Subject(F.RECORDS, "2.5", record="r-6", risk_level="H")),
    "low risk": ("低风险记录 a record of level L", Subject(F.RECORDS, "2.5", record="r-8", risk_level="L")),
    "trace of a code": (
        "一个追溯码的流向 flow of one code",
        Subject(F.RECORDS, "2.6", "trace", codes=("6901234567892",)),
    ),
    "trace of a batch": (
        "一个生产单位的一个批次 a producer's batch",
        Subject(F.RECORDS, "2.6", "trace", batch="B1", owner="91370100005000077X"),
    ),
    "any batch": ("未指明生产单位的批次 a batch of any producer", Subject(F.RECORDS, "2.6", "trace", batch="B1")),
    "all trace": ("全部追溯记录 all trace records", Subject(F.RECORDS, "2.6", "trace")),
    "a phone of others": (
        "查明属他人的一条记录 a record that turned out to be another owner's",
        replace(_PHONE, owner="91370100005000099A"),
    ),
    "a phone": (
        "一条记录的电话 a phone of one record",
        _PHONE,
    ),
    "another phone": (
        "另一记录的电话 a phone of another record",
        replace(_PHONE, record="r-9"),
    ),
    "phones": (
        "全部电话 all phones",
        Subject(F.RECORDS, "2.1", "licences", region="370000", protected=("applicant_contact_phone",)),
    ),
    "change by wang": (
        "王提出的权限变更 a change asked by wang",
        Subject(F.PERMISSIONS, asked_by="wang", beneficiary="zhao"),
    ),
    "change by li": (
        "李提出的权限变更 a change asked by li",
        Subject(F.PERMISSIONS, asked_by="li", beneficiary="zhao"),
    ),
    "change for li": ("使李受益的变更 a change for li", Subject(F.PERMISSIONS, asked_by="wang", beneficiary="li")),
    "grades": (
        "分级结果 grading results",
        Subject(F.RELEASE, "2.7", "grading", region="370000", made_safe=True, described=True),
    ),
    "raw grades": (
        "未脱敏的分级记录 grading records as they came",
        Subject(F.RELEASE, "2.7", "grading", described=True),
    ),
    "scan": ("扫码视图 scan view of one code", Subject(F.SCAN, "2.6", codes=("6901234567892",), made_safe=True)),
    "scans": ("多个码的扫码视图 many codes", Subject(F.SCAN, "2.6", codes=("1", "2"), made_safe=True)),
    "trace file": (
        "追溯开放文件 trace file",
        Subject(F.RELEASE, "2.6", "traceability", fields=("product_name",), made_safe=True, described=True),
    ),
    "trace file with flow": (
        "含流向的追溯文件 trace file with buyers",
        Subject(
            F.RELEASE, "2.6", "traceability", fields=("product_name", "buyer_name"), made_safe=True, described=True
        ),
    ),
    "outcomes": (
        "整治成效统计 rectification outcomes",
        Subject(F.AGGREGATES, "2.2", "rectification", made_safe=True, described=True),
    ),
    "campaign records": ("整治记录 rectification records", Subject(F.RECORDS, "2.2", made_safe=True)),
    "statistics": (
        "抽查统计 spot-check statistics",
        Subject(F.AGGREGATES, "2.3", "statistics", fields=("quarter", "batches"), made_safe=True, described=True),
    ),
    "more statistics": (
        "协议外的统计列 a column beyond the agreement",
        Subject(F.AGGREGATES, "2.3", "statistics", fields=("quarter", "fines"), made_safe=True, described=True),
    ),
    "notice here": ("本省风险提示 a notice for the province", Subject(F.NOTICE, "2.5", region="370100")),
    "notice elsewhere": ("外省风险提示 a notice for another province", Subject(F.NOTICE, "2.5", region="330100")),
    "undescribed": (
        "无说明的开放文件 a file without description",
        Subject(F.RELEASE, "2.7", region="370000", made_safe=True),
    ),
    "unsafe": ("未脱敏的开放文件 a file not desensitised", Subject(F.RELEASE, "2.7", region="370000", described=True)),
    "duty records": ("主体责任记录 records of standard 2.4", Subject(F.RECORDS, "2.4")),
    "duty file": (
        "主体责任开放文件 a file of standard 2.4",
        Subject(F.RELEASE, "2.4", region="370000", made_safe=True, described=True),
    ),
    "approved duty file": (
        "经批准开放的文件 one whose opening was approved",
        Subject(F.RELEASE, "2.4", region="370000", opening_approved=True, made_safe=True, described=True),
    ),
    "list entry": ("负面清单条目 one entry of the negative list", Subject(F.LIST, made_safe=True, codes=("p",))),
}

P = PurposeKind
WHY: dict[str, tuple[str, Purpose]] = {
    "duty": ("监管履职 supervision", Purpose(P.SUPERVISION)),
    "case": ("某案监管 supervision of a case", Purpose(P.SUPERVISION, "浙市监案〔2026〕7号")),
    "other case": ("另一案件 another case", Purpose(P.SUPERVISION, "浙市监案〔2026〕8号")),
    "joint": ("协同监管 joint supervision", Purpose(P.JOINT_SUPERVISION, "", "召回协查")),
    "joint case": (
        "协同监管（有案号） joint supervision of a case",
        Purpose(P.JOINT_SUPERVISION, "浙市监案〔2026〕7号", "协查"),
    ),
    "research": ("产业研究 research", Purpose(P.RESEARCH)),
    "commerce": ("商业用途 commercial", Purpose(P.COMMERCIAL)),
    "none": ("公众查询 none stated", Purpose(P.PUBLIC)),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A line of the table. ``answer`` is ``yes``, or the code of the refusal; ``clause`` what the verdict names."""

    row: str
    who: str
    action: Action
    what: str
    why: str
    answer: str
    clause: str = ""
    shown: str = ""


A = Action
CASES: tuple[Case, ...] = (
    Case("SM01", "province", A.QUERY, "checks", "duty", "yes", shown="source_region_code begins 37"),
    Case("SM01", "city", A.QUERY, "checks", "duty", "yes", shown="source_region_code begins 3701"),
    Case("SM01", "lab", A.QUERY, "checks", "duty", "yes", shown="test_body is 示例省质检院"),
    Case("SM01", "lab", A.QUERY, "check of the lab", "duty", "yes"),
    Case("SM01", "lab", A.QUERY, "check of another", "duty", "own_commission"),
    Case("SM01", "lab", A.DOWNLOAD, "checks", "duty", "closed", "SM15"),
    Case("SM01", "province", A.QUERY, "check elsewhere", "duty", "own_territory"),
    Case("SM01", "no_role", A.QUERY, "checks", "duty", "role", "SM07"),
    Case("SM01", "audit", A.QUERY, "checks", "duty", "role", "SM07"),
    Case("SM01", "maker", A.QUERY, "checks", "duty", "closed", "SM15"),
    Case("SM01", "public", A.QUERY, "checks", "none", "closed", "SM15"),
    Case("SM02", "maker", A.QUERY, "own unit", "duty", "yes"),
    Case("SM02", "maker", A.CORRECT, "own unit", "duty", "yes"),
    Case("SM02", "maker", A.QUERY, "own phone", "duty", "yes"),
    Case("SM02", "shop", A.QUERY, "own phone", "duty", "nothing_protected", "SM06"),
    Case("SM02", "maker", A.QUERY, "units", "duty", "yes", shown="uscc is 91370100005000077X"),
    Case("SM02", "maker", A.QUERY, "other unit", "duty", "own_record"),
    Case("SM02", "maker", A.CORRECT, "units", "duty", "one_record"),
    Case("SM02", "maker", A.CORRECT, "other unit", "duty", "own_record"),
    Case("SM02", "city", A.QUERY, "units", "duty", "yes", shown="source_region_code begins 3701"),
    Case("SM02", "city", A.CORRECT, "own unit", "duty", "closed", "SM15"),
    Case("SM02", "public", A.QUERY, "units", "none", "closed", "SM15"),
    Case("SM03", "province", A.QUERY, "licences", "duty", "yes"),
    Case("SM03", "city", A.QUERY, "licences", "duty", "yes"),
    Case("SM03", "neighbour", A.QUERY, "licences", "duty", "same_province"),
    Case("SM03", "lab", A.QUERY, "licences", "duty", "closed", "SM15"),
    Case("SM04", "neighbour", A.QUERY, "risks", "joint", "yes"),
    Case("SM04", "neighbour", A.QUERY, "risks", "duty", "joint_supervision"),
    Case("SM04", "hub", A.PUSH, "high risk", "joint", "yes"),
    Case("SM04", "hub", A.PUSH, "low risk", "joint", "high_risk"),
    Case("SM04", "platform", A.QUERY, "risks", "joint", "closed", "SM15"),
    Case("SM04", "public", A.QUERY, "risks", "none", "closed", "SM15"),
    Case("SM05", "neighbour", A.QUERY, "trace of a code", "joint case", "yes", shown="trace_code is 6901234567892"),
    Case("SM05", "neighbour", A.QUERY, "trace of a code", "joint", "case_number"),
    Case(
        "SM05",
        "neighbour",
        A.QUERY,
        "trace of a batch",
        "joint case",
        "yes",
        shown="serial_or_batch is B1; producer_uscc is 91370100005000077X",
    ),
    Case("SM05", "neighbour", A.QUERY, "any batch", "joint case", "codes_named"),
    Case("SM05", "neighbour", A.QUERY, "all trace", "joint case", "codes_named"),
    Case("SM05", "neighbour", A.DOWNLOAD, "trace of a code", "joint case", "closed", "SM15"),
    Case("SM05", "shop", A.QUERY, "trace of a code", "joint case", "closed", "SM15"),
    Case("SM06", "ticketed", A.REVEAL, "a phone", "case", "yes"),
    Case("SM06", "ticketed", A.REVEAL, "a phone", "other case", "ticket"),
    Case("SM06", "ticketed", A.REVEAL, "another phone", "case", "ticket"),
    Case("SM06", "ticketed", A.REVEAL, "a phone of others", "case", "ticket"),
    Case("SM06", "ticketed", A.REVEAL, "phones", "case", "one_record"),
    Case("SM06", "withdrawn", A.REVEAL, "a phone", "case", "ticket"),
    Case("SM06", "stale", A.REVEAL, "a phone", "case", "ticket"),
    Case("SM06", "unasked", A.REVEAL, "a phone", "case", "ticket"),
    Case("SM06", "province", A.REVEAL, "a phone", "case", "ticket"),
    Case("SM06", "province", A.QUERY, "phones", "duty", "nothing_protected"),
    Case("SM06", "maker", A.REVEAL, "a phone", "case", "closed", "SM15"),
    Case("SM07", "admin", A.APPROVE, "change by wang", "duty", "yes"),
    Case("SM07", "admin", A.APPROVE, "change by li", "duty", "second_person"),
    Case("SM07", "admin", A.APPROVE, "change for li", "duty", "second_person"),
    Case("SM07", "bureau", A.APPROVE, "change by wang", "duty", "role"),
    Case("SM07", "audit", A.APPROVE, "change by wang", "duty", "role"),
    Case("SM07", "public", A.APPROVE, "change by wang", "none", "closed", "SM15"),
    Case("SM08", "public", A.DOWNLOAD, "grades", "none", "yes"),
    Case("SM08", "platform", A.QUERY, "grades", "commerce", "yes"),
    Case("SM08", "public", A.DOWNLOAD, "raw grades", "none", "made_safe"),
    Case("SM09", "public", A.LOOKUP, "scan", "none", "yes"),
    Case("SM09", "public", A.LOOKUP, "scans", "none", "one_code"),
    Case("SM09", "public", A.DOWNLOAD, "trace file", "none", "yes"),
    Case("SM09", "public", A.DOWNLOAD, "trace file with flow", "none", "no_flow"),
    Case("SM10", "public", A.DOWNLOAD, "outcomes", "none", "yes"),
    Case("SM10", "public", A.DOWNLOAD, "campaign records", "none", "closed", "SM15"),
    Case(
        "SM11", "signed", A.DOWNLOAD, "statistics", "research", "yes", shown="region_code begins 3701; quarter, batches"
    ),
    Case("SM11", "signed", A.DOWNLOAD, "statistics", "commerce", "research_purpose"),
    Case("SM11", "signed", A.DOWNLOAD, "more statistics", "research", "granted"),
    Case("SM11", "institute", A.DOWNLOAD, "statistics", "research", "granted"),
    Case("SM11", "expired", A.DOWNLOAD, "statistics", "research", "granted"),
    Case("SM11", "halted", A.DOWNLOAD, "statistics", "research", "granted"),
    Case("SM11", "signed", A.QUERY, "checks", "research", "closed", "SM15"),
    Case("SM11", "platform", A.DOWNLOAD, "statistics", "research", "closed", "SM15"),
    Case("SM11", "public", A.DOWNLOAD, "statistics", "none", "closed", "SM15"),
    Case("SM12", "bureau", A.PUBLISH, "notice here", "duty", "yes"),
    Case("SM12", "bureau", A.PUBLISH, "notice elsewhere", "duty", "own_territory"),
    Case("SM12", "province", A.PUBLISH, "notice here", "duty", "role", "SM07"),
    Case("SM12", "lab", A.PUBLISH, "notice here", "duty", "closed", "SM15"),
    Case("SM12", "public", A.QUERY, "notice elsewhere", "none", "yes"),
    Case("SM13", "bureau", A.PUBLISH, "grades", "duty", "yes"),
    Case("SM13", "bureau", A.PUBLISH, "undescribed", "duty", "described"),
    Case("SM13", "neighbour", A.PUBLISH, "grades", "duty", "own_territory"),
    Case("SM13", "public", A.PUBLISH, "grades", "none", "closed", "SM15"),
    Case("SM14", "bureau", A.PUBLISH, "unsafe", "duty", "made_safe"),
    Case("SM14", "barred", A.DOWNLOAD, "statistics", "research", "not_suspended"),
    Case("SM14", "barred", A.DOWNLOAD, "grades", "none", "not_suspended"),
    Case("SM15", "public", A.DOWNLOAD, "duty file", "none", "opening_approved"),
    Case("SM15", "public", A.DOWNLOAD, "approved duty file", "none", "yes"),
    Case("SM15", "province", A.QUERY, "duty records", "duty", "closed"),
    Case("SM15", "bureau", A.PUBLISH, "duty file", "duty", "opening_approved"),
    Case("SM16", "province", A.LOOKUP, "list entry", "duty", "yes"),
    Case("SM16", "maker", A.LOOKUP, "list entry", "duty", "yes"),
    Case("SM16", "shop", A.LOOKUP, "list entry", "duty", "yes"),
    Case("SM16", "platform", A.PUSH, "list entry", "duty", "yes"),
    Case("SM16", "shop", A.PUSH, "list entry", "duty", "closed", "SM15"),
    Case("SM16", "institute", A.LOOKUP, "list entry", "research", "closed", "SM15"),
    Case("SM16", "public", A.LOOKUP, "list entry", "none", "closed", "SM15"),
    Case("SM16", "public", A.DOWNLOAD, "list entry", "none", "closed", "SM15"),
)
