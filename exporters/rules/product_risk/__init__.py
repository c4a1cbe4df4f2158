"""Product risk: the risk matrix with its sensitivity run, and product levels under a chosen scheme (S1, S3)."""

from exporters.rules.product_risk.levels import LEVELS, SCHEMES, levels, update
from exporters.rules.product_risk.matrix import assessed, cells, probability_of
from exporters.rules.product_risk.rates import wilson_upper

__all__ = ["LEVELS", "SCHEMES", "assessed", "cells", "levels", "probability_of", "update", "wilson_upper"]
