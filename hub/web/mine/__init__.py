"""Pages of institutes, platforms, units and other provinces."""

from hub.web.mine import agreement, apply, corrections, data, home, lookup, programs, signing
from hub.web.mine.area import pages

__all__ = ["agreement", "apply", "corrections", "data", "home", "lookup", "pages", "programs", "signing"]
