"""A draft over a task: what its risks tell, put into a template for the places of the bureau's own territory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from agreements.acting import standing_of
from agreements.calendar import CHINA
from agreements.decide import decide
from agreements.model import Action, Form, Party, Purpose, PurposeKind, Subject
from agreements.permissions import Permission
from catalog.codes import code_list
from catalog.errors import NotPermitted, OutOfStep
from exporters.rules.book import shipped
from exporters.rules.notices import Area, Heard, Kind, Level, Recall, drafted
from exporters.rules.risk_intake.model import OVER, TASK_MOVES, Risk, RiskTask
from hub.risk import notices
from hub.risk.risk_tasks import task_of
from hub.risk.risks import bureau
from hub.state.exchange import SqlDesk
from hub.state.notices import Filed
from hub.state.risks import RISKS

_INJURY, _SAID = "6", ("7", "8")


def draft_over(desk: SqlDesk, by: str, number: str, kind: Kind, recall: Recall | None = None) -> Filed:
    """File a draft of this kind over the task; a person completes it, and it is reviewed and approved as any other."""
    task = task_of(desk, number)
    own = bureau(desk, by, task.regions or ("",), Permission.NOTICE_PUBLISH)
    if task.state not in TASK_MOVES["notice"]:
        raise OutOfStep(f"A task that is {task.state} takes no notice.", todo="Update or cancel the published one.")
    places = [one for one in task.regions if one.startswith(own.territory)] or [own.region]
    names = code_list("gbt2260").entries
    areas = tuple(Area(code, names[code][0] if code in names else code) for code in places)
    contact = f"12315；{own.name}"
    made = drafted(_heard(desk, task), kind, notices.bureau_of(own), areas, contact, desk.now.astimezone(CHINA), recall)
    return notices.draft(desk, by, made, task.id)


def _heard(desk: SqlDesk, task: RiskTask) -> Heard:
    days = shipped("notices").whole("window_days")
    since = (task.last_on - timedelta(days=days)).isoformat()
    risks = [one for one in RISKS.find(desk.connection, since=("heard_on", since)) if _of(one, task)]
    said = sum(one.kind in _SAID for one in risks)
    hurt = sum(one.kind == _INJURY for one in risks)
    forms = tuple(dict.fromkeys(one.injury_type for one in risks if one.injury_type))
    category = next((one.product_category for one in risks if one.product_category), task.product_name)
    level = Level(task.highest) if task.highest in set(Level) else Level.MEDIUM
    return Heard(task.product_name, category, level, said, hurt, len(risks) - said - hurt, forms, days)


def _of(one: Risk, task: RiskTask) -> bool:
    same = (one.product_name, one.producer_uscc or "") == (task.product_name, task.producer_uscc)
    return same and one.state not in OVER


def demand_publisher(desk: SqlDesk, by: str, regions: Sequence[str]) -> Party:
    """The actor's party, which may publish notices for all these places (SM12). NotPermitted otherwise."""
    who = standing_of(desk, by)
    for region in regions:
        subject = Subject(Form.NOTICE, "2.5", region=region)
        verdict = decide(who, Action.PUBLISH, subject, Purpose(PurposeKind.SUPERVISION), desk.now)
        if not verdict.allowed:
            raise NotPermitted(f"{verdict.clause}: {verdict.reason}.", todo="Ask the bureau in charge of the place.")
    if who.party is None or not regions:
        raise NotPermitted("Only a registered bureau publishes notices, for named places.", todo="See hub parties.")
    return who.party
