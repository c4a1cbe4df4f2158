"""Differentiated supervision 差异化监管 (S1, S3) and information-driven sampling 信息驱动抽样 (S4)."""

from exporters.rules.supervision.modes import MODES, modes
from exporters.rules.supervision.sampling import more_firms, more_products
from exporters.rules.supervision.tasks import TASKS, by_bureau, tasks

__all__ = ["MODES", "TASKS", "by_bureau", "modes", "more_firms", "more_products", "tasks"]
