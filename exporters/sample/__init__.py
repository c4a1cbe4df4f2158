"""The invented sample province: a source database in which everything happens that real sources do."""

from exporters.sample.dirt import DIRT, KINDS, Dirt
from exporters.sample.invent import SampleReport, invent
from exporters.sample.later import Changed, change

__all__ = ["DIRT", "KINDS", "Changed", "Dirt", "SampleReport", "change", "invent"]
