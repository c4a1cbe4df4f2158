"""Readings of notices, counted; nothing of who read."""

from __future__ import annotations

from typing import Final

from flask import current_app

from hub.api.process.context import here
from hub.db.notices import notice_reach
from hub.state.counted import Counted

_EXTENSION: Final = "hub_reach"


def saw(notice: str, way: str) -> None:
    """Count one reading of a notice by this way; of a feed ``notice`` is the region that was asked for."""
    context = here()
    found: Counted = current_app.extensions.setdefault(_EXTENSION, Counted(context.parts.engine, notice_reach))
    found.add(context.now(), context.seconds(), notice, way)
