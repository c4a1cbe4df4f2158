"""Pages of institutes, platforms, units and other provinces."""

from hub.web.mine import (
    agreement,
    apply,
    corrections,
    data,
    destruction,
    followers,
    home,
    keys,
    lookup,
    programs,
    signing,
    tickets,
)
from hub.web.mine.area import pages

__all__ = [
    "agreement",
    "apply",
    "corrections",
    "data",
    "destruction",
    "followers",
    "home",
    "keys",
    "lookup",
    "pages",
    "programs",
    "signing",
    "tickets",
]
