"""Rules derived from a declaration, asked of one row (marshmallow) or of a whole batch (columns), with equal verdicts.

``model`` says which rules there are, ``reading`` how a cell is read (the one definition for both sides), ``schema`` is
the row verdict (imported from there, for marshmallow takes its time to load), ``verdicts`` the column verdict.
"""

from catalog.rules.model import Rule, RuleKind, rules_of
from catalog.rules.types import arrow_schema, arrow_type
from catalog.rules.verdicts import Verdicts, verdicts

__all__ = ["Rule", "RuleKind", "Verdicts", "arrow_schema", "arrow_type", "rules_of", "verdicts"]
