"""From application to decision: apply, check for completeness, review, counter-offer, decide (SM11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agreements.acting import demand, house_of, party_of
from agreements.agreement import Agreement, Application
from agreements.calendar import CHINA
from agreements.contract import contract_text, digests
from agreements.desk import Desk
from agreements.model import PartyKind, PartyState, PurposeKind
from agreements.moving import Move, act, agreement_of, kept, moved, permitted
from agreements.permissions import Permission
from agreements.states import life
from catalog.errors import NotPermitted, OutOfStep, SettingsError

MAY_APPLY = frozenset({PartyKind.ASSOCIATION, PartyKind.INSTITUTE})
PURPOSES = frozenset({PurposeKind.QUALITY, PurposeKind.RESEARCH})
Offered = Mapping[str, frozenset[str]]
"""Datasets that agreements can be made about, and the columns of each."""

_REPLACEABLE = ("active", "expired")


def apply(desk: Desk, move: Move, application: Application, replaces: str = "") -> Agreement:
    """Enter an application; ``replaces`` names the agreement it amends or renews. Its number is ``year-number``."""
    actor = demand(desk, move.by, Permission.AGREEMENT_APPLY)
    party = party_of(desk, actor.party)
    if party.state is not PartyState.ACTIVE:
        raise NotPermitted(f"The party is {party.state}: {party.reason}", todo="Appeal first.")
    if not MAY_APPLY & set(party.kinds):
        raise NotPermitted(
            "Aggregates are opened to research institutes and industry associations only (SM11).",
            todo="See docs/sharing.md for what other parties get.",
        )
    if replaces:
        old = agreement_of(desk, replaces)
        if old.recipient != party.id or old.state not in _REPLACEABLE:
            raise OutOfStep(
                "Only one's own agreement in force is amended, and one that has expired renewed.",
                todo="Apply for a new one.",
            )
    year = desk.now.astimezone(CHINA).year
    number = f"{year}-{desk.number(f'agreement-{year}'):04}"
    entered = Agreement(number, house_of(desk).id, party.id, "", application, (), replaces=replaces)
    after = moved(desk, replace(move, agreement=number), entered, life().transitions["apply"])
    return kept(desk, move, after, replaces=replaces)


def lacking(application: Application, offered: Offered, today: str) -> tuple[str, ...]:
    """What an application lacks, field by field; empty when it is complete."""
    texts = {
        "statement 用途说明": application.statement,
        "project 项目": application.project,
        "responsible 负责人": application.responsible,
        "output 成果形式": application.output,
    }
    found = [f"{name}: missing 缺失" for name, text in texts.items() if not text.strip()]
    if not any(measure.strip() for measure in application.measures):
        found.append("measures 安全措施: missing 缺失")
    if application.purpose not in PURPOSES:
        found.append("purpose 用途: only research or quality 仅限产业研究及质量提升分析")
    if not application.data:
        found.append("data 数据: none named 未列明")
    for item in application.data:
        if item.dataset not in offered:
            found.append(f"{item.dataset}: not offered under agreements 不属定向开放")
        elif not set(item.fields) <= offered[item.dataset]:
            found.append(f"{item.dataset}: unknown columns 存在未知列")
    if len({item.dataset for item in application.data}) != len(application.data):
        found.append("data 数据: a dataset is named twice 数据集重复")
    if application.ends <= application.starts or application.ends.isoformat() <= today:
        found.append("term 期限: ends before it begins 期限有误")
    if not 0 <= application.retention_days <= 3650 or application.quota_rows < 0:
        found.append("retention 保存期限: out of range 超出范围")
    return tuple(found)


def check(desk: Desk, move: Move, offered: Offered) -> tuple[Agreement, tuple[str, ...]]:
    """The completeness check: on to review, or back to the applicant with what is lacking."""
    found, _ = permitted(desk, move, "complete")
    missing = lacking(found.application, offered, desk.now.astimezone(CHINA).date().isoformat())
    noted = replace(move, note="; ".join(missing) or move.note)
    return act(desk, noted, "return" if missing else "complete"), missing


def resubmit(desk: Desk, move: Move, application: Application) -> Agreement:
    """The applicant completes the application, or answers an offer with another one of its own."""
    found, transition = permitted(desk, move, "resubmit")
    after = replace(found, application=application, asked=None)
    return kept(desk, move, moved(desk, move, after, transition))


def review(desk: Desk, move: Move) -> Agreement:
    """The review's recommendation, as the move's note."""
    if not move.note.strip():
        raise SettingsError("A review says what it recommends and why.", todo="Give --note.")
    return act(desk, move, "review")


def offer(desk: Desk, move: Move, application: Application) -> Agreement:
    """The bureau offers other conditions: narrower data, a shorter term, more measures."""
    found, transition = permitted(desk, move, "offer")
    after = replace(found, application=application, asked=found.asked or found.application)
    return kept(desk, move, moved(desk, move, after, transition))


def accept(desk: Desk, move: Move) -> Agreement:
    """The applicant accepts the offer; a second person of the bureau still decides."""
    return act(desk, move, "accept")


def approve(desk: Desk, move: Move, offered: Offered) -> Agreement:
    """Approve, as another person than the reviewer. From here the text stands and waits for both signatures."""
    found, transition = permitted(desk, move, "approve")
    missing = lacking(found.application, offered, desk.now.astimezone(CHINA).date().isoformat())
    if missing:
        raise OutOfStep("The application is not complete as it stands now.", todo="Offer other conditions or refuse.")
    text = contract_text(
        found.id,
        party_of(desk, found.provider),
        party_of(desk, found.recipient),
        found.application,
        found.replaces,
    )
    digest, sm3 = digests(text)
    settled = replace(found, text=text, digest=digest, sm3=sm3, signatures=())
    return kept(desk, move, moved(desk, move, settled, transition), sha256=digest, sm3=sm3)


def refuse(desk: Desk, move: Move) -> Agreement:
    """Refuse, with the reason that the applicant is shown."""
    if not move.note.strip():
        raise SettingsError("A refusal says why.", todo="Give --note.")
    found, transition = permitted(desk, move, "refuse")
    return kept(desk, move, replace(moved(desk, move, found, transition), reason=move.note))


def withdraw(desk: Desk, move: Move) -> Agreement:
    """The applicant takes the application back."""
    return act(desk, move, "withdraw")
