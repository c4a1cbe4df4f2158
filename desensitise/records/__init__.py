"""Re-identification of records: how far a row can be told from others by its quasi-identifiers, and making it less so.

``survey`` counts combinations, ``measure`` tells k, l, t and risks, ``search`` finds the generalisation that loses
least, ``anonymise`` carries it out. See docs/record-risk.md.
"""

from desensitise.records.anonymise import Plan, plan_of, survey_rows
from desensitise.records.classes import Survey, survey_of
from desensitise.records.measure import Attribute, Risk, broken, measure
from desensitise.records.search import Found, search

__all__ = [
    "Attribute",
    "Found",
    "Plan",
    "Risk",
    "Survey",
    "broken",
    "measure",
    "plan_of",
    "search",
    "survey_of",
    "survey_rows",
]
