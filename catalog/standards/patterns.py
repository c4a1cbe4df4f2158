r"""Patterns that mean the same in Python ``re`` and in Rust ``regex``.

A field's pattern is matched by both engines, as a whole match. They differ in look-around and back-references (Rust
has none), in what ``\d``, ``\w``, ``\s`` and ``\b`` cover, and in where ``$`` matches; such constructs are refused.
"""

from __future__ import annotations

import re

# An escape of anything but punctuation is a class, an anchor, a back-reference or a code point: engines differ there.
_WORD_ESCAPE = re.compile(r"\\[^.\-+*?()\[\]{}|\\/^$]")
_OUTSIDE_SETS = (
    (re.compile(r"\(\?(?!:)"), "uses look-around, a named group or flags; only (?:...) is common to both engines"),
    (re.compile(r"[*+?}]\+"), "uses a possessive quantifier"),
    (re.compile(r"[\^$]"), "holds an anchor; a pattern always matches the whole value"),
)
_INSIDE_SETS = re.compile(r"\[[^\]]*(?:\[|&&|--|~~)")


def trouble(pattern: str) -> str:
    """Why a pattern cannot be used, or "" when it can."""
    bare = pattern.replace(r"\\", "")
    if _WORD_ESCAPE.search(bare):
        return "escapes something that is not punctuation; write [0-9] for a digit"
    plain = re.sub(r"\\.", "", bare)
    if _INSIDE_SETS.search(plain):
        return "nests or subtracts character sets"
    outside = re.sub(r"\[[^\]]*\]", "", plain)
    found = next((why for rule, why in _OUTSIDE_SETS if rule.search(outside)), "")
    return found or ("" if _compiles(pattern) else "does not compile")


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
