"""Every answer passes here: ``decide`` is asked, and a no becomes a problem that names the clause."""

from __future__ import annotations

from flask import g, request

from agreements.decide import decide
from agreements.model import PUBLIC, Action, Grant, Purpose, PurposeKind, Standing, Subject, Verdict
from agreements.permissions import Permission
from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.oauth.jwts import ALGORITHMS
from hub.state.exchange import reading_desk

FOR_EVERYONE = Purpose(PurposeKind.PUBLIC)


def demanded(who: Standing, action: Action, what: Subject, purpose: Purpose = FOR_EVERYONE) -> Verdict:
    """The verdict, when it allows. Refused otherwise: 401 to strangers, 403 with the clause to who is known."""
    verdict = decide(who, action, what, purpose, here().now())
    if verdict.allowed:
        return verdict
    said = {"clause": verdict.clause, "reason": verdict.code, "basis": verdict.basis}
    if who is PUBLIC:
        raise Refused("unauthenticated", verdict.reason, said, challenge())
    barred = _barred(who, what, verdict)
    raise Refused("refused", verdict.reason, {**said, **({"suspended_because": barred} if barred else {})})


def _barred(who: Standing, what: Subject, verdict: Verdict) -> str:
    """Why the party, or its agreement about this data, is suspended; "" when that is not what stands in the way."""
    if who.party is None or verdict.code not in {"not_suspended", "granted"}:
        return ""
    if verdict.code == "not_suspended":
        return who.party.reason
    with reading_desk(here().parts.engine, here().now()) as found:
        halted = found.find(Grant, party=who.uscc, state="suspended")
    return next((one.reason for one in halted if one.dataset == what.dataset), "")


def stated_purpose() -> Purpose:
    """The purpose that the query states: ``purpose``, ``case``, ``statement``."""
    try:
        kind = PurposeKind(request.args.get("purpose", PurposeKind.PUBLIC))
    except ValueError:
        fault = {"in": "query", "field": "purpose"}
        raise Refused("unprocessable", "There is no such purpose.", {"faults": [fault]}) from None
    return Purpose(kind, request.args.get("case", "")[:100], request.args.get("statement", "")[:500])


def needs(permission: Permission) -> Standing:
    """The caller, whose roles and token both hold this permission. Refused (403) otherwise."""
    who: Standing = g.standing
    if permission not in who.permissions:
        raise Refused("not-permitted", f"Neither roles nor token give '{permission}'.")
    return who


def again() -> Standing:
    """The caller as it stands now, recognised as its door did: what held at first may end while a source is read."""
    g.pop("known", None)
    g.recognise()
    standing: Standing = g.standing
    return standing


def challenge(error: str = "", scheme: str = "bearer") -> dict[str, str]:
    """The header that says how to come back: every scheme that tokens are taken by, each with what it needs.

    ``error`` is told of the ``scheme`` that was tried (RFC 9110 section 11.6.1, RFC 6750 section 3, RFC 9449 section
    7.1, RFC 9728 section 5.1).
    """
    place = (
        f'realm="hub", resource_metadata="{here().settings.api_address}/.well-known/oauth-protected-resource/api/v1"'
    )
    wrong = f', error="{error}"' if error else ""
    tried, other = (wrong, "") if scheme == "bearer" else ("", wrong)
    return {"WWW-Authenticate": f'Bearer {place}{tried}, DPoP {place}, algs="{" ".join(ALGORITHMS)}"{other}'}
