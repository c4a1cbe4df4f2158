"""What a test fetches from a registry before it can run: asked for again where that is demanded."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Final

import pytest

_PAUSES: Final = (5, 30)


def required(name: str) -> bool:
    """Whether ``HUB_REQUIRE`` names this component, so that its absence is a failure."""
    return name in os.environ.get("HUB_REQUIRE", "").replace(" ", "").split(",")


def fetched(name: str, attempt: Callable[[], bool], advice: str) -> None:
    """Return once ``attempt`` succeeded; else the test skips, or, after further attempts, fails when it is required."""
    for pause in (*_PAUSES, 0) if required(name) else (0,):
        if attempt():
            return
        time.sleep(pause)
    if required(name):
        pytest.fail(advice, pytrace=False)
    pytest.skip(advice)
