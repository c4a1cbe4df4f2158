"""Which channels a copy carries, by audience.

Everyone sees the same facts. Public copies carry a token, a keyed order of rows and of list items. Regulators' copies
carry, besides, the precision and rounding of protected fields; institutes' aggregates carry noise on the value that
disclosure control already shares.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from catalog.derive.published import RECORD_URI
from catalog.derive.shape import released_kind
from catalog.errors import DeclarationError
from catalog.model import Audience, Column, Dataset, Kind, Sensitivity

ChannelKind: TypeAlias = Literal["list", "precision", "rounding", "additive", "exemplar"]
Binding: TypeAlias = Literal["download", "family"]
LONGEST_LIST = 6
_SIZES: Mapping[str, range] = MappingProxyType(
    {"precision": range(1, 7), "rounding": range(2, 1001), "additive": range(1, 101)}
)
_COARSE = ("month", "day")
_NO_PARTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Channel:
    """A column that carries a mark.

    ``size`` is the base of a rounding (2 to 1000), the amplitude of an addition (1 to 100), or how many decimals a
    precise number has (1 to 6); ``coarse`` says how a date or time is shortened (``month``, ``day``). A rounding or
    addition is left out where the value would come below ``floor``, or below the row's value of column ``part``.
    """

    column: str
    kind: ChannelKind
    size: int = 0
    coarse: str = ""
    floor: int = 0
    part: str = ""

    def __post_init__(self) -> None:
        sizes = _SIZES.get(self.kind, (self.size,))
        known = self.kind in get_args(ChannelKind) and self.coarse in {"", *_COARSE}
        if not known or not (self.coarse or self.size in sizes):
            why = f"Column '{self.column}' cannot carry a mark like this."
            raise DeclarationError(why, todo="Give a kind of channel and a size within its limits.")


@dataclass(frozen=True, slots=True)
class Profile:
    """How copies of a dataset are marked.

    ``identity`` are columns that together name a row, as far as any do; with ``keyed_by_identity`` a cell draws by
    them and not by its row's ordinal, so it stays as it is when other rows come and go. ``token`` names the column of
    verifiable addresses, which begin with ``address``. What a token says of its row's facts is worked out under the
    key of the dataset's family (``binding``), so once for all copies; the first copies had it under each download's.
    """

    name: str
    channels: tuple[Channel, ...] = ()
    token: str = ""
    address: str = ""
    order: bool = False
    identity: tuple[str, ...] = ()
    keyed_by_identity: bool = False
    binding: Binding = "family"

    def __post_init__(self) -> None:
        columns = [one.column for one in self.channels]
        if len(set(columns)) < len(columns):
            why = f"Profile '{self.name}' marks a column twice."
            raise DeclarationError(why, todo="Give each column one channel.")

    @property
    def digest(self) -> str:
        """SHA-256 of everything that fixes the laws of the channels."""
        told = asdict(self)
        if self.binding == "download":
            del told["binding"]
        return hashlib.sha256(json.dumps(["laws", 1, told], sort_keys=True).encode()).hexdigest()

    @property
    def values(self) -> frozenset[str]:
        """Columns whose values differ between copies; everything else is an official fact."""
        return frozenset(one.column for one in self.channels if one.kind != "list")

    def lane(self, channel: Channel) -> int:
        """The channel's number in blocks; 0 and 1 belong to order and token."""
        return 2 + self.channels.index(channel)


def profile_of(
    dataset: Dataset, address: str, audience: Audience | None = None, parts: Mapping[str, str] = _NO_PARTS
) -> Profile:
    """The profile that the declaration calls for; ``address`` is where records are verified, ending in a slash.

    ``parts`` are counts by the count that they are a part of, as published rates relate them: the parts stay as they
    are, and the whole never comes below its part.
    """
    to = audience or dataset.audience
    columns = [c for c in dataset.columns if c.treatment.name != "drop"]
    keep = [c for c in columns if c.treatment.name == "keep"]
    # Quasi-identifiers stay as they were measured: a mark in one would part classes that were brought together.
    measured = dataset.risk.quasi_identifiers + dataset.risk.sensitive if dataset.risk else ()
    free = [c for c in columns if c.name not in measured and released_kind(c) is c.field.kind]
    named = tuple(c.name for c in keep if c.field.kind in {Kind.STRING, Kind.CODE, Kind.DATE})
    lists = tuple(Channel(c.name, "list") for c in keep if c in free and c.field.kind in {Kind.STRINGS, Kind.CODES})
    if to is Audience.INSTITUTES:
        whole = [c for c in free if c.field.kind is Kind.INTEGER and c.name not in parts.values()]
        counts = tuple(Channel(c.name, "additive", 2, floor=3, part=parts.get(c.name, "")) for c in whole)
        return Profile("institutes", counts, identity=named, keyed_by_identity=True)
    protected = tuple(p for c in keep if c in free and (p := _protected(c)) and to is not Audience.PUBLIC)
    return Profile(to.value, (*lists, *protected), RECORD_URI, address, order=True, identity=named)


def _protected(column: Column) -> Channel | None:
    """The mark of a protected field; what is public or personal carries none."""
    if column.field.sensitivity not in {Sensitivity.INTERNAL, Sensitivity.TRADE_SECRET}:
        return None
    if column.field.kind is Kind.INTEGER:
        return Channel(column.name, "rounding", 5)
    if column.field.kind is Kind.DECIMAL and column.field.scale:
        return Channel(column.name, "precision", column.field.scale)
    if column.field.kind is Kind.DATE:
        return Channel(column.name, "precision", coarse="month")
    return None
