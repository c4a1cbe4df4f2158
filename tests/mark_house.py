"""Copies delivered by a house whose release is given as rows: what tests of the registry and its reports start from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from catalog.files import save_batches
from catalog.formats.csv import CsvWriter
from catalog.formats.layout import Layout
from desensitise.mark import Copy, Profile, embed, keys_of
from desensitise.mark.embed import marked_schema
from hub.db.engine import reading
from hub.layers import Layer, PartFile
from hub.marking import marks
from hub.marking.copies import kept_path
from hub.marking.kept import keep
from hub.parts import Parts

AS_OF = datetime(2026, 1, 5, tzinfo=UTC)


def kept(rows: pa.RecordBatch, parts: Parts, dataset: str = "trace", version: int = 1) -> None:
    """The rows of a version, as the house keeps them."""
    part = parts.home / "given.arrow"
    saved = save_batches([rows.replace_schema_metadata({"policy": ""})], part)
    keep(
        [Layer("given", (PartFile(part, saved.sha256, saved.rows),))],
        kept_path(dataset, version, parts),
        "",
        Profile(""),
    )


def delivered(
    rows: pa.RecordBatch,
    parts: Parts,
    grant: str,
    profile: Profile,
    number: int = 0,
    place: tuple[str, int] = ("trace", 1),
) -> Path:
    """A registered copy as a CSV file."""
    registry = marks.Registry(parts.engine, parts.signer, parts.clock)
    if not number:
        with reading(parts.engine) as connection:
            number = marks.next_number(connection)
    keys = keys_of(parts.mark_keys(), Copy(*place, grant, f"agency of {grant}", number, "2026-01-05T04:00:00Z"))
    folder = parts.home / "out" / str(number)
    folder.mkdir(parents=True, exist_ok=True)
    shown = marked_schema(rows.schema, profile)
    if profile.token:
        shown = shown.append(pa.field(profile.token, pa.string()))
    writer = CsvWriter(folder, Layout("trace", shown, AS_OF))
    try:
        for batch in embed([rows], profile, keys, registry):
            writer.write(batch)
    except BaseException:
        writer.abandon()
        raise
    (file,) = writer.close()
    registry.close(number, file.sha256)
    return folder / file.name
