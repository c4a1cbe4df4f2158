"""What can be declared: fields of a data standard, and datasets made from them.

Everything here is frozen and carries no behaviour beyond small derived facts. ``catalog.standards`` and
``catalog.datasets`` load these from TOML; every other reading of a declaration (schemas, rules, dictionary,
metadata) is derived from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Sensitivity(StrEnum):
    """Class of a field's content (DOMAIN 2)."""

    PUBLIC = "PUB"
    INTERNAL = "INT"
    PERSONAL = "PI"
    TRADE_SECRET = "TS"  # noqa: S105 - a class of fields


class Sharing(StrEnum):
    """How far a field may travel at most; the field's class is a ceiling (DOMAIN 2)."""

    OPEN = "OPEN"
    DIRECTED = "DIR"
    CROSS_REGION = "XREG"
    INTERNAL = "INT"
    AUTHORISED = "AUTH"
    NONE = "NONE"
    FLAGGED = "FLAG"


class Audience(StrEnum):
    """Who a dataset is made for. ``PUBLIC`` is 完全开放, ``INSTITUTES`` 定向开放, the rest is shared only."""

    PUBLIC = "public"
    INSTITUTES = "institutes"
    REGULATORS = "regulators"
    INTERNAL = "internal"


class Kind(StrEnum):
    """Type of a field. The letters of DOMAIN 2 stand beside each."""

    STRING = "string"  # C
    STRINGS = "strings"  # C[]: list of short texts
    INTEGER = "integer"  # N without decimals
    DECIMAL = "decimal"  # N with ``scale`` decimals
    DATE = "date"  # D, ISO 8601 calendar date
    DATETIME = "datetime"  # DT, seconds, +08:00
    BOOLEAN = "boolean"  # B
    CODE = "code"  # CL: one code of a list
    CODES = "codes"  # CL[]
    JSON = "json"  # J: canonical JSON text
    FILE = "file"  # F: reference to a file, never its content


class Required(StrEnum):
    """R, C and O of DOMAIN 2."""

    YES = "yes"
    WHEN = "when"
    NO = "no"


class Severity(StrEnum):
    """What a broken rule does to its row: ``REJECT`` sends it to quarantine, ``FLAG`` marks and keeps it."""

    REJECT = "reject"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class When:
    """A condition on another field of the same row: ``field`` holds one of ``values``."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    r"""One field of a data standard, declared once.

    ``check`` names a grammar or check-digit rule of ``catalog.identifiers`` (``uscc``, ``gtin`` …): breaking it
    is a flag, never a loss (DOMAIN 1.1). ``pattern`` is a whole-match regular expression in the common subset of
    Python ``re`` and Rust ``regex`` (no look-around, ``[0-9]`` rather than ``\d``). ``codes`` names a code list.
    ``separators`` split the text of a list field when a source delivers it as one text.
    """

    code: str
    name: str
    zh: str
    en: str
    kind: Kind
    sensitivity: Sensitivity
    sharing: Sharing
    required: Required = Required.NO
    required_when: When | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    codes: str | None = None
    check: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    scale: int = 2
    not_before: str | None = None
    separators: str = ";；"
    note_zh: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class Standard:
    """One of the ten data standards (S0 chapters 5 and 6), header fields included in ``header``."""

    no: str
    version: str
    table: str
    zh: str
    en: str
    header: tuple[Field, ...]
    fields: tuple[Field, ...]

    def find(self, name: str) -> Field | None:
        """The header or body field called ``name``, or None."""
        return next((f for f in (*self.header, *self.fields) if f.name == name), None)


@dataclass(frozen=True, slots=True)
class Treatment:
    """How a field is made safe: a name of ``desensitise.treatments`` and its options."""

    name: str
    options: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a released dataset: the field it comes from, its treatment, and its name in the files.

    ``steps`` are the coarser and coarser values that a release may choose from so that no record stands out; such a
    column is text.
    """

    field: Field
    treatment: Treatment
    name: str
    zh: str
    en: str
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordRisk:
    """What a dataset of records promises about re-identification; columns are named as released.

    ``k``: every combination of ``quasi_identifiers`` stands for so many rows. ``l``: among them each column of
    ``sensitive`` has so many values, counted or (``entropy``) as well mixed as so many. ``t``: the distribution of each
    is no further than this from the whole table's. ``most_suppressed`` is the per cent of rows that may be left out.
    """

    quasi_identifiers: tuple[str, ...]
    k: int
    sensitive: tuple[str, ...] = ()
    l: int = 1  # noqa: E741 - its name in the literature
    entropy: bool = False
    t: float | None = None
    most_suppressed: int = 0


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """Where a dataset's records come from.

    ``kind`` is ``sql``, ``files``, ``http`` or ``derived``. For ``sql`` either ``table`` or ``query`` (one SELECT) is
    given; for ``files`` a glob ``pattern``, the ``layout`` by which sheets are read and further ``headings`` by field;
    for ``http`` a ``path`` and options; for ``derived`` the ``derivation`` whose result is the table.
    """

    kind: str
    table: str = ""
    query: str = ""
    pattern: str = ""
    layout: str = ""
    path: str = ""
    derivation: str = ""
    options: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))
    headings: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Publisher:
    """The bureau that answers for a dataset."""

    zh: str
    en: str
    uscc: str
    region: str
    email: str
    phone: str
    url: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset as declared in one TOML file.

    ``product`` names a derivation of ``exporters.products`` (``records`` copies rows, others derive or aggregate);
    ``options`` are that product's own settings. ``reads`` are the standard's fields that the source must deliver
    although they are no column (inputs of the product). ``digest`` is the SHA-256 of the declaration's canonical
    form together with its standard's, and travels into every run and release.
    ``disclosure`` is how an aggregate is protected, carried unread for ``desensitise.disclosure``.
    """

    id: str
    standard: Standard
    product: str
    zh: str
    en: str
    description_zh: str
    description_en: str
    basis: str
    audience: Audience
    domain: str
    licence: str
    frequency: str
    cron: str
    approval: str
    keywords_zh: tuple[str, ...]
    keywords_en: tuple[str, ...]
    formats: tuple[str, ...]
    publisher: Publisher
    source: SourceSpec
    columns: tuple[Column, ...]
    reads: tuple[Field, ...]
    conditions_zh: str
    conditions_en: str
    options: Mapping[str, object]
    digest: str
    risk: RecordRisk | None = None
    disclosure: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """True for 完全开放: files go to everyone."""
        return self.audience is Audience.PUBLIC
