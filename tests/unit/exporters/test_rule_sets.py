"""A rule set with a wrong threshold is refused before any rule is asked, and the refusal names what is wrong."""

from __future__ import annotations

from importlib.resources import files

import pytest

from catalog.errors import DeclarationError
from exporters.rules.book import parse_book, shipped
from exporters.rules.product_risk.matrix import parse_matrix

WRONG = (
    ("product_risk", "level_1_from = 70", "level_1_from = 40", "'level_2_from' must be below 'level_1_from'"),
    ("product_risk", "level_1_from = 70", "level_1_from = 70.5", "'level_1_from' must be a whole number"),
    ("product_risk", '"20:20", "10:14"', '"10:20", "10:14"', "'rate_bands' names a limit twice"),
    ("product_risk", '"20:20", "10:14"', '"20:10", "10:14"', "'rate_bands' must give more points"),
    ("product_risk", '"5:8", "0:3"]', '"5:8"]', "'rate_bands' leaves a gap"),
    ("product_risk", '"M:15", "L:5"', '"M:15"', "'risk_points' says nothing of L"),
    ("product_risk", '"M:15", "L:5"', '"M:15", "X:5"', "'risk_points' holds unknown codes: X"),
    ("product_risk", '"M:15", "L:5"', '"M:5", "L:15"', "'risk_points' must fall"),
    ("product_risk", '"孕产妇"', '"婴儿"', "'vulnerable_users' holds unknown codes: 婴儿"),
    ("product_risk", 'id = "risk"', 'id = "riks"', "'riks' is no rule"),
    ("product_risk", "window_months", "window_month", "'window_months' is missing; 'window_month' is no option"),
    ("product_risk", 'id = "access"', 'id = "risk"', "names a rule twice"),
    ("enterprise_class", "from_c = 25", "from_c = 45", "'from_c' must be below 'from_d'"),
    ("enterprise_class", "quantile = 0.9", "quantile = 90", "'complaint_quantile' must lie between 0 and 1"),
    ("area_colours", '"red:20", "orange:10"', '"red:10", "orange:10"', "'colours' must name falling limits"),
    ("area_colours", '"red:20"', '"red:20.5"', "'colours' must be a list"),
    ("area_colours", '"green"]', '"green:1"]', "'colours' must be a list"),
    ("area_colours", '"high"', '"C"', "'counts' must be a class of 'measure'"),
    ("supervision", '"3/low=credit", ', "", "'modes' says nothing of 3/low"),
    ("supervision", '"3/low=credit"', '"3/low=free"', "'modes' holds a value that must be one of strict"),
    ("supervision", '"routine:0.2"', '"routine:20"', "'random_checks' holds a value that must lie between 0 and 1"),
    ("supervision", '"4:4"]', '"4:9"]', "'tiers' holds a value that must lie between 1 and 4"),
    ("negative_list", 'gone_statuses = ["3"', 'gone_statuses = ["9"', "'gone_statuses' holds unknown codes: 9"),
    ("negative_list", "\nfrequent = 3", "\nfrequent = 2", "'fairly_frequent' must be below 'frequent'"),
    ("negative_list", '["37"]', '["99"]', "'licence_register_covers' holds unknown codes: 99"),
    ("negative_list", '"shoddy"', '"shody"', "'quality_causes' holds unknown codes: shody"),
)


def _text(name: str, file: str = "rules.toml") -> str:
    return (files("exporters") / "rules" / name / file).read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "right", "wrong", "said"), WRONG, ids=[f"{n}: {s}" for n, _, _, s in WRONG])
def test_a_wrong_option_is_named(name: str, right: str, wrong: str, said: str) -> None:
    text = _text(name)
    assert right in text
    with pytest.raises(DeclarationError) as found:
        parse_book(text.replace(right, wrong, 1), "mine.toml")
    assert said in str(found.value)
    assert "mine.toml" in str(found.value)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("over = 0.01", "over = 0.2", "limits must fall"),
        ("over = 0.0\n", "over = 0.0000001\n", "limits must fall"),
        ('code = "VII"', 'code = "VI"', "steps must be"),
        ('["M", "S", "S", "S"]', '["M", "S", "S", "X"]', "must be S, H, M or L"),
        ('["M", "S", "S", "S"]', '["M", "S", "S"]', "no risk matrix"),
    ],
)
def test_a_wrong_matrix_is_named(right: str, wrong: str, said: str) -> None:
    text = _text("product_risk", "matrix.toml")
    assert right in text
    with pytest.raises(DeclarationError, match=said):
        parse_matrix(text.replace(right, wrong, 1))


def test_a_rule_that_a_set_lacks_is_named() -> None:
    book = parse_book(_text("enterprise_class").replace('id = "red"', 'id = "blue"'), "mine.toml")
    with pytest.raises(DeclarationError, match="lacks the rule 'red'"):
        book.of("red")


@pytest.mark.parametrize("scheme", ["nosuch", "../area_colours/rules", ""])
def test_a_scheme_names_a_file_of_its_own_derivation(scheme: str) -> None:
    with pytest.raises(DeclarationError, match="There is no scheme"):
        shipped("product_risk", scheme)
