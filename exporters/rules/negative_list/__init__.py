"""The negative list (重点工业产品质量安全负面清单): sixteen conditions in three classes, by day, with feed and lookup.

``derive`` and ``update`` give spans, ``on`` the list of a day, ``full``/``delta``/``applied`` the feed for platforms,
``ask`` the answer to one question or many. The rules are ``rules.toml``, the manual is ``docs/negative-list.md``.
"""

from exporters.rules.negative_list.derive import CONDITIONS, derive, not_asked, update
from exporters.rules.negative_list.feed import applied, delta, full
from exporters.rules.negative_list.listing import Listing, on
from exporters.rules.negative_list.lookup import Answers, Question, ask, asked, codes_of
from exporters.rules.negative_list.spans import Found

__all__ = [
    "CONDITIONS",
    "Answers",
    "Found",
    "Listing",
    "Question",
    "applied",
    "ask",
    "asked",
    "codes_of",
    "delta",
    "derive",
    "full",
    "not_asked",
    "on",
    "update",
]
