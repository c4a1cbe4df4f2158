"""The main menu: one line a page that people go to from anywhere, and who sees the line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agreements.model import PUBLIC, Standing
from agreements.permissions import Permission
from hub.web.words import N_


@dataclass(frozen=True, slots=True)
class Entry:
    """The page's endpoint, its Chinese name, and for whom: ``permissions`` None is everyone, empty is signed in.

    ``within``: beginnings of the addresses of pages that lie below it.
    """

    endpoint: str
    name: str
    permissions: frozenset[Permission] | None = None
    within: tuple[str, ...] = ()


_P: Final = Permission
ENTRIES: Final[tuple[Entry, ...]] = (
    Entry("public.home", N_("首页")),
    Entry("public.datasets", N_("数据目录"), within=("/datasets/",)),
    Entry("public.trace", N_("追溯码查询")),
    Entry("public.notices", N_("消费提示"), within=("/notices/",)),
    Entry("public.colours", N_("区域分色")),
    Entry("public.grading", N_("质量分级")),
    Entry(
        "public.feedback",
        N_("纠错与需求"),
        within=("/feedback/", "/corrections/", "/rights/", "/demands/"),
    ),
    Entry("public.about", N_("关于")),
    Entry(
        "mine.home",
        N_("本单位事项"),
        frozenset({_P.AGREEMENT_APPLY, _P.LIST_LOOKUP, _P.RECORD_CORRECT, _P.RECORD_QUERY}),
        within=("/mine/", "/sign/"),
    ),
    Entry(
        "work.home",
        N_("工作台"),
        frozenset({_P.AGREEMENT_CHECK, _P.LEDGER_READ, _P.NOTICE_PUBLISH, _P.PERMISSION_APPROVE}),
        within=("/work/",),
    ),
    Entry("house.cockpit", N_("运行管理"), frozenset({_P.RUN_READ}), within=("/house/",)),
)


def seen_by(who: Standing) -> tuple[Entry, ...]:
    """The lines for whoever asks."""
    return tuple(one for one in ENTRIES if _sees(who, one.permissions))


def _sees(who: Standing, needed: frozenset[Permission] | None) -> bool:
    if needed is None:
        return True
    return who is not PUBLIC and (not needed or not needed.isdisjoint(who.permissions))
