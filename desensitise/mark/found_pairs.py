"""Records written as names and values: a pair a line, as YAML and vertical printouts have them, or many a line."""

from __future__ import annotations

import re

from desensitise.mark.found_json import Row

_PAIR = re.compile(r"[\s>*•·-]*([^\s:：=,，;；][^:：=,，;；\t]{0,39}?)\s*[:：=]\s*(.*?)\s*", re.DOTALL)
_BETWEEN = re.compile(r"[,，;；\t|]\s*| {2,}")
_NEARLY_ALL, _FEW, _LOOKED_AT = 0.6, 200, 100


def rows_of_pairs(text: str) -> list[Row]:
    """Records of which each value stands behind its name, at least two of them; none for any other text."""
    lines = [line for line in text.splitlines() if line.strip()]
    first = lines[:_LOOKED_AT]
    if sum(1 for line in first if _pairs(line)) < _NEARLY_ALL * len(first):
        return []
    pairs = [_pairs(line) for line in lines]
    rows: list[Row] = [{}]
    for name, value in (pair for each in pairs for pair in each):
        if name in rows[-1]:
            rows.append({})
        rows[-1][name] = value
    names = {name for row in rows for name in row}
    alike = len(names) <= _FEW and sum(map(len, rows)) >= _NEARLY_ALL * len(rows) * len(names)
    return rows if alike and len(names) > 1 and len(rows) > 1 else []


def _pairs(line: str) -> list[tuple[str, str]]:
    """The pairs of a line; what has no name goes on with the value before it."""
    made: list[tuple[str, str]] = []
    parts = _BETWEEN.split(line)
    several = sum(1 for part in parts if _PAIR.fullmatch(part)) > 1
    for part in parts if several else [line]:
        if found := _PAIR.fullmatch(part):
            made.append((found[1], found[2].strip("\"'")))
        elif made:
            made[-1] = made[-1][0], f"{made[-1][1]};{part.strip()}"
    return made
