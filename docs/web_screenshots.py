"""Take pictures of the pages for people with headless Chromium, at desktop and at phone width.

    python docs/web_screenshots.py [OUT [NAME ...]]

The house is that of the environment (``HUB_HOME`` and the rest), as for ``hub serve-web``; OUT is ``docs/images``
unless given, NAMES choose pages. Exit code 1: a page scrolls sideways, or its policy was broken.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from hub.parts import assemble
from hub.settings import Settings
from hub.web.app import create_site

WIDTHS = {"desktop": 1280, "phone": 390}
PAGES = {
    "home": "/",
    "home-en": "/language/en?to=/",
    "home-large": "/display/large+contrast?to=/",
    "datasets": "/datasets",
    "dataset": "/datasets/traceability",
    "aggregate": "/datasets/rectification",
    "trace": "/trace",
    "colours": "/colours",
    "grading": "/grading",
    "notices": "/notices",
    "feedback": "/feedback",
    "correction": "/corrections/new",
    "statistics": "/statistics",
    "about": "/about",
    "privacy": "/privacy",
    "accessibility": "/accessibility",
}
HIGHEST = 2_600


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """The house's pages on a loopback port."""
    settings = Settings.read({**os.environ, "HUB_API_PLAIN_LOOPBACK": "yes", "HUB_API_RATE": "100000"})
    site = create_site(assemble(settings, "web"), settings)
    server = make_server("127.0.0.1", 0, site, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def take(browser: Browser, base: str, name: str, path: str, out: Path) -> bool:
    """A page at both widths; whether it stays within them and within its policy."""
    good = True
    for kind, width in WIDTHS.items():
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
        page = context.new_page()
        broken: list[str] = []
        page.on("console", lambda said, kept=broken: kept.append(said.text) if said.type == "error" else None)
        page.goto(base + path)
        page.wait_for_load_state("networkidle")
        wide, high = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        page.set_viewport_size({"width": width, "height": min(high, HIGHEST)})
        page.screenshot(path=out / f"web-{name}-{kind}.png")
        print(f"web-{name}-{kind}.png: page needs {wide} of {width}, {high} high {' '.join(broken)}")
        good = good and wide <= width and not broken
        context.close()
    return good


def main(arguments: list[str]) -> int:
    """Look at every page."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
    )
    if not found:
        print("No Chromium found; install the package chromium.", file=sys.stderr)
        return 2
    out = Path(arguments[0] if arguments else "docs/images").resolve()
    out.mkdir(parents=True, exist_ok=True)
    chosen = {name: path for name, path in PAGES.items() if name in arguments[1:]} or PAGES
    with served() as base, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        fits = [take(browser, base, name, path, out) for name, path in chosen.items()]
        browser.close()
    return 0 if all(fits) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
