"""What states, ways and kinds are called on the bureau's pages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from agreements.model import PartyKind
from agreements.permissions import WORDS, Role
from catalog.rules.model import rules_of
from hub.timetable.broken import BROKEN_OFF
from hub.web.words import N_, pick

RUN_STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "extracting": N_("抽取中"),
        "packing": N_("打包中"),
        "sealed": N_("已封存"),
        "held": N_("待审批"),
        "published": N_("已发布"),
        "stored": N_("已入库"),
        "unchanged": N_("无变化"),
        "refused": N_("被拦截"),
        "failed": N_("失败"),
        "abandoned": N_("已放弃"),
        "running": N_("运行中"),
        "done": N_("完成"),
    }
)
TROUBLED: Final = frozenset({"refused", "failed", "abandoned"})
BUSY: Final = frozenset({"extracting", "packing", "sealed", "running"})
MODES: Final[Mapping[str, str]] = MappingProxyType({"full": N_("全量"), "incremental": N_("增量")})
RELEASE_STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "awaiting": N_("待审批"),
        "sealed": N_("已封存"),
        "current": N_("现行"),
        "superseded": N_("已被新版代替"),
        "withdrawn": N_("已撤回"),
        "returned": N_("已退回"),
    }
)
ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "correct": N_("更正"),
        "download": N_("下载"),
        "lookup": N_("查名单"),
        "publish": N_("发布"),
        "push": N_("推送"),
        "query": N_("查询"),
        "reveal": N_("单条查阅"),
        "share": N_("共享读取"),
        "approve": N_("审批"),
    }
)
PARTY_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        PartyKind.ASSOCIATION: N_("行业协会"),
        PartyKind.HUB: N_("交换中心"),
        PartyKind.INSTITUTE: N_("科研机构"),
        PartyKind.PLATFORM: N_("平台"),
        PartyKind.PRODUCER: N_("生产者"),
        PartyKind.REGULATOR: N_("监管部门"),
        PartyKind.SELLER: N_("销售者"),
        PartyKind.TESTING_BODY: N_("检验机构"),
    }
)
STANDING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "active": N_("正常"),
        "suspended": N_("已暂停"),
        "ended": N_("已结束"),
        "proposed": N_("待批准"),
        "retired": N_("已停用"),
        "waiting": N_("待发送"),
        "sent": N_("已送达"),
        "dead": N_("无法送达"),
        "in": N_("收到"),
        "out": N_("发出"),
    }
)
ROLES: Final[Mapping[str, str]] = MappingProxyType({role: WORDS[role][0] for role in Role})


def color(state: str) -> str:
    """The class that colours a state's label."""
    if state in TROUBLED | {BROKEN_OFF, "withdrawn", "returned", "dead", "suspended"}:
        return "off"
    return "warn" if state in BUSY | {"held", "awaiting", "proposed", "waiting"} else ""


def field_of(dataset: Any, field: str) -> str:
    """What a field of a dataset's standard is called; its name when it is in none."""
    found = dataset.standard.find(field) if dataset else None
    return str(pick(found)) if found else field


def rule_of(dataset: Any, field: str, rule: str) -> str:
    """What a rule of a dataset's standard asks; its id when the standard has it no more."""
    if dataset is None:
        return rule
    fields = (*dataset.standard.header, *dataset.standard.fields)
    found = next((one for one in rules_of(fields) if (one.field, one.id) == (field, rule)), None)
    return str(pick(found)) if found else rule
