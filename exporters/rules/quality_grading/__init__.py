"""Grading of product quality 产品质量分级 (standard 2.7): catalogue, indicators, grades AAAAA to A, validity."""

from exporters.rules.quality_grading.catalogue import GRADES, Catalogue, parse_catalogue, shipped_catalogue
from exporters.rules.quality_grading.grades import READS, RESULTS, grades, on, update

__all__ = [
    "GRADES",
    "READS",
    "RESULTS",
    "Catalogue",
    "grades",
    "on",
    "parse_catalogue",
    "shipped_catalogue",
    "update",
]
