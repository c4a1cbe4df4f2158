"""Whether a text that is about to be published names nobody and gives no trade secret away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from desensitise.detect import PERSONAL, Kind, Span, find
from desensitise.detect.settle import LEAST

_REACHED: Final = frozenset({Kind.PHONE, Kind.EMAIL, Kind.ADDRESS, Kind.POSTCODE})
OFFICES: Final[Mapping[str, frozenset[Kind]]] = MappingProxyType(
    {"contact": _REACHED, "hotline": _REACHED | {Kind.MOBILE}, "producer": frozenset({Kind.ADDRESS})}
)
"""Fields that tell how an office is reached, and what they may hold on purpose. Firms' hotlines are at times mobile
numbers (two of five real recalls, DOMAIN 8.1); a person's name stands in none of them."""
_BRAND: Final = re.compile(r"牌|品牌|商标")


def names_nobody(text: str) -> bool:
    """True when no person, and no number or address of one, is found in the text."""
    (spans,) = find([text])
    return not any(span.kind in PERSONAL and span.score >= LEAST for span in spans)


def findings(texts: Mapping[str, str]) -> tuple[str, ...]:
    """What stands in the way of publishing these texts: ``<field>:<kind>``, sorted, never a value.

    Looked for are personal information, also what is only likely, and trade secrets, each field on its own and all of
    them as one text, so that nothing hides across a border (field ``all``; persons there only when they are sure, for
    lines without a connection read like names). A name before 牌 or 商标 is a brand's, not a person's: the one false
    alarm that real notices gave.
    """
    names, plain = list(texts), list(texts.values())
    kinds = {
        name: {span.kind for span in spans if _stops(span, text)} - OFFICES.get(name, frozenset())
        for name, text, spans in zip(names, plain, find(plain, mode="recall"), strict=True)
    }
    across = _across(texts) - set().union(*kinds.values())
    told = {f"{name}:{kind}" for name, some in kinds.items() for kind in some} | {f"all:{kind}" for kind in across}
    return tuple(sorted(told))


def _across(texts: Mapping[str, str]) -> set[Kind]:
    together = "\n".join(text for name, text in texts.items() if name not in OFFICES)
    (sure,), (more,) = find([together]), find([together], mode="recall")
    secrets = [span for span in more if span.kind is Kind.TRADE_SECRET]
    return {span.kind for span in (*sure, *secrets) if _stops(span, together)}


def _stops(span: Span, text: str) -> bool:
    if span.kind is Kind.TRADE_SECRET:
        return True
    if span.kind is Kind.PERSON and _BRAND.match(text, span.end):
        return False
    return span.kind in PERSONAL and span.score >= LEAST
