"""Desks with work on them: every page of parties and bureaus, in a state in which it has something to show."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from agreements import applying, cases, ending, register, replying, roles
from agreements.agreement import Application, DataItem
from agreements.feedback import About, FeedbackKind
from agreements.permissions import Role
from agreements.replying import Raised
from agreements.subject import offered_of
from exporters.rules.notices import Area, Bureau, Kind, Level, Message, Notice, Status
from hub.accounts import drafts
from hub.db.engine import writing
from hub.job.pipeline import release
from hub.parts import datasets
from hub.risk import following, notices
from hub.rules.negative_list import make
from hub.state.exchange import desk
from tests.exchange_world import HOUSE, INSTITUTE, application, public_key
from tests.rules_world import day, facts
from tests.web_people import People

Places = list[tuple[str, str]]


def whole(**changed: object) -> Application:
    """An application for all of the statistics."""
    return application(data=(DataItem("statistics", (), ()),), **changed)


def furnish(house: People, folder: Path) -> Places:
    """Put work on every desk; who looks at which page."""
    world = house.world
    offered = offered_of(house.app.extensions["hub"].datasets.values())
    world.give("agent", INSTITUTE, Role.QUERY)
    active = world.active(whole(), offered=offered)
    signing = world.approved(whole(project="家电质量指数"), offered=offered)
    submitted = world.do(applying.apply, world.move("", "agent"), whole(project="儿童用品安全研究"), "")
    countered = world.do(applying.apply, world.move("", "agent"), whole(project="建材质量趋势"), "")
    world.do(applying.check, world.move(countered.id, "op1"), offered)
    world.do(applying.offer, world.move(countered.id, "op1", "期限改为半年"), whole(retention_days=7))
    halted = world.active(whole(project="电动自行车研究"), offered=offered)
    world.do(ending.suspend, world.move(halted.id, "op1", "未按约定保管数据"))
    ended = world.active(whole(project="玩具召回效果研究"), offered=offered)
    world.do(ending.leave, world.move(ended.id, "agent", "研究提前完成"))
    world.do(register.propose_own_key, "agent", public_key(51))
    world.do(roles.request, "admin1", "newcomer", HOUSE, Role.AUDIT, "新任审计人员")
    case = world.do(cases.open_case, "op1", INSTITUTE, "manual", (("grant", f"{active.id}/statistics"),))
    raised = Raised(FeedbackKind.CORRECTION, About("grading", 1, "grade"), "等级与公告不一致，请核实。")
    correction = world.do(replying.raise_feedback, raised, world.calendar)
    number = _notice(house)
    world.do(following.ask, "agent", "https://institute.example/notices", "370100")
    make(
        facts(product_basic=[{}], enterprise_basic=[{}], spot_check=[{"verdict": "2"}]), day("2026-02-10"), house.parts
    )
    version = _held(house, folder)
    draft = _draft(house)
    mine = ["/mine", "/mine/data", "/mine/uses", "/mine/keys", "/mine/programs", "/mine/corrections",
            "/mine/corrections/enterprises", "/mine/tickets", "/mine/tickets/new", "/mine/followers",
            f"/mine/agreements/{ended.id}/destruction",
            f"/mine/agreements/{ended.id}/destruction?destroyed_on=2026-03-02&method=overwritten",
            "/mine/negative-list", f"/sign/{signing.id}",
            *(f"/mine/agreements/{one.id}" for one in (active, signing, submitted, countered, halted)),
            *(f"/mine/apply/{draft}/{step}" for step in ("data", "purpose", "terms", "check"))]  # fmt: skip
    work = ["/work", "/work/agreements", "/work/cases", f"/work/cases/{case.id}", "/work/leaks",
            f"/work/agreements/{submitted.id}", f"/work/agreements/{active.id}", f"/work/agreements/{countered.id}",
            f"/work/feedback/{correction.id}", f"/work/notices/{number}", "/work/notices/new", "/work/notices",
            "/work/followers",
            f"/work/releases/statistics/{version}"]  # fmt: skip
    places = [("", "/sign-in"), ("agent", "/account"), ("agent", "/account/codes"), ("agent", "/account/passkeys")]
    places += (
        [("agent", one) for one in mine]
        + [("op2", one) for one in work]
        + [("admin2", "/work/roles"), ("admin2", "/work/keys"), ("op1", f"/work/notices/{number}/edit")]
    )
    return places


def _notice(house: People) -> str:
    bureau = Bureau("示例省市场监督管理局", HOUSE, "370000")
    now = house.app.extensions["hub"].now()
    made = Notice(
        notice_no="", kind=Kind("X"), title="家用燃气灶具消费提示：点火延迟可致爆燃", issuer=bureau, sent=now, expires=None,
        status=Status.DRAFT, message=Message("Alert"), category="燃气器具",
        hazard="点火延迟时燃气积聚，再次点火可能爆燃，灼伤使用者。", level=Level("H"), basis="监督抽查20批次，不合格3批次。",
        source="spot_check", exposed=("家庭用户",), buying=("查看CCC标志和能效标识",),
        areas=(Area("370102", "历下区"),), contact="12315",
    )  # fmt: skip
    with desk(house.parts.engine, now) as found:
        return notices.draft(found, "op1", made).notice.notice_no


def _held(house: People, folder: Path) -> int:
    """A second version of the statistics that awaits a second person."""
    with closing(sqlite3.connect(folder / "p.sqlite")) as source, source:
        columns = [row[1] for row in source.execute("PRAGMA table_info(spot_check)")]
        newest = source.execute("SELECT MAX(updated_at) FROM spot_check").fetchone()[0]
        assert "verdict" in columns
        source.execute(
            "UPDATE spot_check SET verdict = '2', updated_at = ? WHERE rowid IN (SELECT rowid FROM spot_check LIMIT 40)",
            (str(newest)[:-1] + "9",),
        )
    source.close()
    (dataset,) = datasets(house.settings, ("statistics",))
    made = release(dataset, house.parts)
    assert made.state == "held", made.state
    return made.release.version if made.release else 0


def _draft(house: People) -> str:
    typed: dict[str, Any] = {"project": "线缆质量指数", "datasets": ["statistics"], "statement": "研究电线电缆质量波动"}
    with writing(house.parts.engine) as connection:
        return drafts.begin(connection, "agent", typed, house.app.extensions["hub"].now())
