"""What agreements have spent of their privacy budgets; rows are only added, each with the release that spent it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, insert, select

from catalog.errors import UnsafeRelease
from hub.db.tables import privacy_spend
from hub.ledger.store import Event, append
from hub.state.runs import stamp


@dataclass(frozen=True, slots=True)
class Spend:
    """What one release spends: ``epsilon`` of the ``budget`` of an ``agreement``, whatever dataset it is for."""

    agreement: str
    epsilon: Decimal
    budget: Decimal


def spent(connection: Connection, agreement: str) -> Decimal:
    """What an agreement has spent on all datasets so far."""
    query = select(privacy_spend.c.epsilon).where(privacy_spend.c.agreement == agreement)
    return sum((Decimal(row) for row in connection.execute(query).scalars()), Decimal(0))


def demand_left(connection: Connection, spend: Spend, dataset: str) -> None:
    """UnsafeRelease where the budget does not cover the spend: noise would be drawn until it averages away."""
    before = spent(connection, spend.agreement)
    if before + spend.epsilon > spend.budget:
        raise UnsafeRelease(
            f"{dataset}: agreement {spend.agreement} has spent {before} of its privacy budget of {spend.budget}; "
            f"{spend.epsilon} more is not left.",
            left="Nothing was released; readers see the version before.",
            todo="Release less often, or agree on another budget.",
        )


def enter(connection: Connection, spend: Spend, dataset: str, version: int, now: datetime) -> None:
    """Spend it, with the event that says so; in the transaction that seals the release."""
    demand_left(connection, spend, dataset)
    values = {"agreement": spend.agreement, "dataset": dataset, "version": version, "epsilon": str(spend.epsilon)}
    connection.execute(insert(privacy_spend).values(**values, at=stamp(now)))
    append(connection, [Event("privacy.spent", {**values, "budget": str(spend.budget)})], now)
