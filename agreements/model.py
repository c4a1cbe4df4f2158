"""Who takes part in the exchange, and what may be asked of it: the words in which ``decide`` is spoken to.

Everything is frozen. A party is known by its 统一社会信用代码 (GB 32100-2015), its place by a code of GB/T 2260.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from agreements.permissions import Permission

NATION = "000000"
"""Region of a national regulator: it contains every other."""


class PartyKind(StrEnum):
    """What a party is; a unit may be several at once, for example producer and seller."""

    ASSOCIATION = "association"
    HUB = "hub"
    INSTITUTE = "institute"
    PLATFORM = "platform"
    PRODUCER = "producer"
    REGULATOR = "regulator"
    SELLER = "seller"
    TESTING_BODY = "testing_body"


class PartyState(StrEnum):
    """A suspended party gets nothing until it is restored (SM14)."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class Action(StrEnum):
    """What is done. ``QUERY`` answers records, ``LOOKUP`` one code or product, ``REVEAL`` one record's PI or TS."""

    APPROVE = "approve"
    CORRECT = "correct"
    DOWNLOAD = "download"
    LOOKUP = "lookup"
    PUBLISH = "publish"
    PUSH = "push"
    QUERY = "query"
    REVEAL = "reveal"
    SHARE = "share"


class Form(StrEnum):
    """In which form data is asked for: 记录、开放文件、汇总、扫码视图、提示、负面清单、权限."""

    AGGREGATES = "aggregates"
    LIST = "list"
    NOTICE = "notice"
    PERMISSIONS = "permissions"
    RECORDS = "records"
    RELEASE = "release"
    SCAN = "scan"


class PurposeKind(StrEnum):
    """Why data is asked for; ``COMMERCIAL`` can be stated and opens nothing (S0 定向开放 a-1)."""

    COMMERCIAL = "commercial"
    JOINT_SUPERVISION = "joint_supervision"
    OWN = "own"
    PUBLIC = "public"
    QUALITY = "quality"
    RESEARCH = "research"
    SUPERVISION = "supervision"


@dataclass(frozen=True, slots=True)
class Purpose:
    """The stated purpose: its kind, a case or risk number where there is one, and a sentence for the record."""

    kind: PurposeKind
    case_no: str = ""
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A registered party. ``id`` is its USCC; ``reason`` says why it is suspended and is shown to it.

    ``house`` marks the bureau that runs this hub; ``barred_by`` is who suspended it, so that another one restores it.
    """

    id: str
    name: str
    kinds: tuple[PartyKind, ...]
    region: str
    since: datetime
    state: PartyState = PartyState.ACTIVE
    reason: str = ""
    house: bool = False
    barred_by: str = ""

    def is_a(self, kind: PartyKind) -> bool:
        """Whether the party is of this kind."""
        return kind in self.kinds

    @property
    def territory(self) -> str:
        """The digits that all region codes of its territory begin with: 2 of a province, 4 of a city, 6 of a county."""
        return territory_of(self.region)


def territory_of(region: str) -> str:
    """The leading digits of a GB/T 2260 code that say something; none for the whole nation.

    Counties under a province itself (4190xx and the like) keep all six.
    """
    if region == NATION:
        return ""
    if region.endswith("0000"):
        return region[:2]
    return region[:4] if region.endswith("00") else region


@dataclass(frozen=True, slots=True)
class Grant:
    """What a party may take, from when until when: the entitlement that an agreement in force becomes.

    ``fields`` and ``regions`` empty mean all that the dataset's audience allows; ``quota_rows`` is rows in 24 hours,
    0 for no limit. ``state`` is ``active``, ``suspended`` or ``ended``.
    """

    id: str
    party: str
    agreement: str
    dataset: str
    purposes: tuple[PurposeKind, ...]
    starts: datetime
    ends: datetime
    fields: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    quota_rows: int = 0
    state: str = "active"
    reason: str = ""

    def runs(self, now: datetime) -> bool:
        """Whether the grant is in force at ``now``."""
        return self.state == "active" and self.starts <= now < self.ends


@dataclass(frozen=True, slots=True)
class Ticket:
    """An owner's authorisation for one record's protected fields (SM06): who, what, why, until when.

    ``owner`` is the 数据所属主体 that authorised it, ``record`` the record's id; the owner can withdraw at any time.
    """

    id: str
    party: str
    owner: str
    dataset: str
    record: str
    fields: tuple[str, ...]
    purpose: Purpose
    ends: datetime
    authorised_at: datetime | None = None
    withdrawn_at: datetime | None = None

    def runs(self, now: datetime) -> bool:
        """Whether the owner's authorisation stands at ``now``."""
        return self.authorised_at is not None and self.withdrawn_at is None and self.authorised_at <= now < self.ends


@dataclass(frozen=True, slots=True)
class Standing:
    """A party as it stands at this moment: all that ``decide`` may know of who asks.

    ``party`` is None for the public. ``actor`` is the person or machine that acts for it, ``permissions`` are what
    approved roles give that actor.
    """

    party: Party | None = None
    actor: str = ""
    permissions: frozenset[Permission] = frozenset()
    grants: tuple[Grant, ...] = ()
    tickets: tuple[Ticket, ...] = ()

    @property
    def uscc(self) -> str:
        """The party's code; "" for the public."""
        return self.party.id if self.party else ""


PUBLIC = Standing()
"""公众: nobody in particular."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked for: a dataset, or a record of it when ``record`` is given.

    ``region``, ``owner``, ``test_body`` and ``risk_level`` are the record's; left empty for a dataset they become row
    rules of the verdict. ``fields`` are the columns asked for, ``protected`` those of class PI or TS among them.
    ``codes`` are the trace codes asked for, or ``batch`` is one batch of the producer ``owner``. ``made_safe`` says
    that it went through desensitisation and the gate, ``described`` that a data description goes with it.
    """

    form: Form
    standard: str = ""
    dataset: str = ""
    record: str = ""
    region: str = ""
    owner: str = ""
    test_body: str = ""
    risk_level: str = ""
    codes: tuple[str, ...] = ()
    batch: str = ""
    fields: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    made_safe: bool = False
    described: bool = False
    opening_approved: bool = False
    asked_by: str = ""
    beneficiary: str = ""


@dataclass(frozen=True, slots=True)
class RowRule:
    """A row may be shown when ``field`` begins with (``begins``) or is (``is``) one of ``values``.

    Data without such a column shows no row at all.
    """

    field: str
    how: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer. ``basis`` is an SM id with the seed's text; ``rows`` hold together, ``fields`` empty means as asked.

    ``code`` is a constant word for machines; ``grant`` and ``ticket`` name what the answer rests on, for the Use.
    """

    allowed: bool
    code: str
    reason: str
    clause: str
    basis: str
    rows: tuple[RowRule, ...] = ()
    fields: tuple[str, ...] = ()
    grant: str = ""
    ticket: str = ""
