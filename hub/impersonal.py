"""Whether a text that is about to be published names nobody and gives no trade secret away."""

from __future__ import annotations

from collections.abc import Mapping

from desensitise.detect import PERSONAL, find
from desensitise.detect.settle import LEAST
from desensitise.detect.spans import WITHHELD


def names_nobody(text: str) -> bool:
    """True when no person, and no number or address of one, is found in the text."""
    (spans,) = find([text])
    return not any(span.kind in PERSONAL and span.score >= LEAST for span in spans)


def findings(texts: Mapping[str, str]) -> tuple[str, ...]:
    """What stands in the way of publishing these texts: ``<field>:<kind>``, sorted, never a value.

    Looked for are personal information and trade secrets, each field on its own and all of them as one text, so that
    nothing hides across a border (field ``all``).
    """
    named = {**texts, "all": "\n".join(texts.values())}
    found = find(list(named.values()))
    kinds = {
        name: {span.kind for span in spans if span.kind in WITHHELD and span.score >= LEAST}
        for name, spans in zip(named, found, strict=True)
    }
    across = kinds.pop("all") - set().union(*kinds.values())
    told = {f"{name}:{kind}" for name, some in kinds.items() for kind in some} | {f"all:{kind}" for kind in across}
    return tuple(sorted(told))
