"""What may stand in a dataset for which audience. Every doubt is a refusal.

Two classes meet. A field's sharing class is a ceiling; the clause that a dataset rests on (its basis in the sharing
and opening matrix) is the gate. The stricter of the two holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from catalog.model import Audience, Field, Kind, Sensitivity, Sharing
from catalog.treatment_names import Effect, effect_of

AGGREGATES = frozenset({"area_colours", "group", "rectification", "statistics"})
"""Products whose rows are statistics: their columns are declared in full, not taken from a standard."""

OPTIONS = MappingProxyType({"area_colours": ("scheme",), "rectification": ("period",)})
"""Settings of single products, beside ``covers_from``, the day from which on the records are told."""

TRACE = "2.6"
FORMATS = ("csv", "xlsx", "jsonl", "parquet", "xml")
FREE_TEXT = 500
"""A text this long without any grammar may tell anything about anybody."""

_FIELD_RANK = {
    Sharing.OPEN: 0,
    Sharing.DIRECTED: 1,
    Sharing.CROSS_REGION: 2,
    Sharing.INTERNAL: 3,
    Sharing.AUTHORISED: 4,
    Sharing.FLAGGED: 4,
    Sharing.NONE: 5,
}
_RANK = {Audience.PUBLIC: 0, Audience.INSTITUTES: 1, Audience.REGULATORS: 2, Audience.INTERNAL: 3}
_OUTSIDE = (Audience.PUBLIC, Audience.INSTITUTES)
_COVERING = (Effect.MASK, Effect.REDACT, Effect.REPLACE)
_SECRET = (Sensitivity.PERSONAL, Sensitivity.TRADE_SECRET)


@dataclass(frozen=True, slots=True)
class Basis:
    """A clause: the standards it speaks of (none named: all) and the widest audience it opens to."""

    standards: tuple[str, ...]
    widest: Audience
    aggregates_only: bool = False
    needs_approval: bool = False


BASES: Mapping[str, Basis] = MappingProxyType(
    {
        "SM01": Basis(("2.3",), Audience.INTERNAL),
        "SM02": Basis(("1.2",), Audience.INTERNAL),
        "SM03": Basis(("2.1",), Audience.REGULATORS),
        "SM04": Basis(("2.5",), Audience.REGULATORS),
        "SM05": Basis(("2.6",), Audience.REGULATORS),
        "SM08": Basis(("2.7",), Audience.PUBLIC),
        "SM09": Basis(("2.6",), Audience.PUBLIC),
        "SM10": Basis(("2.2",), Audience.PUBLIC, aggregates_only=True),
        "SM11": Basis((), Audience.INSTITUTES, aggregates_only=True),
        # Named in no clause: stays inside until an opening request is approved, and each release by a second person.
        "SM15": Basis((), Audience.PUBLIC, needs_approval=True),
    }
)


def basis_trouble(basis: Basis, standard: str, audience: Audience, product: str, approval: str) -> str:
    """Why a dataset cannot rest on this clause, or ""."""
    if basis.standards and standard not in basis.standards:
        return f"the clause speaks of standard {', '.join(basis.standards)} only"
    if _RANK[audience] < _RANK[basis.widest]:
        return f"the clause opens no further than to '{basis.widest}'"
    if basis.aggregates_only and product not in AGGREGATES:
        return "the clause opens aggregates only"
    if standard == TRACE and audience in _OUTSIDE and product not in {*AGGREGATES, "traceability"}:
        return 'only product = "traceability" takes item serials out of trace records'
    if basis.needs_approval and audience is not Audience.INTERNAL and approval == "none":
        return 'without a clause of its own every release needs approval = "second-person"'
    return ""


def column_trouble(field: Field, treatment: str, audience: Audience) -> str:
    """Why a field cannot leave for this audience under this treatment, or ""."""
    effect = effect_of(treatment)
    if field.sharing is Sharing.NONE:
        return "the field never leaves its source"
    if effect is Effect.REMOVE:
        return ""
    return (
        _flow(field)
        or _secret(field, effect, audience)
        or _rank(field, treatment, audience)
        or _text(field, effect, audience)
    )


def secrets_trouble(secrets: object, audience: Audience) -> str:
    """Why trade secrets may not stay in a redacted text (``secrets = "keep"``) for this audience, or ""."""
    return "only authorities may read trade secrets in texts" if secrets == "keep" and audience in _OUTSIDE else ""


def _flow(field: Field) -> str:
    if field.sharing is Sharing.FLAGGED:
        return "a field under the owner's public flag never stands in a bulk file"
    return ""


def _secret(field: Field, effect: Effect, audience: Audience) -> str:
    if field.sensitivity not in _SECRET:
        return ""
    if audience in _OUTSIDE:
        return f"a field of class {field.sensitivity} cannot go to '{audience}'"
    if effect not in _COVERING:
        return f"a field of class {field.sensitivity} needs a masking treatment"
    return ""


def _rank(field: Field, treatment: str, audience: Audience) -> str:
    rank, limit = _FIELD_RANK[field.sharing], _RANK[audience]
    if rank <= limit:
        return ""
    if audience in _OUTSIDE and field.sharing is Sharing.CROSS_REGION and treatment == "county" and _is_address(field):
        return ""
    if (
        audience not in _OUTSIDE
        and field.sharing is Sharing.AUTHORISED
        and effect_of(treatment) in {Effect.MASK, Effect.REPLACE}
    ):
        return ""
    return f"sharing class {field.sharing} is stricter than audience '{audience}'"


def _text(field: Field, effect: Effect, audience: Audience) -> str:
    free = not (field.pattern or field.check) and (field.max_length is None or field.max_length >= FREE_TEXT)
    told = field.kind in {Kind.STRING, Kind.STRINGS} and free
    if told and effect not in {Effect.REDACT, Effect.REPLACE} and audience is not Audience.INTERNAL:
        return "free text needs the treatment 'redact' or 'drop'"
    return ""


def _is_address(field: Field) -> bool:
    return field.kind is Kind.STRING and field.name.endswith("address")
