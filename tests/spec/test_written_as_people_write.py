"""Contacts, names and addresses as people write them: hand-written chats, complaints, records, small ads and letters.

No labelled real documents may be shipped; these sentences were written by hand before the detector was run on them
(the files in ``tests/data`` say how), with the noise of real ones: gaps, brackets, full width, spoken digits, several
contacts in a row, slang for the services, numbers of the trade beside them, rare families, minority names.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from desensitise.detect import Kind, Mode, find
from desensitise.detect.settle import LEAST

MARK = re.compile(r"\{(\w+)\|([^}]*)\}")
DATA = Path(__file__).parents[1] / "data"
CONTACTS = (Kind.MOBILE, Kind.PHONE, Kind.EMAIL, Kind.WECHAT, Kind.QQ)

Gold = set[tuple[int, int, Kind]]


def marked(row: str) -> tuple[str, Gold]:
    """A row without its marks, and where they were."""
    text, gold, at = "", set(), 0
    for mark in MARK.finditer(row):
        text += row[at : mark.start()]
        gold.add((len(text), len(text) + len(mark[2]), Kind(mark[1])))
        text, at = text + mark[2], mark.end()
    return text + row[at:], gold


def sentences(file: str) -> list[tuple[str, Gold]]:
    rows = (DATA / file).read_text(encoding="utf-8").splitlines()
    return [marked(row) for row in rows if not row.startswith("#")]


def whole(of: list[tuple[str, Gold]], kind: Kind, mode: Mode) -> list[bool]:
    """Of each thing of a kind whether a span of this kind that counts covers it."""
    found = find([text for text, _ in of], mode=mode)
    return [
        any(s.kind is kind and s.score >= LEAST and s.start <= start and end <= s.end for s in spans)
        for (_, gold), spans in zip(of, found, strict=True)
        for start, end, wanted in gold
        if wanted is kind
    ]


@pytest.mark.parametrize("mode", ["balanced", "recall"])
@pytest.mark.parametrize("kind", CONTACTS)
def test_nine_of_ten_contacts_are_found_whole(kind: Kind, mode: Mode) -> None:
    found = whole(sentences("contacts.txt"), kind, mode)
    assert len(found) >= 19
    assert sum(found) / len(found) >= 0.9


@pytest.mark.parametrize("kind", [Kind.PERSON, Kind.ADDRESS, Kind.ORGANISATION])
def test_nine_of_ten_names_addresses_and_firms_are_found_whole_where_a_miss_costs_more(kind: Kind) -> None:
    found = whole(sentences("people_and_places.txt"), kind, "recall")
    assert sum(found) / len(found) >= 0.9


@pytest.mark.parametrize(("kind", "least"), [(Kind.PERSON, 0.75), (Kind.ADDRESS, 0.9), (Kind.ORGANISATION, 0.95)])
def test_most_of_them_are_found_in_balanced_mode(kind: Kind, least: float) -> None:
    found = whole(sentences("people_and_places.txt"), kind, "balanced")
    assert sum(found) / len(found) >= least


def test_nothing_else_is_taken_for_a_contact() -> None:
    false: Counter[Kind] = Counter()
    of = sentences("contacts.txt")
    for (_, gold), spans in zip(of, find([text for text, _ in of]), strict=True):
        own = [s for s in spans if s.kind in CONTACTS or s.kind in {Kind.BANK_CARD, Kind.ID_CARD}]
        false.update(s.kind for s in own if not any(s.start < end and start < s.end for start, end, _ in gold))
    assert false == {}
