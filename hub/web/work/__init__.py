"""Pages of bureaus and of the operators of the hub."""

from hub.web.work import agreement, cases, drafting, feedback, home, keys, leaks, notices, releases, roles
from hub.web.work.area import pages

__all__ = [
    "agreement",
    "cases",
    "drafting",
    "feedback",
    "home",
    "keys",
    "leaks",
    "notices",
    "pages",
    "releases",
    "roles",
]
