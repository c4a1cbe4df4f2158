"""The public pages in a real browser: axe finds nothing serious, nothing breaks the policy, nothing scrolls sideways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.test_public import OPEN
from tests.web_world import Web

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.slow
AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
RULES = (
    "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations']}"
)
LOOKS = "{runOnly: ['color-contrast', 'link-in-text-block', 'target-size'], resultTypes: ['violations']}"
"""Rules that another display of the same page can break; the page itself was held against all of them."""
WIDE, NARROW = 1280, 390


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": WIDE, "height": 900}, locale="zh-CN")
    yield made
    made.close()


@pytest.mark.parametrize("path", [*OPEN, "/no-such-page", "/trace?code=06930064800924"])
def test_a_page_is_usable_by_everybody(site: str, context: BrowserContext, path: str) -> None:
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    page.goto(site + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDE
    page.set_viewport_size({"width": NARROW, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    assert serious(page) == []
    page.close()
    assert [one for one in said if "Content Security Policy" in one] == []


@pytest.mark.parametrize("choice", ["large+contrast", "large", "contrast"])
def test_the_display_for_the_aged_is_usable_too(site: str, browser: Browser, choice: str) -> None:
    made = browser.new_context(viewport={"width": NARROW, "height": 900})
    page = made.new_page()
    for path in ("/", "/datasets", "/datasets/traceability", "/trace", "/feedback", "/corrections/new"):
        page.goto(f"{site}/display/{choice}?to={path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW, path
        assert serious(page, LOOKS) == [], path
    made.close()


def test_in_the_dark_the_pages_can_be_read(site: str, browser: Browser) -> None:
    made = browser.new_context(color_scheme="dark")
    page = made.new_page()
    for path in ("/", "/datasets", "/datasets/traceability", "/grading", "/trace", "/feedback"):
        page.goto(site + path)
        assert serious(page, LOOKS) == [], path
    made.close()


def test_a_chart_is_drawn_and_its_table_says_the_same(site: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{site}/datasets/traceability")
    page.wait_for_selector("#by-region canvas")
    cells = page.locator("#by-region + details tbody td").all_text_contents()
    data = page.evaluate("JSON.parse(document.getElementById('by-region-data').textContent).values")
    assert [cell.replace(",", "") for cell in cells][: len(data)] == [str(one) for one in data]
    page.close()


def test_everything_works_without_scripts(site: str, browser: Browser, house: Web) -> None:
    made = browser.new_context(java_script_enabled=False)
    page = made.new_page()
    page.goto(site)
    page.fill("#q", "分级")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.click("text=产品质量分级结果")
    page.wait_for_url("**/datasets/grading")
    with page.expect_download() as taken:
        page.click("text=grading.csv")
    assert taken.value.suggested_filename == "grading.csv"
    made.close()


def test_the_keyboard_reaches_the_content_first(site: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(site)
    page.keyboard.press("Tab")
    page.wait_for_function("document.activeElement.className === 'skip'")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'content'")
    page.close()


def serious(page: Page, rules: str = RULES) -> list[str]:
    """What axe holds for serious or critical on the page as it stands: rule and the first places."""
    page.evaluate(AXE)
    found: Any = page.evaluate(f"axe.run(document, {rules}).then(result => result.violations)")
    return [
        f"{one['id']}: {[place['target'] for place in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
