"""Who may do what: one enumeration of permissions, one table of roles (SM07 按角色分配共享权限).

GB/T 39477-2020 keeps administration, operation and audit apart: nobody holds two of these three roles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Permission(StrEnum):
    """``scope:action``, alphabetical."""

    AGREEMENT_APPLY = "agreement:apply"
    AGREEMENT_CHECK = "agreement:check"
    AGREEMENT_DECIDE = "agreement:decide"
    AGREEMENT_OFFER = "agreement:offer"
    AGREEMENT_READ = "agreement:read"
    AGREEMENT_REVIEW = "agreement:review"
    AGREEMENT_SIGN = "agreement:sign"
    AGREEMENT_SUSPEND = "agreement:suspend"
    CASE_EXPORT = "case:export"
    CASE_HANDLE = "case:handle"
    FEEDBACK_ANSWER = "feedback:answer"
    LEDGER_READ = "ledger:read"
    LIST_LOOKUP = "list:lookup"
    NOTICE_PUBLISH = "notice:publish"
    PARTY_REGISTER = "party:register"
    PARTY_SUSPEND = "party:suspend"
    PERMISSION_APPROVE = "permission:approve"
    PERMISSION_REQUEST = "permission:request"
    RECORD_CORRECT = "record:correct"
    RECORD_QUERY = "record:query"
    RECORD_REVEAL = "record:reveal"
    RELEASE_DOWNLOAD = "release:download"
    RELEASE_PUBLISH = "release:publish"
    RISK_HANDLE = "risk:handle"
    RUN_READ = "run:read"
    SHARE_READ = "share:read"
    TICKET_AUTHORISE = "ticket:authorise"
    USE_READ = "use:read"


class Role(StrEnum):
    """Roles, alphabetical. The first three sit in the bureau that runs the hub, the others with any party."""

    ADMINISTRATION = "administration"
    AUDIT = "audit"
    OPERATION = "operation"
    AGENT = "agent"
    HANDLING = "handling"
    QUERY = "query"


WORDS: Mapping[Role, tuple[str, str]] = MappingProxyType(
    {
        Role.ADMINISTRATION: ("管理", "registers parties, asks for and approves permissions"),
        Role.AUDIT: ("审计", "reads everything that happened, changes nothing"),
        Role.OPERATION: ("操作", "handles agreements, publishing, suspensions and cases"),
        Role.AGENT: ("经办", "applies, signs, authorises and corrects for a party"),
        Role.HANDLING: ("处置", "handles risks and notices for a regulator, in its own territory"),
        Role.QUERY: ("查询", "takes data for a party, as person or machine"),
    }
)

_P = Permission
ROLES: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.ADMINISTRATION: frozenset(
            {_P.PARTY_REGISTER, _P.PERMISSION_APPROVE, _P.PERMISSION_REQUEST, _P.AGREEMENT_READ, _P.RUN_READ}
        ),
        Role.AUDIT: frozenset({_P.AGREEMENT_READ, _P.CASE_EXPORT, _P.LEDGER_READ, _P.RUN_READ, _P.USE_READ}),
        Role.OPERATION: frozenset(
            {
                _P.AGREEMENT_CHECK,
                _P.AGREEMENT_DECIDE,
                _P.AGREEMENT_OFFER,
                _P.AGREEMENT_READ,
                _P.AGREEMENT_REVIEW,
                _P.AGREEMENT_SIGN,
                _P.AGREEMENT_SUSPEND,
                _P.CASE_EXPORT,
                _P.CASE_HANDLE,
                _P.FEEDBACK_ANSWER,
                _P.NOTICE_PUBLISH,
                _P.PARTY_SUSPEND,
                _P.RELEASE_PUBLISH,
                _P.RISK_HANDLE,
                _P.RUN_READ,
                _P.USE_READ,
            }
        ),
        Role.AGENT: frozenset(
            {
                _P.AGREEMENT_APPLY,
                _P.AGREEMENT_READ,
                _P.AGREEMENT_SIGN,
                _P.FEEDBACK_ANSWER,
                _P.RECORD_CORRECT,
                _P.TICKET_AUTHORISE,
                _P.USE_READ,
            }
        ),
        Role.HANDLING: frozenset({_P.NOTICE_PUBLISH, _P.RISK_HANDLE}),
        Role.QUERY: frozenset(
            {
                _P.LIST_LOOKUP,
                _P.RECORD_QUERY,
                _P.RECORD_REVEAL,
                _P.RELEASE_DOWNLOAD,
                _P.SHARE_READ,
            }
        ),
    }
)

HOUSE: frozenset[Role] = frozenset({Role.ADMINISTRATION, Role.AUDIT, Role.OPERATION})
"""Roles for the bureau's own people; nobody holds two of them (GB/T 39477-2020 管理、操作、审计分离)."""


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """All that these roles permit together."""
    return frozenset[Permission]().union(*(ROLES[role] for role in roles))


def roles_clash(held: Iterable[Role], added: Role) -> bool:
    """Whether ``added`` would join two of the roles that stay apart in one person."""
    return added in HOUSE and any(role in HOUSE and role is not added for role in held)
