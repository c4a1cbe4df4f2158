"""What for: the purpose and the case number of a use."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0011"
down_revision: Final = "0010"


def upgrade() -> None:
    """Add the columns; earlier uses said neither."""
    for name, size in (("purpose", 32), ("case_no", 100)):
        op.add_column("exchange_use", sa.Column(name, sa.String(size)))
