"""Signing in and out, and one's own account."""

from hub.web.account import consent, entry, keys, own
from hub.web.account.area import pages

__all__ = ["consent", "entry", "keys", "own", "pages"]
