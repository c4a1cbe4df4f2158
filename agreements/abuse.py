"""Abuse rules as data (``abuse.toml``): each looks at counts of use and says whether they go too far.

A rule concludes from counts alone; no rule sees what was asked for. A traced leak is no count: whoever identified the
copy opens that case (``cases.open_case``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

import msgspec

from agreements.model import Grant
from agreements.use import Uses
from catalog.errors import DeclarationError
from catalog.typed import from_toml

LEAK: Final = "traced-leak"
_BEFORE: Final = 28


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule, and its numbers."""

    id: str
    zh: str
    en: str
    hours: int
    above: float
    at_least: int
    suspends: bool


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a rule found: counts and ids only."""

    rule: Rule
    party: str
    grant: str
    facts: tuple[tuple[str, str], ...]


@cache
def rules() -> Mapping[str, Rule]:
    """The rules by id. DeclarationError when the file is malformed or names a rule without a test."""
    try:
        found = from_toml((files("agreements") / "abuse.toml").read_text(encoding="utf-8"), _File)
    except msgspec.ValidationError as error:
        raise DeclarationError(f"abuse.toml is malformed: {error}.", todo="Restore the file.") from None
    if {rule.id for rule in found.rule} != {*_TESTS, LEAK}:
        raise DeclarationError("abuse.toml: the rules are not those that have a test.", todo="Restore the file.")
    return MappingProxyType({rule.id: rule for rule in found.rule})


def suspicions(
    uses: Uses,
    party: str,
    grant: Grant | None,
    now: datetime,
    closed: Mapping[str, datetime] = MappingProxyType({}),
) -> tuple[Suspicion, ...]:
    """What the rules find in a party's use up to and with ``now``; the grant is the one just used, if any.

    ``closed`` tells when a rule's last case about the party was closed: what was judged then is not judged again.
    """
    found = []
    for rule in rules().values():
        test = _TESTS.get(rule.id)
        look = _Look(uses, party, grant, now + timedelta(microseconds=1), rule, closed.get(rule.id))
        facts = test(look) if test else None
        if facts is not None:
            told = (("hours", str(rule.hours)), *((name, str(number)) for name, number in facts.items()))
            found.append(Suspicion(rule, party, grant.id if grant else "", told))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Look:
    uses: Uses
    party: str
    grant: Grant | None
    now: datetime
    rule: Rule
    closed: datetime | None

    @property
    def since(self) -> datetime:
        begins = self.now - timedelta(hours=self.rule.hours)
        return begins if self.closed is None else max(begins, self.closed)


_Facts = dict[str, int] | None


def _volume(look: _Look) -> _Facts:
    if look.grant is None or not look.grant.quota_rows:
        return None
    taken = look.uses.taken(look.party, look.since, look.now, look.grant.id)
    beyond = taken.rows > look.rule.above * look.grant.quota_rows
    return {"rows": taken.rows, "quota": look.grant.quota_rows} if beyond else None


def _enumeration(look: _Look) -> _Facts:
    taken = look.uses.taken(look.party, look.since, look.now)
    asked = taken.missed + taken.rows
    many = taken.missed >= look.rule.at_least and taken.missed > look.rule.above * asked
    return {"missed": taken.missed, "found": taken.rows} if many else None


def _sudden_change(look: _Look) -> _Facts:
    today = look.uses.taken(look.party, look.since, look.now)
    before = look.uses.taken(look.party, look.since - timedelta(days=_BEFORE), look.since)
    usual = before.rows / _BEFORE
    # A party's first day is no change of anything.
    sudden = before.uses > 0 and today.rows >= look.rule.at_least and today.rows > look.rule.above * usual
    return {"rows": today.rows, "usual": round(usual)} if sudden else None


def _several_addresses(look: _Look) -> _Facts:
    taken = look.uses.taken(look.party, look.since, look.now)
    return {"addresses": taken.peers} if taken.peers > look.rule.above else None


_TESTS: Final[Mapping[str, Callable[[_Look], _Facts]]] = MappingProxyType(
    {
        "enumeration": _enumeration,
        "several-addresses": _several_addresses,
        "sudden-change": _sudden_change,
        "volume": _volume,
    }
)
