"""An invented exchange to try the pages on: the bureau, an institute, a platform, a county bureau, and their people.

Nobody here exists. A house that was founded already keeps who is in it; only what is missing is added.
"""

from __future__ import annotations

from typing import Final

from agreements import register, roles
from agreements.desk import Desk
from agreements.model import Party, PartyKind
from agreements.people import Assignment
from agreements.permissions import Role
from catalog.identifiers.uscc import check_character
from hub.accounts import accounts
from hub.state.exchange import SqlDesk


def _code(first: str) -> str:
    return first + check_character(first)


HOUSE: Final = (_code("11370000005000018"), "示例省市场监督管理局", PartyKind.REGULATOR, "370000")
_ADMINISTRATORS: Final = ("admin-zhang", "admin-li")
_PARTIES: Final = (
    HOUSE,
    (_code("12370000005000093"), "示例研究院", PartyKind.INSTITUTE, "370000"),
    (_code("91370200MA5000017"), "示例电商平台有限公司", PartyKind.PLATFORM, "370200"),
    (_code("11370212005000026"), "示例区市场监督管理局", PartyKind.REGULATOR, "370212"),
)
_PEOPLE: Final = (
    ("op-wang", 0, Role.OPERATION),
    ("op-zhao", 0, Role.OPERATION),
    ("audit-sun", 0, Role.AUDIT),
    ("institute-chen", 1, Role.AGENT),
    ("platform-liu", 2, Role.QUERY),
    ("county-zhou", 3, Role.HANDLING),
)


def invent(desk: SqlDesk) -> tuple[tuple[str, str, Role], ...]:
    """Found what is not there yet; person, party's name and role of everybody."""
    if desk.get(Party, HOUSE[0]) is None:
        register.found(desk, HOUSE[0], HOUSE[1], HOUSE[3], _ADMINISTRATORS)
    for code, name, kind, region in _PARTIES[1:]:
        if desk.get(Party, code) is None:
            register.register(desk, _ADMINISTRATORS[0], code, name, (kind,), region)
    for person, place, role in _PEOPLE:
        _give(desk, person, _PARTIES[place][0], role)
    everybody = (*((one, 0, Role.ADMINISTRATION) for one in _ADMINISTRATORS), *_PEOPLE)
    return tuple((person, _PARTIES[place][1], role) for person, place, role in everybody)


def links(desk: SqlDesk, address: str) -> dict[str, str]:
    """A one-time link for everybody of the invented exchange who has no account yet, by person."""
    opened = {one.person for one in accounts.listed(desk.connection)}
    missing = [person for person in (*_ADMINISTRATORS, *(one for one, _, _ in _PEOPLE)) if person not in opened]
    tokens = {one: accounts.invite(desk.connection, _ADMINISTRATORS[0], one, desk.now) for one in missing}
    return {person: f"{address}/account/welcome/{token}" for person, token in tokens.items()}


def _give(desk: Desk, person: str, party: str, role: Role) -> None:
    if any(one.role is role for one in desk.find(Assignment, person=person, held="1")):
        return
    asked = roles.request(desk, _ADMINISTRATORS[0], person, party, role, "样例")
    roles.approve(desk, _ADMINISTRATORS[1], asked.id)
