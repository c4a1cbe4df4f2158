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
from urllib.parse import quote

import polars as pl
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from agreements.feedback import FeedbackKind
from hub.db.engine import reading
from hub.parts import Parts, assemble
from hub.risk import notice_pages
from hub.settings import Settings
from hub.state.feedback import feedback_list
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
    "search": "/search?q=追溯",
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
def served() -> Iterator[tuple[str, dict[str, str]]]:
    """The house's pages on a loopback port, and pages of what it happens to hold."""
    settings = Settings.read({**os.environ, "HUB_API_PLAIN_LOOPBACK": "yes", "HUB_API_RATE": "100000"})
    parts = assemble(settings, "web")
    site = create_site(parts, settings)
    server = make_server("127.0.0.1", 0, site, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", held(parts)
    finally:
        server.shutdown()
        thread.join()


def held(parts: Parts) -> dict[str, str]:
    """A scanned code, the newest notice and an answered correction, where there are any."""
    found: dict[str, str] = {}
    tables = sorted((parts.releases / "traceability").glob("*/traceability.parquet"))
    if tables:
        codes = pl.scan_parquet(tables[-1]).select("trace_code").head(1).collect()["trace_code"]
        found["scan"] = f"/trace?code={quote(str(codes[0]), safe='')}"
    with reading(parts.engine) as connection:
        told = notice_pages.published(connection)
    if told:
        found["notice"] = f"/notices/{told[0].notice_no}"
    answered = feedback_list(parts.engine, FeedbackKind.CORRECTION, state="answered", limit=1)
    if answered:
        found["answer"] = f"/feedback/corrections/{answered[0].id}"
    return found


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
    chosen = {name: path for name, path in PAGES.items() if len(arguments) < 2 or name in arguments[1:]}
    with served() as (base, more), sync_playwright() as play:
        chosen |= {name: path for name, path in more.items() if len(arguments) < 2 or name in arguments[1:]}
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        fits = [take(browser, base, name, path, out) for name, path in chosen.items()]
        browser.close()
    return 0 if all(fits) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
