"""Columns and reads of a dataset declaration."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from types import MappingProxyType

from catalog.datasets.gate import AGGREGATES, column_trouble, secrets_trouble
from catalog.derive.published import RECORD_URI
from catalog.model import Audience, Column, Field, Kind, Sharing, Standard, Treatment
from catalog.standards import parent_code, table_fields
from catalog.standards.fields import read_field
from catalog.standards.reading import Table
from catalog.treatment_names import KNOWN, TREATMENTS, option_trouble

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def read_columns(root: Table, standard: Standard, product: str) -> tuple[Column, ...]:
    """All declared columns, dropped ones included; names of the released ones differ."""
    read = _declared_column if product in AGGREGATES else _taken_column
    columns = tuple(read(table, standard) for table in root.tables("column"))
    seen: set[str] = set()
    for column in columns:
        if column.treatment.name != "drop" and column.name in seen:
            root.refuse(f"two columns are called '{column.name}'", "Give one of them another name with 'as'.")
        seen.add(column.name)
    if all(column.treatment.name == "drop" for column in columns):
        root.refuse("no column is released", "Keep at least one column.")
    return columns


def demand_permitted(columns: Sequence[Column], audience: Audience, root: Table) -> None:
    """Refuse a column that may not leave for this audience under its treatment."""
    for column in columns:
        secrets = secrets_trouble(column.treatment.options.get("secrets"), audience)
        why = column_trouble(column.field, column.treatment.name, audience) or secrets
        if why:
            todo = "Leave the column out, treat it more strictly, or declare the dataset for another audience."
            Table({}, root.file, f"column {column.field.name}").refuse(why, todo)


def demand_entities(columns: Sequence[Column], reads: Sequence[Field], root: Table) -> None:
    """Refuse a column that is treated by an entity which the source does not deliver."""
    delivered = {field.name for field in (*(column.field for column in columns), *reads)}
    for column in columns:
        entity = column.treatment.options.get("entity")
        if entity is not None and entity not in delivered:
            place = Table({}, root.file, f"column {column.field.name}")
            place.refuse(f"its entity '{entity}' is not read", "Name a field that is a column, or add it to 'reads'.")


def read_reads(names: Sequence[str], standard: Standard, source: Table) -> tuple[Field, ...]:
    """The standard's fields that the source must deliver beside the columns; one of class NONE stays where it is."""
    fields = tuple(_find(name, standard, source) for name in dict.fromkeys(names))
    for field in fields:
        if field.sharing is Sharing.NONE:
            source.refuse(f"'{field.name}' never leaves its source", "Remove it from 'reads'.")
    return fields


def _taken_column(table: Table, standard: Standard) -> Column:
    """A column that is a field of the standard."""
    field = _find(table.text("field"), standard, table)
    treatment = _treatment(table)
    _demand_fit(table, treatment, field)
    name = table.optional_text("as") or field.name
    if not _NAME.fullmatch(name):
        table.refuse("'as' is no column name", "Use lower-case letters, digits and _, at most 63, a letter first.")
    if name == RECORD_URI:
        table.refuse(f"the column '{name}' is the hub's own", "Give it another name with 'as'.")
    zh, en = table.optional_text("zh") or field.zh, table.optional_text("en") or field.en
    table.done()
    return Column(field=field, treatment=treatment, name=name, zh=zh, en=en)


def _declared_column(table: Table, standard: Standard) -> Column:
    """A column of an aggregate, which no field of the standard is; it is classified like one."""
    del standard
    treatment = _treatment(table)
    field = read_field(table)
    _demand_fit(table, treatment, field)
    return Column(field=field, treatment=treatment, name=field.name, zh=field.zh, en=field.en)


def _find(name: str, standard: Standard, table: Table) -> Field:
    known = {field.name: field for field in table_fields(standard)}
    if name not in known:
        split = standard.find(name)
        parts = [field.name for field in standard.fields if split and parent_code(field) == split.code]
        if parts:
            table.refuse(f"'{name}' is a structured field", f"Use its parts: {', '.join(parts)}.")
        near = get_close_matches(name, sorted(known), n=1)
        meant = f" '{near[0]}' comes nearest." if near else ""
        table.refuse(
            f"standard {standard.no} has no field '{name}'", f"Use a field name of the standard's page.{meant}"
        )
    return known[name]


def _treatment(table: Table) -> Treatment:
    """``treatment = "keep"`` or ``treatment = { name = "...", option = ... }``."""
    if table.is_table("treatment"):
        inner = table.table("treatment")
        name = inner.one_of("name", tuple(TREATMENTS))
        options = inner.scalars()
    else:
        if not table.has("treatment"):
            table.refuse("'treatment' is missing", f"Decide on one: {', '.join(TREATMENTS)}.")
        name, options = table.one_of("treatment", tuple(TREATMENTS)), {}
    return Treatment(name, MappingProxyType(options))


def _demand_fit(table: Table, treatment: Treatment, field: Field) -> None:
    """Months are cut from dates, masks laid over texts, small cells are counts; and options are the treatment's own."""
    fitting = KNOWN[treatment.name].kinds
    if fitting and field.kind not in fitting:
        table.refuse(
            f"treatment '{treatment.name}' does not fit kind '{field.kind}'",
            f"It treats {', '.join(fitting)}; choose another one.",
        )
    decimals = field.scale if field.kind is Kind.DECIMAL else 0
    if why := option_trouble(treatment.name, treatment.options, decimals):
        table.refuse(f"treatment '{treatment.name}': {why}", "docs/treatments.md lists the options of each treatment.")
