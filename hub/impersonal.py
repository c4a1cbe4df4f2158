"""Whether a text that is about to be published names nobody: the public's side of feedback and notices."""

from __future__ import annotations

from desensitise.detect import PERSONAL, find
from desensitise.detect.settle import LEAST


def names_nobody(text: str) -> bool:
    """True when no person, and no number or address of one, is found in the text."""
    (spans,) = find([text])
    return not any(span.kind in PERSONAL and span.score >= LEAST for span in spans)
