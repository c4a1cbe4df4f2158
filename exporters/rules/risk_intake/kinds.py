"""The kinds of sources as ``kinds.toml`` declares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from catalog.errors import DeclarationError
from catalog.model import Field, Kind, Required, Sensitivity, Sharing, SourceSpec
from catalog.standards import load_standard
from catalog.typed import from_toml

_HEADER = ("record_id", "updated_at")


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of source. ``code`` is that of the list risk_source; ``takes`` maps columns of a signal to fields.

    ``only`` says which values of a field make a record a signal; ``api`` whether records may come by the API.
    """

    code: str
    id: str
    zh: str
    en: str
    api: bool
    source: SourceSpec
    fields: tuple[Field, ...]
    takes: Mapping[str, str]
    only: Mapping[str, tuple[str, ...]]

    @property
    def body(self) -> tuple[Field, ...]:
        """The fields that a record brings itself, without the header of its source."""
        return tuple(field for field in self.fields if field.name not in _HEADER)


class _Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    table: str = ""
    pattern: str = ""
    layout: str = ""
    path: str = ""
    options: dict[str, str | int] = {}


class _Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    id: str
    zh: str
    en: str
    api: bool
    source: _Source
    standard: str = ""
    field: tuple[tuple[str, Kind, bool, str, str, str], ...] = ()
    takes: dict[str, str] = {}
    only: dict[str, tuple[str, ...]] = {}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: tuple[_Kind, ...]


@cache
def kinds() -> Mapping[str, SourceKind]:
    """All kinds by their id, in the order of their codes."""
    text = (files("exporters") / "rules" / "risk_intake" / "kinds.toml").read_text(encoding="utf-8")
    return {one.id: _read(one) for one in from_toml(text, _File).kind}


def kind_of(name: str) -> SourceKind:
    """The kind of this id. DeclarationError for an unknown one."""
    if name not in kinds():
        raise DeclarationError("There is no such kind of source.", todo=f"Use one of: {', '.join(kinds())}.")
    return kinds()[name]


def _read(one: _Kind) -> SourceKind:
    own = tuple(
        Field(
            "", name, zh, en, kind, Sensitivity.INTERNAL, Sharing.INTERNAL,
            Required.YES if required else Required.NO, codes=codes or None,
        )
        for name, kind, required, codes, zh, en in one.field
    )  # fmt: skip
    takes = one.takes or {field.name: field.name for field in own}
    wanted = (*_HEADER, *dict.fromkeys((*takes.values(), *one.only))) if one.standard else _HEADER
    standard = load_standard(one.standard or "2.5")
    header = tuple(field for name in wanted if (field := standard.find(name)))
    if len(header) != len(wanted):
        raise DeclarationError(f"Kind '{one.id}' takes fields that standard {one.standard} lacks.", todo="Mend it.")
    source = SourceSpec(**{name: getattr(one.source, name) for name in one.source.__struct_fields__})
    return SourceKind(one.code, one.id, one.zh, one.en, one.api, source, (*header, *own), takes, one.only)
