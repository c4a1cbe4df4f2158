"""Telephones, mailboxes and accounts as people write them: hand-written chats, complaints, small ads and letters.

No labelled real documents may be shipped; these sentences were written by hand before the detector was run on them
(``tests/data/contacts.txt`` says how), with the noise of real ones: gaps, brackets, full width, spoken digits, several
contacts in a row, slang for the services, numbers of the trade beside them.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from desensitise.detect import Kind, Mode, find

MARK = re.compile(r"\{(\w+)\|([^}]*)\}")
FILE = Path(__file__).parents[1] / "data" / "contacts.txt"
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


@pytest.fixture(scope="module")
def sentences() -> list[tuple[str, Gold]]:
    rows = FILE.read_text(encoding="utf-8").splitlines()
    return [marked(row) for row in rows if not row.startswith("#")]


@pytest.mark.parametrize("mode", ["balanced", "recall"])
@pytest.mark.parametrize("kind", CONTACTS)
def test_nine_of_ten_contacts_are_found_whole(sentences: list[tuple[str, Gold]], kind: Kind, mode: Mode) -> None:
    found = find([text for text, _ in sentences], mode=mode)
    whole = [
        any(s.kind is kind and s.start <= start and end <= s.end for s in spans)
        for (_, gold), spans in zip(sentences, found, strict=True)
        for start, end, wanted in gold
        if wanted is kind
    ]
    assert len(whole) >= 19
    assert sum(whole) / len(whole) >= 0.9


def test_nothing_else_is_taken_for_a_contact(sentences: list[tuple[str, Gold]]) -> None:
    false: Counter[Kind] = Counter()
    for (_, gold), spans in zip(sentences, find([text for text, _ in sentences]), strict=True):
        own = [s for s in spans if s.kind in CONTACTS or s.kind in {Kind.BANK_CARD, Kind.ID_CARD}]
        false.update(s.kind for s in own if not any(s.start < end and start < s.end for start, end, _ in gold))
    assert false == {}
