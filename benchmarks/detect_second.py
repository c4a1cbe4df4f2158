"""The gate's second look for names by itself: what it catches, how often it cries wolf, characters per CPU-second.

    python -m benchmarks.detect_second [LABELLED.jsonl]

The labelled set is laid out as for ``benchmarks.detect_real``; only names written as Chinese names count, for the
second look knows no others. False alarms are counted on what the treatment leaves of its sentences, and on what it
leaves of the sample's complaints and rectification records, in which nobody is named any more.
"""

from __future__ import annotations

import argparse
import re
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.detect_real import lines
from desensitise.detect import Kind, redact
from desensitise.detect.second import second_look
from desensitise.detect.settle import LEAST
from desensitise.detect.surnames import AMBIGUOUS, COMPOUND, SINGLE
from exporters.sample import invent

CHINESE = re.compile(rf"(?:{'|'.join(COMPOUND)}|[{''.join(SINGLE | AMBIGUOUS)}])[\u4e00-\u9fff]{{1,2}}")
ROWS = 20_000


def sample() -> list[str]:
    """The distinct free texts of an invented province."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "province.sqlite"
        invent(f"sqlite:///{file}", ROWS, seed=5)
        with sqlite3.connect(file) as connection:
            asked = "SELECT problem_text FROM special_rectification UNION SELECT summary FROM risk_monitoring"
            return sorted(text for (text,) in connection.execute(asked) if text)


def caught(path: Path) -> None:
    """How many labelled names of Chinese writing are touched by a span."""
    of = lines(path, None)
    looked = second_look([line.text for line in of])
    for least in (0.0, LEAST):
        named = met = 0
        for line, spans in zip(of, looked, strict=True):
            reach = {at for s in spans if s.score >= least for at in range(s.start, s.end)}
            for start, end in line.gold[Kind.PERSON]:
                if CHINESE.fullmatch(line.text[start:end]):
                    named, met = named + 1, met + (not reach.isdisjoint(range(start, end)))
        print(f"score from {least}: {met} of {named} labelled names of Chinese writing ({met / named:.3f})")
    alarms("labelled sentences", redact([line.text for line in of]))


def alarms(what: str, treated: Sequence[str]) -> None:
    """Texts without names in which the second look sees one."""
    looked = second_look(treated)
    surely = sum(any(s.score >= LEAST for s in spans) for spans in looked)
    at_all = sum(bool(spans) for spans in looked)
    print(f"treated {what}: {len(treated)} texts, {surely} would stop a release, {at_all - surely} more are hints")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the second look for names.")
    parser.add_argument("file", type=Path, nargs="?")
    file = parser.parse_args().file
    if file:
        caught(file)
    texts = sample()
    second_look(texts[:1])
    begun = time.process_time()
    seen = sum(bool(spans) for spans in second_look(texts))
    spent = time.process_time() - begun
    print(f"sample as invented: a name seen in {seen} of {len(texts)} texts")
    print(f"{sum(map(len, texts)) / spent:,.0f} characters per CPU-second")
    alarms("sample", redact(texts))


if __name__ == "__main__":
    main()
