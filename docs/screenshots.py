"""Take pictures of a folder portal's pages with headless Chromium, at desktop and at phone width.

    python docs/screenshots.py SITE [OUT]

SITE is the folder that holds ``index.html``; OUT is ``docs/images`` unless given. Each page is framed by a page of
exactly the wanted width (a headless window cannot be made narrower than about 500 pixels), and the frame measures
whether the page scrolls sideways. Exit code 1 says that one does.
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDTHS = {"desktop": 1280, "phone": 390}
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
)
FRAME = """<!doctype html><meta charset="utf-8"><title>frame</title>
<style>html,body{{margin:0;background:#888}}iframe{{border:0;display:block;width:{width}px;height:{height}px}}</style>
<iframe src="{page}" onload="
  const e = this.contentDocument.documentElement;
  document.title = 'measured ' + e.scrollWidth + ' ' + e.scrollHeight;"></iframe>"""


@dataclass(frozen=True)
class Shot:
    """A page to look at: its path below the site, the name of its picture, how much of its height to show."""

    page: str
    name: str
    most: int = 2400


class Pages(SimpleHTTPRequestHandler):
    """The site, and the frame under ``/__frame``."""

    def do_GET(self) -> None:
        """Answer one request."""
        parts = urlsplit(self.path)
        if parts.path != "/__frame":
            super().do_GET()
            return
        asked = {key: html.escape(values[0]) for key, values in parse_qs(parts.query).items()}
        body = FRAME.format(**asked).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The site on a loopback port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def browse(browser: str, *arguments: str) -> str:
    """Run the browser once, with a profile of its own; what it prints."""
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, *FLAGS, f"--user-data-dir={profile}", "--virtual-time-budget=4000", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout


def measure(browser: str, base: str, page: str, width: int) -> tuple[int, int]:
    """Width and height that the page wants at this width."""
    frame = f"{base}/__frame?page=/{page}&width={width}&height=900"
    found = re.search(r"measured ([0-9]+) ([0-9]+)", browse(browser, "--dump-dom", frame))
    if found is None:
        raise SystemExit(f"The browser did not open {page}.")
    return int(found[1]), int(found[2])


def take(browser: str, base: str, shot: Shot, out: Path, kind: str, extra: tuple[str, ...] = ()) -> bool:
    """One picture; whether the page stays within its width."""
    width = WIDTHS["phone" if kind.endswith("phone") else "desktop"]
    wanted, height = measure(browser, base, shot.page, width)
    height = min(height, shot.most)
    # Below 500 pixels the window stays wider than asked, so the picture shows the frame's grey beside the page.
    frame = f"{base}/__frame?page=/{shot.page}&width={width}&height={height}"
    target = out / f"portal-{shot.name}-{kind}.png"
    browse(browser, *extra, f"--screenshot={target}", f"--window-size={width},{height}", frame)
    print(f"{target.name}: {width} wide, {height} of its height shown, page needs {wanted}")
    return wanted <= width


def shots_of(site: Path) -> list[Shot]:
    """The index in both languages, the first open dataset and the first that is open on conditions."""
    shots = [Shot("index.html", "index"), Shot("en/index.html", "index-en")]
    homes = sorted(place.parent for place in (site / "datasets").glob("*/dataset.json"))
    for name, has_files in (("dataset", True), ("conditions", False)):
        found = next((home for home in homes if any(home.glob("v*")) == has_files), None)
        if found is not None:
            shots.append(Shot(f"datasets/{found.name}/index.html", name))
    return shots


def main(arguments: list[str]) -> int:
    """Look at every page at both widths, and at the index and a dataset in the dark."""
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None or not arguments:
        print(__doc__ if browser else "No Chromium found; install the package chromium.", file=sys.stderr)
        return 2
    site, out = Path(arguments[0]).resolve(), Path(arguments[1] if len(arguments) > 1 else "docs/images").resolve()
    out.mkdir(parents=True, exist_ok=True)
    with served(site) as base:
        shots = shots_of(site)
        fits = [take(browser, base, shot, out, kind) for shot in shots for kind in WIDTHS]
        dark = ("--force-dark-mode", "--blink-settings=preferredColorScheme=0")
        fits += [take(browser, base, shot, out, "dark-desktop", dark) for shot in shots if shot.name == "index"]
    return 0 if all(fits) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
