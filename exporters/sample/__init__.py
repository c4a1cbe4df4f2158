"""The invented sample province: a source database in which everything happens that real sources do."""

from exporters.sample.dirt import DIRT, KINDS, Dirt
from exporters.sample.invent import SampleReport, invent

__all__ = ["DIRT", "KINDS", "Dirt", "SampleReport", "invent"]
