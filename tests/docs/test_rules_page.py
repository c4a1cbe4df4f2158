"""The page of rules names every kind of rule, every check with its flag, and every dimension of quality."""

from datetime import UTC, datetime
from pathlib import Path

from catalog.identifiers.checks import CHECKS
from catalog.quality import evaluate
from catalog.rules import RuleKind
from catalog.tally import Tally

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def test_every_kind_of_rule_that_rejects_stands_on_the_page():
    for kind in set(RuleKind) - {RuleKind.CHECK}:
        assert f"| `{kind}` |" in PAGE, kind


def test_every_check_stands_on_the_page_with_its_flag_and_name():
    for check in CHECKS.values():
        assert f"| `{check.name}` | `{check.flag}` | {check.zh} |" in PAGE, check.name


def test_every_dimension_stands_on_the_page():
    quality = evaluate(Tally(), total_at_source=0, as_of=datetime(2026, 5, 1, tzinfo=UTC), frequency="")
    for dimension in quality.dimensions:
        assert f"| {dimension.name} | {dimension.zh} |" in PAGE, dimension.name
