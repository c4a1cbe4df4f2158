"""Every answer passes here: ``decide`` is asked, and a no becomes a problem that names the clause."""

from __future__ import annotations

from agreements.decide import decide
from agreements.model import PUBLIC, Action, Purpose, PurposeKind, Standing, Subject, Verdict
from hub.api.context import here
from hub.api.problems import Refused

FOR_EVERYONE = Purpose(PurposeKind.PUBLIC)


def demanded(who: Standing, action: Action, what: Subject, purpose: Purpose = FOR_EVERYONE) -> Verdict:
    """The verdict, when it allows. Refused otherwise: 401 to strangers, 403 with the clause to who is known."""
    verdict = decide(who, action, what, purpose, here().now())
    if verdict.allowed:
        return verdict
    said = {"clause": verdict.clause, "reason": verdict.code, "basis": verdict.basis}
    if who is PUBLIC:
        raise Refused("unauthenticated", verdict.reason, said, challenge())
    barred = who.party.reason if who.party and verdict.code == "not_suspended" else ""
    raise Refused("refused", verdict.reason, {**said, **({"suspended_because": barred} if barred else {})})


def challenge(error: str = "") -> dict[str, str]:
    """The header that says how to come back (RFC 6750, RFC 9728 section 5.1)."""
    metadata = f"{here().settings.api_address}/.well-known/oauth-protected-resource/api/v1"
    wrong = f', error="{error}"' if error else ""
    return {"WWW-Authenticate": f'Bearer realm="hub", resource_metadata="{metadata}"{wrong}'}
