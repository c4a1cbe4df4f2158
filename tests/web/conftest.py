"""The published house that most tests of pages share, and the browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.loopback import serving
from tests.plugins.ports import PATIENCE
from tests.web_world import Web, site_of, web

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Web:
    """Four datasets, released and published; tests only look, or add feedback of their own."""
    return web(tmp_path_factory.mktemp("web"), HUB_API_PLAIN_LOOPBACK="yes")


@pytest.fixture(scope="session")
def site(house: Web) -> Iterator[str]:
    """The address of that house's pages and API on a loopback port."""
    with serving(site_of(house.api)) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; without it the test skips, or fails when ``HUB_REQUIRE`` names ``browser``."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
    )
    if not found:
        if "browser" in os.environ.get("HUB_REQUIRE", "").split(","):
            pytest.fail("HUB_REQUIRE names browser, and there is no Chromium.")
        pytest.skip("no Chromium (Debian: apt install chromium)")
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as play:
        patience = PATIENCE * 1000
        expect.set_options(timeout=patience)
        flags = ["--no-sandbox", "--disable-gpu"]
        started = play.chromium.launch(executable_path=found, args=flags, timeout=patience)
        new_context = started.new_context

        def patient(**named: Any) -> BrowserContext:
            context = new_context(**named)
            context.set_default_timeout(patience)
            return context

        started.new_context = patient  # type: ignore[method-assign]
        yield started
        started.close()
