"""Where risks, their tasks and reminders stand, and those who are told of notices."""

from __future__ import annotations

from typing import Final

from exporters.rules.notices.followers import Delivery, Follower
from exporters.rules.risk_intake.model import Reminder, Risk, RiskTask
from hub.db import exchange
from hub.state.shelf import Shelf

RISKS: Final = Shelf(Risk, exchange.risk)
TASKS: Final = Shelf(RiskTask, exchange.risk_task)
REMINDERS: Final = Shelf(Reminder, exchange.reminder)
FOLLOWERS: Final = Shelf(Follower, exchange.follower)
DELIVERIES: Final = Shelf(Delivery, exchange.delivery)
