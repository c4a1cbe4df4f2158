"""OAuth 2: clients, accounts, codes, and identifiers that count no more."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0005"
down_revision: Final = "0004"
_TEXT: Final = 0
_TABLES: Final[dict[str, dict[str, int]]] = {
    "client": {
        "id": 64,
        "name": 200,
        "person": 120,
        "method": 32,
        "secret": 64,
        "keys": _TEXT,
        "redirects": _TEXT,
        "introspects": 1,
        "state": 16,
        "since": 32,
    },
    "account": {"person": 120, "password": 200, "since": 32},
    "code": {"id": 64, "body": _TEXT, "until": 32, "token": 64},
    "spent": {"id": 80, "until": 32},
}


def upgrade() -> None:
    """Create the tables; the first column of each is its key."""
    for noun, columns in _TABLES.items():
        op.create_table(
            f"oauth_{noun}",
            *(
                sa.Column(name, sa.String(size) if size else sa.Text(), nullable=False)
                for name, size in columns.items()
            ),
            sa.PrimaryKeyConstraint(next(iter(columns)), name=f"pk_oauth_{noun}"),
        )
        if "until" in columns:
            op.create_index(f"ix_oauth_{noun}_until", f"oauth_{noun}", ["until"])
