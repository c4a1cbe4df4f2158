"""The main menu: one line a page that people go to from anywhere, and who sees the line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agreements.model import PUBLIC, Standing
from agreements.permissions import Permission
from hub.web.words import N_


@dataclass(frozen=True, slots=True)
class Entry:
    """The page's endpoint, its Chinese name, and for whom: ``permissions`` None is everyone, empty is signed in."""

    endpoint: str
    name: str
    permissions: frozenset[Permission] | None = None


ENTRIES: Final[tuple[Entry, ...]] = (Entry("public.home", N_("首页")),)


def seen_by(who: Standing) -> tuple[Entry, ...]:
    """The lines for whoever asks."""
    return tuple(one for one in ENTRIES if _sees(who, one.permissions))


def _sees(who: Standing, needed: frozenset[Permission] | None) -> bool:
    if needed is None:
        return True
    return who is not PUBLIC and (not needed or not needed.isdisjoint(who.permissions))
