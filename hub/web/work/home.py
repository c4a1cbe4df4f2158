"""The work list: everything that waits for the bureau, the most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import g, render_template, url_for
from flask_babel import gettext
from sqlalchemy import Connection

from agreements.abuse import rules
from agreements.agreement import Agreement
from agreements.calendar import CHINA
from agreements.case import Case
from agreements.desk import Desk
from agreements.envelope import fingerprint
from agreements.feedback import Feedback, FeedbackState
from agreements.keys import KeyState, PartyKey
from agreements.model import Party, Standing
from agreements.people import PermissionRequest
from agreements.permissions import Permission
from agreements.states import Side, life
from exporters.rules.notices.followers import FollowerState
from hub.api.process.context import here
from hub.state.exchange import SqlDesk, reading_desk
from hub.state.notices import DRAFT, all_filed
from hub.state.releases import releases_of
from hub.state.risks import FOLLOWERS
from hub.web.account.own import ROLES
from hub.web.doors import signed_in
from hub.web.words import N_, pick
from hub.web.work.area import WORKS, pages

KINDS: Final = {
    "agreement": N_("申请与协议"),
    "permission": N_("权限变更"),
    "key": N_("签署密钥"),
    "release": N_("待审发布"),
    "notice": N_("提示审核"),
    "follower": N_("提示推送申请"),
    "feedback": N_("纠错与需求"),
    "case": N_("案件"),
}


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to do: of which kind, what, where, by when (None: no deadline)."""

    kind: str
    name: str
    about: str
    place: str
    due: date | None = None


@pages.page("/work")
@signed_in(*WORKS)
def home() -> str:
    """What waits."""
    who: Standing = g.standing
    with reading_desk(here().parts.engine, here().now()) as desk:
        found = [*_agreements(desk, who), *_feedback(desk, who)]
        if who.party is not None and who.party.house:
            found += [*_requests(desk, who), *_keys(desk, who), *_cases(desk, who), *_sealed(desk.connection, who)]
        found += [*_drafts(desk.connection, who), *_followers(desk, who)]
    today = here().now().astimezone(CHINA).date()
    listed = sorted(found, key=lambda one: (one.due or date.max, one.name))
    counts = {kind: sum(one.kind == kind for one in listed) for kind in KINDS}
    return render_template("work/home.html", works=listed, kinds=KINDS, counts=counts, today=today)


def _agreements(desk: Desk, who: Standing) -> list[Work]:
    if Permission.AGREEMENT_CHECK not in who.permissions or who.party is None or not who.party.house:
        return []
    waiting = [one.id for one in life().states.values() if one.waits_for is Side.BUREAU]
    found = [one for state in (*waiting, "signing") for one in desk.find(Agreement, state=state)]
    mine = [one for one in found if all(signed.party != who.uscc for signed in one.signatures)]
    # A suspension that was answered waits for the bureau, though its state has no deadline.
    mine += [one for one in desk.find(Agreement, state="suspended") if one.steps[-1].name == "appeal"]
    return [_agreement(one) for one in mine]


def _agreement(one: Agreement) -> Work:
    place = url_for("work.agreement", number=one.id)
    return Work("agreement", one.id, f"{pick(life().states[one.state])} · {one.application.project}", place, one.due)


def _requests(desk: Desk, who: Standing) -> list[Work]:
    if Permission.PERMISSION_APPROVE not in who.permissions:
        return []
    found = desk.find(PermissionRequest, state="asked")
    return [
        Work("permission", one.id, f"{one.person} · {_change(one)}", url_for("work.roles", _anchor=one.id))
        for one in found
    ]


def _change(one: PermissionRequest) -> str:
    return f"{gettext(N_('授予') if one.change == 'give' else N_('收回'))} {gettext(ROLES[one.role])}"


def _keys(desk: Desk, who: Standing) -> list[Work]:
    if Permission.PERMISSION_APPROVE not in who.permissions:
        return []
    return [
        Work("key", fingerprint(one.id)[:19], _name(desk, one.party), url_for("work.keys", _anchor=one.id))
        for one in desk.find(PartyKey, state=KeyState.PROPOSED)
    ]


def _cases(desk: Desk, who: Standing) -> list[Work]:
    if Permission.CASE_HANDLE not in who.permissions:
        return []
    found = desk.find(Case, state="open")
    return [
        Work("case", one.id, f"{reason_of(one.rule)} · {_name(desk, one.party)}", url_for("work.case", number=one.id))
        for one in found
    ]


def reason_of(rule: str) -> str:
    """Why a case was opened, in the reader's language."""
    known = rules().get(rule)
    return str(pick(known)) if known else gettext(N_("人工立案"))


def _name(desk: Desk, uscc: str) -> str:
    found = desk.get(Party, uscc)
    return found.name if found else uscc


def _feedback(desk: Desk, who: Standing) -> list[Work]:
    if Permission.FEEDBACK_ANSWER not in who.permissions:
        return []
    found = [one for one in desk.find(Feedback, bureau=who.uscc) if one.state is FeedbackState.OPEN]
    return [
        Work("feedback", one.id, title_of(one.dataset), url_for("work.feedback", number=one.id), one.due)
        for one in found
    ]


def title_of(name: str) -> str:
    """What a dataset or register is called."""
    known = here().datasets.get(name) or here().registers.get(name)
    return str(pick(known)) if known else name or "—"


def columns_of(name: str) -> dict[str, str]:
    """The columns of a dataset, or what a register offers, by name: what each is called."""
    known = here().datasets.get(name)
    register = here().registers.get(name)
    shown = known.columns if known else register.offered if register else ()
    return {one.name: str(pick(one)) for one in shown}


def _sealed(connection: Connection, who: Standing) -> list[Work]:
    if Permission.RELEASE_PUBLISH not in who.permissions:
        return []
    return [
        Work(
            "release",
            f"{title_of(one.release.dataset)} v{one.release.version}",
            gettext(N_("%(rows)s 行"), rows=f"{one.release.rows:,}"),
            url_for("work.release", name=one.release.dataset, version=one.release.version),
        )
        for one in releases_of(connection, states=("awaiting",))
    ]


def _drafts(connection: Connection, who: Standing) -> list[Work]:
    party = who.party
    if Permission.NOTICE_PUBLISH not in who.permissions or party is None:
        return []
    return [
        Work("notice", one.notice.notice_no, one.notice.title, url_for("work.notice", number=one.notice.notice_no))
        for one in all_filed(connection, DRAFT)
        if party.house or one.notice.issuer.uscc == party.id
    ]


def _followers(desk: SqlDesk, who: Standing) -> list[Work]:
    if Permission.NOTICE_PUBLISH not in who.permissions or who.party is None or not who.party.house:
        return []
    found = FOLLOWERS.find(desk.connection, state=FollowerState.ASKED)
    return [
        Work("follower", _name(desk, one.party), one.address, url_for("work.followers", _anchor=one.id))
        for one in found
    ]
