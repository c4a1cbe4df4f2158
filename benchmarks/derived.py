"""``hub derived update``: CPU seconds of going on after a day's changes beside a run over everything, and records read.

Figures are process time of this process, the source's reading included; the sample is invented beforehand.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date
from pathlib import Path

from exporters.sample import invent
from exporters.sample.invent import province
from exporters.sample.later import change
from exporters.sample.registers import registers
from hub.parts import assemble
from hub.rules import derived
from hub.settings import Settings


def _timed(home: Path, world: Path, *, full: bool) -> tuple[float, int, bool]:
    environ = {
        "HUB_HOME": str(home),
        "HUB_SOURCE": f"sqlite:///{world / 'p.sqlite'}",
        "HUB_REGISTERS": str(world / "registers"),
    }
    settings = Settings.read(environ)
    parts = assemble(settings, "benchmark")
    began = time.process_time()
    made = derived.update(parts, settings, date(2026, 10, 1), full=full)
    took = time.process_time() - began
    parts.engine.dispose()
    return took, sum(made.read.values()), made.whole


def main() -> None:
    """Print one line a run."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=200_000)
    asked.add_argument("--share", type=float, default=0.002, help="of each table's records that change")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world, home = Path(folder) / "world", Path(folder) / "home"
        world.mkdir()
        invent(f"sqlite:///{world / 'p.sqlite'}", given.rows, seed=1)
        registers(province(given.rows, 1), world / "registers")
        _told("everything", _timed(home, world, full=True))
        _told("nothing new", _timed(home, world, full=False))
        change(f"sqlite:///{world / 'p.sqlite'}", given.share, 2)
        _told(f"{given.share:.1%} changed", _timed(home, world, full=False))
        _told("everything again", _timed(home, world, full=True))


def _told(what: str, ran: tuple[float, int, bool]) -> None:
    seconds, read, whole = ran
    print(f"{what:20} {seconds:7.2f} CPU s  {read:>9,} records read  {'whole' if whole else 'went on'}")


if __name__ == "__main__":
    main()
