"""Whether a text that is about to be published names nobody and gives no trade secret away."""

from __future__ import annotations

from collections.abc import Mapping

from desensitise.detect import PERSONAL, Kind, find
from desensitise.detect.settle import LEAST


def names_nobody(text: str) -> bool:
    """True when no person, and no number or address of one, is found in the text."""
    (spans,) = find([text])
    return not any(span.kind in PERSONAL and span.score >= LEAST for span in spans)


def findings(texts: Mapping[str, str]) -> tuple[str, ...]:
    """What stands in the way of publishing these texts: ``<field>:<kind>``, sorted, never a value.

    Looked for are personal information and trade secrets, each field on its own and all of them as one text, so that
    nothing hides across a border (field ``all``). Persons are those that are found for sure: what is only likely holds
    every second product's name for a person's, and two people read the text besides.
    """
    named = {**texts, "all": "\n".join(texts.values())}
    plain = list(named.values())
    personal, likely = find(plain), find(plain, mode="recall")
    kinds = {
        name: {span.kind for span in sure if span.kind in PERSONAL and span.score >= LEAST}
        | {span.kind for span in more if span.kind is Kind.TRADE_SECRET}
        for name, sure, more in zip(named, personal, likely, strict=True)
    }
    across = kinds.pop("all") - set().union(*kinds.values())
    told = {f"{name}:{kind}" for name, some in kinds.items() for kind in some} | {f"all:{kind}" for kind in across}
    return tuple(sorted(told))
