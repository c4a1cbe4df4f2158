"""Detection on a labelled real set: names, organisations and addresses, and the tagger's characters per CPU-second.

    python -m benchmarks.detect_real LABELLED.jsonl [--half development|held-out]

The set is not shipped. A line is ``{"text": …, "label": {"name": {"…": [[first, last], …]}, "company": …}}`` with the
place of the last character inclusive, the layout of CLUENER2020. Rules may be chosen with the development half in view,
never with the held-out half: a checksum of the text says which half a line belongs to.
"""

from __future__ import annotations

import argparse
import json
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from desensitise.detect import Kind, Mode, Span, find
from desensitise.detect.names import spelled
from desensitise.detect.settle import LEAST
from desensitise.detect.tagger import read

LABELS = {
    Kind.PERSON: ("name",),
    Kind.ORGANISATION: ("company", "organization", "government"),
    Kind.ADDRESS: ("address",),
}
LIMITED = "有限公司"


@dataclass(frozen=True, slots=True)
class Line:
    """A text and the places (start, end) of each kind in it."""

    text: str
    gold: dict[Kind, frozenset[tuple[int, int]]]


def lines(path: Path, half: str | None) -> list[Line]:
    """The wanted half of the file, or all of it."""
    read = [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]
    wanted = [r for r in read if half is None or (zlib.crc32(r["text"].encode()) % 2 == 0) == (half == "development")]
    return [Line(r["text"], {kind: _places(r["label"], names) for kind, names in LABELS.items()}) for r in wanted]


def _places(label: dict[str, dict[str, list[list[int]]]], names: Iterable[str]) -> frozenset[tuple[int, int]]:
    return frozenset((a, b + 1) for name in names for at in label.get(name, {}).values() for a, b in at)


def told(kind: Kind, mode: Mode, of: list[Line], found: list[list[Span]]) -> str:
    """Precision, recall and F1 by exact span; how many are covered whole; how many spans touch nothing of the kind."""
    right = shown = covered = stray = 0
    for line, spans in zip(of, found, strict=True):
        own = {(s.start, s.end) for s in spans if s.kind is kind}
        reach = {at for start, end in own for at in range(start, end)}
        real = {at for start, end in line.gold[kind] for at in range(start, end)}
        right += len(own & line.gold[kind])
        shown += len(own)
        covered += sum(reach.issuperset(range(*place)) for place in line.gold[kind])
        stray += sum(real.isdisjoint(range(*place)) for place in own)
    gold = sum(len(line.gold[kind]) for line in of)
    precision, recall = right / max(1, shown), right / max(1, gold)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return (
        f"{mode:9} {kind:13} {gold:5} labelled  P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}  "
        f"covered {covered / max(1, gold):.3f}  stray {stray}"
    )


def limited(of: list[Line], found: list[list[Span]]) -> str:
    """How many of the firms that end in 有限公司 are covered whole."""
    places = [
        any(s.kind is Kind.ORGANISATION and s.start <= a and b <= s.end for s in spans)
        for line, spans in zip(of, found, strict=True)
        for a, b in line.gold[Kind.ORGANISATION]
        if line.text[a:b].endswith(LIMITED)
    ]
    return f"…{LIMITED}: {sum(places)} of {len(places)} covered"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure detection on a labelled real set.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--half", choices=["development", "held-out"])
    args = parser.parse_args()
    of = lines(args.file, args.half)
    texts = [line.text for line in of]
    read([spelled(texts[0])])
    begun = time.process_time()
    read([spelled(text) for text in texts])
    print(f"tagger: {sum(map(len, texts)) / (time.process_time() - begun):,.0f} characters per CPU-second")
    modes: tuple[Mode, ...] = ("balanced", "recall")
    for mode in modes:
        found = find(texts, None, mode)
        for kind in LABELS:
            print(told(kind, mode, of, found))
        print(limited(of, found))
        if mode == "recall":
            surely = [[span for span in spans if span.score >= LEAST] for spans in found]
            print("without hints, which is what is redacted:")
            print(told(Kind.PERSON, mode, of, surely))


if __name__ == "__main__":
    main()
