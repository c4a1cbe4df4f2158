"""What the release gate costs a run: its share of the run's CPU time, told beside a budget.

The gate is never cut short: a run over budget is told to operators, and its release is as safe as any other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from hub import log

T = TypeVar("T")
BUDGET = 0.25
"""Share of a run's CPU time that the gate may take."""

# Reading the detector's weights and patterns once costs this much; small runs are not called dear for it.
_FREE_SECONDS = 3.0


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What the work gives, and the CPU seconds it took."""
    begun = time.process_time()
    return work(), time.process_time() - begun


def told(report: Mapping[str, object], whole: float, dataset: str) -> dict[str, object]:
    """A run's report with ``gate_share`` and ``gate_budget``, for a run of ``whole`` CPU seconds; logs an excess."""
    spent = report.get("gate_cpu_seconds")
    if not isinstance(spent, float):
        return dict(report)
    share = round(spent / max(whole, spent, 1e-9), 3)
    if share > BUDGET and spent > _FREE_SECONDS:
        log.event("gate.over_budget", dataset=dataset, share=share, budget=BUDGET)
    return {**report, "gate_share": share, "gate_budget": BUDGET}


def shown(report: Mapping[str, object]) -> str:
    """The gate's share of a run as people read it; empty when the run came to no gate."""
    share = report.get("gate_share")
    return f"{share:.0%}" if isinstance(share, float) else ""
