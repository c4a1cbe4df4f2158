"""Signing in and out, and one's own account."""

from hub.web.account import entry, keys, own
from hub.web.account.area import pages

__all__ = ["entry", "keys", "own", "pages"]
