"""What is asked and answered: the dataset before marks, the candidates, and the verdict with what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa

from desensitise.mark.keys import CopyKeys
from desensitise.mark.prf import CipherName, Ints
from desensitise.mark.profile import Profile

Outcome: TypeAlias = Literal["named", "not enough evidence", "none"]


@dataclass(frozen=True, slots=True)
class Original:
    """A version of a dataset before any mark: ``rows`` in their shared order, and the key of its family.

    Of a large version only the rows that could be meant may be given (``narrowed``): then ``ordinals`` are theirs in
    the whole, ascending, and ``naming`` the columns that nearly name a row of it.
    """

    dataset: str
    version: int
    rows: pa.Table
    profile: Profile
    family: bytes = field(repr=False)
    ordinals: Ints | None = None
    naming: frozenset[str] | None = None

    def ordinals_at(self, places: Ints) -> Ints:
        """The ordinals of the rows at ``places``."""
        return places if self.ordinals is None else self.ordinals[places]

    def places_of(self, ordinals: Ints) -> Ints:
        """Where the rows of these ordinals stand; they must be among the rows."""
        return ordinals if self.ordinals is None else np.searchsorted(self.ordinals, ordinals)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A grant that received copies: its key, and number and key of each download."""

    grant: str
    recipient: str
    key: bytes = field(repr=False)
    downloads: tuple[tuple[int, bytes], ...] = field(repr=False)
    cipher: CipherName = "aes"

    @classmethod
    def of(cls, keys: CopyKeys, *others: CopyKeys) -> Candidate:
        """The candidate whose copies these keys marked."""
        downloads = tuple((one.copy.number, one.download) for one in (keys, *others))
        return cls(keys.copy.grant, keys.copy.recipient, keys.grant, downloads, keys.cipher)


def merged(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Each grant once, with all its downloads."""
    if len({(one.grant, one.key) for one in candidates}) == len(candidates):
        return candidates
    grants: dict[tuple[str, bytes], Candidate] = {}
    for one in candidates:
        before = grants[one.grant, one.key].downloads if (one.grant, one.key) in grants else ()
        grants[one.grant, one.key] = replace(one, downloads=tuple(dict([*before, *one.downloads]).items()))
    return list(grants.values())


@dataclass(frozen=True, slots=True)
class Named:
    """A grant whose evidence passed the threshold. ``bound`` is N times e^-lnE, ``tokens`` counts verified ones."""

    grant: str
    recipient: str
    downloads: tuple[int, ...]
    ln_e: float
    channels: dict[str, float]
    bound: float
    tokens: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer and what it rests on. ``runner_up`` is the highest ln E that was not named."""

    outcome: Outcome
    named: tuple[Named, ...]
    candidates: int
    epsilon: float
    threshold: float
    rows: int
    matched: dict[str, int]
    duplicates: int
    moved_tokens: int
    positions: dict[str, int]
    unreadable: dict[str, int]
    runner_up: float | None
