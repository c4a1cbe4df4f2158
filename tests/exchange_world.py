"""A founded exchange for tests: a provincial bureau with its people, an institute with an agent, keys on both sides.

Everything is invented. ``World`` keeps the private keys, which no hub ever sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import Engine

from agreements import applying, concluding, keys, register, roles
from agreements.agreement import Agreement, Application, DataItem
from agreements.calendar import Calendar, read_calendar
from agreements.model import Party, PartyKind, PurposeKind
from agreements.moving import Move
from agreements.permissions import Role
from catalog.identifiers.uscc import check_character
from hub.state.exchange import SqlDesk, desk

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
Offered = Mapping[str, frozenset[str]]
OFFERED: Offered = {
    "statistics": frozenset({"region_code", "quarter", "batches"}),
    "rectification": frozenset({"month"}),
}
R = TypeVar("R")


def uscc(first17: str) -> str:
    """An invented code with a right check character."""
    return first17 + check_character(first17)


HOUSE = uscc("11370000005000018")
INSTITUTE = uscc("12370000005000093")
LAB = uscc("12370000005000050")
OTHER = uscc("51370000005000121")


@cache
def private_key(seed: int) -> str:
    """A private Ed25519 key in PEM, the same for the same seed."""
    key = Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32))
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@cache
def public_key(seed: int) -> str:
    """The public half of ``private_key``."""
    key = Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32)).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def application(**changed: object) -> Application:
    """A complete application for the statistics."""
    body: dict[str, object] = {
        "data": (DataItem("statistics", ("quarter", "batches"), ("3701",)),),
        "purpose": PurposeKind.RESEARCH,
        "statement": "研究电线电缆质量波动",
        "project": "线缆质量指数",
        "responsible": "测试员甲",
        "output": "研究报告",
        "starts": date(2026, 3, 2),
        "ends": date(2027, 3, 2),
        "measures": ("专网存放", "双人管理"),
        "retention_days": 30,
        "quota_rows": 1000,
        **changed,
    }
    return Application(**body)  # type: ignore[arg-type]


@dataclass
class World:
    """A founded exchange on a database, with a clock that the test moves."""

    engine: Engine
    now: datetime = START
    calendar: Calendar = field(default_factory=read_calendar)
    open: SqlDesk | None = None

    @contextmanager
    def desk(self) -> Iterator[SqlDesk]:
        """One transaction, one second after the last; while ``open`` is set, everything happens in that one."""
        if self.open is not None:
            yield self.open
            return
        self.now += timedelta(seconds=1)
        with desk(self.engine, self.now) as found:
            yield found

    def do(self, what: Callable[..., R], *arguments: object, **named: object) -> R:
        """One command in its own transaction."""
        with self.desk() as found:
            return what(found, *arguments, **named)

    def move(self, number: str, by: str, note: str = "") -> Move:
        return Move(number, by, self.calendar, note)

    def give(self, person: str, party: str, role: Role) -> None:
        """A role by request and approval of two administrators."""
        asked = self.do(roles.request, "admin1", person, party, role, "测试")
        self.do(roles.approve, "admin2", asked.id)

    def key(self, party: str, seed: int) -> str:
        """An approved key of the party; its id."""
        proposed = self.do(register.propose_key, "admin1", party, public_key(seed))
        self.do(register.approve_key, "admin2", proposed.id)
        return proposed.id

    def sign(self, found: Agreement, by: str, seed: int) -> Agreement:
        """Sign the agreement's text with the key of ``seed``."""
        _, key_id, value = keys.sign(private_key(seed), found.text.encode())
        return self.do(concluding.sign, self.move(found.id, by), key_id, value)

    def approved(self, asked: Application | None = None, replaces: str = "", offered: Offered = OFFERED) -> Agreement:
        """An agreement that waits for its signatures."""
        found = self.do(applying.apply, self.move("", "agent"), asked or application(), replaces)
        self.do(applying.check, self.move(found.id, "op1"), offered)
        self.do(applying.review, self.move(found.id, "op1", "同意"))
        return self.do(applying.approve, self.move(found.id, "op2"), offered)

    def active(self, asked: Application | None = None, replaces: str = "", offered: Offered = OFFERED) -> Agreement:
        """An agreement in force."""
        found = self.approved(asked, replaces, offered)
        self.sign(found, "agent", 2)
        return self.sign(found, "op2", 1)


def world(engine: Engine) -> World:
    """Found the exchange: two administrators, two operators, an auditor, an institute's agent and machine, keys."""
    made = World(engine)
    with made.desk() as shared:
        made.open = shared
        _people(made)
    made.open = None
    return made


def _people(made: World) -> None:
    made.do(register.found, HOUSE, "示例省市场监督管理局", "370000", ("admin1", "admin2"))
    institute: Party = made.do(register.register, "admin1", INSTITUTE, "示例研究院", (PartyKind.INSTITUTE,), "370000")
    made.do(register.register, "admin1", LAB, "示例省质检院", (PartyKind.TESTING_BODY,), "370000")
    for person, party, role in (
        ("op1", HOUSE, Role.OPERATION),
        ("op2", HOUSE, Role.OPERATION),
        ("auditor", HOUSE, Role.AUDIT),
        ("agent", institute.id, Role.AGENT),
        ("machine", institute.id, Role.QUERY),
        ("lab", LAB, Role.AGENT),
    ):
        made.give(person, party, role)
    made.key(HOUSE, 1)
    made.key(INSTITUTE, 2)
    made.key(LAB, 3)
