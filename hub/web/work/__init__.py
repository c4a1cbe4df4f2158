"""Pages of bureaus and of the operators of the hub."""

from hub.web.work import (
    agreement,
    cases,
    drafting,
    enclosing,
    feedback,
    followers,
    home,
    keys,
    leaks,
    notice_list,
    notices,
    releases,
    roles,
)
from hub.web.work.area import pages

__all__ = [
    "agreement",
    "cases",
    "drafting",
    "enclosing",
    "feedback",
    "followers",
    "home",
    "keys",
    "leaks",
    "notice_list",
    "notices",
    "pages",
    "releases",
    "roles",
]
