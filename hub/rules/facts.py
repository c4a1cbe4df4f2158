"""Reading what the rules need: tables of standards from the source database, registers from a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import polars as pl
import pyarrow as pa

from catalog.errors import SettingsError, SourceError
from catalog.model import Field, SourceSpec
from catalog.standards import load_standard
from exporters.open import open_source
from exporters.rules.accept import Facts, accept
from exporters.rules.tables import Table, tables
from hub.settings import Settings

_UNIT_ROWS = 262_144


def gather(
    settings: Settings, names: Sequence[str], *, source: str | None = None, registers: Path | None = None
) -> Facts:
    """The named tables, accepted; a file in the folder of registers counts before the source's table.

    Registers that no file delivers are absent: a rule that needs them is not asked.
    """
    address = source or settings.source.reveal()
    if not address:
        raise SettingsError("No address is set for the source database.", todo="Set HUB_SOURCE, or give --source.")
    folder = registers or settings.registers
    found: dict[str, pl.DataFrame] = {}
    for table in (tables()[name] for name in dict.fromkeys(names)):
        # One table after the other: what was read of a table is let go once it is accepted.
        frame = _register(table, folder) if folder else None
        if frame is None and _from_source(table):
            frame = _standard(table, address)
        if frame is not None:
            found |= accept({table.name: frame})
    return MappingProxyType(found)


def as_it_stands(names: Sequence[str], address: str) -> pl.DataFrame:
    """All columns that these choices of one standard's table read, as the source delivers them, in one reading.

    Withdrawn records stay; nothing is typed or flagged.
    """
    chosen = [tables()[name] for name in names]
    columns = {column.name: column for table in chosen for column in table.columns}
    return _standard(replace(chosen[0], columns=tuple(columns.values())), address)


def _from_source(table: Table) -> bool:
    """Tables of standards; 2.4 comes from the responsibility platform, by file alone."""
    return bool(table.standard) and table.standard != "2.4"


def _standard(table: Table, address: str) -> pl.DataFrame:
    standard = load_standard(table.standard)
    fields = [field for column in table.columns if (field := standard.find(column.name))]
    batches = list(_batches(SourceSpec("sql", table=standard.table), fields, address))
    if not batches:
        return pl.DataFrame(schema={column.name: pl.String for column in table.columns})
    frame = pl.from_arrow(pa.Table.from_batches(batches).select([column.name for column in table.columns]))
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - tells the type checker what from_arrow gives for a table
    return frame


def _batches(spec: SourceSpec, fields: Sequence[Field], address: str) -> Iterator[pa.RecordBatch]:
    with open_source(spec, fields, address) as source:
        for unit in source.plan(None, _UNIT_ROWS).units:
            for raw in source.read(unit):
                yield raw.batch


def _register(table: Table, folder: Path) -> pl.DataFrame | None:
    """The register's file, all cells text; None where there is none."""
    path = register_file(table, folder)
    return read_register(table, path) if path else None


def register_file(table: Table, folder: Path) -> Path | None:
    """The file that delivers the register, Parquet before CSV; None where there is none."""
    return next((p for kind in ("parquet", "csv") if (p := folder / f"{table.name}.{kind}").is_file()), None)


def read_register(table: Table, path: Path) -> pl.DataFrame:
    """A register's file, all cells text. SourceError when it cannot be read."""
    try:
        return pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
    except Exception as error:  # noqa: BLE001 - readers put the value they stumble over into their message
        raise SourceError(
            f"The register {table.name} cannot be read: {type(error).__name__}.",
            todo="Check its file; CSV must be UTF-8.",
        ) from None
