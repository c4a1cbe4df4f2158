"""Measuring: every leg runs in a process of its own; CPU seconds and peak memory come from the operating system."""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Leg:
    """One measured process: CPU and wall seconds, peak resident memory in MiB, and what it printed last as JSON."""

    name: str
    cpu: float
    wall: float
    peak: float
    said: dict[str, object]


def leg(name: str, arguments: Sequence[str], **environ: str) -> Leg:
    """Run ``python arguments`` and measure it; its last line of output may be a JSON object of facts."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        # Compiled modules are cached as they are for a user; the first leg warms the cache.
        env={**os.environ, **environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPATH": str(ROOT)},
        text=True,
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{name} ended with {process.returncode}")
    lines = output.strip().splitlines()
    said = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    return Leg(name, usage.ru_utime + usage.ru_stime, time.perf_counter() - started, _mib(usage), said)


def _mib(usage: resource.struct_rusage) -> float:
    # Linux counts kilobytes, macOS bytes.
    return usage.ru_maxrss / 1024 if platform.system() == "Linux" else usage.ru_maxrss / MIB


def times(work: Callable[[], object], tries: int = 9) -> tuple[float, float]:
    """The least CPU seconds and the least seconds by the clock of several tries."""
    cpus, clocks = [], []
    for _ in range(tries):
        begun, clock = time.process_time(), time.perf_counter()
        work()
        cpus.append(time.process_time() - begun)
        clocks.append(time.perf_counter() - clock)
    return min(cpus), min(clocks)


def cpu(work: Callable[[], object], tries: int = 3) -> float:
    """The least CPU seconds of several tries."""
    return times(work, tries)[0]


def peak_mib() -> float:
    """Peak resident memory of this process in MiB."""
    return _mib(resource.getrusage(resource.RUSAGE_SELF))


def report(title: str, legs: Sequence[Leg], ratios: dict[str, float], *, as_json: bool) -> None:
    """Print the legs and ratios of one run."""
    if as_json:
        print(json.dumps({"title": title, "legs": [asdict(one) for one in legs], "ratios": ratios}))
        return
    print(title)
    for one in legs:
        print(f"  {one.name:<34} cpu {one.cpu:8.2f} s   wall {one.wall:8.2f} s   peak {one.peak:8.0f} MiB")
    for name, ratio in ratios.items():
        print(f"  {name:<50} {ratio:6.2f}")


def here(script: str) -> str:
    """Absolute path of a script, to run it in a process of its own."""
    return str(Path(script).resolve())
