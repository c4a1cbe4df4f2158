"""Which tables and columns the rules read: some columns of the ten standards, and registers beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from catalog.codes import code_list
from catalog.errors import DeclarationError
from catalog.model import Kind, Required
from catalog.standards import load_standard
from catalog.typed import from_toml

HEADER = ("record_id", "updated_at", "record_status", "supersedes", "source_org_uscc")
"""Header fields that every table of a standard brings along (H01, H09, H10, H11, H05)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One input column; ``codes`` are the codes that it may hold, empty where any text is allowed."""

    name: str
    kind: Kind
    required: bool
    codes: tuple[str, ...] = ()
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """An input table: rows of standard ``standard``, or of a register when that is empty."""

    name: str
    standard: str
    zh: str
    en: str
    columns: tuple[Column, ...]


class _Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    no: str
    columns: tuple[str, ...]
    name: str = ""
    """Name of the input where it is not the standard's table: another choice of its columns."""


class _Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    zh: str
    en: str
    column: tuple[tuple[str, Kind, bool, str, str, str], ...]
    """Name, kind, whether required, code list (empty: none), Chinese name, English name."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    standard: tuple[_Chosen, ...]
    register: tuple[_Register, ...]
    codes: dict[str, tuple[tuple[str, str, str], ...]]


@cache
def tables() -> Mapping[str, Table]:
    """All input tables by name, as ``tables.toml`` declares them."""
    file = _read()
    chosen = [_of_standard(one) for one in file.standard]
    registers = [_of_register(one, file) for one in file.register]
    return {table.name: table for table in (*chosen, *registers)}


@cache
def register_codes() -> Mapping[str, tuple[tuple[str, str, str], ...]]:
    """Code lists of the registers: list -> (code, Chinese, English)."""
    return _read().codes


def _read() -> _File:
    text = (files("exporters") / "rules" / "tables.toml").read_text(encoding="utf-8")
    return from_toml(text, _File)


def _of_standard(chosen: _Chosen) -> Table:
    standard = load_standard(chosen.no)
    columns = []
    for name in (*HEADER, *chosen.columns):
        found = standard.find(name)
        if found is None:
            raise DeclarationError(
                f"Standard {chosen.no} has no field '{name}'.", todo="Mend exporters/rules/tables.toml."
            )
        codes = code_list(found.codes).codes if found.codes and found.kind is Kind.CODE else ()
        required = found.required is Required.YES
        columns.append(Column(name, found.kind, required, codes, found.zh, found.en))
    return Table(chosen.name or standard.table, standard.no, standard.zh, standard.en, tuple(columns))


def _of_register(register: _Register, file: _File) -> Table:
    columns = [Column("record_id", Kind.STRING, required=True, zh="数据标识", en="Record identifier")]
    for name, kind, required, codes, zh, en in register.column:
        known = tuple(code for code, _, _ in file.codes[codes]) if codes in file.codes else ()
        known = known or (code_list(codes).codes if codes else ())
        columns.append(Column(name, kind, required, known, zh, en))
    return Table(register.name, "", register.zh, register.en, tuple(columns))
