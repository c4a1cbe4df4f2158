"""A risk from identification to disposal (DOMAIN 8.2): each step by a bureau over the place, with its event.

The level is the matrix's, never a person's word; where one step more would lead higher, the higher level counts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from agreements.acting import demand, party_of
from agreements.desk import Happened
from agreements.model import Party, PartyKind, PartyState
from agreements.permissions import Permission
from catalog.codes import code_list
from catalog.errors import NotPermitted, OutOfStep, SettingsError
from exporters.rules.product_risk.matrix import cells
from exporters.rules.risk_intake.model import RISK_MOVES, Risk, Step
from hub.risk.impersonal import names_nobody
from hub.state.exchange import SqlDesk
from hub.state.risks import RISKS

_LONGEST: Final = 1_000


def bureau(desk: SqlDesk, by: str, regions: tuple[str, ...], permission: Permission = Permission.RISK_HANDLE) -> Party:
    """The actor's own bureau, over one of these places at least; the hub's house also where the place is unknown."""
    party = party_of(desk, demand(desk, by, permission).party)
    fit = party.is_a(PartyKind.REGULATOR) and party.state is PartyState.ACTIVE
    over = any(region.startswith(party.territory) for region in regions if region) or (party.house and not any(regions))
    if not (fit and over):
        raise NotPermitted("The place is outside of the bureau's territory.", todo="Ask the bureau in charge.")
    return party


def risk_of(desk: SqlDesk, number: str) -> Risk:
    """The risk. OutOfStep when there is none."""
    found = RISKS.get(desk.connection, number)
    if found is None:
        raise OutOfStep("There is no such risk.", todo="See `hub risks list`.")
    return found


def identify(desk: SqlDesk, by: str, number: str, *, is_risk: bool, note: str = "") -> Risk:
    """Say whether the signal tells a risk of a product. One that names no product can only be dismissed."""
    found = risk_of(desk, number)
    if is_risk and not (found.product_name and found.product_category):
        raise OutOfStep("The signal names no product.", todo="Have its source complete it, or dismiss it.")
    return _moved(desk, by, found, "identify" if is_risk else "dismiss", note)


def assess(desk: SqlDesk, by: str, number: str, severity: str, probability: str, note: str = "") -> Risk:
    """Severity (1-4) and probability (I-VIII) through the matrix; assessed anew, the former stays in the steps."""
    cell = {(row["severity"], row["probability"]): row for row in cells().iter_rows(named=True)}
    met = cell.get((severity, probability))
    if met is None:
        raise SettingsError("Severity is 1 to 4, probability I to VIII.", todo="See docs/notices.md.")
    found = replace(
        risk_of(desk, number),
        severity=severity,
        probability=probability,
        level=met["highest"],
        tolerable=met["tolerable"],
        sensitive=met["sensitive"],
        assessed_at=desk.now,
    )
    return _moved(desk, by, found, "assess", f"{met['highest']} {severity}/{probability} {note}".strip())


def dispose(desk: SqlDesk, by: str, number: str, measures: tuple[str, ...], note: str = "") -> Risk:
    """Say what is done about it (RM24, list risk_measure)."""
    if not measures or not set(measures) <= set(code_list("risk_measure").codes):
        known = "、".join(code_list("risk_measure").codes)
        raise SettingsError("A risk is disposed of by measures of the list.", todo=f"Use: {known}.")
    return _moved(desk, by, replace(risk_of(desk, number), measures=measures), "dispose", note)


def sound_note(note: str) -> str:
    """The remark, when it names nobody. SettingsError otherwise; the remark itself is not repeated."""
    if len(note) > _LONGEST or not names_nobody(note):
        raise SettingsError("A remark is short and names no person or number.", todo="Write it without.")
    return note.strip()


def _moved(desk: SqlDesk, by: str, found: Risk, step: str, note: str) -> Risk:
    bureau(desk, by, (found.region,))
    sources, target = RISK_MOVES[step]
    if found.state not in sources:
        raise OutOfStep(f"A risk that is {found.state} takes no step '{step}'.", todo="See `hub risks show`.")
    moved = replace(found, state=target, steps=(*found.steps, Step(desk.now, by, step, sound_note(note))))
    RISKS.put(desk.connection, moved)
    facts: dict[str, str | int] = {"risk": found.id, "by": by, "state": target.value}
    if step == "assess":
        facts |= {"level": moved.level, "tolerable": int(bool(moved.tolerable))}
    desk.keep(Happened(f"risk.{target.value}", facts))
    return moved
