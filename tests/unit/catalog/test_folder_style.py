"""The style sheet keeps its promises: contrast of WCAG 2.2 AA in both schemes, nothing from elsewhere."""

import re
from importlib.resources import files

import pytest

CSS = (files("catalog.folder") / "static" / "style.css").read_text(encoding="utf-8")
TEXT_PAIRS = [
    ("ink", "page"),
    ("ink", "card"),
    ("ink", "wash"),
    ("soft", "page"),
    ("soft", "card"),
    ("soft", "wash"),
    ("accent", "page"),
    ("accent", "card"),
    ("accent", "wash"),
    ("on-hero", "hero"),
    ("soft-hero", "hero"),
    ("good", "good-wash"),
    ("warn", "warn-wash"),
    ("off", "off-wash"),
]
SHAPE_PAIRS = [("edge", "card"), ("accent", "card"), ("focus", "page"), ("focus", "card"), ("on-hero", "hero")]


def colours(block):
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


LIGHT = colours(CSS[: CSS.index("@media")])
DARK = {**LIGHT, **colours(CSS[CSS.index("@media (prefers-color-scheme: dark)") : CSS.index("* {")])}


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself_is_right():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT_PAIRS)
def test_text_stands_out_from_its_ground(scheme, front, back):
    assert contrast(scheme[front], scheme[back]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), SHAPE_PAIRS)
def test_shapes_and_focus_stand_out_from_their_ground(scheme, front, back):
    assert contrast(scheme[front], scheme[back]) >= 3


def test_the_dark_scheme_has_every_colour_of_its_own():
    own = colours(CSS[CSS.index("@media (prefers-color-scheme: dark)") : CSS.index("* {")])
    assert set(own) == set(LIGHT)


def test_colours_stand_in_variables_only_and_every_variable_is_used():
    rules = CSS[CSS.index("* {") : CSS.index("@media print")]
    assert not re.findall(r"#[0-9a-f]{3,8}\b", rules)
    assert set(re.findall(r"var\(--([a-z-]+)\)", CSS)) == set(LIGHT)


def test_nothing_is_loaded_from_elsewhere():
    assert "url(" not in CSS
    assert "@import" not in CSS


def test_print_dark_contrast_and_phones_are_provided_for():
    for query in ("print", "(prefers-color-scheme: dark)", "(prefers-contrast: more)", "(max-width: 40rem)"):
        assert f"@media {query}" in CSS
    assert ":focus-visible" in CSS
