"""Registers (登记库): records that are answered one by one from their source, and never released or kept.

One TOML file each. A register that stands on a declared dataset takes its source, standard and publisher; one of its
own declares them. ``owners`` say whose data a field is (数据所属主体): the column that holds the owner's code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from catalog.datasets.sources import read_publisher, read_source
from catalog.errors import DeclarationError
from catalog.model import Dataset, Field, Publisher, Sensitivity, Sharing, SourceSpec, Standard
from catalog.standards import all_standards, load_standard
from catalog.standards.reading import Table, parse

GUARDED: Final = frozenset({Sensitivity.PERSONAL, Sensitivity.TRADE_SECRET})
_BETWEEN_BUREAUS: Final = frozenset({Sharing.OPEN, Sharing.DIRECTED, Sharing.CROSS_REGION})


@dataclass(frozen=True, slots=True)
class Register:
    """A register. ``keys`` are the fields by which its records may be asked for, beside ``record_id``.

    ``owners`` maps a field with an owner's code to the fields that are that owner's; an empty tuple means all the
    others. ``lacks`` are fields of the standard that the source delivers in parts only, or not at all.
    """

    id: str
    zh: str
    en: str
    standard: Standard
    publisher: Publisher
    source: SourceSpec
    keys: tuple[str, ...]
    owners: Mapping[str, tuple[str, ...]]
    lacks: tuple[str, ...] = ()

    @property
    def offered(self) -> tuple[Field, ...]:
        """Fields that may leave the source at all (class NONE never does, DOMAIN 2)."""
        every = (*self.standard.header, *self.standard.fields)
        return tuple(f for f in every if f.sharing is not Sharing.NONE and f.name not in self.lacks)

    @property
    def shared(self) -> tuple[Field, ...]:
        """Fields that agencies share without the owner's word: neither PI nor TS, and not for inside use only."""
        return tuple(f for f in self.offered if f.sharing in _BETWEEN_BUREAUS and f.sensitivity not in GUARDED)

    def guarded(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of ``names`` that only the owner's ticket opens (SM06): class PI, TS, or shared by 授权查询."""
        wanted = set(names)
        return tuple(
            f.name
            for f in self.offered
            if f.name in wanted and (f.sensitivity in GUARDED or f.sharing is Sharing.AUTHORISED)
        )

    def owner_of(self, name: str) -> str:
        """The column with the code of whoever owns the field ``name``; "" when nobody is known to."""
        for column, own in self.owners.items():
            if name in own:
                return column
        return next((column for column, own in self.owners.items() if not own), "")


def registers(datasets: Iterable[Dataset], extra: Path | None = None) -> Mapping[str, Register]:
    """The shipped registers and those of a bureau's own folder, by id; those of datasets that are not there fall away.

    DeclarationError when a file is malformed or an id stands twice.
    """
    known = {one.id: one for one in datasets}
    texts = list(_shipped())
    if extra is not None and extra.is_dir():
        texts += [(path.name, path.read_text(encoding="utf-8")) for path in sorted(extra.glob("*.toml"))]
    found: dict[str, Register] = {}
    for name, text in texts:
        one = _read(parse(text, name), known)
        if one is None:
            continue
        if one.id in found:
            raise DeclarationError(f"Two registers have the id '{one.id}'.", todo="Give one of them another id.")
        found[one.id] = one
    return MappingProxyType(dict(sorted(found.items())))


@cache
def _shipped() -> tuple[tuple[str, str], ...]:
    places = sorted((files("catalog") / "registers").iterdir(), key=lambda place: place.name)
    return tuple((p.name, p.read_text(encoding="utf-8")) for p in places if p.name.endswith(".toml"))


def _read(root: Table, known: Mapping[str, Dataset]) -> Register | None:
    about = root.table("register")
    base = about.optional_text("dataset")
    if base is not None and base not in known:
        return None
    facts = _own(root, about) if base is None else _of_dataset(known[base])
    keys = about.texts("keys", default=())
    standard: Standard = facts["standard"]
    owners = {}
    for table in root.tables("owner"):
        owners[table.text("field")] = table.texts("of", default=())
        table.done()
    lacks = about.texts("lacks", default=())
    for name in (*keys, *lacks, *owners, *(one for own in owners.values() for one in own)):
        if standard.find(name) is None:
            about.refuse(f"'{name}' is no field of standard {standard.no}", "Name fields of the standard.")
    one = Register(id=about.text("id"), keys=keys, owners=MappingProxyType(owners), lacks=lacks, **facts)
    about.done()
    root.done()
    return one


def _own(root: Table, about: Table) -> dict[str, Any]:
    standard = load_standard(about.one_of("standard", tuple(one.no for one in all_standards())))
    source, _, _ = read_source(root.table("source"), standard)
    if source.kind == "derived":
        about.refuse("a register answers records as they stand at a source", "Name a source of kind sql or http.")
    return {
        "zh": about.text("title_zh"),
        "en": about.text("title_en"),
        "standard": standard,
        "publisher": read_publisher(root.table("publisher")),
        "source": source,
    }


def _of_dataset(one: Dataset) -> dict[str, Any]:
    return {"zh": one.zh, "en": one.en, "standard": one.standard, "publisher": one.publisher, "source": one.source}
