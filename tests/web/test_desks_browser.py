"""Every desk with work on it, in a real browser: axe, policy, widths, the dark, and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.test_browser import LOOKS, NARROW, WIDE, serious
from tests.web_desks import Places, furnish
from tests.web_people import People, served_people

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage

pytestmark = pytest.mark.slow
TWICE = "[...document.querySelectorAll('[id]')].map(one => one.id).filter((id, at, all) => all.indexOf(id) !== at)"
"""Ids that a page gives twice: a label or an error would belong to the wrong field."""


@dataclass
class Desks:
    """A house with work on its desks, and a session for each person."""

    address: str
    house: People
    places: Places

    def open(self, browser: Browser, person: str, **named: object) -> BrowserContext:
        made = browser.new_context(viewport={"width": WIDE, "height": 900}, **named)  # type: ignore[arg-type]
        if person:
            made.add_cookies([{"name": "hub-session", "value": self.house.session(person), "url": self.address}])
        return made


def _errors(said: list[str], one: ConsoleMessage) -> None:
    if one.type == "error":
        said.append(one.text)


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    folder = tmp_path_factory.mktemp("desks")
    with served_people(folder) as (address, house):
        places = furnish(house, folder)
        house.open_account("agent")
        yield Desks(address, house, places)


def test_every_desk_is_usable_by_everybody(desks: Desks, browser: Browser) -> None:
    people = dict.fromkeys(person for person, _ in desks.places)
    for person in people:
        context = desks.open(browser, person)
        page = context.new_page()
        said: list[str] = []
        page.on("console", partial(_errors, said))
        for path in (place for who, place in desks.places if who == person):
            page.set_viewport_size({"width": WIDE, "height": 900})
            answer = page.goto(desks.address + path)
            assert answer is not None
            assert answer.status == 200, path
            assert page.evaluate("document.documentElement.scrollWidth") <= WIDE, path
            page.set_viewport_size({"width": NARROW, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= NARROW, path
            # English words are longer than Chinese ones.
            context.add_cookies([{"name": "language", "value": "en", "url": desks.address}])
            page.goto(desks.address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= NARROW, path
            assert serious(page) == [], path
            assert page.evaluate(TWICE) == [], path
            page.evaluate("document.documentElement.classList.add('large', 'contrast')")
            assert page.evaluate("document.documentElement.scrollWidth") <= NARROW, path
            context.clear_cookies(name="language")
        assert [one for one in said if "Content Security Policy" in one] == []
        context.close()


def test_desks_can_be_read_in_the_dark_and_in_high_contrast(desks: Desks, browser: Browser) -> None:
    for person, paths in (("agent", ("/mine", "/mine/data", "/account")), ("op2", ("/work", "/work/leaks"))):
        context = desks.open(browser, person, color_scheme="dark")
        page = context.new_page()
        for path in paths:
            page.goto(desks.address + path)
            assert serious(page, LOOKS) == [], path
            page.goto(f"{desks.address}/display/large+contrast?to={path}")
            assert serious(page, LOOKS) == [], path
            context.clear_cookies(name="display")
        context.close()


def test_an_application_is_handed_in_without_scripts_and_by_keyboard(desks: Desks, browser: Browser) -> None:
    context = desks.open(browser, "agent", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{desks.address}/mine")
    page.get_by_role("button", name="申请数据").press("Enter")
    page.get_by_label("工业产品质量监督抽查统计").first.press("Space")
    page.get_by_role("button", name="保存并继续").press("Enter")
    page.wait_for_url("**/purpose")
    page.get_by_label("项目名称").fill("无脚本申请")
    page.get_by_role("button", name="存为草稿").press("Enter")
    expect(page.get_by_role("link", name="无脚本申请")).to_be_visible()
    context.close()
