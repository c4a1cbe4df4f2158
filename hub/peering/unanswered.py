"""What comes of a message that got no answer that can be used."""

from __future__ import annotations

from typing import Final

UNREACHABLE: Final = "unreachable"
TOO_SLOW: Final = "answer-too-slow"
TOO_LARGE: Final = "answer-too-large"
NO_JSON: Final = "answer-no-json"


class Unanswered(OSError):
    """``why`` is the constant word for it; another attempt may do."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def why(error: OSError) -> str:
    """The word for a failed attempt."""
    return error.why if isinstance(error, Unanswered) else UNREACHABLE
