"""Data quality by source bureau (GB/T 36344-2018): trend by month, worst rules first, corrections sent back.

What the rules' door flags, what rules could not judge and what fails its check digit, told by the bureau that the
records come from. 时效性 and 可访问性 are measured at release (``catalog.quality``), not here.
"""

from exporters.rules.data_quality.faults import DIMENSIONS, FAULTS, faults, update
from exporters.rules.data_quality.report import corrections, trend, worst

__all__ = ["DIMENSIONS", "FAULTS", "corrections", "faults", "trend", "update", "worst"]
