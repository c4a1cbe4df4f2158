"""Accounts of people: passwords as Argon2id, sessions, invitations, passkeys. The scrypt passwords before are gone."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0014"
down_revision: Final = "0013"
_TEXT: Final = 0
_BIG: Final = -1
_WHOLE: Final = -2
_TABLES: Final[dict[str, tuple[dict[str, int], tuple[str, ...]]]] = {
    "account": ({"person": 120, "password": 200, "code_secret": 200, "code_step": _BIG, "since": 32}, ()),
    "account_invitation": ({"id": 64, "person": 120, "until": 32}, ("person",)),
    "account_session": (
        {"id": 64, "person": 120, "factors": 16, "since": 32, "seen": 32, "until": 32},
        ("person", "until"),
    ),
    "account_passkey": (
        {"id": 64, "person": 120, "credential": _TEXT, "public": _TEXT, "uses": _BIG, "name": 80, "since": 32},
        ("person",),
    ),
    "account_guess": ({"id": 64, "count": _WHOLE, "until": 32}, ("until",)),
}


def upgrade() -> None:
    """Create the tables; the first column of each is its key. Who had a password is invited anew."""
    for table, (columns, searched) in _TABLES.items():
        op.create_table(
            table,
            *(sa.Column(name, _kind(size), nullable=False) for name, size in columns.items()),
            sa.PrimaryKeyConstraint(next(iter(columns)), name=f"pk_{table}"),
        )
        for column in searched:
            op.create_index(f"ix_{table}_{column}", table, [column])
    op.drop_table("oauth_account")


def _kind(size: int) -> sa.types.TypeEngine[Any]:
    kinds: dict[int, sa.types.TypeEngine[Any]] = {_TEXT: sa.Text(), _BIG: sa.BigInteger(), _WHOLE: sa.Integer()}
    return kinds.get(size) or sa.String(size)
