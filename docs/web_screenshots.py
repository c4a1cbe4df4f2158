"""Take pictures of the pages for people with headless Chromium, at desktop and at phone width.

    python docs/web_screenshots.py [OUT [NAME ...]]

The house of the public pages is that of the environment (``HUB_HOME`` and the rest), as for ``hub serve-web``; desks
are those of an invented exchange with work on each (run with the repository on ``PYTHONPATH``). OUT is a new temporary
folder unless given, NAMES choose pages; pictures that the documents show are made anew in ``docs/images`` as well. Exit
code 1: a page scrolls sideways, or its policy was broken.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from urllib.parse import quote

import polars as pl
from playwright.sync_api import Browser, sync_playwright

from agreements.feedback import FeedbackKind
from hub.db.engine import reading
from hub.parts import Parts, assemble
from hub.risk import notice_pages
from hub.settings import Settings
from hub.state.feedback import feedback_list
from hub.web.app import create_site
from tests.loopback import serving

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
SETTLING = 300
"""Milliseconds in which a chart is drawn anew for another width."""
HOUSE = {
    "cockpit": "/house",
    "runs": "/house/runs",
    "schedules": "/house/datasets",
    "quality": "/house/quality",
    "parties": "/house/parties",
    "risks": "/house/risks",
    "uses": "/house/uses",
}
"""Pages of the bureau that runs the hub, as one of its operators sees them."""


@contextmanager
def served() -> Iterator[tuple[str, dict[str, str]]]:
    """The house's pages on a loopback port, and pages of what it happens to hold."""
    settings = Settings.read({**os.environ, "HUB_API_PLAIN_LOOPBACK": "yes", "HUB_API_RATE": "100000"})
    parts = assemble(settings, "web")
    site = create_site(parts, settings)
    with serving(site) as address:
        yield address, held(parts)


def held(parts: Parts) -> dict[str, str]:
    """A scanned code, the newest notice and an answered correction, where there are any."""
    found: dict[str, str] = {}
    tables = sorted((parts.releases / "traceability").glob("*/traceability.parquet"))
    if tables:
        codes = pl.scan_parquet(tables[-1]).select("trace_code").drop_nulls().head(1).collect()["trace_code"]
        found["scan"] = f"/trace?code={quote(str(codes[0]), safe='')}"
    with reading(parts.engine) as connection:
        told = notice_pages.published(connection)
    if told:
        found["notice"] = f"/notices/{told[0].notice_no}"
    answered = feedback_list(parts.engine, FeedbackKind.CORRECTION, state="answered", limit=1)
    if answered:
        found["answer"] = f"/feedback/corrections/{answered[0].id}"
    return found


@contextmanager
def desks() -> Iterator[tuple[str, dict[str, tuple[str, str]]]]:
    """An exchange with work on every desk: its address; by name of the picture, whose session and which page."""
    from hub.accounts import sessions
    from hub.db.engine import writing
    from tests.web_desks import furnish
    from tests.web_people import served_people

    with TemporaryDirectory() as folder, served_people(Path(folder)) as (address, house):
        places = [*furnish(house, Path(folder)), *(("op1", path) for path in HOUSE.values())]
        house.open_account("agent")
        now = house.app.extensions["hub"].now()
        with writing(house.parts.engine) as connection:
            tokens = {who: sessions.begin(connection, who, "password", now) for who, _ in places if who}
        shown: dict[str, tuple[str, str]] = {}
        known = {path: name for name, path in HOUSE.items()}
        for who, path in places:
            name = known.get(path) or named(path)
            taken = sum(one.startswith(name) for one in shown)
            shown[f"{name}-{taken}" if name in shown else name] = (tokens.get(who, ""), path)
        yield address, shown


def named(path: str) -> str:
    """A picture's name for a page: its address without numbers."""
    words = [word for word in re.split(r"[/?&=]", path) if word and not any(map(str.isdigit, word))]
    return "-".join(words[:4])


def take(browser: Browser, base: str, name: str, path: str, out: Path, token: str = "") -> bool:
    """A page at both widths, as whoever holds the session sees it; whether it stays within them and its policy."""
    good = True
    context = browser.new_context(locale="zh-CN")
    if token:
        context.add_cookies([{"name": "hub-session", "value": token, "url": base}])
    page = context.new_page()
    broken: list[str] = []
    page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    for kind, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 900})
        if page.url == "about:blank":
            page.goto(base + path)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(SETTLING)
        wide, high = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        page.set_viewport_size({"width": width, "height": min(high, HIGHEST)})
        page.screenshot(path=out / f"web-{name}-{kind}.png")
        print(f"web-{name}-{kind}.png: page needs {wide} of {width}, {high} high {' '.join(broken)}", flush=True)
        good = good and wide <= width and not broken
    context.close()
    return good


def show_anew(out: Path) -> None:
    """Pictures that the documents show, in few colours, so that the repository stays small."""
    from PIL import Image

    for shown in Path(__file__).parent.joinpath("images").glob("web-*.png"):
        if (taken := out / shown.name).exists():
            with Image.open(taken) as picture:
                picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(shown, optimize=True)


def main(arguments: list[str]) -> int:
    """Look at every page."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
    )
    if not found:
        print("No Chromium found; install the package chromium.", file=sys.stderr)
        return 2
    out = Path(arguments[0] if arguments else mkdtemp(prefix="pictures-")).resolve()
    out.mkdir(parents=True, exist_ok=True)
    chosen = {name: path for name, path in PAGES.items() if len(arguments) < 2 or name in arguments[1:]}
    with served() as (base, more), sync_playwright() as play:
        chosen |= {name: path for name, path in more.items() if len(arguments) < 2 or name in arguments[1:]}
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        fits = [take(browser, base, name, path, out) for name, path in chosen.items()]
        with desks() as (address, places):
            for name, (token, path) in places.items():
                if len(arguments) < 2 or name in arguments[1:]:
                    fits.append(take(browser, address, name, path, out, token))
        browser.close()
    show_anew(out)
    print(f"Pictures: {out}")
    return 0 if all(fits) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
