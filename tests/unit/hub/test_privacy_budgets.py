"""A privacy budget is spent with the release that spends it, and refused when it is exhausted."""

from decimal import Decimal
from pathlib import Path

import pytest

from catalog.errors import UnsafeRelease
from hub.db.engine import connect, reading, writing
from hub.db.migrate import migrate
from hub.state import budgets
from hub.state.budgets import Spend
from tests.house import NOON

HALF = Spend("A-1", Decimal("0.5"), Decimal("1.2"))


def test_a_budget_is_spent_to_the_end_and_no_further(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    migrate(engine)
    for version in (1, 2):
        with writing(engine) as connection:
            budgets.enter(connection, HALF, "checks", version, NOON)
    with (
        pytest.raises(UnsafeRelease, match=r"A-1 has spent 1\.0 of its privacy budget of 1\.2"),
        writing(engine) as connection,
    ):
        budgets.enter(connection, HALF, "another dataset", 1, NOON)
    with reading(engine) as connection:
        assert budgets.spent(connection, "A-1") == Decimal("1.0")
        assert budgets.spent(connection, "A-2") == 0


def test_what_fails_after_the_spend_takes_it_back(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    migrate(engine)

    def spend_and_fail() -> None:
        with writing(engine) as connection:
            budgets.enter(connection, HALF, "checks", 1, NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        spend_and_fail()
    with reading(engine) as connection:
        assert budgets.spent(connection, "A-1") == 0
